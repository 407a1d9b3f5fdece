-- The rules by which a report counts as stale. SPDX-License-Identifier: MIT
--
-- Pure: what is known of a report, and the time. To archive a report that is in use is the worst that can happen here,
-- so every doubt is for the report: a rule catches only by what the service said, never by what it left out, and a run,
-- a view or an edit of late protects. What was missing is handed back, so that people are told.

local moment = require "studio.moment"
local phrases = require "studio.services.analyst.audit.phrases"
local records = require "studio.services.analyst.audit.record"

local rules = {}

-- The facts as rules read them. A moment is a number, false ("never": the service sent null) or nil (not known).
local MOMENTS <const> = {
  run = "last_run_at", success = "last_successful_run_at", viewed = "last_viewed_at", edited = "edited_at",
  created = "created_at",
}

local function count(value)
  return math.type(value) == "integer" and value >= 0 and value or nil
end

-- Second result: the fields whose text cannot be read. One of them may be the proof of use, so no rule is asked then.
local function facts_of(record)
  local facts, unreadable = {}, {}
  for name, field in pairs(MOMENTS) do
    local sent = record[field]
    if sent ~= nil then
      facts[name] = moment.read(sent)
      if not facts[name] then unreadable[#unreadable + 1] = field end
    elseif record.nulls and record.nulls[field] then
      facts[name] = false
    end
  end
  table.sort(unreadable)
  facts.views = count(record.view_count)
  facts.schedules = record.schedules and #record.schedules or count(record.schedules_count)
  if facts.run or facts.success then facts.last_run = math.max(facts.run or 0, facts.success or 0) end
  facts.never_run = records.never_ran(record)
  return facts, unreadable
end

-- Has somebody run, viewed or edited it within the span, as far as is known?
local function used_within(facts, span, now)
  for _, name in ipairs { "last_run", "viewed", "edited" } do
    if facts[name] and now - facts[name] < span then return true end
  end
  return false
end

local function age(at, now) return moment.words(now - at) end

local function limit(span) return ("(limit %s)"):format(moment.words(span)) end

local function views(facts)
  if facts.views == 0 then return ", never viewed" end
  return facts.views and (", viewed %s in all"):format(phrases.count(facts.views, "time")) or ""
end

-- Each rule answers what it says of a report that it catches, or nil and the fact that it would have needed.
local judges = {}

function judges.unused(facts, options, now)
  local span = options.unused_for
  if not span or facts.never_run or used_within(facts, span, now) then return nil end
  -- A success alone proves no end: a later run may have failed.
  if not facts.run then return nil, "last_run_at" end
  if facts.viewed then
    return ("no run for %s and no view for %s %s"):format(age(facts.last_run, now), age(facts.viewed, now), limit(span))
  end
  return ("no run for %s%s %s"):format(age(facts.last_run, now), views(facts), limit(span))
end

function judges.never_run(facts, options, now)
  local span = options.older_than
  if not (options.never_run and facts.never_run) or used_within(facts, span, now) then return nil end
  if not facts.created then return nil, "created_at" end
  if now - facts.created < span then return nil end
  return ("never run%s, made %s ago %s"):format(views(facts), age(facts.created, now), limit(span))
end

-- Runs go on and do not succeed. Who edited it lately is at work on that.
function judges.failing(facts, options, now)
  local span = options.failing_for
  if not span or not facts.run or now - facts.run >= span then return nil end
  if facts.edited and now - facts.edited < span then return nil end
  if facts.success then
    if now - facts.success < span then return nil end
    return ("no success for %s, the last run %s ago %s"):format(
      age(facts.success, now), age(facts.run, now), limit(span))
  end
  if facts.success == nil then return nil, "last_successfully_run_at" end
  if not facts.created then return nil, "created_at" end
  if now - facts.created < span then return nil end
  return ("never succeeded, made %s ago, the last run %s ago %s"):format(
    age(facts.created, now), age(facts.run, now), limit(span))
end

-- Without the time of the last view (only Discovery tells it) a report with any view at all counts as viewed.
local function unviewed(facts, span, now)
  if facts.edited and now - facts.edited < span then return nil end
  if facts.viewed then
    if now - facts.viewed < span then return nil end
    return "no view for " .. age(facts.viewed, now)
  end
  if facts.views == nil and facts.viewed == nil then return nil, "view_count" end
  if (facts.views or 0) > 0 then return nil end
  if not facts.created then return nil, "created_at" end
  if now - facts.created < span then return nil end
  return ("never viewed, made %s ago"):format(age(facts.created, now))
end

function judges.unviewed(facts, options, now)
  local span = options.unviewed_for
  if not span then return nil end
  local says, unknown = unviewed(facts, span, now)
  return says and says .. " " .. limit(span), unknown
end

local function schedules(n) return phrases.count(n, "schedule") end

function judges.scheduled_unviewed(facts, options, now)
  local span = options.scheduled_unviewed
  if not span or facts.schedules == 0 then return nil end
  local says, unknown = unviewed(facts, span, now)
  if not says then return nil, unknown end
  if not facts.schedules then return nil, "schedules_count" end
  return ("%s, %s %s"):format(schedules(facts.schedules), says, limit(span))
end

local ORDER <const> = { "unused", "never_run", "failing", "unviewed", "scheduled_unviewed" }

-- What is archived can only have schedules that were left behind.
local function of_archived(facts, options)
  if options.schedules ~= "delete" then return {}, {} end
  if not facts.schedules then return {}, { "schedules_count" } end
  if facts.schedules == 0 then return {}, {} end
  return { { name = "archived_scheduled", says = "archived, with " .. schedules(facts.schedules) .. " left" } }, {}
end

---@class studio.analyst.rule
---@field name "unused"|"never_run"|"failing"|"unviewed"|"scheduled_unviewed"|"archived_scheduled"
---@field says string for people: "no run for 412 days, never viewed (limit 90 days)"

--- Which rules catch a report.
---@param record studio.analyst.record
---@param options studio.analyst.audit_options as audit/options.lua hands them out: spans in seconds
---@param now number seconds since 1970
---@return studio.analyst.rule[] caught in a fixed order
---@return string[] unknown facts that a rule wanted and that are not known; never a reason to catch
function rules.catch(record, options, now)
  local facts, unreadable = facts_of(record)
  if record.archived then return of_archived(facts, options) end
  if #unreadable > 0 then return {}, unreadable end
  local caught, unknown, seen = {}, {}, {}
  for _, name in ipairs(ORDER) do
    local says, wanted = judges[name](facts, options, now)
    if says then
      caught[#caught + 1] = { name = name, says = says }
    elseif wanted and not seen[wanted] then
      seen[wanted] = true
      unknown[#unknown + 1] = wanted
    end
  end
  return caught, unknown
end

-- A schedule on a report that nobody views is no reason to put the report away as well.
local ARCHIVING <const> = { unused = true, never_run = true, failing = true, unviewed = true }

--- Is one of these rules a reason to archive?
---@param caught studio.analyst.rule[]
---@return boolean
function rules.archives(caught)
  for _, rule in ipairs(caught) do
    if ARCHIVING[rule.name] then return true end
  end
  return false
end

return rules
