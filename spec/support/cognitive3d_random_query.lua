-- Options of a query, made at random: everything that the builder knows, in places where it may stand.
-- SPDX-License-Identifier: MIT

local aggregate = require "studio.services.cognitive3d.query.aggregate"
local filter = require "studio.services.cognitive3d.query.filter"
local slice = require "studio.services.cognitive3d.query.slice"

-- A small generator of its own (Park and Miller's), so that a seed means the same everywhere.
local function chance_of(seed)
  local state = seed * 7919 + 1
  return function(n)
    state = state * 48271 % 2147483647
    return state % n + 1
  end
end

local fields = {
  session = { number = { "duration", "userSessionNumber", "c3d.metrics.fps_score", filter.number "date",
    filter.unnested "c3d.metrics.comfort_score" }, text = { "participantId", "sessionId", "c3d.app.version",
    filter.text "duration", filter.unnested "c3d.geo.city" }, boolean = { "c3d.roomscale", filter.boolean "x" } },
  event = { number = { "xCoord", "sessionRelativeDateTotal", "points", filter.number "duration" },
    text = { "eventName", "objectId", "Reason" }, boolean = { "won", filter.event(filter.boolean "lost") } },
}
local values = {
  number = function(roll) return roll(2) == 1 and roll(100000) or roll(1000) / 8 end,
  text = function(roll) return ("text %d \u{e9} \"'"):format(roll(50)) end,
  boolean = function(roll) return roll(2) == 1 end,
}
local compare = { "eq", "neq", "gt", "gte", "lt", "lte" }
local join = { "and_", "or_", "none" }

local function pick(roll, list) return list[roll(#list)] end

local function leaf(roll, parent)
  local kind = pick(roll, { "number", "text", "boolean" })
  local field, value = pick(roll, fields[parent][kind]), values[kind]
  local which = roll(4)
  if which == 1 then return filter[pick(roll, { "in_", "not_in" })](field, { value(roll), value(roll) }) end
  if which == 2 and kind == "number" then
    local low = value(roll)
    return filter[pick(roll, { "range", "outside" })](field, low, low + value(roll))
  end
  return filter[kind == "number" and pick(roll, compare) or compare[roll(2)]](field, value(roll))
end

local function tree(roll, parent, depth)
  if depth == 0 or roll(3) > 1 then return leaf(roll, parent) end
  local children = {}
  for i = 1, roll(3) do children[i] = tree(roll, parent, depth - 1) end
  return filter[pick(roll, join)](children)
end

local function list_of(most, roll, make)
  local list = {}
  for i = 1, roll(most + 1) - 1 do list[i] = make(i) end
  return #list > 0 and list or nil
end

local objective = {
  function(roll) return filter.passed(roll(9)) end, function(roll) return filter.failed(roll(9)) end,
  function(roll) return filter.step_passed(roll(9), roll(4)) end,
  function(roll) return filter.step_failed(roll(9), roll(4)) end,
}
for _, name in ipairs { "num_steps_completed", "percentage_steps_completed", "step_time", "step_duration",
  "step_time_to_session_end", "step_time_proportion" } do
  objective[#objective + 1] = function(roll)
    return filter[pick(roll, compare)](filter[name](roll(9), roll(4)), roll(100))
  end
end

local user = {
  function(roll) return filter[pick(roll, compare)](pick(roll, { "latestSession", "earliestSession",
    "2ndLatestSession" }), 1700000000 + roll(1000000)) end,
  function() return filter.outside("sessionDatesArray", "2025-12-01", "2026-01-01") end,
}

local metric = {
  function() return aggregate.count() end, function() return aggregate.events() end,
  function(roll)
    return aggregate[pick(roll, { "avg", "sum", "min", "max" })](pick(roll, fields.session.number))
  end,
  function(roll) return aggregate.max(filter.event(pick(roll, { "yCoord", "points" }))) end,
}

local slices = {
  function(roll, name) return slice.by_date(pick(roll, { "day", "month", "quarter", "year" }), { name = name,
    count = roll(3) }) end,
  function(roll, name) return slice.by_date("week", { week_starts = roll(7) - 1, time_zone = "Europe/Oslo", name = name,
    field = filter.event "date" }) end,
  function(roll, name)
    return slice.by_text(pick(roll, fields.session.text), { max_terms = roll(1024), name = name })
  end,
  function(_, name) return slice.by_boolean("c3d.roomscale", { name = name }) end,
  function(roll, name) return slice.by_number(pick(roll, fields.session.number), roll(1000) / 4, { name = name }) end,
}

--- The options of a query.
---@param seed integer
---@return table
return function(seed)
  local roll = chance_of(seed)
  for _ = 1, 3 do roll(2) end -- seeds side by side begin alike
  local options = { metrics = {} }
  for i = 1, roll(3) do options.metrics["m" .. i] = pick(roll, metric)(roll) end
  options.slice = list_of(2, roll, function(i) return pick(roll, slices)(roll, "s" .. i) end)
  options.filters = list_of(3, roll, function() return tree(roll, "session", 3) end)
  options.events = list_of(2, roll, function() return tree(roll, "event", 2) end)
  options.users = list_of(2, roll, function() return pick(roll, user)(roll) end)
  options.objectives = list_of(2, roll, function() return pick(roll, objective)(roll) end)
  if roll(2) == 1 then options.from, options.to = "2026-01-01", "2027-01-01" end
  if roll(3) == 1 then options.exclude_tags = true end
  -- of two slices, not every shape says which is which
  local shapes = { "json0_list", "json0_keyed", options.slice and options.slice[2] and "json0_keyed" or "legacy" }
  options.output = shapes[roll(4)]
  if roll(4) == 1 then options.session_type, options.version = "scene", roll(99) end
  return options
end
