-- The results of runs: CSV, JSON, packed ones, and PDF exports. SPDX-License-Identifier: MIT
--
-- Downloads can be asked for in parts, and have an ETag. What is not there, or no more, is a 404.

local answers = require "studio.sandbox.analyst.answers"
local contents = require "studio.sandbox.analyst.contents"
local history = require "studio.sandbox.analyst.history"
local json = require "studio.sandbox.json"
local pack = require "studio.sandbox.pack"
local pdf = require "studio.sandbox.pdf"
local ranges = require "studio.sandbox.ranges"
local requests = require "studio.sandbox.analyst.requests"
local rows = require "studio.sandbox.analyst.run_rows"

local on_run = requests.on_run

local MISSING = "run results"

-- Whether the run's results are there.
local function there(ws, run)
  return history.succeeded[history.state(run, ws:now())] and not history.purged(ws, run)
end

local types = { csv = "text/csv; charset=utf-8", json = "application/json; charset=utf-8" }

local function seed_of(query_run) return tonumber(query_run.token:sub(1, 8), 16) end

local function content(ws, format, query_run)
  return contents[format](seed_of(query_run), ws.world.options.result_rows)
end

-- Sends a file; `mark` is what its validator is made of.
local function send(req, bytes, mark, headers)
  headers.etag = ('"%s-%d"'):format(mark, #bytes)
  return ranges.answer(req, bytes, headers)
end

-- One query's rows.
local function of_query(ws, req, format, query_run)
  return send(req, content(ws, format, query_run), query_run.token, { ["content-type"] = types[format] })
end

local function gzipped(ws, req, query_run)
  return send(req, pack.gzip(tostring(content(ws, "csv", query_run))), query_run.token .. "-gz",
    { ["content-type"] = types.csv, ["content-encoding"] = "gzip" })
end

-- A file for each query, named as the query is: a client must not trust these names.
local function zipped(ws, req, run, query_runs)
  local files = {}
  for i, query_run in ipairs(query_runs) do
    local name = query_run.query.name == json.null and "null" or query_run.query.name
    files[i] = { name = name .. ".csv", data = tostring(content(ws, "csv", query_run)) }
  end
  return send(req, pack.zip(files), run.token .. "-zip", { ["content-type"] = "application/zip" })
end

-- The whole run's result: of its first query, or, packed, of all.
local function of_run(ws, req, format, run)
  if not there(ws, run) then return answers.not_found(MISSING) end
  local query_runs = rows.query_runs(ws, run)
  if not query_runs[1] then return answers.not_found(MISSING) end
  local kind = format == "csv" and ws.world.options.results
  if kind == "zip" then return zipped(ws, req, run, query_runs) end
  if kind == "gzip" then return gzipped(ws, req, query_runs[1]) end
  return of_query(ws, req, format, query_runs[1])
end

-- ---- PDF: asked for, then made, then there ------------------------------------------------------------------------

-- The export of a run; the first look has it made.
local function export_of(ws, run)
  local export = ws.exports[run.token]
  if not export then
    export = { created = ws:now(), duration = ws.world:draw(ws.world.options.run_seconds) }
    ws.exports[run.token] = export
    ws:changed("exports.render", run.token)
  end
  return export
end

local function export_state(ws, export)
  local age = ws:now() - export.created
  if age >= export.duration then return "completed" end
  return age < export.duration / 4 and "new" or "requested"
end

local function export_row(ws, req, run)
  if not there(ws, run) then return answers.not_found(MISSING) end
  local path = ws:path("/reports/%s/exports/runs/%s/pdf", run.report.token, run.token)
  return 200, {
    state = export_state(ws, export_of(ws, run)), filename = ("report-%s.pdf"):format(run.report.token),
    _links = answers.links(req, { self = path .. ".pdf", download = path .. "/download" }),
  }
end

local function render(ws, req, run)
  local fields, status, body = requests.check(req.json, { trk_source = "string" })
  if not fields then return status, body end
  return export_row(ws, req, run)
end

local function download(ws, req, run)
  local export = ws.exports[run.token]
  if not export or export_state(ws, export) ~= "completed" then
    return answers.error(404, "export not yet generated")
  end
  local name = run.report.name == json.null and "Untitled" or run.report.name
  return send(req, pdf.page(name), run.token .. "-pdf", { ["content-type"] = "application/pdf" })
end

-- ---- operations ---------------------------------------------------------------------------------------------------

local function run_result(format)
  return on_run(function(ws, req, run) return of_run(ws, req, format, run) end)
end

local function query_result(format)
  return on_run(function(ws, req, run)
    local query_run = requests.find(rows.query_runs(ws, run), req.args.query_run)
    if not query_run then return answers.not_found "query run" end
    if not there(ws, run) then return answers.not_found(MISSING) end
    return of_query(ws, req, format, query_run)
  end)
end

-- Not documented: the last good run's.
local function latest(ws, req, report)
  local number = history.latest_success(report, ws:now())
  if number == 0 then return answers.not_found(MISSING) end
  return of_run(ws, req, "csv", history.run(ws, report, number))
end

return function(add)
  local run, query_run = "/reports/{report}/runs/{run}", "/reports/{report}/runs/{run}/query_runs/{query_run}"
  for _, format in ipairs { "csv", "json" } do
    add("GET", run .. "/results/content." .. format, "results", run_result(format))
    add("GET", query_run .. "/results/content." .. format, "results", query_result(format))
  end
  add("GET", "/reports/{report}/results/content.csv", "results", requests.on_report(latest))
  add("POST", "/reports/{report}/exports/runs/{run}/pdf", "exports", on_run(render))
  add("GET", "/reports/{report}/exports/runs/{run}/pdf.pdf", "exports", on_run(export_row))
  add("GET", "/reports/{report}/exports/runs/{run}/pdf/download", "exports", on_run(download))
end
