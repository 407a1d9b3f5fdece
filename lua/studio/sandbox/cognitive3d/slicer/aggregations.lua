-- Checks what is to be counted, and by what it is split. SPDX-License-Identifier: MIT

local fields = require "studio.sandbox.cognitive3d.slicer.fields"
local json = require "studio.sandbox.json"
local shape = require "studio.sandbox.cognitive3d.slicer.shape"

local aggregations = {}

--- The most buckets that a discrete slice may ask for.
aggregations.MOST_TERMS = 1024

local OUTPUTS = { legacy = true, json0_keyed = true, json0_list = true, json0_key_y = true }

-- type of operation -> { needs a field?, its further field }
local OPERATIONS = {
  sessionCount = {}, eventCount = {}, min = { true }, max = { true }, average = { true }, sum = { true },
  Groups = { true, "interval" }, CustomGroups = { true, "groups" },
}

local function above_zero(value, where)
  if type(value) ~= "number" or value <= 0 then return where .. " must be a number above 0" end
end

-- What a group looks like is not published; here it is an array of values, or an object with a name and values.
local function check_groups(groups, where)
  if not json.is_array(groups) or #groups == 0 then return where .. " must be an array of groups" end
  for i, group in ipairs(groups) do
    local at = ("%s[%d]"):format(where, i)
    if type(group) ~= "table" then return at .. " must be an array or an object" end
    if not json.is_array(group) then
      if not json.is_array(group.values) then return at .. ".values must be an array" end
      local complaint = shape.text(group.name, at .. ".name")
      if complaint then return complaint end
    end
  end
end

local function operation(item, mode, where)
  local kind = OPERATIONS[item.type]
  if not kind then return ("%s.type: there is no operation '%s'"):format(where, tostring(item.type)) end
  local known = { name = true, type = true }
  if item.sliceBys ~= nil and not shape.is_lenient() then
    return where .. ".sliceBys is ignored by the service: sliceBys stand beside operations, not inside one"
  end
  local field, complaint
  if kind[1] then
    known.field = true
    field, complaint = fields.read(item.field, mode, where .. ".field")
    if complaint then return complaint end
    if kind[2] ~= "groups" and not fields.is_number(field) then
      return ("%s.field is %s: '%s' needs numbers"):format(where, field.type, item.type)
    end
  end
  if kind[2] then
    known[kind[2]] = true
    complaint = (kind[2] == "groups" and check_groups or above_zero)(item[kind[2]], where .. "." .. kind[2])
  end
  return complaint or shape.no_more(item, known, where)
end

local UNITS = { day = true, week = true, month = true, quarter = true, year = true }
local BY_DATE <const> = { name = true, field = true, timeUnit = true, timeValue = true, dayOfWeekOffset = true,
  timeZone = true }

local function by_date(item, field, where)
  if field.type ~= "timestamp" then return where .. ".field is no date, and timeUnit slices by one" end
  if not UNITS[item.timeUnit] then
    return where .. ".timeUnit must be day, week, month, quarter or year"
  end
  local complaint = shape.whole(item.timeValue, where .. ".timeValue", 1)
  if complaint then return complaint end
  if shape.given(item.dayOfWeekOffset) then
    if item.timeUnit ~= "week" then return where .. ".dayOfWeekOffset is only allowed with weeks" end
    complaint = shape.whole(item.dayOfWeekOffset, where .. ".dayOfWeekOffset", -6, 6)
  end
  if not complaint and shape.given(item.timeZone) then complaint = shape.text(item.timeZone, where .. ".timeZone") end
  return complaint or shape.no_more(item, BY_DATE, where)
end

local function by_number(item, field, where)
  if not fields.is_number(field) then return ("%s.field is %s: interval needs numbers"):format(where, field.type) end
  return above_zero(item.interval, where .. ".interval")
    or shape.no_more(item, { name = true, field = true, interval = true }, where)
end

--- What a slice may be: by date, by number, or by the values that there are.
local function slice(item, mode, where)
  local field, complaint = fields.read(item.field, mode, where .. ".field")
  if not field then return complaint end
  if shape.given(item.timeUnit) then return by_date(item, field, where) end
  if shape.given(item.interval) then return by_number(item, field, where) end
  if shape.given(item.maxTerms) then
    complaint = shape.whole(item.maxTerms, where .. ".maxTerms", 1, aggregations.MOST_TERMS)
  end
  return complaint or shape.no_more(item, { name = true, field = true, maxTerms = true }, where)
end

local KNOWN <const> = { name = true, outputType = true, operations = true, sliceBys = true }

local function aggregation(item, mode, where)
  local complaint = shape.no_more(item, KNOWN, where)
  if complaint then return complaint end
  local output = shape.given(item.outputType)
  if output and not OUTPUTS[output] then
    return ("%s.outputType: there is no '%s'"):format(where, tostring(output))
  end
  if not json.is_array(item.operations) or #item.operations == 0 then
    return where .. ".operations must be an array with one operation or more"
  end
  complaint = shape.each(item.operations, where .. ".operations", function(one, at) return operation(one, mode, at) end)
    or shape.names(item.operations, where .. ".operations")
  local slices = shape.given(item.sliceBys)
  if complaint or not slices then return complaint end
  complaint = shape.each(slices, where .. ".sliceBys", function(one, at) return slice(one, mode, at) end)
    or shape.names(slices, where .. ".sliceBys")
  if not complaint and #slices > 2 then return where .. ".sliceBys: two slices at most" end
  for _, one in ipairs(item.operations) do
    if not complaint and #slices == 2 and OPERATIONS[one.type][2] then
      complaint = ("%s: '%s' splits once more, and two slices are the most"):format(where, one.type)
    end
  end
  return complaint
end

--- Checks the aggregations of a query.
---@param list any
---@param mode "project"|"scene"
---@return string? complaint
function aggregations.check(list, mode)
  if not json.is_array(list) or #list == 0 then return "aggregations must be an array with one aggregation or more" end
  return shape.each(list, "aggregations", function(item, where) return aggregation(item, mode, where) end)
    or shape.names(list, "aggregations")
end

return aggregations
