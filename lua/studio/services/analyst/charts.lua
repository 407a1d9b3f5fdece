-- A query's charts, to be read only: client.charts. SPDX-License-Identifier: MIT

local lists = require "studio.lists"

---@class studio.analyst.charts
---@field list studio.analyst.list_of_two one page of a query's charts (report, query, …)
---@field each studio.analyst.each_of_two all of them; raises the error object when a page fails
---@field pages studio.analyst.pages_of_two page by page
local charts = {}
lists(charts, "charts", { "report", "query" })

---@param report studio.analyst.id
---@param query studio.analyst.id
---@param chart studio.analyst.id
---@param options studio.call_options?
---@return studio.analyst.chart? chart nil, err on failure
---@return table response_or_err
function charts:get(report, query, chart, options)
  return self.client:call("charts.get", { report = report, query = query, chart = chart }, nil, options)
end

return charts
