-- Queries of reports and their charts, made when somebody asks, and what a client sees. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.analyst.answers"
local chance = require "studio.sandbox.chance"
local json = require "studio.sandbox.json"
local nasty = require "studio.sandbox.analyst.nasty"

local rows = {}

--- The queries of a report.
---@return table[]
function rows.of(ws, report)
  if report.queries then return report.queries end
  report.queries = {}
  for i = 1, report.queries_count or 0 do
    local n = report.n * 8 + i
    report.queries[i] = {
      n = n, id = n, token = chance.token(ws.seed, "query", n), data_source = report.data_source,
      name = ws.options.nasty and n % 2 == 0 and nasty[n % #nasty + 1] or "Query " .. i,
      raw_query = ("SELECT *\n  FROM orders -- %d\n WHERE region = {{ region }}"):format(n),
      created = report.created, updated = report.updated,
    }
  end
  return report.queries
end

--- The path of a query.
function rows.path(ws, report, query) return ws:path("/reports/%s/queries/%s", report.token, query.token) end

--- A query.
function rows.row(ws, req, report, query)
  local source, path = ws.data_sources[query.data_source], rows.path(ws, report, query)
  return {
    id = query.id, token = query.token, name = query.name, raw_query = query.raw_query,
    data_source_id = source and source.id or json.null, last_run_id = json.null, explorations_count = "0",
    report_imports_count = "0", dbt_metric_id = json.null, mapping_id = json.null,
    created_at = answers.time(query.created), updated_at = answers.time(query.updated),
    _links = answers.links(req, { self = path, charts = path .. "/charts",
      report = ws:path("/reports/%s", report.token) }),
  }
end

local types = { "line", "bar", "bigNumber" }

--- The charts of a query: two, one or none.
---@return table[]
function rows.charts(ws, query)
  local charts = {}
  for i = 1, 2 - query.n % 3 do
    charts[i] = { n = query.n * 4 + i, token = chance.token(ws.seed, "chart", query.n * 4 + i), query = query,
      title = ("Chart %d of query %d"):format(i, query.n), type = types[(query.n + i) % #types + 1] }
  end
  return charts
end

return rows
