-- Reports: lists, one, and what is done to them. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.analyst.answers"
local json = require "studio.sandbox.json"
local lists = require "studio.sandbox.analyst.report_lists"
local requests = require "studio.sandbox.analyst.requests"
local rows = require "studio.sandbox.analyst.report_rows"
local writes = require "studio.sandbox.analyst.report_writes"

local on_report = requests.on_report

local function list_of_collection(ws, req)
  local space, status, body = ws:collection(req)
  if not space then return status, body end
  return lists.page(ws, req, lists.chosen(req, space.reports, function(report)
    return ws.options.mix_datasets or report.type ~= "DatasetReport"
  end))
end

-- One row for each query of a report that uses the source: the same report comes several times.
local function list_of_data_source(ws, req)
  local source, status, body = ws:data_source(req)
  if not source then return status, body end
  local list = {}
  for _, report in ipairs(lists.everywhere(ws, req, function(report)
    return report.type ~= "DatasetReport" and report.data_source == source.n
  end)) do
    for _ = 1, report.queries_count do list[#list + 1] = report end
  end
  return lists.page(ws, req, list)
end

-- ---- one ----------------------------------------------------------------------------------------------------------

local function set_archived(operation, archived)
  return on_report(function(ws, req, report)
    report.archived = archived
    ws:touch(report)
    ws:changed(operation, report.token)
    return 200, rows.whole(ws, req, report)
  end)
end

-- Not documented: a report without a name in the caller's personal collection, whatever the body says.
local function create(ws, req)
  local report = ws:add_report {
    n = 400000 + ws.last, token = ws:new_token "report", collection = ws:personal(req.principal), type = "Report",
    name = json.null, archived = false, created = ws:now(), updated = ws:now(), edited = ws:now(), last_run = false,
    last_success = false, last_viewed = false, views = 0, runs_count = 0, owner = req.principal.user, queries_count = 0,
    data_source = 0, schedules = {},
  }
  ws:changed("reports.create", report.token)
  return 201, rows.whole(ws, req, report)
end

-- Throws away the results of runs from the day `time` on, to the day `end_time` or now: which of the two directions is
-- meant is not documented. Takes them as query or body: sources differ.
local function purge(ws, req)
  local time, end_time = req.query.time or req.json.time, req.query.end_time or req.json.end_time
  if time == nil then return answers.param_missing "time" end
  local from, to = answers.moment(time), ws:now()
  if end_time ~= nil then to = answers.moment(end_time) end
  if not from then return answers.invalid { time = "is not a date" } end
  if not to then return answers.invalid { end_time = "is not a date" } end
  table.insert(ws.purges, { from = from, to = to, at = ws:now() })
  ws:changed("reports.purge", time)
  return 202
end

return function(add)
  add("GET", "/spaces/{collection}/reports", "reports", list_of_collection)
  add("GET", "/data_sources/{data_source}/reports", "reports", list_of_data_source)
  add("POST", "/reports/purge", "reports", purge)
  add("POST", "/reports", "reports", create)
  add("GET", "/reports/{report}", "reports", on_report(function(ws, req, report)
    return 200, rows.whole(ws, req, report)
  end))
  add("PATCH", "/reports/{report}", "reports", on_report(writes.update))
  add("DELETE", "/reports/{report}", "reports", on_report(writes.delete))
  add("PATCH", "/reports/{report}/archive", "reports", set_archived("reports.archive", true))
  add("PATCH", "/reports/{report}/unarchive", "reports", set_archived("reports.unarchive", false))
end
