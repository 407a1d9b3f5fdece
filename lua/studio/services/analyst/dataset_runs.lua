-- Runs of a dataset: client.dataset_runs. SPDX-License-Identifier: MIT

local lists = require "studio.lists"
local run_jobs = require "studio.services.analyst.run_jobs"

---@class studio.analyst.dataset_runs
---@field list studio.analyst.list_of one page of a dataset's runs, newest first
---@field each studio.analyst.each_of all of them; raises the error object when a page fails
---@field pages studio.analyst.pages_of page by page
local dataset_runs = {}
lists(dataset_runs, "dataset_runs", { "dataset" })

--- A run of a dataset; the way back to one whose token was kept.
---@param dataset studio.analyst.id
---@param run studio.analyst.id
---@param options studio.call_options?
---@return studio.job? job nil, err on failure
---@return table response_or_err
function dataset_runs:get(dataset, run, options)
  local data, response = self.client:call("dataset_runs.get", { dataset = dataset, run = run }, nil, options)
  if data == nil then return nil, response end
  return run_jobs.of_dataset(self.client, dataset, nil, data, response, run)
end

return dataset_runs
