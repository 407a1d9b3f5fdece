-- client:apply: carries a plan out, with a way back. SPDX-License-Identifier: MIT
--
-- Nothing is changed before it is on record in the undo log (journal.lua). A run that ends early, by whatever, is
-- gone on with by calling apply again with the same plan and log; what is done is not done again.

local carry_out = require "studio.services.analyst.apply.carry_out"
local check = require "studio.check"
local journal = require "studio.services.analyst.apply.journal"
local plans = require "studio.services.analyst.audit.plan"
local run = require "studio.services.analyst.apply.run"

local WHAT <const> = "analyst:apply"

-- A plan, or the file of one; nil, err when it cannot be read.
local function read_plan(client, plan)
  if type(plan) == "string" then
    local loaded, err = plans.load(plan)
    if not loaded then return nil, err end
    plan = loaded
  elseif not plans.is(plan) then
    check.fail("%s: plan must be what an audit returned, or the name of its .json file, not %s", WHAT, type(plan))
  end
  local own = run.header(client)
  if plan.workspace ~= own.workspace or plan.base_url ~= own.base_url then
    return run.refuse(client, "apply", ("the plan is of workspace %s at %s, and this client is one of %s at %s"):format(
      plan.workspace, plan.base_url, own.workspace, own.base_url), "refused")
  end
  return plan
end

-- Entries that only list a report change nothing.
local function entries_of(plan)
  local list = {}
  for _, entry in ipairs(plan.entries) do
    if #entry.actions > 0 then list[#list + 1] = entry end
  end
  return list
end

-- What undo cannot put back: people who were subscribed to deleted schedules.
local function count_subscriptions(log)
  local count = 0
  for _, change in ipairs(log.changes) do
    local deleted = change.kind == "delete_schedule" and change.state == "done"
    if deleted then count = count + #(change.subscriptions or {}) end
  end
  return count
end

---@class studio.analyst.apply_options: studio.analyst.change_options
---@field log string path of the undo log; one that is there is gone on with, if it is this plan's
---@field recheck boolean? false: do not look whether a report is still what the plan says of it; default true
---@field now number? seconds since 1970, for the rules; default by the earlier of the service's and our clock

---@class studio.analyst.apply_summary : studio.analyst.summary
---@field archived integer reports that this run archived
---@field schedules_deleted integer that this run deleted
---@field earlier integer changes that earlier runs with this log had done
---@field gone integer schedules that were not there any more
---@field subscriptions integer that went with the schedules, in all runs: undo cannot put these back

--- Carries a plan out: deletes schedules and archives reports, in parallel under the limit. Each report is looked at
--- again just before, and left alone when it is not what the plan says any more.
---@param client studio.client
---@param plan studio.analyst.plan|string the plan, or the name of its .json file
---@param options studio.analyst.apply_options
---@return studio.analyst.apply_summary? summary `complete` is false when something failed, or the run was stopped
---@return studio.error? err it could not even begin, and nothing was changed
return function(client, plan, options)
  options = run.options(WHAT, options, { log = "string", recheck = "boolean", now = "seconds" })
  if not options.log or options.log == "" then
    check.fail("%s: option 'log' is needed: the name of the file that undo will read", WHAT)
  end
  local err
  plan, err = read_plan(client, plan)
  if not plan then return nil, err end
  if client.state.read_only then
    return run.refuse(client, "apply", "this client is read-only, so nothing can be carried out", "refused")
  end
  local header = run.header(client)
  header.plan, header.made_at = plan.id, plan.made_at
  local log <close>, message = journal.open(options.log, header)
  if not log then return run.refuse(client, "apply", message) end
  if log.undo_begun then
    return run.refuse(client, "apply", options.log .. " has been undone, at least in part, "
      .. "and its plan is done with. Make a new plan, with another log")
  end
  local this = run.new("apply", client, log, options, { archived = 0, schedules_deleted = 0, earlier = 0, gone = 0 })
  this.plan = plan
  local summary = this:over(entries_of(plan), carry_out)
  summary.subscriptions = count_subscriptions(log)
  return summary
end
