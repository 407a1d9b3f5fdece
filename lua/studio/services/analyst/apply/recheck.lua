-- Is a report still what the plan says of it? The plan may be days old. SPDX-License-Identifier: MIT
--
-- The rules are asked again with what the service says now; and whatever happened since the plan was made that a rule
-- may not see (a view, a new schedule, somebody else's archiving) is for the report, too.

local records = require "studio.services.analyst.audit.record"
local rules = require "studio.services.analyst.audit.rules"

-- The schedules that the plan knows: those of its record, and those it wants to delete.
local function known_schedules(entry)
  local known, count = {}, 0
  local function add(token)
    if not known[token] then count = count + 1 end
    known[token] = true
  end
  for _, schedule in ipairs(entry.report.schedules or {}) do add(schedule.token) end
  for _, action in ipairs(entry.actions) do
    if action.schedule then add(action.schedule.token) end
  end
  return known, entry.report.schedules and count or entry.report.schedules_count
end

local function has_new_schedule(entry, fresh)
  local known, count = known_schedules(entry)
  for _, schedule in ipairs(fresh.schedules or {}) do
    if not known[schedule.token] then return true end
  end
  return fresh.schedules_count ~= nil and count ~= nil and fresh.schedules_count > count
end

-- Whether a collection is left out was decided where the report stood then.
local function is_moved(record, row)
  local from, to = record.collection and record.collection.token, row.space_token
  return from ~= nil and type(to) == "string" and to ~= from
end

local function is_archived_by(entry)
  for _, action in ipairs(entry.actions) do
    if action.kind == "archive" then return true end
  end
  return false
end

--- Looks whether an entry may still be carried out.
---@param plan studio.analyst.plan
---@param entry studio.analyst.plan.entry
---@param row table the report now, null kept
---@param schedules table[]? its schedules now, where the entry has some to delete
---@param now number seconds since 1970
---@return string? why it must be left alone
return function(plan, entry, row, schedules, now)
  local record = entry.report
  local fresh = records.of_report(row, { collection = record.collection, base_url = plan.base_url,
    workspace = plan.workspace })
  if not fresh then return "the service does not say which report it is" end
  fresh.schedules = schedules
  fresh.last_viewed_at = fresh.last_viewed_at or record.last_viewed_at -- which only Discovery tells
  if fresh.archived and not record.archived then return "somebody else has archived it" end
  if record.archived and not fresh.archived then return "it is not archived any more" end
  if (fresh.view_count or 0) > (record.view_count or math.huge) then return "it was viewed since the plan was made" end
  if has_new_schedule(entry, fresh) then return "it has another schedule since the plan was made" end
  if is_moved(record, row) then return "it was moved to another collection since the plan was made" end
  -- A rule that only takes schedules away is no reason to archive, even where the plan had another one.
  local caught = rules.catch(fresh, plan.options, now)
  if #caught > 0 and (rules.archives(caught) or not is_archived_by(entry)) then return nil end
  local ran = fresh.last_run_at ~= record.last_run_at and fresh.last_run_at
  return "no rule catches it any more" .. (ran and (": it ran at %s"):format(ran) or "")
end
