-- Subscriptions: what is sent to whom when a schedule has run. SPDX-License-Identifier: MIT
--
-- A schedule that has subscribers has one from the start, and takes it along when it is deleted. Those made by a
-- client belong to the report, and so to all of its schedules.

local answers = require "studio.sandbox.analyst.answers"
local chance = require "studio.sandbox.chance"
local requests = require "studio.sandbox.analyst.requests"

local NAMES = { "csv_attachments", "pdf_attachments", "data_previews", "data_tables", "report_links" }

-- Two sources have two spellings of each: with and without "_enabled".
local SHAPE = {}
for _, name in ipairs(NAMES) do
  SHAPE[name], SHAPE[name .. "_enabled"] = "boolean", "boolean"
end

-- The one that came with a schedule.
local function of_schedule(ws, schedule)
  if not schedule.subscription then
    schedule.subscription = { token = chance.token(ws.seed, "subscription " .. schedule.token, 0),
      created = schedule.created, subscribers = schedule.subscribers, report_links = true,
      data_previews = schedule.subscribers % 2 == 0 }
  end
  return schedule.subscription
end

-- All of a report, or of one of its schedules.
local function all_of(ws, report, schedules)
  local list = {}
  for _, schedule in ipairs(schedules) do
    if (schedule.subscribers or 0) > 0 then list[#list + 1] = of_schedule(ws, schedule) end
  end
  for _, subscription in ipairs(report.subscriptions or {}) do list[#list + 1] = subscription end
  return list
end

local function row(ws, req, report, subscription)
  local self = ws:path("/reports/%s/subscriptions/%s", report.token, subscription.token)
  local made = {
    token = subscription.token, email_subscriber_count = subscription.subscribers or 0,
    created_at = answers.time(subscription.created),
    _links = answers.links(req, { self = self, report = ws:path("/reports/%s", report.token),
      email_subscription_memberships = self .. "/email_memberships",
      slack_subscription_memberships = self .. "/slack_memberships" }),
  }
  for _, name in ipairs(NAMES) do made[name .. "_enabled"] = subscription[name] or false end
  return made
end

local function answer_list(ws, req, report, schedules)
  return answers.page(req, "report_subscriptions", all_of(ws, report, schedules), function(subscription)
    return row(ws, req, report, subscription)
  end)
end

local function list(ws, req, report) return answer_list(ws, req, report, report.schedules) end

local function list_of_schedule(ws, req, report)
  local schedule = requests.find(report.schedules, req.args.schedule)
  if not schedule then return answers.not_found "schedule" end
  return answer_list(ws, req, report, { schedule })
end

local function assign(subscription, fields)
  for _, name in ipairs(NAMES) do
    for _, spelled in ipairs { name, name .. "_enabled" } do
      if type(fields[spelled]) == "boolean" then subscription[name] = fields[spelled] end
    end
  end
end

local function read(ws, req)
  local fields, status, body = requests.either(ws, req, "report_subscription")
  if not fields then return nil, status, body end
  return requests.check(fields, SHAPE)
end

local function create(ws, req, report)
  local fields, status, body = read(ws, req)
  if not fields then return status, body end
  local subscription = { token = ws:new_token "subscription", created = ws:now(), subscribers = 0 }
  assign(subscription, fields)
  report.subscriptions = report.subscriptions or {}
  table.insert(report.subscriptions, subscription)
  ws:changed("subscriptions.create", report.token)
  return 200, row(ws, req, report, subscription)
end

local function on_subscription(handle)
  return requests.on_report(function(ws, req, report)
    local subscription = requests.find(all_of(ws, report, report.schedules), req.args.subscription)
    if not subscription then return answers.not_found "subscription" end
    return handle(ws, req, report, subscription)
  end)
end

local function get(ws, req, report, subscription) return 200, row(ws, req, report, subscription) end

local function update(ws, req, report, subscription)
  local fields, status, body = read(ws, req)
  if not fields then return status, body end
  assign(subscription, fields)
  ws:changed("subscriptions.update", subscription.token)
  return 200, row(ws, req, report, subscription)
end

local function delete(ws, _, report, subscription)
  for _, schedule in ipairs(report.schedules) do
    if schedule.subscription == subscription then schedule.subscribers, schedule.subscription = 0, nil end
  end
  local _, at = requests.find(report.subscriptions or {}, subscription.token)
  if at then table.remove(report.subscriptions, at) end
  ws:changed("subscriptions.delete", subscription.token)
  return 200
end

return function(add)
  add("GET", "/reports/{report}/subscriptions", "subscriptions", requests.on_report(list))
  add("POST", "/reports/{report}/subscriptions", "subscriptions", requests.on_report(create))
  add("GET", "/reports/{report}/schedules/{schedule}/subscriptions", "subscriptions",
    requests.on_report(list_of_schedule))
  add("GET", "/reports/{report}/subscriptions/{subscription}", "subscriptions", on_subscription(get))
  add("PATCH", "/reports/{report}/subscriptions/{subscription}", "subscriptions", on_subscription(update))
  add("DELETE", "/reports/{report}/subscriptions/{subscription}", "subscriptions", on_subscription(delete))
end
