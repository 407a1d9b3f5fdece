-- Operations: queries, charts, filters. See analyst_operations.lua. SPDX-License-Identifier: MIT

local filter = {
  name = "Country", formula = "[country]", data_type = "string", formula_type = "field", filter_type = "SINGLE",
  control_type = "LIST", variable_type = "DISCRETE", options = { "SE", "NO" },
}

return {
  { "queries.list", "GET /api/acme/reports/r1/queries", with = { "r1" }, rows = "queries" },
  { "queries.create", "POST /api/acme/reports/r1/queries",
    with = { "r1", { raw_query = "SELECT 1", data_source_id = 42, name = "One" } },
    body = '{"query":{"raw_query":"SELECT 1","data_source_id":42,"name":"One"}}' },
  { "queries.get", "GET /api/acme/reports/r1/queries/q1", with = { "r1", "q1" } },
  { "queries.update", "PATCH /api/acme/reports/r1/queries/q1", with = { "r1", "q1", { raw_query = "SELECT 2" } },
    body = '{"query":{"raw_query":"SELECT 2"}}' },
  { "queries.delete", "DELETE /api/acme/reports/r1/queries/q1", with = { "r1", "q1" } },

  { "charts.list", "GET /api/acme/reports/r1/queries/q1/charts", with = { "r1", "q1" }, rows = "charts" },
  { "charts.get", "GET /api/acme/reports/r1/queries/q1/charts/c1", with = { "r1", "q1", "c1" } },

  { "filters.list", "GET /api/acme/reports/r1/filters", with = { "r1" }, rows = "report_filters" },
  { "filters.create", "POST /api/acme/reports/r1/filters", with = { "r1", filter },
    body = [[{"report_filter":{"name":"Country","formula":"[country]","data_type":"string","formula_type":"field",
      "filter_type":"SINGLE","control_type":"LIST","variable_type":"DISCRETE","options":["SE","NO"]}}]] },
  { "filters.get", "GET /api/acme/reports/r1/filters/f1", with = { "r1", "f1" } },
  { "filters.update", "PATCH /api/acme/reports/r1/filters/f1", with = { "r1", "f1", { name = "Land" } },
    body = '{"report_filter":{"name":"Land"}}' },
  { "filters.delete", "DELETE /api/acme/reports/r1/filters/f1", with = { "r1", "f1" } },
}
