-- Filters for queries and lists: pure values, made here and read where they stand. SPDX-License-Identifier: MIT
--
--   filter.gt("c3d.metrics.fps_score", 60)          a property: its type is the value's
--   filter.gte("duration", 60000)                   a field of the service
--   filter.eq(filter.text "duration", "long")       a property that is called like one
--   filter.or_ { filter.eq("eventName", "win"), filter.eq("eventName", "draw") }
--   filter.passed(version), filter.lte(filter.step_time(version, 1), 60000)
--
-- The same filters are about sessions, events, users or objectives by the option in which they are given: `filters`,
-- `events`, `users`, `objectives`. conditions.lua makes of them what the service takes.

local check = require "studio.check"
local fields = require "studio.services.cognitive3d.query.fields"
local json = require "studio.json"
local route = require "studio.route"

---@class studio.cognitive3d.filters
local filter = {}

---@class studio.cognitive3d.filter what this module's functions return
local Filter = { __name = "studio.cognitive3d.filter" }
Filter.__index = Filter

---@param value any
---@return boolean
function filter.is(value) return getmetatable(value) == Filter end

local function new(node) return setmetatable(node, Filter) end

-- Fields ----------------------------------------------------------------------------------------------------------

filter.number, filter.text, filter.boolean = fields.number, fields.text, fields.boolean
filter.event, filter.unnested = fields.event, fields.unnested

local function read_field(what, field)
  if not fields.is(field) then check.argument(what, "field", field, "string") end
  if field == "" then check.fail("%s: field must not be an empty string", what) end
  return field
end

-- Comparisons -----------------------------------------------------------------------------------------------------

local comparable = { string = true, number = true, boolean = true, table = true }

local function read_value(what, name, value)
  if value == json.null then return value end
  if not comparable[type(value)] then
    check.fail("%s: %s must be a text, a number, a boolean or a date, not %s", what, name,
      value == nil and "nothing" or type(value))
  end
  if type(value) == "number" and (value ~= value or value == math.huge or value == -math.huge) then
    check.fail("%s: %s must be a finite number", what, name)
  end
  return value
end

local function comparison(name, ordered)
  local what = "filter." .. name
  return function(field, value)
    local node = new { op = name, ordered = ordered, field = read_field(what, field),
      value = read_value(what, "value", value) }
    if ordered and (type(value) == "boolean" or value == json.null) then
      check.fail("%s: value must be a number or a date: nothing is more or less than %s", what, tostring(value))
    end
    return node
  end
end

---@alias studio.cognitive3d.compare fun(field: string|studio.cognitive3d.field, value: any): studio.cognitive3d.filter

--- Equal. With studio.json.null, and a field that says its type: the vendor documents it as "has any value".
---@type studio.cognitive3d.compare
filter.eq = comparison("eq", false)
--- Not equal. With studio.json.null the vendor documents it as "has no value".
---@type studio.cognitive3d.compare
filter.neq = comparison("neq", false)
---@type studio.cognitive3d.compare
filter.gt = comparison("gt", true)
---@type studio.cognitive3d.compare
filter.gte = comparison("gte", true)
---@type studio.cognitive3d.compare
filter.lt = comparison("lt", true)
---@type studio.cognitive3d.compare
filter.lte = comparison("lte", true)

local function membership(name, op)
  local what = "filter." .. name
  return function(field, values)
    check.argument(what, "values", values, "table")
    local copied = {}
    for i, value in ipairs(values) do copied[i] = read_value(what, "value " .. i, value) end
    if #copied == 0 or next(values, #copied) ~= nil then
      check.fail("%s: values must be a list, and not empty", what)
    end
    return new { op = op, field = read_field(what, field), values = copied }
  end
end

--- One of several values, all of one type.
---@type fun(field: string|studio.cognitive3d.field, values: any[]): studio.cognitive3d.filter
filter.in_ = membership("in_", "in")
---@type fun(field: string|studio.cognitive3d.field, values: any[]): studio.cognitive3d.filter
filter.not_in = membership("not_in", "notIn")

local function between(name, op)
  local what = "filter." .. name
  return function(field, min, max)
    if min == nil and max == nil then check.fail("%s: give min, max or both", what) end
    for which, value in pairs { min = min, max = max } do
      local kind = type(read_value(what, which, value))
      if kind == "boolean" or value == json.null then check.fail("%s: %s must be a number or a date", what, which) end
    end
    return new { op = op, ordered = true, field = read_field(what, field), min = min, max = max }
  end
end

--- From min to max, both included; one of them may be nil.
---@type fun(field: string|studio.cognitive3d.field, min: any, max: any): studio.cognitive3d.filter
filter.range = between("range", "range")
--- Below min or above max; of a user's `sessionDatesArray`: that no session falls between them.
---@type fun(field: string|studio.cognitive3d.field, min: any, max: any): studio.cognitive3d.filter
filter.outside = between("outside", "outsideRange")

-- Several filters -------------------------------------------------------------------------------------------------

local function compound(name, op)
  local what = "filter." .. name
  return function(children)
    if filter.is(children) then children = { children } end
    check.argument(what, "filters", children, "table")
    local list = {}
    for i, child in ipairs(children) do
      if not filter.is(child) then check.fail("%s: filter %d was not made by c3.filter", what, i) end
      list[i] = child
    end
    if #list == 0 or next(children, #list) ~= nil then
      check.fail("%s: filters must be a list of filters, and not empty", what)
    end
    return new { op = op, children = list }
  end
end

---@alias studio.cognitive3d.join fun(filters: studio.cognitive3d.filter[]): studio.cognitive3d.filter

--- All of them.
---@type studio.cognitive3d.join
filter.and_ = compound("and_", "and")
--- At least one of them.
---@type studio.cognitive3d.join
filter.or_ = compound("or_", "or")
--- None of them.
---@type studio.cognitive3d.join
filter.none = compound("none", "none")

-- Objectives ------------------------------------------------------------------------------------------------------

-- An id, a version's row, or an objective's row, of which the active version counts. The objective's own id is of
-- another kind: asked with it, the service finds nothing and says nothing.
local function read_version(what, version)
  if type(version) == "table" and version.objectiveVersions then
    local active
    for _, one in ipairs(version.objectiveVersions) do active = one.isActive and one or active end
    if not active then check.fail("%s: the objective has no active version", what) end
    version = active
  end
  local text, why = route.id(version, "id")
  if not text then check.fail("%s: objective version %s", what, why) end
  local id = math.type(version) and math.tointeger(version) or math.tointeger(text)
  if not id then check.fail("%s: the id of an objective version is an integer, not %q", what, text) end
  return id
end

-- Steps count from 1.
local function read_step(what, step)
  check.argument(what, "step", step, "integer")
  if step < 1 then check.fail("%s: step must be 1 or more", what) end
  return math.tointeger(step)
end

--- The names that this module gives to what the vendor says of objectives: without and with a step; to be compared
--- (with a number) or not.
local outcomes = { passed = { "passed" }, failed = { "failed" }, step_passed = { "stepPassed", true },
  step_failed = { "stepFailed", true } }
local measures = {
  num_steps_completed = { "numStepsCompleted" }, percentage_steps_completed = { "percentageStepsCompleted" },
  step_time = { "stepTime", true }, step_time_to_session_end = { "stepTimeToSessionEnd", true },
  step_duration = { "stepDuration", true }, step_time_proportion = { "stepTimeProportion", true },
}

-- filter.passed(version), filter.failed(version), filter.step_passed(version, step), filter.step_failed(version, step)
for name, is in pairs(outcomes) do
  local what = "filter." .. name
  filter[name] = function(version, step)
    return new { objective = read_version(what, version), type = is[1], step = is[2] and read_step(what, step) or nil }
  end
end

-- What can be compared: filter.num_steps_completed(version), filter.percentage_steps_completed(version);
-- filter.step_time(version, step) and its like: milliseconds, of step_time_proportion a part of 1.
for name, is in pairs(measures) do
  local what = "filter." .. name
  filter[name] = function(version, step)
    return fields.of_objective(what, is[1], read_version(what, version), is[2] and read_step(what, step) or nil)
  end
end

return filter
