-- Reports: lists, one, and what is done to them. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.analyst.answers"
local json = require "studio.sandbox.json"
local rows = require "studio.sandbox.analyst.report_rows"

-- ---- lists --------------------------------------------------------------------------------------------------------

local orders = {
  created_at = function(report) return report.created end,
  updated_at = function(report) return report.updated end,
}

-- "created_at.gt.2026-01-01T00:00:00Z"; whatever else is passed over.
local function filter_of(text)
  local field, how, time = (text or ""):match "^(%a+_at)%.([gl]t)%.(%d%d%d%d%-%d%d%-%d%d.*)$"
  local read = orders[field]
  if not read then return function() return true end end
  return function(report)
    local own = answers.time(read(report))
    if how == "gt" then return own > time end
    return own < time
  end
end

-- What a list shows, in the order that was asked for.
local function chosen(req, reports, wanted)
  local keep, list = filter_of(req.query.filter), {}
  for _, report in ipairs(reports) do
    if wanted(report) and keep(report) then list[#list + 1] = report end
  end
  local read = orders[req.query.order_by or req.query.order and "updated_at"]
  if read then
    local down = req.query.order ~= "asc"
    table.sort(list, function(a, b)
      local x, y = read(a), read(b)
      if x == y then return a.n < b.n end
      if down then return x > y end
      return x < y
    end)
  end
  return list
end

-- Lists of reports have 30 to a page, whatever per_page says.
local function page(ws, req, list)
  return answers.page(req, "reports", list, function(report) return rows.cached(ws, req, report) end, answers.PAGE)
end

local function list_of_collection(ws, req)
  local space, status, body = ws:collection(req)
  if not space then return status, body end
  return page(ws, req, chosen(req, space.reports, function(report)
    return ws.options.mix_datasets or report.type ~= "DatasetReport"
  end))
end

-- One row for each query of a report that uses the source: the same report comes several times.
local function list_of_data_source(ws, req)
  local source, status, body = ws:data_source(req)
  if not source then return status, body end
  local list = {}
  for _, space in ipairs(ws.collections) do
    if ws:sees(req.principal, space) then
      for _, report in ipairs(chosen(req, space.reports, function(report)
        return report.type ~= "DatasetReport" and report.data_source == source.n
      end)) do
        for _ = 1, report.queries_count do list[#list + 1] = report end
      end
    end
  end
  return page(ws, req, list)
end

-- ---- one ----------------------------------------------------------------------------------------------------------

-- A handler of one report that the caller may see.
local function on_report(handle)
  return function(ws, req)
    local report, status, body = ws:report(req)
    if not report then return status, body end
    return handle(ws, req, report)
  end
end

local function set_archived(operation, archived)
  return on_report(function(ws, req, report)
    report.archived = archived
    ws:touch(report)
    ws:changed(operation, report.token)
    return 200, rows.whole(ws, req, report)
  end)
end

local function wrong_name(name)
  if name == nil or name == json.null then return nil end
  if type(name) ~= "string" then return { name = "is not a text" } end
  if (utf8.len(name) or #name) > 64 then return { name = "is too long (maximum is 64 characters)" } end
end

local function update(ws, req, report)
  local fields, status, body = answers.wrapped(req, "report")
  if not fields then return status, body end
  local wrong = wrong_name(fields.name)
  if wrong then return answers.invalid(wrong) end
  local space
  if fields.space_token ~= nil then
    space, status, body = ws:collection(req, fields.space_token)
    if not space then return status, body end
  end
  if fields.name ~= nil then report.name = fields.name end
  if fields.description ~= nil then report.description = fields.description end
  if space then ws:move_report(report, space) end
  ws:touch(report)
  ws:changed(space and "reports.move" or "reports.update", report.token)
  return 200, rows.whole(ws, req, report)
end

local function delete(ws, _, report)
  ws:remove_report(report)
  ws:changed("reports.delete", report.token)
  return 200
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

-- Takes the time as query or body: sources differ.
local function purge(ws, req)
  local time = req.query.time or req.json.time
  if type(time) ~= "string" then return answers.param_missing "time" end
  if not time:find "^%d%d%d%d%-%d%d%-%d%d$" then return answers.invalid { time = "is not a date" } end
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
  add("PATCH", "/reports/{report}", "reports", on_report(update))
  add("DELETE", "/reports/{report}", "reports", on_report(delete))
  add("PATCH", "/reports/{report}/archive", "reports", set_archived("reports.archive", true))
  add("PATCH", "/reports/{report}/unarchive", "reports", set_archived("reports.unarchive", false))
end
