-- Checks filters: what may be compared, with what, and how. SPDX-License-Identifier: MIT

local fields = require "studio.sandbox.cognitive3d.slicer.fields"
local json = require "studio.sandbox.json"
local shape = require "studio.sandbox.cognitive3d.slicer.shape"

local filters = {}

-- op -> which operands it has, and whether it compares by size
local OPS = {
  eq = { "value" }, neq = { "value" }, gt = { "value", true }, gte = { "value", true }, lt = { "value", true },
  lte = { "value", true }, ["in"] = { "values" }, notIn = { "values" }, range = { "range", true },
  outsideRange = { "range", true },
}

-- An example of the vendor has them in capitals.
local COMPOUND = { ["and"] = true, ["or"] = true, none = true, AND = true, OR = true, NONE = true }

local OPERANDS = {
  value = { value = true }, values = { values = true }, range = { min = true, max = true },
}

-- Epoch milliseconds below this lie before April 1973: somebody has sent seconds.
local SECONDS = 100000000000

local LUA_TYPE = { textual = "string", boolean = "boolean", numerical = "number", integral = "number",
  timestamp = "number" }

-- A value that may stand beside a field of this type; null asks whether there is one.
local function operand(value, field, where)
  local wanted = LUA_TYPE[field.type]
  if type(value) ~= wanted then
    return ("%s must be a %s, as the field is %s"):format(where, wanted, field.type)
  end
  if field.name == "date" and value < SECONDS and value ~= 0 and not shape.is_lenient() then -- 0 is the same in both
    return where .. " must be in milliseconds since 1970, and is too small for that"
  end
end

local check_operands = {}

function check_operands.value(filter, field, where)
  if filter.value == json.null and (filter.op == "eq" or filter.op == "neq") then return nil end
  return operand(filter.value, field, where .. ".value")
end

function check_operands.values(filter, field, where)
  if not json.is_array(filter.values) then return where .. ".values must be an array" end
  if #filter.values == 0 then return where .. ".values is empty" end
  for i, value in ipairs(filter.values) do
    local complaint = operand(value, field, ("%s.values[%d]"):format(where, i))
    if complaint then return complaint end
  end
end

function check_operands.range(filter, field, where)
  local min, max = shape.given(filter.min), shape.given(filter.max)
  if min == nil and max == nil then return where .. " needs min, max or both" end
  if min and max and type(min) == "number" and type(max) == "number" and min > max then
    return where .. ".min is above its max"
  end
  return min and operand(min, field, where .. ".min") or max and operand(max, field, where .. ".max")
end

-- The operation of a filter on that field; `own` are the names of the filter's further fields.
local function operation(filter, field, where, own)
  local op = OPS[filter.op]
  if not op then return ("%s.op: there is no operation '%s'"):format(where, tostring(filter.op)) end
  local known = { op = true }
  for name in pairs(own) do known[name] = true end
  for name in pairs(OPERANDS[op[1]]) do known[name] = true end
  local complaint = shape.no_more(filter, known, where)
  if complaint then return complaint end
  if op[2] and not fields.is_number(field) then
    return ("%s.op: '%s' compares by size, and the field is %s"):format(where, filter.op, field.type)
  end
  return check_operands[op[1]](filter, field, where)
end

local FIELD <const> = { field = true }
local BRANCH <const> = { op = true, children = true }

--- A filter on sessions or on events, with those inside it.
---@param filter table
---@param parent "session"|"event"
---@param mode "project"|"scene"
---@param where string
---@return string? complaint
function filters.tree(filter, parent, mode, where)
  if shape.given(filter.children) ~= nil or COMPOUND[filter.op] then
    if not COMPOUND[filter.op] then
      return ("%s.op: filters are joined by and, or, none, not by '%s'"):format(where, tostring(filter.op))
    end
    if not json.is_array(filter.children) or #filter.children == 0 then
      return where .. ".children must be an array of filters"
    end
    return shape.no_more(filter, BRANCH, where) or shape.each(filter.children, where .. ".children", function(child, at)
      return filters.tree(child, parent, mode, at)
    end)
  end
  local field, complaint = fields.read(filter.field, mode, where .. ".field", parent)
  return complaint or operation(filter, field, where, FIELD)
end

local USER_FIELDS = { latestSession = true, earliestSession = true, ["2ndLatestSession"] = true,
  sessionDatesArray = true }

--- A filter on users: a plain name of a field, and no joining.
function filters.user(filter, where)
  if not USER_FIELDS[filter.field] then
    return ("%s.field: users are not filtered by '%s'"):format(where, tostring(filter.field))
  end
  return operation(filter, { type = "timestamp", name = "date" }, where, FIELD)
end

-- type of an objective filter -> does it name a step, does it compare?
local OBJECTIVE = {
  passed = {}, failed = {}, numStepsCompleted = { false, true }, percentageStepsCompleted = { false, true },
  stepPassed = { true }, stepFailed = { true }, stepTime = { true, true }, stepTimeToSessionEnd = { true, true },
  stepDuration = { true, true }, stepTimeProportion = { true, true },
}
local PLAIN <const> = { objectiveVersionId = true, type = true }
local STEP <const> = { objectiveVersionId = true, type = true, step = true }

--- A filter on results of objectives: by the id of a version of one.
function filters.objective(filter, where)
  local complaint = shape.whole(filter.objectiveVersionId, where .. ".objectiveVersionId", 1)
  if complaint then return complaint end
  local kind = OBJECTIVE[filter.type]
  if not kind then return ("%s.type: there is no '%s'"):format(where, tostring(filter.type)) end
  if kind[1] then
    complaint = shape.whole(filter.step, where .. ".step", 0)
    if complaint then return complaint end
  end
  if kind[2] then return operation(filter, { type = "numerical" }, where, kind[1] and STEP or PLAIN) end
  return shape.no_more(filter, kind[1] and STEP or PLAIN, where)
end

-- The ends of a range of dates that filters at the top (or below an "and") set.
local function bounds(list, found)
  for _, filter in ipairs(shape.given(list) or {}) do
    local field = shape.given(filter.field)
    if filter.op == "and" or filter.op == "AND" then
      bounds(filter.children, found)
    elseif type(field) == "table" and field.fieldParent == "session" and field.fieldName == "date" then
      local op = filter.op
      found.from = found.from or op == "gte" or op == "gt" or op == "range" and shape.given(filter.min) ~= nil
      found.to = found.to or op == "lte" or op == "lt" or op == "range" and shape.given(filter.max) ~= nil
    end
  end
  return found
end

--- Is there a range of dates with one end only? Over a large project the service gives up on those (502).
---@param list table?  sessionFilters
function filters.is_open_ended(list)
  local found = bounds(list, {})
  return (found.from or false) ~= (found.to or false)
end

return filters
