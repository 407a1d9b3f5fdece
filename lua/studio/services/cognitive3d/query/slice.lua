-- By what a query splits its metrics: pure values, for the option `slice`. SPDX-License-Identifier: MIT
--
--   slice = slice.by_date "week"
--   slice = { slice.by_text "c3d.app.version", slice.by_number("duration", 600000, { name = "minutes" }) }

local check = require "studio.check"
local fields = require "studio.services.cognitive3d.query.fields"

---@class studio.cognitive3d.slices
local slice = {}

---@class studio.cognitive3d.slice what this module's functions return
---@field name string the column it becomes
---@field kind "date"|"number"|"text"|"boolean"
local Slice = { __name = "studio.cognitive3d.slice" }
Slice.__index = Slice

---@param value any
---@return boolean
function slice.is(value) return getmetatable(value) == Slice end

local units = { day = true, week = true, month = true, quarter = true, year = true }

local MOST_TERMS <const> = 1024 -- documented; without max_terms the service gives 256

local function read_field(what, field)
  if not fields.is(field) then check.argument(what, "field", field, "string") end
  return field
end

local function new(what, field, options, more)
  more.field = read_field(what, field)
  more.name = options.name or fields.is(field) and field.name or field
  if more.name == "" then check.fail("%s: option 'name' must not be an empty string", what) end
  return setmetatable(more, Slice)
end

--- By time.
---@param unit "day"|"week"|"month"|"quarter"|"year"
---@param options { count: integer?, week_starts: integer?, time_zone: string?, name: string?,
---  field: string|studio.cognitive3d.field|nil }? count: so many units together; week_starts: days after Sunday (1:
---  Monday), for weeks (which begin on Sunday without it, says the vendor; in its example they begin on Monday);
---  time_zone: "America/Vancouver", default UTC; field: default the session's date; name: of the column, default "date"
---@return studio.cognitive3d.slice
function slice.by_date(unit, options)
  local what = "slice.by_date"
  check.argument(what, "unit", unit, "string")
  if not units[unit] then check.fail("%s: there is no unit '%s'%s", what, unit, check.suggestion(unit, units)) end
  options = check.options(what, options, { count = "integer", week_starts = "integer", time_zone = "string",
    field = { "string", "table" }, name = "string" })
  local count, starts = options.count or 1, options.week_starts
  if count < 1 then check.fail("%s: option 'count' must be 1 or more", what) end
  if starts and unit ~= "week" then
    check.fail("%s: option 'week_starts' goes with weeks, not with a %s", what, unit)
  elseif starts and (starts < 0 or starts > 6) then
    check.fail("%s: option 'week_starts' must be from 0 (Sunday) to 6", what)
  end
  return new(what, options.field or "date", options, { kind = "date", time_zone = options.time_zone,
    parts = { timeUnit = unit, timeValue = math.tointeger(count), timeZone = options.time_zone,
      dayOfWeekOffset = starts and math.tointeger(starts) } })
end

local function discrete(name, kind)
  local what = "slice." .. name
  return function(field, options)
    options = check.options(what, options, { max_terms = "integer", name = "string" })
    local most = options.max_terms
    if most and (most < 1 or most > MOST_TERMS) then
      check.fail("%s: option 'max_terms' must be from 1 to %d, which is the most that the service gives", what,
        MOST_TERMS)
    end
    return new(what, field, options, { kind = kind, parts = { maxTerms = most and math.tointeger(most) } })
  end
end

---@alias studio.cognitive3d.slice_of fun(field: string|studio.cognitive3d.field,
---  options: { max_terms: integer?, name: string? }?): studio.cognitive3d.slice

--- By the values of a property that is text, or of any field of the service: the 256 most frequent, or as many as
--- max_terms says, up to 1024.
---@type studio.cognitive3d.slice_of
slice.by_text = discrete("by_text", "text")

--- By the values of a property that is true or false.
---@type studio.cognitive3d.slice_of
slice.by_boolean = discrete("by_boolean", "boolean")

--- A histogram: by a number, in steps; a bucket is called by its beginning.
---@param field string|studio.cognitive3d.field
---@param interval number how wide a bucket is
---@param options { name: string? }?
---@return studio.cognitive3d.slice
function slice.by_number(field, interval, options)
  local what = "slice.by_number"
  check.argument(what, "interval", interval, "number")
  if not (interval > 0 and interval < math.huge) then check.fail("%s: interval must be above 0", what) end
  options = check.options(what, options, { name = "string" })
  return new(what, field, options, { kind = "number", parts = { interval = interval } })
end

return slice
