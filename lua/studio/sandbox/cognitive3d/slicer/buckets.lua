-- By what an operation is split: which bucket a value is in, and what buckets are called. SPDX-License-Identifier: MIT

local calendar = require "studio.sandbox.cognitive3d.slicer.calendar"
local shape = require "studio.sandbox.cognitive3d.slicer.shape"
local view = require "studio.sandbox.cognitive3d.slicer.view"

local buckets = {}

local TERMS <const> = 256     -- buckets of a discrete slice that asks for no number
local MOST_FILLED <const> = 20000 -- empty ones that are made between two others

---@class sandbox.slicer_slice
---@field field sandbox.slicer_field
---@field key fun(value: any): any       the bucket: its start, or the value itself
---@field after (fun(key: number): number)?  the next bucket; none for discrete values
---@field terms integer?                 the most buckets
---@field time boolean?                  is it a slice by date?
---@field warning string?

local function whole(number)
  return math.tointeger(number) or number
end

local function by_date(item)
  local _, warning = calendar.offset(item.timeZone)
  return {
    time = true, warning = warning,
    key = function(value) return (calendar.bucket(value, item)) end,
    after = function(key) return (select(2, calendar.bucket(key, item))) end,
  }
end

local function by_number(interval)
  return {
    key = function(value) return whole(value // interval * interval) end,
    after = function(key) return whole(key + interval) end,
  }
end

local function by_group(groups)
  local names = {}
  for _, group in ipairs(groups) do
    local name = group.name
    for _, value in ipairs(group.values or group) do
      name = name or tostring(value) -- one without a name is called by its first value
      names[value] = name
    end
  end
  return { key = function(value) return names[value] end, terms = #groups }
end

local function discrete(item)
  return { terms = shape.given(item.maxTerms) or TERMS, key = function(value)
    if type(value) == "boolean" then return tostring(value) end
    return value
  end }
end

--- A slice, or an operation that splits: made of a part of a body that was checked before.
---@param item table
---@return sandbox.slicer_slice
function buckets.slice(item)
  local slice
  if shape.given(item.timeUnit) then
    slice = by_date(item)
  elseif shape.given(item.interval) then
    slice = by_number(item.interval)
  elseif shape.given(item.groups) then
    slice = by_group(item.groups)
  else
    slice = discrete(item)
  end
  slice.field = view.field(item.field)
  return slice
end

--- The buckets that an answer has, in order: discrete ones by how much is in them, the others by size and without
--- gaps.
---@param slice sandbox.slicer_slice
---@param weights table<any, integer>  bucket -> how much is in it
---@return any[] keys
---@return string? warning
function buckets.order(slice, weights)
  local keys = {}
  for key in pairs(weights) do keys[#keys + 1] = key end
  if not slice.after then
    table.sort(keys, function(a, b)
      if weights[a] ~= weights[b] then return weights[a] > weights[b] end
      return tostring(a) < tostring(b)
    end)
    if #keys <= slice.terms then return keys end
    return table.move(keys, 1, slice.terms, 1, {}), ("%d of %d buckets are shown"):format(slice.terms, #keys)
  end
  table.sort(keys)
  local filled, last = {}, keys[#keys]
  local key = keys[1]
  while key and key <= last do
    filled[#filled + 1] = key
    if #filled > MOST_FILLED then return keys, "too many empty buckets: left out" end
    key = slice.after(key)
  end
  return filled
end

--- What a bucket is called where names are texts: "50", "1733702400000", "true".
function buckets.label(key)
  if math.type(key) == "float" then return ("%.14g"):format(key) end
  return tostring(key)
end

--- The same as an outer key of json0_keyed, where the start of a range of numbers is written as a decimal: "50.0".
function buckets.outer(slice, key)
  if slice.after and not slice.time and math.type(key) == "integer" then return ("%d.0"):format(key) end
  return buckets.label(key)
end

return buckets
