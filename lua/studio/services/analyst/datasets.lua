-- Datasets: client.datasets. SPDX-License-Identifier: MIT
--
-- A dataset is a report of type DatasetReport, and its rows look like a report's.

local lists = require "studio.lists"
local page = require "studio.page"
local run_jobs = require "studio.services.analyst.run_jobs"

---@class studio.analyst.datasets
---@field list studio.analyst.list_of one page of a collection's datasets
---@field each studio.analyst.each_of all of them; raises the error object when a page fails
---@field pages studio.analyst.pages_of page by page
---@field list_by_data_source studio.analyst.list_of one page of a data source's datasets
---@field each_by_data_source studio.analyst.each_of all of them; raises the error object when a page fails
---@field pages_by_data_source studio.analyst.pages_of page by page
local datasets = {}
lists(datasets, "datasets", { "collection" })
lists(datasets, "datasets", { "data_source" }, "data_source")

---@param dataset studio.analyst.id
---@param options studio.call_options?
---@return studio.analyst.report? dataset nil, err on failure
---@return table response_or_err
function datasets:get(dataset, options) return self.client:call("datasets.get", { dataset = dataset }, nil, options) end

---@param dataset studio.analyst.id
---@param fields table { name =, description =, space_token = }, what changes
---@param options studio.call_options?
---@return studio.analyst.report? dataset nil, err on failure
---@return table response_or_err
function datasets:update(dataset, fields, options)
  return self.client:call("datasets.update", { dataset = dataset }, fields, options)
end

---@param dataset studio.analyst.id
---@param options studio.call_options?
---@return any? deleted true, or what the service answered; nil, err on failure
---@return table response_or_err
function datasets:delete(dataset, options)
  return self.client:call("datasets.delete", { dataset = dataset }, nil, options)
end

--- Runs a dataset. Never repeated when its outcome is unknown: see runs:run.
---@param dataset studio.analyst.id
---@param options studio.analyst.run_options?
---@return studio.job? job job:wait() gives the run as sent: results of datasets are not documented; nil, err on failure
---@return table response_or_err
function datasets:run(dataset, options)
  return run_jobs.submit(self.client, "dataset", dataset, "datasets.run", nil, options)
end

--- The reports that use a dataset, in short; all that there are.
---@param dataset studio.analyst.id
---@param query table?
---@param options studio.call_options?
---@return table[]? reports nil, err on failure
---@return table response_or_err
---@return studio.page.info? info
function datasets:reports(dataset, query, options)
  return page.list(self.client, "datasets.reports", { dataset = dataset }, query, options)
end

return datasets
