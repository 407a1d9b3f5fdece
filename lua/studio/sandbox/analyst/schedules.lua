-- Schedules of reports: what is posted as numbers comes back as prose. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.analyst.answers"
local json = require "studio.sandbox.json"
local requests = require "studio.sandbox.analyst.requests"

local frequencies = {
  every_15_minutes = "Every 15 minutes", every_30_minutes = "Every 30 minutes", hourly = "Hourly", daily = "Daily",
  weekly = "Weekly", monthly = "Monthly",
}
local DAYS = { [0] = "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday" }

-- ---- what a client sees -------------------------------------------------------------------------------------------

local function day_names(days)
  if days == nil then return nil end
  local names = {}
  for _, day in ipairs(days) do names[#names + 1] = DAYS[day % 7] end
  return table.concat(names, ", ")
end

-- An unofficial client's author saw this prose, and the numbers beside it in cron_hour and cron_minute.
local function prose(cron)
  local hour, minute = cron.hour, cron.minute
  return {
    frequency = frequencies[cron.freq], time_zone = cron.time_zone or "Pacific Time (US & Canada)",
    hour = hour and ("%d:%02d %s"):format((hour + 11) % 12 + 1, minute or 0, hour < 12 and "am" or "pm") or json.null,
    minute = minute and ("%d minutes past the hour"):format(minute) or json.null,
    cron_hour = hour or json.null, cron_minute = minute or json.null, day_of_week = day_names(cron.day_of_week),
    day_of_month = cron.day_of_month and tostring(cron.day_of_month) or nil,
  }
end

local function row(ws, req, report, schedule)
  local self = ws:path("/reports/%s/schedules/%s", report.token, schedule.token)
  local made = prose(schedule.cron)
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

local function whole(value, from, to) return math.type(value) == "integer" and value >= from and value <= to end

local function days_of(value)
  if math.type(value) == "integer" then value = json.array { value } end
  if type(value) ~= "table" or value == json.null or #value == 0 then return nil end
  for _, day in ipairs(value) do
    if not whole(day, 0, 7) then return nil end -- 0 to 6 in one source, 1 to 7 in another
  end
  return json.array(value)
end

local needs = { daily = { "hour" }, weekly = { "hour", "day_of_week" }, monthly = { "hour", "day_of_month" } }

-- The cron of a body, its days as a list; or nil and what is wrong with it.
local function read_cron(given)
  if type(given) ~= "table" then return nil, { cron = "is not an object" } end
  if not frequencies[given.freq] then return nil, { freq = "is not included in the list" } end
  local cron = {}
  for name, value in pairs(given) do
    if value ~= json.null then cron[name] = value end
  end
  if cron.hour and not whole(cron.hour, 0, 23) then return nil, { hour = "is not a number from 0 to 23" } end
  if cron.minute and not whole(cron.minute, 0, 59) then return nil, { minute = "is not a number from 0 to 59" } end
  if cron.day_of_month and not whole(cron.day_of_month, 1, 31) then return nil, { day_of_month = "is not a day" } end
  if cron.day_of_week then
    cron.day_of_week = days_of(cron.day_of_week)
    if not cron.day_of_week then return nil, { day_of_week = "is not a day" } end
  end
  for _, name in ipairs(needs[cron.freq] or {}) do
    if cron[name] == nil then return nil, { [name] = "can't be blank" } end
  end
  return cron
end

-- The fields of a body, below a wrapper or flat as the option `analyst_bodies` says: sources differ.
local function fields_of(ws, req)
  local form = ws.world.options.analyst_bodies
  local inner = req.json.report_schedule
  if form == "flat" or form == "either" and inner == nil then
    if req.json.cron == nil and req.method == "POST" then return nil, answers.param_missing "cron" end
    return req.json
  end
  return answers.wrapped(req, "report_schedule")
end

-- Puts the fields of a body into a schedule; or answers what is wrong with them.
local function assign(schedule, fields, required)
  local cron = schedule.cron
  if fields.cron ~= nil or required then
    local wrong
    cron, wrong = read_cron(fields.cron)
    if not cron then return answers.invalid(wrong) end
  end
  local function set(name, value)
    if value == json.null then schedule[name] = nil elseif value ~= nil then schedule[name] = value end
  end
  schedule.cron = cron
  set("name", fields.name)
  set("timeout", fields.timeout)
  set("params", fields.params)
end

-- ---- operations ---------------------------------------------------------------------------------------------------

local function find(ws, req)
  local report, status, body = ws:report(req)
  if not report then return nil, status, body end
  local schedule, at = ws:find(report.schedules, req.args.schedule)
  if not schedule then return nil, answers.not_found "schedule" end
  return report, schedule, at
end

local function list(ws, req)
  local report, status, body = ws:report(req)
  if not report then return status, body end
  return answers.page(req, "report_schedules", report.schedules, function(schedule)
    return row(ws, req, report, schedule)
  end)
end

local list_of_dataset = requests.on_dataset(function(ws, req, dataset)
  return answers.page(req, "report_schedules", dataset.schedules, function(schedule)
    return row(ws, req, dataset, schedule)
  end)
end)

local function create(ws, req)
  local report, status, body = ws:report(req)
  if not report then return status, body end
  local fields
  fields, status, body = fields_of(ws, req)
  if not fields then return status, body end
  local schedule = { created = ws:now(), updated = ws:now(), last_run = false, last_success = false, subscribers = 0 }
  status, body = assign(schedule, fields, true)
  if status then return status, body end
  schedule.token = ws:new_token "schedule"
  table.insert(report.schedules, schedule)
  ws:touch(report)
  ws:changed("schedules.create", report.token)
  return 200, row(ws, req, report, schedule)
end

local function get(ws, req)
  local report, schedule, body = find(ws, req)
  if not report then return schedule, body end
  return 200, row(ws, req, report, schedule)
end

local function update(ws, req)
  local report, schedule, body = find(ws, req)
  if not report then return schedule, body end
  local fields, status, why = fields_of(ws, req)
  if not fields then return status, why end
  status, body = assign(schedule, fields, false)
  if status then return status, body end
  schedule.updated = ws:now()
  ws:changed("schedules.update", schedule.token)
  return 200, row(ws, req, report, schedule)
end

local function delete(ws, req)
  local report, schedule, at = find(ws, req)
  if not report then return schedule, at end
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
    local _, at = requests.find(report.schedules, token)
    if at then
      table.remove(report.schedules, at)
      ws:changed("schedules.delete", token)
    end
  end
  ws:touch(report)
  return 200
end

return function(add)
  add("DELETE", "/reports/schedules/v1/bulk_delete", "schedules", bulk_delete)
  add("GET", "/reports/{report}/schedules", "schedules", list)
  add("GET", "/datasets/{dataset}/schedules", "schedules", list_of_dataset)
  add("POST", "/reports/{report}/schedules", "schedules", create)
  add("GET", "/reports/{report}/schedules/{schedule}", "schedules", get)
  add("PATCH", "/reports/{report}/schedules/{schedule}", "schedules", update)
  add("DELETE", "/reports/{report}/schedules/{schedule}", "schedules", delete)
end
