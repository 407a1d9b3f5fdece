-- Routes: queries, charts and filters of reports. SPDX-License-Identifier: MIT

local report = "/api/{workspace}/reports/{report}"
local queries = report .. "/queries"
local query = queries .. "/{query}"
local filters = report .. "/filters"
local filter = filters .. "/{filter}"

return {
  { name = "queries.list", verb = "GET", path = queries, from = "documented", key = "queries", paging = "once",
    note = "the list ignores page (mode-sdk, DataHub)" },
  { name = "queries.create", verb = "POST", path = queries, from = "documented", wrapper = "query",
    required = { "raw_query", "data_source_id" },
    find_out = "list the report's queries and look for it before trying again",
    note = "data_source_id is the number id of a data source, not its token" },
  { name = "queries.get", verb = "GET", path = query, from = "documented" },
  { name = "queries.update", verb = "PATCH", path = query, from = "documented", wrapper = "query" },
  { name = "queries.delete", verb = "DELETE", path = query, from = "documented" },

  { name = "charts.list", verb = "GET", path = query .. "/charts", from = "documented", key = "charts",
    paging = "once", note = "the list ignores page (mode-sdk, DataHub)" },
  { name = "charts.get", verb = "GET", path = query .. "/charts/{chart}", from = "documented" },

  { name = "filters.list", verb = "GET", path = filters, from = "documented", key = "report_filters",
    paging = "pages" },
  { name = "filters.create", verb = "POST", path = filters, from = "documented", wrapper = "report_filter",
    find_out = "list the report's filters and look for it before trying again",
    required = {
      "name", "formula", "data_type", "formula_type", "filter_type", "control_type", "variable_type", "options",
    } },
  { name = "filters.get", verb = "GET", path = filter, from = "documented" },
  { name = "filters.update", verb = "PATCH", path = filter, from = "documented", wrapper = "report_filter" },
  { name = "filters.delete", verb = "DELETE", path = filter, from = "documented" },
}
