-- Making and changing prompts, none of them twice. SPDX-License-Identifier: MIT
--
-- A pass reads the list, decides anew for each prompt, and acts. What was asked for without an answer goes into another
-- pass, which begins when the service has had time to show it (`settle`): there it is found, or is asked for again.

local check = require "studio.check"
local compare = require "studio.services.five9.bulk.compare"
local errors = require "studio.error"
local exchange = require "studio.exchange"
local record = require "studio.services.five9.record"
local settle = require "studio.services.five9.settle"
local task = require "studio.task"
local there = require "studio.services.five9.bulk.there"

local ROUTE <const> = "prompts.bulk"
local PASSES <const> = 3

---@class studio.five9.bulk.run
---@field client studio.five9.client
---@field options table of the plan
---@field log studio.five9.record
---@field report studio.five9.bulk.report
---@field doubtful table[] for the next pass
local methods = {}
methods.__index = methods

function methods:fail(work, err)
  local report = self.report
  if errors.ends_work(err) or err.code == "retry_budget" then report.stopped = report.stopped or err end
  if err.kind ~= "cancelled" then
    table.insert(report.failed, { name = work.name, error = err, unknown = err.maybe_done })
  end
end

function methods:leave(work, why) table.insert(self.report.left, { name = work.name, why = why }) end

-- Notes that a prompt is as it should be.
function methods:did(work, counter, id)
  self.log:set(work.name, { step = "done", id = id or false, hash = compare.hash(work.wanted) })
  self.report[counter] = self.report[counter] + 1
  if self.on_change then self.on_change { name = work.name, action = counter, prompt_id = id } end
end

-- One request; what came of it. An answer that was lost is for the next pass.
function methods:send(work, counter, id, ask)
  self.log:set(work.name, { step = "asked", id = id or false, hash = compare.hash(work.wanted) })
  local answer, err = ask()
  if answer then
    self:did(work, counter, id or type(answer) == "table" and answer.prompt_id)
  elseif err.maybe_done and not errors.ends_work(err) then
    self.log:set(work.name, { step = "asked" }) -- the service may have been at work until now
    work.err = err
    table.insert(self.doubtful, work)
  else
    if not err.maybe_done then self.log:set(work.name, { step = id and "done" or "not_done", hash = false }) end
    self:fail(work, err)
  end
end

local act = {}

function act.create(self, work)
  self:send(work, "created", nil, function()
    return self.client.prompts:create(compare.new_body(work.wanted, self.options.folder_id))
  end)
end

function act.update(self, work, row)
  self:send(work, "updated", row.prompt_id, function()
    return self.client.prompts:update(row, compare.changed_body(work.wanted, row))
  end)
end

function act.unchanged(self, work, row, asked)
  if asked then return self:did(work, "found", row.prompt_id) end
  self.report.unchanged = self.report.unchanged + 1
end

-- Decides anew. Only what the plan showed is done; what we asked for ourselves is ours.
function methods:work_on(work, list)
  local item = self.log:item(work.name)
  local asked = item.step == "asked"
  local action, why, row = compare.action(work.wanted, list:named(work.name), item, self.options)
  if action == "left" then return self:leave(work, why) end
  if action ~= "unchanged" and action ~= work.planned and not asked then
    return self:leave(work, action == "create" and "it is gone since the plan was made"
      or "somebody made or changed it since the plan was made")
  end
  act[action](self, work, row, asked)
end

-- Waits until what was asked for last must be to see.
function methods:settle(list)
  local latest
  for _, work in ipairs(list) do
    local item = self.log:item(work.name)
    if item.step == "asked" then latest = math.max(latest or 0, item.at) end
  end
  if not latest then return true end
  return settle("prompts", latest, self.options.settle, self.progress)
end

-- One pass over some prompts; nil, err when the list could not be read.
function methods:pass(list)
  local settled, err = self:settle(list)
  local now
  if settled then now, err = there.read(self.client, self.options) end
  if not now then return nil, err end
  self.doubtful = {}
  local finished = 0
  local _, stopped = task.map(list, function(work)
    if self.report.stopped then return true end
    self:work_on(work, now)
    finished = finished + 1
    if self.progress then self.progress(("prompts: %d of %d"):format(finished, #list)) end
    return true
  end, { concurrency = self.concurrency })
  if stopped then self.report.stopped = self.report.stopped or stopped end
  return true
end

-- All passes. What is doubtful to the end is told so.
function methods:run(list)
  local report = self.report
  for number = 1, PASSES do
    local done, err = self:pass(list)
    if not done then
      if number == 1 then return nil, err end
      report.stopped = report.stopped or err
    end
    if not done or report.stopped or #self.doubtful == 0 then break end
    list = self.doubtful
  end
  for _, work in ipairs(self.doubtful) do self:fail(work, work.err) end
  report.complete = not report.stopped and #report.failed == 0 and #report.left == 0
  return report
end

local function works_of(work, plan)
  local list = {}
  for i, wanted in ipairs(work.wanted) do
    list[i] = { name = wanted.name, wanted = wanted, planned = plan.entries[i].action }
  end
  return list
end

--- Carries a plan out: see plan:apply.
---@param client studio.five9.client
---@param work table wanted, options, header
---@param plan studio.five9.bulk.plan
---@param given studio.five9.bulk.apply_options?
---@return studio.five9.bulk.report? report
---@return studio.error? err
return function(client, work, plan, given)
  local what = "plan:apply"
  given = check.options(what, given, { concurrency = "integer", progress = "callable", on_change = "callable" })
  local concurrency = given.concurrency or 4
  if concurrency < 1 then check.fail("%s: option 'concurrency' must be 1 or more", what) end
  local log, message = record.open(work.options.state, work.header)
  if not log then return exchange.refuse(client, ROUTE, { kind = "file", message = message }) end
  local _ <close> = log
  local report = { complete = false, created = 0, updated = 0, found = 0, unchanged = 0, left = {}, failed = {} }
  local run = setmetatable({ client = client, options = work.options, log = log, concurrency = concurrency,
    progress = given.progress, on_change = given.on_change, doubtful = {}, report = report }, methods)
  local sent = client:stats().attempts
  local done, err = run:run(works_of(work, plan))
  if not done then return nil, err end
  report.calls = client:stats().attempts - sent
  return report
end
