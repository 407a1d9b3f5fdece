-- Which reports of a workspace are stale, and which are scheduled and viewed. SPDX-License-Identifier: MIT
--
-- Two ways through a workspace (walk.lua, discovery_walk.lua) hand out records, rules.lua judges them, plan.lua holds
-- what was caught. Nothing is changed here.

local json = require "studio.json"
local moment = require "studio.moment"
local options = require "studio.services.analyst.audit.options"
local phrases = require "studio.services.analyst.audit.phrases"
local plan = require "studio.services.analyst.audit.plan"
local record = require "studio.services.analyst.audit.record"
local rules = require "studio.services.analyst.audit.rules"
local walk = require "studio.services.analyst.audit.walk"

local audit = {}

-- What is wanted of a workspace --------------------------------------------------------------------------------------

-- Predicates of the options `collections` and `exclude`, and what of them met nothing.
local function filters(settings)
  local self = {
    only = settings.collections and options.names(settings.collections),
    out = type(settings.exclude) == "table" and options.names(settings.exclude) or nil,
    says_out = type(settings.exclude) ~= "table" and settings.exclude or nil,
  }
  function self.wants(collection)
    if self.only and not self.only:has(collection) then return false end
    if self.out and self.out:has(collection) then return false, "left out by the option 'exclude'" end
    return true
  end
  function self.excludes(report)
    if self.out then return self.out:has(report) end
    return self.says_out ~= nil and not not self.says_out(report)
  end
  -- A name that meets nothing is a slip, and a report that should have been left out is not.
  function self.note_misses(notes)
    for _, name in ipairs(self.only and self.only:missed() or {}) do
      notes[#notes + 1] = ("there is no collection '%s' that can be read"):format(name)
    end
    for _, name in ipairs(self.out and self.out:missed() or {}) do
      notes[#notes + 1] = ("nothing is called '%s', which was to be left out"):format(name)
    end
  end
  return self
end

local function run(client, settings, callbacks)
  callbacks.concurrency = settings.concurrency
  if settings.source ~= "discovery" then return walk.run(client, callbacks) end
  return require("studio.services.analyst.audit.discovery_walk").run(client, callbacks, settings.discovery)
end

-- How far it is, for people.
local function so_far(found)
  return phrases.count(found.collections, "collection") .. ", " .. phrases.count(found.reports, "report")
end

-- The audit ----------------------------------------------------------------------------------------------------------

-- What would be done about a report. Schedules go first: they are looked up by the report.
local function actions_of(report, caught, settings)
  local actions = json.array()
  if settings.schedules == "delete" then
    for _, schedule in ipairs(report.schedules or {}) do
      actions[#actions + 1] = { kind = "delete_schedule", schedule = schedule }
    end
  end
  if settings.archive and rules.archives(caught) then
    actions[#actions + 1] = { kind = "archive" }
  end
  return actions
end

-- A clock that runs ahead would make everything stale; of the service's and this machine's the earlier one counts.
local function now_of(settings, found) return settings.now or math.min(found.clock or math.huge, os.time()) end

-- Collects what the rules catch.
local function collector(settings, filter)
  local self = { entries = {}, undecided = {} }
  local function judge(report, found)
    if filter.excludes(report) then return {}, {} end
    return rules.catch(report, settings, now_of(settings, found))
  end
  function self.doubts(report, found)
    local caught, unknown = judge(report, found)
    return #caught + #unknown > 0
  end
  -- The count in a report's row is not relied on to say that there are none: an archived report with a schedule that
  -- was missed may go on running, and nobody would see it.
  function self.needs_schedules(report, found)
    local caught, unknown = judge(report, found)
    for _, field in ipairs(unknown) do
      if field == "schedules_count" then return true end
    end
    return #caught > 0 and settings.schedules == "delete"
  end
  function self.visit(report, found)
    local caught, unknown = judge(report, found)
    if #caught > 0 then
      self.entries[#self.entries + 1] = {
        report = report, rules = json.array(caught), actions = actions_of(report, caught, settings),
      }
    elseif #unknown > 0 then
      table.insert(found.unread,
        { report = walk.brief(report), why = "not known, or not readable: " .. table.concat(unknown, ", ") })
    end
    if settings.on_report then settings.on_report(report, caught) end
  end
  function self.progress(found)
    if not settings.progress then return end
    settings.progress(("%s, %d caught"):format(so_far(found), #self.entries), found)
  end
  return self
end

-- One of two clocks that differ by days is wrong.
local function note_clock(notes, settings, found)
  local off = found.clock and math.abs(os.time() - found.clock) or 0
  if settings.now or off < 86400 then return end
  notes[#notes + 1] = ("the clocks of this machine and of the service are %s apart; the earlier one counts"):format(
    moment.words(off))
end

-- What is only looked at, and never run again, counts as unused: who looks at it lately is not told.
local function note_viewed(notes, settings, entries)
  local count = 0
  for _, entry in ipairs(entries) do
    local viewed = (entry.report.view_count or 0) > 0 and not entry.report.last_viewed_at
    if viewed and entry.rules[1].name == "unused" then count = count + 1 end
  end
  if count == 0 then return end
  notes[#notes + 1] = ("%s %s viewed at some time, and it is not known when%s"):format(
    phrases.count(count, "unused report"), count == 1 and "was" or "were",
    settings.source == "api" and " (the Discovery API knows it)" or "")
end

local function notes_of(settings, filter, found, entries)
  local notes = {}
  filter.note_misses(notes)
  note_clock(notes, settings, found)
  note_viewed(notes, settings, entries)
  if settings.source == "api" and (settings.unviewed_for or settings.scheduled_unviewed) then
    notes[#notes + 1] = "views: the REST API tells how many, not when; a report with any view counts as viewed "
      .. "(the Discovery API knows when)"
  end
  if not found.complete then
    notes[#notes + 1] = "not everything could be read; what could not is left alone, and another audit may find more"
  end
  return notes
end

--- Looks at every report of the workspace, and makes a plan of what could be put away. Nothing is changed: see
--- an:apply. By the REST API a workspace takes a call for each collection and 30 reports, and one or two for each
--- report that is caught; calls go out as fast as the limit allows.
---
---   local plan = assert(an:audit { unused_for = "90d", exclude = { "Finance*" }, progress = studio.progress })
---   print(plan:table())
---@param client table studio.analyst
---@param given studio.analyst.audit_options?
---@return studio.analyst.plan? plan nil when it could not begin, or the service wanted no more calls
---@return studio.error? err
function audit.audit(client, given)
  local settings = options.read("analyst:audit", given)
  local filter = filters(settings)
  local made = collector(settings, filter)
  local found, err = run(client, settings, {
    wants = filter.wants, doubts = made.doubts, needs_schedules = made.needs_schedules, visit = made.visit,
    progress = made.progress,
  })
  if not found then return nil, err end
  return plan.new {
    workspace = client.state.params.workspace, base_url = client.state.origin, source = settings.source,
    made_at = moment.text(now_of(settings, found)), options = options.data(settings), entries = made.entries,
    skipped = found.skipped, unread = found.unread, complete = found.complete, limit = client:limits()[1],
    counts = found, notes = notes_of(settings, filter, found, made.entries),
  }
end

-- Which reports are scheduled and viewed ---------------------------------------------------------------------------

---@class studio.analyst.use
---@field report studio.analyst.record
---@field scheduled boolean? nil: not known
---@field schedules integer? how many
---@field viewed boolean? was it ever; nil: not known
---@field views integer?
---@field last_viewed_at string? only by Discovery

local function use_of(report)
  local schedules = report.schedules and #report.schedules or report.schedules_count
  local views, viewed = report.view_count, nil
  if report.last_viewed_at or views then viewed = report.last_viewed_at ~= nil or views > 0 end
  return {
    report = report, schedules = schedules, scheduled = schedules and schedules > 0, views = views, viewed = viewed,
    last_viewed_at = report.last_viewed_at,
  }
end

--- Which reports are scheduled, and which are viewed. Collections that these credentials may not read are left out, and
--- so are datasets; archived reports are among the rows.
---@param client table studio.analyst
---@param given { collections: string[]?, exclude: string[]|function?, source: string?, discovery: table?,
---  concurrency: integer?, progress: function?, exact: boolean? }? as for an:audit; exact: schedules are counted by
---  reading them, a call or two for each report, and not taken from the report's row
---@return studio.analyst.use[]? rows by collection, name, token
---@return table found_or_err skipped, unread, complete, and counts; or the error
function audit.report_use(client, given)
  local settings = options.read_use("analyst:report_use", given)
  local filter, rows = filters(settings), {}
  local found, err = run(client, settings, {
    wants = filter.wants,
    doubts = function() return false end,
    needs_schedules = function(report)
      return (settings.exact or not report.schedules_count) and not filter.excludes(report)
    end,
    visit = function(report)
      if not filter.excludes(report) then rows[#rows + 1] = use_of(report) end
    end,
    progress = settings.progress and function(now)
      settings.progress(so_far(now), now)
    end,
  })
  if not found then return nil, err end
  table.sort(rows, function(a, b) return record.before(a.report, b.report) end)
  return rows, found
end

return audit
