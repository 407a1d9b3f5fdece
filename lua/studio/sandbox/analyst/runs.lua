-- Runs of reports: begun, watched, cloned, duplicated. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.analyst.answers"
local history = require "studio.sandbox.analyst.history"
local json = require "studio.sandbox.json"
local report_rows = require "studio.sandbox.analyst.report_rows"
local requests = require "studio.sandbox.analyst.requests"
local rows = require "studio.sandbox.analyst.run_rows"

local on_run = requests.on_run

-- ---- beginning one ------------------------------------------------------------------------------------------------

-- { "report": { "dataset_tokens": [{ "token": … }] } }; or the answer that says what is wrong with it.
local function wrong_datasets(ws, req)
  local fields, status, body = requests.fields(req, "report", { dataset_tokens = "table" }, { "dataset_tokens" })
  if not fields then return status, body end
  for _, entry in ipairs(fields.dataset_tokens) do
    local token = type(entry) == "table" and entry.token
    local dataset = type(token) == "string" and ws.reports[token]
    if not dataset or dataset.type ~= "DatasetReport" then return answers.not_found "dataset" end
  end
end

-- Two forms of a body on one path: `parameters`, or datasets to be taken anew.
local function run(ws, req, report)
  local status, body
  if req.json.report ~= nil then
    status, body = wrong_datasets(ws, req)
  else
    local fields
    fields, status, body = requests.check(req.json, { parameters = "table" })
    if fields then status, body = nil, nil end
  end
  if status then return status, body end
  local parameters = req.json.parameters
  if parameters == json.null or type(parameters) ~= "table" then parameters = {} end
  return 202, rows.run(ws, req, history.begin(ws, report, parameters))
end

local function get(ws, req, of) return 200, rows.run(ws, req, of) end

local function form_fields(_, req)
  local fields = { { name = "region", options = json.array { "EMEA", "APAC", "AMER" }, options_error = json.null,
    source_size = 3 } }
  return answers.whole(req, "form_fields", fields, function(field) return field end)
end

-- ---- copies -------------------------------------------------------------------------------------------------------

-- A copy of the run's report, in that collection.
local function copy(ws, of, collection, owner)
  local report = of.report
  local made = ws:add_report {
    n = 600000 + ws.last, token = ws:new_token "report", collection = collection, type = report.type, archived = false,
    name = report.name ~= json.null and report.name or "Untitled", description = report.description, created = ws:now(),
    updated = ws:now(), edited = ws:now(), last_run = false, last_success = false, last_viewed = false, views = 0,
    runs_count = 0, owner = owner, queries_count = report.queries_count, data_source = report.data_source,
    schedules = {},
  }
  ws:changed("runs.copy", report.token)
  return made
end

local function clone(ws, req, of)
  return 200, report_rows.whole(ws, req, copy(ws, of, ws:personal(req.principal), req.principal.user))
end

-- The schema is missing in the documentation: states and fields are assumed.
local function duplicate_row(ws, req, job)
  local done = ws:now() >= job.created + job.duration
  local path = ws:path("/reports/%s/runs/%s/duplicates/%s", job.run.report.token, job.run.token, job.token)
  return {
    token = job.token, state = done and "completed" or "pending", created_at = answers.time(job.created),
    report_token = done and job.report.token or json.null,
    _links = answers.links(req, { self = path, report = done and ws:path("/reports/%s", job.report.token) or nil }),
  }
end

local function duplicate(ws, req, of)
  local collection, status, body
  if req.query.collection_id then
    collection, status, body = ws:collection(req, req.query.collection_id)
    if not collection then return status, body end
  end
  local job = { token = ws:new_token "duplicate", run = of, created = ws:now(),
    duration = ws.world:draw(ws.world.options.run_seconds),
    report = copy(ws, of, collection or of.report.collection, req.principal.user) }
  ws.duplicates[#ws.duplicates + 1] = job
  return 200, duplicate_row(ws, req, job)
end

local function duplicate_status(ws, req, of)
  local job = requests.find(ws.duplicates, req.args.duplicate)
  if not job or job.run.token ~= of.token then return answers.not_found "duplicate" end
  return 200, duplicate_row(ws, req, job)
end

-- ---- its queries --------------------------------------------------------------------------------------------------

local function list_query_runs(ws, req, of)
  return answers.whole(req, "query_runs", rows.query_runs(ws, of), function(query_run)
    return rows.query_run(ws, req, query_run)
  end)
end

local function get_query_run(ws, req, of)
  local query_run = requests.find(rows.query_runs(ws, of), req.args.query_run)
  if not query_run then return answers.not_found "query run" end
  return 200, rows.query_run(ws, req, query_run)
end

return function(add)
  add("GET", "/reports/{report}/runs", "report_runs", requests.on_report(rows.list))
  add("POST", "/reports/{report}/runs", "report_runs", requests.on_report(run))
  add("GET", "/reports/{report}/runs/{run}", "report_runs", on_run(get))
  add("POST", "/reports/{report}/runs/{run}/clone", "report_runs", on_run(clone), { kinds = { personal = true } })
  add("POST", "/reports/{report}/runs/{run}/duplicates", "report_runs", on_run(duplicate))
  add("GET", "/reports/{report}/runs/{run}/duplicates/{duplicate}", "report_runs", on_run(duplicate_status))
  add("GET", "/reports/{report}/runs/{run}/options", "report_runs", on_run(form_fields))
  add("GET", "/reports/{report}/runs/{run}/query_runs", "query_runs", on_run(list_query_runs))
  add("GET", "/reports/{report}/runs/{run}/query_runs/{query_run}", "query_runs", on_run(get_query_run))
end
