-- Queries of reports, and their charts. Neither list pages. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.analyst.answers"
local json = require "studio.sandbox.json"
local requests = require "studio.sandbox.analyst.requests"
local rows = require "studio.sandbox.analyst.query_rows"

local SHAPE = { raw_query = "string", data_source_id = "number", name = "string" }

-- A handler of one query: handle(ws, req, report, query, place in the list).
local function on_query(handle)
  return requests.on_report(function(ws, req, report)
    local query, at = requests.find(rows.of(ws, report), req.args.query)
    if not query then return answers.not_found "query" end
    return handle(ws, req, report, query, at)
  end)
end

local function list(ws, req, report)
  return answers.whole(req, "queries", rows.of(ws, report), function(query) return rows.row(ws, req, report, query) end)
end

-- Writes the fields into a query; or answers what is wrong with them. Its data source is named by the numeric id.
local function write(ws, query, fields)
  if fields.data_source_id then
    local place
    for i, source in ipairs(ws.data_sources) do
      if source.id == fields.data_source_id then place = i end
    end
    if not place then return answers.not_found "data source" end
    query.data_source = place
  end
  query.raw_query, query.name = fields.raw_query or query.raw_query, fields.name or query.name
  query.updated = ws:now()
end

local function create(ws, req, report)
  local fields, status, body = requests.fields(req, "query", SHAPE, { "raw_query", "data_source_id" })
  if not fields then return status, body end
  local all = rows.of(ws, report)
  local query = { token = ws:new_token "query", name = "Query " .. #all + 1, created = ws:now() }
  query.n, query.id = 5000000 + ws.last, 5000000 + ws.last
  status, body = write(ws, query, fields)
  if status then return status, body end
  all[#all + 1] = query
  report.queries_count = #all
  ws:touch(report)
  ws:changed("queries.create", report.token)
  return 200, rows.row(ws, req, report, query)
end

local function get(ws, req, report, query) return 200, rows.row(ws, req, report, query) end

local function update(ws, req, report, query)
  local fields, status, body = requests.fields(req, "query", SHAPE)
  if not fields then return status, body end
  status, body = write(ws, query, fields)
  if status then return status, body end
  ws:changed("queries.update", query.token)
  return 200, rows.row(ws, req, report, query)
end

local function delete(ws, req, report, query, at)
  table.remove(report.queries, at)
  report.queries_count = #report.queries
  ws:touch(report)
  ws:changed("queries.delete", query.token)
  return 200, rows.row(ws, req, report, query)
end

-- ---- charts -------------------------------------------------------------------------------------------------------

local function chart_row(ws, req, report, chart)
  local path = rows.path(ws, report, chart.query)
  return {
    token = chart.token, view = {}, view_version = 2, color_palette_token = json.null,
    view_vegas = { title = chart.title, chartType = chart.type, encoding = {}, format = {} },
    created_at = answers.time(chart.query.created), updated_at = answers.time(chart.query.updated),
    _links = answers.links(req, { self = path .. "/charts/" .. chart.token, query = path }),
  }
end

local function list_charts(ws, req, report, query)
  return answers.whole(req, "charts", rows.charts(ws, query), function(chart)
    return chart_row(ws, req, report, chart)
  end)
end

local function get_chart(ws, req, report, query)
  local chart = requests.find(rows.charts(ws, query), req.args.chart)
  if not chart then return answers.not_found "chart" end
  return 200, chart_row(ws, req, report, chart)
end

return function(add)
  add("GET", "/reports/{report}/queries", "queries", requests.on_report(list))
  add("POST", "/reports/{report}/queries", "queries", requests.on_report(create))
  add("GET", "/reports/{report}/queries/{query}", "queries", on_query(get))
  add("PATCH", "/reports/{report}/queries/{query}", "queries", on_query(update))
  add("DELETE", "/reports/{report}/queries/{query}", "queries", on_query(delete))
  add("GET", "/reports/{report}/queries/{query}/charts", "charts", on_query(list_charts))
  add("GET", "/reports/{report}/queries/{query}/charts/{chart}", "charts", on_query(get_chart))
end
