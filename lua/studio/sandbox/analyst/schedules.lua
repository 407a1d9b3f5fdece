-- Schedules of reports; those of datasets can only be looked at. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.analyst.answers"
local crons = require "studio.sandbox.analyst.crons"
local json = require "studio.sandbox.json"
local requests = require "studio.sandbox.analyst.requests"

local on_report = requests.on_report

local function row(ws, req, report, schedule)
  local self = ws:path("/reports/%s/schedules/%s", report.token, schedule.token)
  local made = crons.prose(schedule.cron)
  local more = {
    token = schedule.token, name = schedule.name or json.null, parameters = schedule.params or {},
    timeout = schedule.timeout or json.null, retry_state = "none", retry_count = 0, retry_delay = json.null,
    last_run_at = answers.time(schedule.last_run), last_succeeded_at = answers.time(schedule.last_success),
    last_scheduled_run = answers.time(schedule.last_run), next_scheduled_run = answers.time(ws:now() + 3600),
    report_name = report.name, report_token = report.token, report_type = report.type, delivery = "email",
    subscribed = false, subscriber_count = schedule.subscribers, created_at = answers.time(schedule.created),
    updated_at = answers.time(schedule.updated), _links = answers.links(req, {
      self = self, report = ws:path("/reports/%s", report.token), creator = "/api/" .. report.owner,
      report_schedule_subscriptions = self .. "/subscriptions",
    }),
  }
  for name, value in pairs(more) do made[name] = value end
  return made
end

-- ---- what is posted -----------------------------------------------------------------------------------------------

local SHAPE = { cron = "any", name = "string", timeout = "number", params = "table" }

local function set(schedule, name, value)
  if value == json.null then schedule[name] = nil elseif value ~= nil then schedule[name] = value end
end

-- Puts the fields of a body into a schedule; or answers what is wrong with them.
local function assign(ws, req, schedule)
  local fields, status, body = requests.either(ws, req, "report_schedule")
  if fields then fields, status, body = requests.check(fields, SHAPE) end
  if not fields then return status, body end
  if fields.cron ~= nil then
    local cron, wrong = crons.read(fields.cron)
    if not cron then return answers.invalid(wrong) end
    schedule.cron = cron
  elseif not schedule.cron then
    return answers.param_missing "cron"
  end
  schedule.updated = ws:now()
  for _, name in ipairs { "name", "timeout", "params" } do set(schedule, name, fields[name]) end
end

-- ---- operations ---------------------------------------------------------------------------------------------------

local function list(ws, req, report)
  return answers.page(req, "report_schedules", report.schedules, function(schedule)
    return row(ws, req, report, schedule)
  end)
end

local function create(ws, req, report)
  local schedule = { created = ws:now(), last_run = false, last_success = false, subscribers = 0 }
  local status, body = assign(ws, req, schedule)
  if status then return status, body end
  schedule.token = ws:new_token "schedule"
  table.insert(report.schedules, schedule)
  ws:touch(report)
  ws:changed("schedules.create", report.token)
  return 200, row(ws, req, report, schedule)
end

-- A handler of one schedule: handle(ws, req, report, schedule, its place).
local function on_schedule(handle)
  return on_report(function(ws, req, report)
    local schedule, at = requests.find(report.schedules, req.args.schedule)
    if not schedule then return answers.not_found "schedule" end
    return handle(ws, req, report, schedule, at)
  end)
end

local function update(ws, req, report, schedule)
  local status, body = assign(ws, req, schedule)
  if status then return status, body end
  ws:changed("schedules.update", schedule.token)
  return 200, row(ws, req, report, schedule)
end

local function delete(ws, _, report, schedule, at)
  table.remove(report.schedules, at)
  ws:touch(report)
  ws:changed("schedules.delete", schedule.token)
  return 200
end

-- How the schedules are named is not documented; taken as query, by the names of the path parameters that the vendor's
-- swagger file lists for a path that has none. Several schedules stand with commas between them.
local function bulk_delete(ws, req)
  local report, status, body = ws:report(req, req.query.report or "")
  if not report then return status, body end
  if not req.query.schedule then return answers.param_missing "schedule" end
  local tokens = {}
  for token in req.query.schedule:gmatch "[^,]+" do
    if not requests.find(report.schedules, token) then return answers.not_found "schedule" end
    tokens[#tokens + 1] = token
  end
  for _, token in ipairs(tokens) do
    local schedule, at = requests.find(report.schedules, token)
    if at then delete(ws, req, report, schedule, at) end
  end
  return 200
end

return function(add)
  add("GET", "/reports/{report}/schedules", "schedules", on_report(list))
  add("GET", "/datasets/{dataset}/schedules", "schedules", requests.on_dataset(list))
  add("POST", "/reports/{report}/schedules", "schedules", on_report(create))
  add("DELETE", "/reports/schedules/v1/bulk_delete", "schedules", bulk_delete)
  local one = "/reports/{report}/schedules/{schedule}"
  add("GET", one, "schedules", on_schedule(function(ws, req, report, schedule)
    return 200, row(ws, req, report, schedule)
  end))
  add("PATCH", one, "schedules", on_schedule(update))
  add("DELETE", one, "schedules", on_schedule(delete))
end
