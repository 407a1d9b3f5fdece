--- What happened in seven days of a project, asked of the service in few calls. SPDX-License-Identifier: MIT
--
-- Whatever the number of sessions: the service counts and averages, here it is only put together. Calls go side by
-- side, as many at a time as the client lets.

local studio = require "studio"

local collect = {}

local DAY <const> = 86400
local DAYS <const> = 7
local MOST_SETS <const> = 5    -- question sets on the page
local MOST_DEVICES <const> = 8

---@class weekly_report.Numbers
---@field sessions integer
---@field fps number?      average score, 0 to 100; nil: no session has one
---@field comfort number?  the same
---@field length number?   average, in ms

---@class weekly_report.Day: weekly_report.Numbers
---@field at integer  its midnight, seconds since 1970

---@class weekly_report.Step  of an objective
---@field name string?
---@field succeeded integer
---@field failed integer
---@field duration number?  average, in ms since the step before

---@class weekly_report.Objective
---@field name string
---@field succeeded integer
---@field failed integer
---@field before { succeeded: integer, failed: integer }?
---@field earlier integer  sessions that an earlier version of it has judged
---@field steps weekly_report.Step[]

---@class weekly_report.Week
---@field project table
---@field from integer  seconds since 1970
---@field to integer    the first second after it
---@field days weekly_report.Day[]
---@field days_before weekly_report.Day[]
---@field total weekly_report.Numbers
---@field before weekly_report.Numbers  of the seven days before
---@field left_out { all: integer, test: integer, junk: integer }?  sessions that do not count; nil: all count
---@field devices table[]?     { device, sessions, fps, comfort }, most sessions first; the rest together as the last
---@field objectives weekly_report.Objective[]?
---@field sets { set: table, counts: table[][] }[]?
---@field more_sets integer
---@field troubles { part: string, why: string }[]  parts that could not be read

-- What is asked of sessions everywhere on the page.
local function numbers(c3)
  local aggregate = c3.aggregate
  return { sessions = aggregate.count(), fps = aggregate.avg "c3d.metrics.fps_score",
    comfort = aggregate.avg "c3d.metrics.comfort_score", length = aggregate.avg "duration" }
end

-- Raises what has failed; the work of a part is given up then.
local function query(c3, options)
  local rows, err = c3:query(options)
  if not rows then error(err, 0) end
  return rows
end

local function check(value, err)
  if value == nil then error(err, 0) end
  return value
end

-- Parts ---------------------------------------------------------------------------------------------------

local parts = {}

function parts.project(ask) return check(ask.c3.projects:get()) end

-- Both weeks day by day; a day without a session has no row.
function parts.days(ask)
  local found = {}
  local rows = query(ask.c3, ask.sessions { metrics = numbers(ask.c3), slice = ask.c3.slice.by_date "day",
    from = ask.from - DAYS * DAY })
  for _, row in ipairs(rows) do found[tostring(row.date):sub(1, 10)] = row end
  local function week(from)
    local days = {}
    for i = 1, DAYS do
      local at = from + (i - 1) * DAY
      local row = found[os.date("!%Y-%m-%d", at)] or {}
      days[i] = { at = at, sessions = math.tointeger(row.sessions) or 0, fps = row.fps, comfort = row.comfort,
        length = row.length }
    end
    return days
  end
  return { week(ask.from), week(ask.from - DAYS * DAY) }
end

local function total(ask, from, to)
  local row = query(ask.c3, ask.sessions { metrics = numbers(ask.c3), from = from, to = to })[1] or {}
  return { sessions = math.tointeger(row.sessions) or 0, fps = row.fps, comfort = row.comfort, length = row.length }
end

function parts.total(ask) return total(ask, ask.from, ask.to) end
function parts.before(ask) return total(ask, ask.from - DAYS * DAY, ask.from) end

-- How many sessions the tags leave out, and by which tag: one may have both.
function parts.left_out(ask)
  if ask.with_tests then return false end
  local function count(tag, options)
    options.metrics, options.from, options.to = ask.c3.aggregate.count(), ask.from, ask.to
    options.filters = tag and ask.c3.filter.eq("c3d.session_tag." .. tag, true) or nil
    return math.tointeger((query(ask.c3, options)[1] or {}).value) or 0
  end
  return { all = count(nil, {}) - count(nil, { exclude_tags = true }), test = count("test", {}),
    junk = count("junk", {}) }
end

-- The devices with the most sessions; what is left of the sum has another device, or says none.
function parts.devices(ask)
  local by = ask.c3.slice.by_text("c3d.device.hmd.type", { name = "device" })
  local rows = query(ask.c3, ask.sessions { metrics = numbers(ask.c3), slice = by })
  local devices = {}
  for _, row in ipairs(rows) do
    if (row.sessions or 0) > 0 and row.device ~= nil then
      row.device = tostring(row.device)
      devices[#devices + 1] = row
    end
  end
  table.sort(devices, function(a, b)
    if a.sessions ~= b.sessions then return a.sessions > b.sessions end
    return a.device < b.device
  end)
  for i = #devices, MOST_DEVICES + 1, -1 do devices[i] = nil end
  return devices
end

-- Objectives ----------------------------------------------------------------------------------------------

local function by_version(rows)
  local found = {}
  for _, row in ipairs(rows) do found[tostring(row.objectiveVersionId)] = row end
  return found
end

local function judged(row) return row and row.succeeded + row.failed or 0 end

-- Names of the steps in their order: the service sends a version's components in none.
local function step_names(version)
  local components = {}
  for _, component in ipairs(version.objectiveComponents or {}) do
    if component.isStep ~= false then components[#components + 1] = component end
  end
  table.sort(components, function(a, b) return (a.sequenceNumber or 0) < (b.sequenceNumber or 0) end)
  local names = {}
  for i, component in ipairs(components) do names[i] = component.name or false end
  return names
end

local function steps_of(version, rows)
  local names, steps = step_names(version), {}
  for i, row in ipairs(rows or {}) do
    local n = math.tointeger(row.step) or i
    steps[i] = { name = names[n] or nil, succeeded = row.succeeded or 0, failed = row.failed or 0,
      duration = tonumber(row.averageStepDuration) }
  end
  return steps
end

-- An objective as its active version judged it; nil when it has none.
local function objective_of(row, now, before, steps)
  local active, earlier = nil, 0
  for _, version in ipairs(row.objectiveVersions or {}) do
    if version.isActive then active = version else earlier = earlier + judged(now[tostring(version.id)]) end
  end
  if not active then return nil end
  local id = tostring(active.id)
  local result, past = now[id] or { succeeded = 0, failed = 0 }, before[id]
  return { name = row.name or "(no name)", succeeded = result.succeeded, failed = result.failed,
    before = judged(past) > 0 and past or nil, earlier = earlier, steps = steps_of(active, steps[id]) }
end

function parts.objectives(ask)
  local c3, objectives = ask.c3, {}
  local rows = check(c3.objectives:list())
  if #rows == 0 then return objectives end
  local function results(from, to)
    return by_version(check(c3.objectives:results(ask.sessions { slice_by = "version", from = from, to = to })))
  end
  local now, before = results(ask.from, ask.to), results(ask.from - DAYS * DAY, ask.from)
  local steps = check(c3.objectives:step_results(ask.sessions { slice_by = "version" }))
  for _, row in ipairs(rows) do
    if row.enabled ~= false then objectives[#objectives + 1] = objective_of(row, now, before, steps) end
  end
  return objectives
end

-- ExitPoll ------------------------------------------------------------------------------------------------

-- The newest version of each set that is in use.
local function newest_sets(rows)
  local newest, list = {}, {}
  for _, row in ipairs(rows) do
    local known = newest[row.name]
    if row.status ~= "archived" and (not known or (tonumber(row.version) or 0) > (tonumber(known.version) or 0)) then
      newest[row.name] = row
    end
  end
  for _, row in pairs(newest) do list[#list + 1] = row end
  table.sort(list, function(a, b) return tostring(a.name) < tostring(b.name) end)
  return list
end

function parts.sets(ask)
  local list = newest_sets(check(ask.c3.exitpoll:question_sets()))
  local sets = { more = math.max(0, #list - MOST_SETS) }
  for i = 1, math.min(#list, MOST_SETS) do
    sets[i] = { set = list[i], counts = check(ask.c3.exitpoll:counts(nil, list[i], ask.sessions {})) }
  end
  return sets
end

-- All of it -----------------------------------------------------------------------------------------------

-- Without these there is nothing to show.
local needed = { project = true, days = true, total = true, before = true }
local order = { "project", "total", "before", "days", "left_out", "devices", "objectives", "sets" }

--- Asks for everything.
---@param c3 studio.cognitive3d.client
---@param options { to: integer, with_tests: boolean?, progress: fun(text: string)? }  `to`: a midnight, in seconds
---@return weekly_report.Week? week  nil, err when the sessions themselves cannot be had
---@return studio.error? err
function collect.week(c3, options)
  local ask = { c3 = c3, to = options.to, from = options.to - DAYS * DAY, with_tests = options.with_tests }
  -- what every question about sessions has
  function ask.sessions(more)
    more.from, more.to = more.from or ask.from, more.to or ask.to
    more.exclude_tags = not ask.with_tests or nil
    return more
  end
  local done = 0
  local results = assert(studio.map(order, function(name)
    local ok, value = pcall(parts[name], ask)
    if not ok and not studio.is_error(value) then error(value, 0) end
    done = done + 1
    if options.progress then options.progress(("%d of %d parts"):format(done, #order)) end
    return { value = ok and value or nil, err = not ok and value or nil }
  end, { concurrency = 4 }))
  local found, troubles = {}, {}
  for i, name in ipairs(order) do
    local err = results[i].err
    if err and needed[name] then return nil, err end
    if err then troubles[#troubles + 1] = { part = name, why = tostring(err) } end
    found[name] = results[i].value
  end
  return { project = found.project, from = ask.from, to = ask.to, days = found.days[1], days_before = found.days[2],
    total = found.total, before = found.before, left_out = found.left_out or nil, with_tests = ask.with_tests,
    devices = found.devices, objectives = found.objectives, sets = found.sets,
    more_sets = found.sets and found.sets.more or 0, troubles = troubles }
end

return collect
