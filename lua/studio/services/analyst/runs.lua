-- Runs of reports: client.runs. SPDX-License-Identifier: MIT

local check = require "studio.check"
local lists = require "studio.lists"
local page = require "studio.page"
local run_jobs = require "studio.services.analyst.run_jobs"
local token_of = require "studio.services.analyst.token"

---@class studio.analyst.runs
---@field list studio.analyst.list_of one page of a report's runs, the newest first
---@field each studio.analyst.each_of all of them; raises the error object when a page fails
---@field pages studio.analyst.pages_of page by page
local runs = {}
lists(runs, "runs", { "report" })

--- Runs a report. Never repeated when its outcome is unknown: then the run is looked for among the report's newest, and
--- the job has `found = true` when one can only be ours; else the error has `runs`, those that may be.
---@param report string|table token, or the row
---@param fields { parameters: table? }? values of the report's parameters, by name
---@param options studio.analyst.run_options? find_lost = false: no such look
---@return studio.job? job job:wait() gives a studio.analyst.result; nil, err on failure
---@return table response_or_err
function runs:run(report, fields, options)
  if fields ~= nil then check.argument("runs.run", "fields", fields, "table") end
  return run_jobs.submit(self.client, "report", report, "runs.run", fields, options)
end

--- Runs a report with the latest runs of the datasets that it imports; runs no dataset anew.
---@param report string|table token, or the row
---@param datasets (string|table)[] tokens or rows of the datasets
---@param options studio.analyst.run_options?
---@return studio.job? job nil, err on failure
---@return table response_or_err
function runs:refresh_datasets(report, datasets, options)
  check.argument("runs.refresh_datasets", "datasets", datasets, "table")
  local tokens = {}
  for i, dataset in ipairs(datasets) do
    tokens[i] = { token = token_of("runs.refresh_datasets", "dataset " .. i, dataset) }
  end
  if #tokens == 0 then check.fail("runs.refresh_datasets: name at least one dataset") end
  local fields = { dataset_tokens = tokens }
  return run_jobs.submit(self.client, "report", report, "runs.refresh_datasets", fields, options)
end

--- A run; the way back to one whose token was kept.
---@param report string|table token, or the row
---@param run string|table token, or the row
---@param options studio.call_options?
---@return studio.job? job nil, err on failure
---@return table response_or_err
function runs:get(report, run, options)
  local data, response = self.client:call("runs.get", { report = report, run = run }, nil, options)
  if data == nil then return nil, response end
  return run_jobs.of_report(self.client, report, nil, data, response, run)
end

--- Copies the report with this run's results into the caller's personal collection. For personal tokens only; slow: it
--- may finish after the call gave up.
---@param report string|table token, or the row
---@param run string|table token, or the row
---@param options studio.call_options?
---@return table? report the copy; nil, err on failure
---@return table response_or_err
function runs:clone(report, run, options)
  return self.client:call("runs.clone", { report = report, run = run }, nil, options)
end

--- Begins a copy of the report with this run's results. What is answered is not documented: it is handed on as sent.
---@param report string|table token, or the row
---@param run string|table token, or the row
---@param fields { collection_id: string? }? token of the collection that the copy goes to
---@param options studio.call_options?
---@return table? duplicate nil, err on failure
---@return table response_or_err
function runs:duplicate(report, run, fields, options)
  return self.client:call("runs.duplicate", { report = report, run = run }, fields, options)
end

--- How far a copy is, as sent: its states are not documented.
---@param report string|table token, or the row
---@param run string|table token, or the row
---@param duplicate string|table token, or what runs:duplicate gave
---@param options studio.call_options?
---@return table? duplicate nil, err on failure
---@return table response_or_err
function runs:duplicate_status(report, run, duplicate, options)
  return self.client:call("runs.duplicate_status", { report = report, run = run, duplicate = duplicate }, nil, options)
end

--- The fields of the form in which people give a run's parameters.
---@param report string|table token, or the row
---@param run string|table token, or the row
---@param query table?
---@param options studio.call_options?
---@return table[]? form_fields nil, err on failure
---@return table response_or_err
---@return studio.page.info? info
function runs:form_fields(report, run, query, options)
  return page.list(self.client, "runs.form_fields", { report = report, run = run }, query, options)
end

return runs
