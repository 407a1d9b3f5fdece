-- The lists of the Discovery API: d.reports, d.report_stats, d.queries, d.charts, d.collections, d.members. All are
-- read alike. SPDX-License-Identifier: MIT

local lists = require "studio.lists"

--- Query: include_spaces = "all" (reports, report_stats, queries, charts), per_page (below 1000), page.
---@class studio.analyst.discovery.list
---@field list fun(self, query: table?, options: studio.call_options?): table[]?, table, studio.page.info
---@field each fun(self, query: table?, options: studio.call_options?): fun(): table?
---@field pages fun(self, query: table?, options: studio.call_options?): fun(): table[]?, table?, studio.page.info?

local resources = {}
for _, name in ipairs { "reports", "report_stats", "queries", "charts", "collections", "members" } do
  resources[name] = {}
  lists(resources[name], name, {})
end
return resources
