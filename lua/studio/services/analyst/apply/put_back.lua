-- Undoing the changes of one report, the latest first. SPDX-License-Identifier: MIT
--
-- Only what is still as we left it is touched. A POST that makes a schedule is on record before it is sent. A schedule
-- that does the same, was not there when the old one was deleted and is no other change's child, is then its child: so
-- it is found again after an answer that was lost, and never made twice.

local json = require "studio.json"
local look = require "studio.services.analyst.apply.look"
local schedule_body = require "studio.services.analyst.apply.schedule_body"
local send_archived = require "studio.services.analyst.apply.send_archived"

-- The report at work: its changes, its row and its schedules now.
---@class studio.analyst.undoing
---@field run studio.analyst.change_run
---@field report table token, name, collection
---@field changes studio.analyst.change[]
---@field row table
---@field schedules table[]

local function set_of(list)
  local set = {}
  for _, value in ipairs(list or {}) do set[value] = true end
  return set
end

local function told(change, more)
  local result = { kind = change.kind, report = change.report, schedule = change.schedule, undone = true }
  for name, value in pairs(more or {}) do result[name] = value end
  return result
end

-- Ends -------------------------------------------------------------------------------------------------------------

-- It is as it was before; `counter`: of the summary, when we made it so.
local function undone(self, change, counter, fields)
  if not self.run:record(self.run.log.mark, change, "undone", fields) then return end
  if counter then self.run:did(counter, told(change, fields)) end
end

local function skip(self, change, why)
  self.run:record(self.run.log.mark, change, "not_undone", { why = why })
  self.run:skip(change.report, why)
end

-- `unknown`: it may have been done; then it stays open, and the next run looks first.
local function failed(self, change, err, unknown)
  if not unknown then self.run:record(self.run.log.mark, change, "not_undone", { why = tostring(err) }) end
  self.run:fail(change.report, change.kind, err, { schedule = change.schedule, unknown = unknown })
end

-- Reports ------------------------------------------------------------------------------------------------------------

local undoers = {}

function undoers.archive(self, change)
  local ours = change.undo and change.undo.state == "pending"
  if self.row.archived ~= true then
    if ours then return undone(self, change, "unarchived") end
    if change.state == "pending" then return undone(self, change, nil, { note = "it was never archived" }) end
    return skip(self, change, "it is not archived any more: somebody else put it back")
  end
  if not ours and not self.run:record(self.run.log.mark, change, "undo") then return end
  local done, err, unknown = send_archived(self.run.client, change.report.token, false)
  if done then return undone(self, change, "unarchived") end
  failed(self, change, err, unknown)
end

-- Schedules ----------------------------------------------------------------------------------------------------------

-- A schedule that does the same as the deleted one, was not there with it, and is no other change's child.
local function twin(self, change)
  local known, mark = set_of(change.there), schedule_body.mark(change.schedule)
  for _, other in ipairs(self.changes) do
    local child = other.undo and other.undo.schedule
    if child then known[child] = true end
  end
  return look.first(self.schedules, function(row)
    return not known[row.token] and mark ~= nil and schedule_body.mark(row) == mark
  end)
end

-- What does not come back with the schedule itself.
local function lost_with(change, lost)
  local all = json.array {}
  for _, loss in ipairs(lost) do all[#all + 1] = loss end
  if not change.subscriptions then
    all[#all + 1] = { field = "subscriptions", why = "the service did not tell of them" }
  end
  for _, subscription in ipairs(change.subscriptions or {}) do
    all[#all + 1] = { field = "subscription", value = subscription, why = "the API takes no subscribers" }
  end
  return all
end

local function restored(self, change, token, lost)
  if #lost > 0 then
    table.insert(self.run.summary.lost, { report = change.report, schedule = token, fields = lost })
  end
  undone(self, change, "schedules_created", { schedule = token, lost = lost })
end

-- Reads the schedules anew and looks for the child of a POST whose answer was lost; nil, err when that cannot be.
local function find_child(self, change)
  local rows, err = look.schedules(self.run.client, change.report.token)
  if not rows then return nil, err end
  self.schedules = rows
  return twin(self, change) or false
end

local function create(self, change, body, lost)
  local run = self.run
  if not run:record(run.log.mark, change, "undo", { body = body }) then return end
  local row, err = run.client.schedules:create(change.report.token, body)
  if row then
    local token = type(row) == "table" and row.token
    return restored(self, change, token, lost)
  end
  if not err.maybe_done then return failed(self, change, err, false) end
  local child = find_child(self, change)
  if child then return restored(self, change, child.token, lost) end
  failed(self, change, err, true)
end

function undoers.delete_schedule(self, change)
  if look.first(self.schedules, function(row) return row.token == change.schedule.token end) then
    return undone(self, change, nil, { note = "it is still there" })
  end
  local body, lost = schedule_body.from(change.schedule)
  if not body then
    local why = "the schedule cannot be made again: " .. lost --[[@as string]]
    table.insert(self.run.summary.lost, { report = change.report, fields = { { field = "schedule",
      value = change.schedule, why = why } } })
    return skip(self, change, why)
  end
  lost = lost_with(change, lost --[[@as table]])
  local open = change.undo and change.undo.state == "pending"
  local same = twin(self, change)
  if same and open then return restored(self, change, same.token, lost) end
  if same then return skip(self, change, "somebody else made the same schedule again: " .. tostring(same.token)) end
  create(self, change, body, lost)
end

-- One report --------------------------------------------------------------------------------------------------------

-- The report and its schedules now; nil when nothing can be done with it.
local function read(self)
  local client, report = self.run.client, self.report
  local row, err = look.report(client, report.token)
  if not row then
    if err.kind ~= "not_found" then self.run:fail(report, "look", err) else self.run:skip(report, "it is gone") end
    return nil
  end
  self.row, self.schedules = row, json.array {}
  for _, change in ipairs(self.changes) do
    if change.kind == "delete_schedule" then
      local rows, why = look.schedules(client, report.token, row)
      if not rows then
        self.run:fail(report, "look", why)
        return nil
      end
      self.schedules = rows
      break
    end
  end
  return true
end

--- Undoes what is left to undo of one report.
---@param run studio.analyst.change_run
---@param group { report: table, changes: studio.analyst.change[], left: studio.analyst.change[] } changes: all of that
---  report; left: those to undo, the latest first
return function(run, group)
  local self = { run = run, report = group.report, changes = group.changes }
  if not read(self) then return end
  for _, change in ipairs(group.left) do
    if run.summary.stopped then return end
    undoers[change.kind](self, change)
  end
end
