-- Runs as PDF: client.exports. SPDX-License-Identifier: MIT
--
-- Only the download is documented. That a PDF must be asked for first, and how its state is told (new, requested,
-- enqueued, completed), are others' observations: see the routes exports.render and exports.get, and replace them when
-- the service does it otherwise.

local check = require "studio.check"
local filename = require "studio.filename"
local job = require "studio.job"
local spool = require "studio.services.analyst.spool"
local token_of = require "studio.services.analyst.token"

---@class studio.analyst.exports
local exports = {}

local function params_of(what, report, run)
  return { report = token_of(what, "report", report), run = token_of(what, "run", run) }
end

local save_options = { timeout = "seconds", deadline = "seconds", progress = "callable" }

---@class studio.analyst.export a PDF that is made
---@field job studio.job
local methods = {}
local Export = { __name = "studio.analyst.export", __index = methods }

local function job_of(client, submit, params, data, response)
  return job.new(client, {
    submit = submit, get = "exports.get", param = "run", params = { report = params.report },
    again = function() return ("client.exports:get(%q, %q)"):format(params.report, params.run) end,
    result = function(self) return setmetatable({ job = self, params = params }, Export) end,
  }, data, response, params.run)
end

--- Has a run's PDF made. Asking again makes no second one that anybody would see, so when nobody knows whether this was
--- done the export is looked at instead.
---@param report string|table token, or the row
---@param run string|table token, or the row
---@param options studio.call_options?
---@return studio.job? job job:wait() gives a studio.analyst.export; nil, err on failure
---@return table response_or_err
function exports:render(report, run, options)
  local params = params_of("exports.render", report, run)
  local data, response = self.client:call("exports.render", params, nil, options)
  if data == nil and response.maybe_done then return self:get(report, run, options) end
  if data == nil then return nil, response end
  return job_of(self.client, "exports.render", params, data, response)
end

--- How far a PDF is. (An unofficial client says that the first look has it made.)
---@param report string|table token, or the row
---@param run string|table token, or the row
---@param options studio.call_options?
---@return studio.job? job nil, err on failure
---@return table response_or_err
function exports:get(report, run, options)
  local params = params_of("exports.get", report, run)
  local data, response = self.client:call("exports.get", params, nil, options)
  if data == nil then return nil, response end
  return job_of(self.client, nil, params, data, response)
end

-- A 404 for a PDF: seen as "export not yet generated", while the run may be unknown as well.
local function missing(client, params, err)
  if not err.message:lower():find "not yet generated" then return err end
  return client:problem("exports.download", {
    kind = "not_found", code = "not_rendered", status = err.status, response = err.response,
    message = ("the PDF of run %s is not made yet"):format(params.run),
    advice = "exports:render(report, run):wait() has it made; result:pdf(path) does both",
  })
end

local function download(client, params, path, options, name)
  local value, response = spool.save({
    client = client, route = "exports.download", params = params, name = name or params.run .. ".pdf",
    missing = function(err) return missing(client, params, err) end,
  }, path, options)
  return type(value) == "table" and value[1] or value, response
end

--- Saves a PDF that is made.
---@param report string|table token, or the row
---@param run string|table token, or the row
---@param path string one that ends with / is a folder: the server names the file, and nothing there is replaced
---@param options table? timeout, deadline (seconds), progress
---@return string? path of the file; nil, err on failure: "not_found" with code "not_rendered" when it is not made yet
---@return table response_or_err
function exports:download(report, run, path, options)
  spool.check_path("exports:download", path)
  options = check.options("exports:download", options, save_options)
  return download(self.client, params_of("exports.download", report, run), path, options)
end

--- Saves it.
---@param path string
---@param options table? timeout, deadline (seconds), progress
---@return string? path nil, err on failure
---@return table response_or_err
function methods:download(path, options)
  check.method("export:download", self, Export)
  spool.check_path("export:download", path)
  local name = filename.safe(self.job.data.filename, self.params.run .. ".pdf")
  return download(self.job.client, self.params, path, check.options("export:download", options, save_options), name)
end

return exports
