-- Carrying a mirror's plan out, no row twice. SPDX-License-Identifier: MIT
--
-- A pass reads the data store, goes through the file again, and inserts and updates in batches. A batch without an
-- answer ends the pass: the next one sees by the keys what of it was carried out.

local check = require "studio.check"
local errors = require "studio.error"
local exchange = require "studio.exchange"
local open = require "studio.services.five9.data.open"
local record = require "studio.services.five9.record"
local settle = require "studio.services.five9.settle"
local there = require "studio.services.five9.data.there"

local ROUTE <const> = "data_stores.mirror"
local PASSES <const> = 3

local COUNTERS <const> = { insert = "inserted", update = "updated" }

local methods = {}
methods.__index = methods

function methods:leave(entry, why)
  entry.over = true
  table.insert(self.report.left, { key = entry.key, why = why })
end

function methods:did(entry, counter)
  entry.over = true
  self.report[counter] = self.report[counter] + 1
end

-- What is to be done about a row now: "insert", "update" or nil. Only what the plan showed is done.
function methods:action(entry)
  local planned = entry.action
  if entry.now == entry.wanted and entry.id then
    if planned == "unchanged" then return self:did(entry, "unchanged") end
    self:did(entry, COUNTERS[planned])
    self.report.found = self.report.found + 1
  elseif planned == "insert" then
    if not entry.id then return "insert" end
    self:leave(entry, "somebody made it since the plan was made")
  elseif not entry.id then
    self:leave(entry, "it is gone since the plan was made")
  elseif entry.now ~= entry.before then
    self:leave(entry, "somebody changed it since the plan was made")
  else
    return planned
  end
end

-- The body of an update: every column of the file, also those that it leaves empty.
function methods:changed(entry, values)
  local row = { _id = entry.id }
  for _, column in ipairs(self.work.sheet.columns) do
    local value = values[column.name]
    if value == nil then value = column.empty end
    row[column.name] = value
  end
  return row
end

-- Sends what was gathered of one kind. True; nil, err.
function methods:flush(action)
  local batch = self.gathered[action]
  if #batch.rows == 0 then return true end
  self.gathered[action] = { rows = {}, entries = {} }
  self.log:set("write", { step = "asked" })
  local work = self.work
  local answer, err = work.client.rows[action](work.client.rows, work.store, batch.rows)
  if answer == nil then
    -- else the service may have been at work until now
    self.log:set("write", { step = err.maybe_done and "asked" or "not_done" })
    return nil, err
  end
  self.log:set("write", { step = "done" })
  for _, entry in ipairs(batch.entries) do self:did(entry, COUNTERS[action]) end
  if self.progress then
    self.progress(("mirror: %d inserted, %d updated"):format(self.report.inserted, self.report.updated))
  end
  return true
end

function methods:gather(action, entry, values)
  local batch = self.gathered[action]
  batch.rows[#batch.rows + 1] = action == "insert" and values or self:changed(entry, values)
  batch.entries[#batch.entries + 1] = entry
  if #batch.rows < self.work.options.batch then return true end
  return self:flush(action)
end

-- Goes through the file.
function methods:send()
  local work = self.work
  self.gathered = { insert = { rows = {}, entries = {} }, update = { rows = {}, entries = {} } }
  local next_row, why = work.sheet:rows()
  if not next_row then return open.unreadable(work.client, ROUTE, work.sheet.path, why) end
  while true do
    local row
    row, why = next_row()
    if not row then break end
    local entry = work.by_key[work.key.plain(row.values[work.key.name])]
    local action = entry and not entry.over and self:action(entry)
    if action then
      local ok, err = self:gather(action, entry, row.values)
      if not ok then return nil, err end
    end
  end
  if why ~= nil then return open.unreadable(work.client, ROUTE, work.sheet.path, why) end
  local ok, err = self:flush "insert"
  if ok then ok, err = self:flush "update" end
  return ok, err
end

function methods:pass()
  local item, ok, err = self.log:item "write", true, nil
  if item.step == "asked" then ok, err = settle("rows", item.at, self.work.options.settle, self.progress) end
  if ok then ok, err = there(self.work) end
  if not ok then return nil, err, true end
  return self:send()
end

function methods:run()
  local done, err, stop
  for _ = 1, PASSES do
    done, err, stop = self:pass()
    if done or stop or not err.maybe_done or errors.ends_work(err) then break end
  end
  return done, err
end

--- Carries a plan out: see plan:apply.
---@param work table of mirror.lua
---@param plan studio.five9.mirror_plan
---@param given table?
---@return studio.five9.mirror_report? report
---@return studio.error? err
---@return studio.five9.mirror_report? so_far
return function(work, plan, given)
  given = check.options("plan:apply", given, { progress = "callable" })
  local report = { complete = false, inserted = 0, updated = 0, found = 0, unchanged = 0, extra = plan.extra,
    left = {}, calls = 0 }
  if plan.insert + plan.update == 0 then
    report.complete, report.unchanged = true, plan.unchanged
    return report
  end
  local client = work.client
  local function refuse(kind, message) return exchange.refuse(client, ROUTE, { kind = kind, message = message }) end
  if not work.sheet:is_unchanged() then
    return refuse("conflict", work.sheet.path .. " has changed since the plan was made: make it anew")
  end
  local log, message = record.open(work.options.state, work.header)
  if not log then return refuse("file", message) end
  local _ <close> = log
  for _, entry in ipairs(work.entries) do entry.over = nil end
  local self = setmetatable({ work = work, report = report, log = log,
    progress = given.progress or work.options.progress }, methods)
  local sent = client:stats().attempts
  local done, err = errors.catch(self.run, self) -- that the record cannot be kept is raised, wherever it is met
  report.calls = client:stats().attempts - sent
  if not done then return nil, err, report end
  report.complete = #report.left == 0
  return report
end
