-- Filters at work: does a session, does one of its events pass? SPDX-License-Identifier: MIT
--
-- Bodies were checked before (validate.lua). A filter is made into a function once, and asked for each session.

local json = require "studio.sandbox.json"
local shape = require "studio.sandbox.cognitive3d.slicer.shape"
local view = require "studio.sandbox.cognitive3d.slicer.view"

local match = {}

local function contains(list, value)
  for _, one in ipairs(list) do
    if one == value then return true end
  end
  return false
end

local function in_range(filter, value)
  local min, max = shape.given(filter.min), shape.given(filter.max)
  return (min == nil or value >= min) and (max == nil or value <= max)
end

-- op -> (filter, value) -> does it pass? `value` is nil when there is none: such a thing equals nothing, and so passes
-- what asks for a difference.
local ops = {
  eq = function(filter, value)
    if filter.value == json.null then return value ~= nil end -- as the vendor words it: "present"
    return value == filter.value
  end,
  neq = function(filter, value)
    if filter.value == json.null then return value == nil end -- "absent"
    return value ~= filter.value
  end,
  gt = function(filter, value) return value ~= nil and value > filter.value end,
  gte = function(filter, value) return value ~= nil and value >= filter.value end,
  lt = function(filter, value) return value ~= nil and value < filter.value end,
  lte = function(filter, value) return value ~= nil and value <= filter.value end,
  ["in"] = function(filter, value) return value ~= nil and contains(filter.values, value) end,
  notIn = function(filter, value) return not contains(filter.values, value) end,
  range = function(filter, value) return value ~= nil and in_range(filter, value) end,
  outsideRange = function(filter, value) return value ~= nil and not in_range(filter, value) end,
}

local compile -- forward: a filter may have filters inside it

local function all_of(list)
  local tests = {}
  for i, filter in ipairs(shape.given(list) or {}) do tests[i] = compile(filter) end
  return tests
end

local function every(tests, seen, event)
  for _, test in ipairs(tests) do
    if not test(seen, event) then return false end
  end
  return true
end

local function any(tests, seen, event)
  for _, test in ipairs(tests) do
    if test(seen, event) then return true end
  end
  return false
end

local joined = {
  ["and"] = every,
  ["or"] = any,
  none = function(tests, seen, event) return not any(tests, seen, event) end,
}

function compile(filter)
  local join = joined[tostring(filter.op):lower()]
  if join then
    local tests = all_of(filter.children)
    return function(seen, event) return join(tests, seen, event) end
  end
  local field, op = view.field(filter.field), ops[filter.op]
  return function(seen, event) return op(filter, seen:value(field, event)) end
end

-- ---- users: when were they there? ----------------------------------------------------------------------------------

local function user_test(filter)
  local op = ops[filter.op]
  return function(seen)
    local dates = seen.source.dates and seen.source.dates(seen.session) or { seen.session.start }
    if filter.field == "sessionDatesArray" then
      if filter.op == "outsideRange" then -- all of them
        for _, date in ipairs(dates) do
          if not op(filter, date) then return false end
        end
        return true
      end
      for _, date in ipairs(dates) do
        if op(filter, date) then return true end
      end
      return false
    end
    local at = { earliestSession = 1, latestSession = #dates, ["2ndLatestSession"] = #dates - 1 }
    return op(filter, dates[at[filter.field]])
  end
end

-- ---- objectives: what came of them? --------------------------------------------------------------------------------

-- What a filter on a step compares: (step, the session's duration)
local step_values = {
  stepTime = function(step) return step.timestamp end,
  stepTimeToSessionEnd = function(step, duration) return duration - step.timestamp end,
  stepDuration = function(step) return step.duration end,
  stepTimeProportion = function(step, duration) return step.timestamp / duration end,
}

local function done(steps)
  local n = 0
  for _, step in ipairs(steps) do
    if step.result == "succeeded" then n = n + 1 end
  end
  return n
end

local function step_test(filter, steps, seen)
  for _, step in ipairs(steps) do
    if step.step == filter.step then
      if filter.type == "stepPassed" then return step.result == "succeeded" end
      if filter.type == "stepFailed" then return step.result == "failed" end
      -- session-relative, whichever way the results have it
      local at = step.timestamp
      if type(at) ~= "number" then return false end
      if at > seen.session.duration then at = at - seen.session.start end
      return ops[filter.op](filter, step_values[filter.type]({ timestamp = at, duration = step.duration },
        seen.session.duration))
    end
  end
  return false
end

local function objective_test(filter)
  return function(seen)
    local steps = seen:results()[filter.objectiveVersionId]
    if not steps or #steps == 0 then return false end
    if filter.type == "passed" then return done(steps) == #steps end
    if filter.type == "failed" then return done(steps) < #steps end
    if filter.type == "numStepsCompleted" then return ops[filter.op](filter, done(steps)) end
    if filter.type == "percentageStepsCompleted" then return ops[filter.op](filter, 100 * done(steps) / #steps) end
    return step_test(filter, steps, seen)
  end
end

-- ---- a body's filters together --------------------------------------------------------------------------------------

local function has_event(seen, tests)
  for _, event in ipairs(seen:events()) do
    if every(tests, seen, event) then return true end
  end
  return false
end

local function mapped(list, make)
  local tests = {}
  for i, filter in ipairs(shape.given(list) or {}) do tests[i] = make(filter) end
  return tests
end

--- The filters of a body, made ready.
---@param body table
---@return fun(seen: sandbox.slicer_view): boolean session  does the session pass? With event filters: it has at least
---  one event that passes all of them, and one for each of the separable ones
---@return (fun(seen: sandbox.slicer_view, event: table): boolean) event  does the event?
function match.filters(body)
  local sessions = all_of(body.sessionFilters)
  local users = mapped(body.userFilters, user_test)
  local objectives = mapped(body.objectiveFilters, objective_test)
  local events = all_of(body.eventFilters)
  local separable = all_of(body.separableEventFilters)
  local function session(seen)
    if not (every(sessions, seen) and every(users, seen) and every(objectives, seen)) then return false end
    if #events > 0 and not has_event(seen, events) then return false end
    for _, test in ipairs(separable) do
      if not has_event(seen, { test }) then return false end
    end
    return true
  end
  return session, function(seen, event) return every(events, seen, event) end
end

return match
