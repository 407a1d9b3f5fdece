-- The runs of the queries in a report run: client.query_runs. SPDX-License-Identifier: MIT

local lists = require "studio.lists"

---@class studio.analyst.query_runs
---@field list studio.analyst.list_of_two one page of a run's query runs (report, run, …)
---@field each studio.analyst.each_of_two all of them; raises the error object when a page fails
---@field pages studio.analyst.pages_of_two page by page
local query_runs = {}
lists(query_runs, "query_runs", { "report", "run" })

--- What became of one query: its `error_message` and `error_code` say why a run failed.
---@param report studio.analyst.id
---@param run studio.analyst.id
---@param query_run studio.analyst.id
---@param options studio.call_options?
---@return studio.analyst.query_run? query_run nil, err on failure
---@return table response_or_err
function query_runs:get(report, run, query_run, options)
  return self.client:call("query_runs.get", { report = report, run = run, query_run = query_run }, nil, options)
end

return query_runs
