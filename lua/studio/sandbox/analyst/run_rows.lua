-- What a client sees of the runs of reports and datasets, and of the queries in them. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.analyst.answers"
local chance = require "studio.sandbox.chance"
local history = require "studio.sandbox.analyst.history"
local json = require "studio.sandbox.json"
local query_rows = require "studio.sandbox.analyst.query_rows"

local rows = {}

local function path_of(ws, run)
  local dataset = run.report.type == "DatasetReport"
  return ws:path(dataset and "/datasets/%s/runs/%s" or "/reports/%s/runs/%s", run.report.token, run.token)
end

local function links(ws, req, run)
  local path = path_of(ws, run)
  if run.report.type == "DatasetReport" then
    return answers.links(req, { self = path, dataset = ws:path("/datasets/%s", run.report.token) })
  end
  return answers.links(req, {
    self = path, report = ws:path("/reports/%s", run.report.token), query_runs = path .. "/query_runs",
    content = path .. "/results/content.json", csv_export = path .. "/results/content.csv", clone = path .. "/clone",
    pdf_export = ws:path("/reports/%s/exports/runs/%s/pdf.pdf", run.report.token, run.token),
  })
end

--- A run.
---@param run sandbox.run
function rows.run(ws, req, run)
  local now = ws:now()
  local state, python_state = history.state(run, now)
  local ended, purged = history.ended(run, now), history.purged(ws, run)
  local success, failing = history.latest_success(run.report, now)
  local row = {
    token = run.token, id = tostring(run.report.n << 20 | run.number), state = state, python_state = python_state,
    parameters = run.parameters, created_at = answers.time(run.created), completed_at = answers.time(ended),
    updated_at = answers.time(ended or now), form_fields = json.array {},
    purge_started_at = answers.time(purged), purge_completed_at = answers.time(purged and purged + 1),
    pusher_channel_name = "private-run-" .. run.token, _links = links(ws, req, run),
  }
  local thing = run.report.type == "DatasetReport" and "dataset" or "report"
  row[("is_latest_%s_run"):format(thing)] = run.number == history.count(run.report)
  row[("is_latest_successful_%s_run"):format(thing)] = run.number == success
  row[thing .. "_has_failures_since_last_success"] = failing
  return row
end

local function reversed(list)
  return setmetatable({}, {
    __len = function() return #list end, __index = function(_, i) return list[#list + 1 - i] end,
  })
end

--- A page of the runs of a report or dataset, the newest first, with a pagination block and links to the pages beside
--- it. `filter` is documented; an unofficial client's author saw it answered 500.
function rows.list(ws, req, report)
  if req.query.filter then return answers.error(500, "Internal Server Error") end
  local all = history.list(ws, report)
  if req.query.order == "asc" then all = reversed(all) end
  local page, paging = answers.cut(req, all, function(run) return rows.run(ws, req, run) end)
  local status, body = answers.list(req, "report_runs", page)
  body.pagination = paging
  local function link(n) return { href = ("%s?page=%d&per_page=%d"):format(req.path, n, paging.per_page) } end
  if paging.page < paging.total_pages then body._links.next_page = link(paging.page + 1) end
  if paging.page > 1 then body._links.prev_page = link(paging.page - 1) end
  return status, body
end

--- The queries of a run, each with a token of its own.
---@return { n: integer, token: string, query: table, run: sandbox.run }[]
function rows.query_runs(ws, run)
  local list = {}
  for i, query in ipairs(query_rows.of(ws, run.report)) do
    list[i] = { n = i, query = query, run = run, token = chance.token(ws.seed, "query run " .. run.token, query.n) }
  end
  return list
end

-- No list of a query run's states is documented; these are the run's own words.
local function state_of(query_run, now)
  local state = history.state(query_run.run, now)
  if state == "completed" then return "succeeded" end
  if state == "running_notebook" then return "succeeded" end
  if state == "failed" and query_run.n > 1 then return "succeeded" end -- it was the first one
  return state
end

--- A query's part of a run. Why a run failed is told here only.
function rows.query_run(ws, req, query_run)
  local now, run, query = ws:now(), query_run.run, query_run.query
  local state, source = state_of(query_run, now), ws.data_sources[query.data_source]
  local path = path_of(ws, run) .. "/query_runs/" .. query_run.token
  local ended = history.ended(run, now)
  local failed = state == "failed"
  return {
    id = tostring(query.n << 20 | run.number), token = query_run.token, state = state, query_token = query.token,
    query_name = query.name, query_created_at = answers.time(query.created), data_source_id = source and source.id,
    data_source_token = source and source.token, raw_source = query.raw_query, rendered_source = query.raw_query,
    parameters = run.parameters, limit = false, max_result_bytes = 10 << 30, dbt_metric_id = json.null,
    error_code = failed and "42P01" or json.null, error_type = failed and "generic" or json.null,
    error_message = failed and 'relation "orders" does not exist\nLINE 2:   FROM orders' or json.null,
    help_url = json.null, created_at = answers.time(run.created), completed_at = answers.time(ended),
    _links = answers.links(req, { self = path, report_run = path_of(ws, run), content = path .. "/results/content.json",
      query = query_rows.path(ws, run.report, query) }),
  }
end

return rows
