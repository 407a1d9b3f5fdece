-- The answer to a query as rows: what was asked by are its columns. SPDX-License-Identifier: MIT
--
--   { date = "2026-03-02", version = "1.2", sessions = 27, fps = 71.5 }
--
-- The service answers each metric by itself, in one of four shapes; each is read as a list of x, y, value, and rows of
-- the same x and y become one.

local json = require "studio.json"
local moment = require "studio.moment"

local rows = {}

-- nil for null, which means: nothing to compute it from.
local function plain(value)
  if value ~= json.null then return value end
end

-- The keys of an object, numbers before texts, each in their order: objects have none of their own.
local function sorted_keys(object)
  local keys = {}
  for key in pairs(object) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b)
    local m, n = tonumber(a), tonumber(b)
    if m and n and m ~= n then return m < n end
    if (m == nil) ~= (n == nil) then return m ~= nil end
    return tostring(a) < tostring(b)
  end)
  return keys
end

-- Shapes ----------------------------------------------------------------------------------------------------------

local shapes = {}

local function each_key(object, add, x)
  for _, key in ipairs(sorted_keys(object)) do add(x, key, object[key]) end
end

-- [{x, value}], and for two slices [{x, values: {y: value}}]
function shapes.json0_key_y(answer, add)
  for _, bucket in ipairs(answer.values) do
    local inner = bucket.values
    if type(inner) == "table" then each_key(inner, add, bucket.x) else add(bucket.x, nil, bucket.value) end
  end
end

-- [{x, value}], and for two slices [{x, y, value}]
function shapes.json0_list(answer, add)
  for _, bucket in ipairs(answer.values) do add(bucket.x, bucket.y, bucket.value) end
end

-- {x: value}, and for two slices {x: {y: value}}
function shapes.json0_keyed(answer, add)
  for _, x in ipairs(sorted_keys(answer.values)) do
    local value = answer.values[x]
    if type(value) == "table" then each_key(value, add, x) else add(x, nil, value) end
  end
end

-- labels, and [{x, y: [value, one for each label]}]
function shapes.legacy(answer, add, dimensions)
  for _, bucket in ipairs(answer.values) do
    for i, value in ipairs(bucket.y or {}) do
      local label = answer.labels and answer.labels[i]
      if dimensions == 2 then add(bucket.x, label, value) else add(bucket.x, nil, value) end
    end
  end
end

-- Columns ---------------------------------------------------------------------------------------------------------

local booleans = { ["true"] = true, ["false"] = false, ["1"] = true, ["0"] = false, ["1.0"] = true, ["0.0"] = false }

local function number_of(value)
  local number = tonumber(value)
  return number and (math.tointeger(number) or number)
end

-- A bucket's name as people read it: keys of JSON objects are texts, whatever they were.
local readers = {
  text = function(value) return value end,
  number = number_of,
  boolean = function(value) return booleans[tostring(value)] end,
  date = function(value, column)
    local ms = number_of(value)
    local text = ms and moment.text(ms // 1000)
    if column.time_zone or not text then return text end
    return (text:gsub("T00:00:00Z$", ""))
  end,
}

local function read(column, value)
  local found = readers[column.kind](value, column)
  if found == nil then return value end -- not what was asked for: passed through
  return found
end

-- Shapes of which the vendor's pages say both, that x is the first slice and that it is the last. One of the two gives
-- texts and the other numbers (body.lua sees to that), so what x is tells.
local either_way = { json0_key_y = true, legacy = true }

local function order(columns, x, shape)
  local first, second = columns[1], columns[2]
  if second and either_way[shape] and first.textual ~= second.textual and first.textual ~= (type(x) == "string") then
    return second, first
  end
  return first, second
end

--- Reads the answers to all metrics of an aggregation.
---@param answers table<string, table> metric's name -> its answer
---@param names string[] of the metrics
---@param columns studio.cognitive3d.column[] the slices: at most two
---@param shape string the outputType
---@return table[] rows one for each bucket; without slices a single one
---@return string[] warnings what the service says about them
function rows.read(answers, names, columns, shape)
  local list, by_key, warnings = {}, {}, {}
  local function row_of(x, y)
    local key = tostring(x) .. "\0" .. tostring(y)
    local row = by_key[key]
    if not row then
      row = {}
      if x ~= nil then
        local first, second = order(columns, x, shape)
        row[first.name] = read(first, x)
        if second and y ~= nil then row[second.name] = read(second, y) end
      end
      by_key[key], list[#list + 1] = row, row
    end
    return row
  end
  for _, name in ipairs(names) do
    local answer = answers[name]
    for _, warning in ipairs(answer.warnings or {}) do warnings[#warnings + 1] = warning end
    if #columns == 0 then
      row_of()[name] = plain(answer.value ~= nil and answer.value or answer.values)
    else
      shapes[shape](answer, function(x, y, value) row_of(plain(x), plain(y))[name] = plain(value) end, #columns)
    end
  end
  return list, warnings
end

return rows
