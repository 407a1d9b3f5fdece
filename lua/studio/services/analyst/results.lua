-- Results of runs whose tokens are known, and of a report's latest: client.results. SPDX-License-Identifier: MIT

local check = require "studio.check"
local merge = require "studio.merge"
local result = require "studio.services.analyst.result"
local spool = require "studio.services.analyst.spool"
local token_of = require "studio.services.analyst.token"

---@class studio.analyst.results
local results = {}

--- The result of any run; nothing is sent before it is asked for something.
---@param report string|table token, or the row
---@param run string|table token, or the row
---@return studio.analyst.result
function results:of(report, run)
  return result.new(self.client, token_of("results:of", "report", report), token_of("results:of", "run", run))
end

--- results:of(report, run):csv(path, options).
---@param report string|table
---@param run string|table
---@param path string
---@param options studio.analyst.save_options?
---@return string|string[]|nil path nil, err on failure
---@return table response_or_err
function results:csv(report, run, path, options) return self:of(report, run):csv(path, options) end

--- results:of(report, run):json(path, options).
---@param report string|table
---@param run string|table
---@param path string
---@param options studio.analyst.save_options?
---@return string|string[]|nil path nil, err on failure
---@return table response_or_err
function results:json(report, run, path, options) return self:of(report, run):json(path, options) end

--- results:of(report, run):rows(options).
---@param report string|table
---@param run string|table
---@param options studio.analyst.row_options?
---@return fun(): table?
function results:rows(report, run, options) return self:of(report, run):rows(options) end

-- The route is not documented: it was seen once, in a public script.
local function latest(client, report)
  local token = token_of("results", "report", report)
  return { client = client, route = "results.latest_csv", params = { report = token }, name = token .. ".csv" }
end

--- Saves the CSV of a report's latest run. The vendor does not document this shortcut.
---@param report string|table token, or the row
---@param path string as for result:csv
---@param options table? timeout, deadline, progress, max_bytes
---@return string|string[]|nil path nil, err on failure
---@return table response_or_err
function results:latest_csv(report, path, options)
  spool.check_path("results:latest_csv", path)
  return spool.save(latest(self.client, report), path,
    check.options("results:latest_csv", options, spool.options))
end

--- The rows of a report's latest run, as result:rows gives them. The vendor does not document this shortcut.
---@param report string|table token, or the row
---@param options table? columns, timeout, deadline, progress, max_bytes
---@return fun(): table?
function results:latest_rows(report, options)
  options = check.options("results:latest_rows", options, merge(spool.options, { columns = "table" }))
  local content = latest(self.client, report)
  return result.rows_of(function() return content end, "csv", options)
end

return results
