-- Runs of reports and datasets, as jobs. SPDX-License-Identifier: MIT
--
-- Documented states: pending, enqueued, running_notebook, succeeded, completed (which ends reports with a notebook),
-- failed, cancelled. The cause of a failure is not in the run but in its query runs (mode-sdk).

local check = require "studio.check"
local job = require "studio.job"
local lost_runs = require "studio.services.analyst.lost_runs"
local merge = require "studio.merge"
local page = require "studio.page"
local result = require "studio.services.analyst.result"
local token_of = require "studio.services.analyst.token"

local run_jobs = {}

-- Seconds that the look for the cause of a failure may take: the failure itself is known already.
local PATIENCE = 15

-- Causes that a message names; most runs fail for one.
local CAUSES = 3

local function quoted(text) return type(text) == "string" and ("%q"):format(text) or tostring(text) end

-- "query 'Revenue': relation "orders" does not exist", and the code that the database gave.
local function cause_of(query_runs)
  local causes, code = {}, nil
  for _, row in ipairs(query_runs) do
    local message = type(row) == "table" and row.error_message
    if type(message) == "string" and message:find "%S" then
      if #causes < CAUSES then
        causes[#causes + 1] = ("query '%s': %s"):format(row.query_name or row.query_token or row.token, message)
      end
      code = code or row.error_code
    end
  end
  if #causes == 0 then return nil end
  return table.concat(causes, "; "), type(code) ~= "table" and code ~= nil and tostring(code) or nil
end

local function report_reason(self)
  if self.state ~= "failed" then return nil end
  local params = { report = self.source.params.report, run = self.id }
  local rows = page.list(self.client, "query_runs.list", params, nil, { deadline = PATIENCE })
  local cause, code = cause_of(rows or {})
  if not cause and self.facts.python_state == "failed" then cause = "the notebook failed" end
  return cause, code
end

-- What every run has in common.
local function source_of(kind, parent, submit, more)
  local source = {
    submit = submit, param = "run", id_fields = { "token" },
    params = { [kind] = token_of(more.resource, kind, parent) },
    again = function(self)
      return ("client.%s:get(%s, %s)"):format(more.resource, quoted(self.source.params[kind]), quoted(self.id))
    end,
  }
  source.get, source.reason, source.result = more.resource .. ".get", more.reason, more.result
  return source
end

--- The job of a report's run.
---@param client studio.client
---@param report string|table token, or the row
---@param submit string? the route that began it
---@param data any the run as sent
---@param response table
---@param id string? of the run, where it is known
---@return studio.job? job nil, err on failure
---@return table response_or_err
function run_jobs.of_report(client, report, submit, data, response, id)
  local source = source_of("report", report, submit, {
    resource = "runs", reason = report_reason,
    result = function(self) return result.new(client, self.source.params.report, self.id, self) end,
  })
  return job.new(client, source, data, response, id and token_of(source.get, "run", id))
end

--- The job of a dataset's run. Its result is the run's row: no results of datasets are documented.
---@param client studio.client
---@param dataset string|table token, or the row
---@param submit string? the route that began it
---@param data any the run as sent
---@param response table
---@param id string? of the run, where it is known
---@return studio.job? job nil, err on failure
---@return table response_or_err
function run_jobs.of_dataset(client, dataset, submit, data, response, id)
  local source = source_of("dataset", dataset, submit, {
    resource = "dataset_runs", result = function(self) return self.data end,
  })
  return job.new(client, source, data, response, id and token_of(source.get, "run", id))
end

-- What is run, and where its runs are listed.
local kinds = {
  report = { job = run_jobs.of_report, list = "runs.list" },
  dataset = { job = run_jobs.of_dataset, list = "dataset_runs.list" },
}

--- Sends what begins a run. What may have been done although nobody said so is looked for, and never sent again.
---@param client studio.client
---@param kind "report"|"dataset"
---@param parent string|table token of the report or dataset, or the row
---@param route string
---@param fields table?
---@param options studio.analyst.run_options?
---@return studio.job? job `found` when it was looked for; nil, err on failure
---@return table response_or_err
function run_jobs.submit(client, kind, parent, route, fields, options)
  options = merge(options)
  local look = options.find_lost
  if look ~= nil then check.argument(route, "option 'find_lost'", look, "boolean") end
  options.find_lost = nil
  local how, params = kinds[kind], { [kind] = parent }
  local place = kind .. " " .. token_of(route, kind, parent)
  local submission <close> = lost_runs.begin(client, place, fields and fields.parameters)
  local data, response = client:call(route, params, fields, options)
  local lost = data == nil and response.maybe_done and look ~= false
  if lost then
    local row, answer = lost_runs.find(client, how.list, params, submission, response)
    if row then data, response = row, answer end
  end
  if data == nil then return nil, response end
  local begun, err = how.job(client, parent, route, data, response)
  if not begun then return nil, err end
  lost_runs.known(client, begun.id)
  begun.found = lost or nil
  return begun, response
end

return run_jobs
