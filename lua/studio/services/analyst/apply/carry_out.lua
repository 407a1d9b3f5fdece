-- One entry of a plan: look at the report, put on record what is there, change it. SPDX-License-Identifier: MIT

local moment = require "studio.moment"
local look = require "studio.services.analyst.apply.look"
local recheck = require "studio.services.analyst.apply.recheck"
local send_archived = require "studio.services.analyst.apply.send_archived"

-- What of a report goes into the log, for people and for undo.
local function short(report)
  local collection = report.collection
  return { token = report.token, name = report.name, collection = collection and (collection.name or collection.token) }
end

local BEFORE <const> = { "archived", "updated_at", "last_run_at", "last_successfully_run_at", "view_count",
  "schedules_count" }

local function before_of(row)
  local before = {}
  for _, name in ipairs(BEFORE) do before[name] = row[name] end
  return before
end

-- Sending ---------------------------------------------------------------------------------------------------------

-- True: the schedule is gone, by this; "gone": somebody else was faster; else nil, err, and whether it may be gone all
-- the same. The core repeats a DELETE by itself where that is safe.
local function send_delete(client, report, schedule)
  local deleted, err = client.schedules:delete(report.token, schedule.token)
  if deleted then return true end
  if err.kind == "not_found" then return "gone" end
  if not err.maybe_done then return nil, err, false end
  local rows = look.schedules(client, report.token)
  if rows and not look.first(rows, function(row) return row.token == schedule.token end) then return true end
  return nil, err, true
end

-- Puts the end of a change on record, and counts it.
local function finish(run, change, counter, done, err, unknown)
  local log, told = run.log, { kind = change.kind, report = change.report, schedule = change.schedule }
  if done == true then
    if run:record(log.mark, change, "done") then run:did(counter, told) end
  elseif done == "gone" then
    if run:record(log.mark, change, "not_done", { why = "it was gone already" }) then run:did("gone", told) end
  else
    if not unknown then run:record(log.mark, change, "not_done", { why = tostring(err) }) end
    run:fail(change.report, change.kind, err, { schedule = change.schedule, unknown = unknown })
  end
  return done ~= nil and not run.summary.stopped
end

-- Changes ---------------------------------------------------------------------------------------------------------

local function archive(run, report, row)
  if row.archived == true then
    run:skip(short(report), "somebody else has archived it") -- so undo must not bring it back
    return true
  end
  local change = run.log:find("archive", report.token)
  if not (change and change.state == "pending") then
    change = run:record(run.log.begin, { change = "archive", report = short(report), before = before_of(row) })
    if not change then return false end
  end
  return finish(run, change, "archived", send_archived(run.client, report.token, true))
end

-- `schedule`: the row as the service sends it now; nil: it is not there any more.
local function delete_schedule(run, report, token, schedule, there)
  if not schedule then
    run:did("gone", { kind = "delete_schedule", report = short(report), schedule = { token = token } })
    return true
  end
  local change = run.log:find("delete_schedule", report.token, token)
  if not (change and change.state == "pending") then
    local subscriptions, err = look.subscriptions(run.client, report.token, token)
    if not subscriptions and err.kind ~= "not_found" then
      run:fail(short(report), "look", err, { schedule = schedule })
      return false
    end
    change = run:record(run.log.begin, { change = "delete_schedule", report = short(report), schedule = schedule,
      subscriptions = subscriptions, there = there })
    if not change then return false end
  end
  return finish(run, change, "schedules_deleted", send_delete(run.client, report, schedule))
end

-- One entry -------------------------------------------------------------------------------------------------------

-- What of an entry is still to be done, and the changes among it that were begun: nobody knows what became of them.
local function outstanding(log, entry)
  local left, pending = {}, {}
  for _, action in ipairs(entry.actions) do
    local change = log:find(action.kind, entry.report.token, action.schedule and action.schedule.token)
    if not (change and change.state == "done") then left[#left + 1] = action end
    if change and change.state == "pending" then pending[#pending + 1] = change end
  end
  return left, pending
end

-- Finishes what was done by a run that did not live to see the answer.
local function settle(run, pending, row, schedules)
  for _, change in ipairs(pending) do
    if change.kind == "archive" then
      if row.archived == true then finish(run, change, "archived", true) end
    elseif not look.first(schedules, function(one) return one.token == change.schedule.token end) then
      finish(run, change, "schedules_deleted", true)
    end
  end
end

-- The schedules of a report that has some to lose, else nil; false when they cannot be read.
local function schedules_of(run, report, actions, row)
  if not look.first(actions, function(action) return action.kind == "delete_schedule" end) then return nil end
  local rows, err = look.schedules(run.client, report.token, row)
  if rows then return rows end
  run:fail(short(report), "look", err)
  return false
end

-- First its schedules, then the report itself: an archived report whose schedules run on would be missed by everybody.
local function change(run, report, actions, row, schedules)
  local by_token, there = {}, look.tokens(schedules or {})
  for _, schedule in ipairs(schedules or {}) do by_token[schedule.token] = schedule end
  for _, kind in ipairs { "delete_schedule", "archive" } do
    for _, action in ipairs(actions) do
      if run.summary.stopped then return end
      if action.kind == kind then
        local went_on
        if kind == "archive" then
          went_on = archive(run, report, row)
        else
          went_on = delete_schedule(run, report, action.schedule.token, by_token[action.schedule.token], there)
        end
        if not went_on then return end
      end
    end
  end
end

-- Why a report must be left alone; nil: it is what the plan says of it, but for what we did.
local function reason_to_leave(run, entry, row, answer, schedules)
  if run.options.recheck == false then return nil end
  local archiving = run.log:find("archive", entry.report.token)
  if row.archived == true and archiving and archiving.state == "done" then return nil end
  return recheck(run.plan, entry, row, schedules, run.options.now or moment.earlier(answer))
end

local function leave(run, report, pending, why)
  for _, begun in ipairs(pending) do
    if not run:record(run.log.mark, begun, "not_done", { why = why }) then return end
  end
  run:skip(short(report), why)
end

--- Carries out one entry of a plan, or what earlier runs left of it. The report is looked at again first, since the
--- plan may be old, and so may an earlier run: what is in use again loses nothing more.
---@param run studio.analyst.change_run
---@param entry studio.analyst.plan.entry
return function(run, entry)
  local report = entry.report
  local actions, pending = outstanding(run.log, entry)
  run.summary.earlier = run.summary.earlier + #entry.actions - #actions
  if #actions == 0 then return end
  local row, answer = look.report(run.client, report.token)
  if not row then
    if answer.kind == "not_found" then return run:skip(short(report), "it is gone") end
    return run:fail(short(report), "look", answer)
  end
  local schedules = schedules_of(run, report, actions, row)
  if schedules == false then return end
  settle(run, pending, row, schedules)
  actions, pending = outstanding(run.log, entry)
  if #actions == 0 or run.summary.stopped then return end
  local why = reason_to_leave(run, entry, row, answer, schedules)
  if why then return leave(run, report, pending, why) end
  change(run, report, actions, row, schedules)
end
