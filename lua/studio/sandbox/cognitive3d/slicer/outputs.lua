-- The forms in which the slicer answers: legacy, and three that begin with json0. SPDX-License-Identifier: MIT
--
-- As in the vendor's page on output types. The first slice is x and the second y, except in legacy, where the last
-- one is x.

local buckets = require "studio.sandbox.cognitive3d.slicer.buckets"
local json = require "studio.sandbox.json"

local outputs = {}

-- ---- without slices ------------------------------------------------------------------------------------------------

local function plain(tally) return { value = tally:value() } end

-- ---- one slice -----------------------------------------------------------------------------------------------------

local one = {}

function one.json0_keyed(tally, xs)
  local values = {}
  for _, x in ipairs(xs) do values[buckets.outer(tally.slices[1], x)] = tally:value(x) end
  return values
end

function one.json0_list(tally, xs)
  local values = json.array {}
  for i, x in ipairs(xs) do values[i] = { x = x, value = tally:value(x) } end
  return values
end

one.json0_key_y = one.json0_list

-- ---- two slices ----------------------------------------------------------------------------------------------------

local two = {}

function two.json0_keyed(tally, xs, ys)
  local values = {}
  for _, x in ipairs(xs) do
    local row = {}
    for _, y in ipairs(ys) do
      if tally:has(x, y) then row[buckets.label(y)] = tally:value(x, y) end
    end
    values[buckets.outer(tally.slices[1], x)] = row
  end
  return values
end

-- The only one that leaves out every empty bucket.
function two.json0_list(tally, xs, ys)
  local values = json.array {}
  for _, x in ipairs(xs) do
    for _, y in ipairs(ys) do
      if tally:has(x, y) then values[#values + 1] = { x = x, y = buckets.label(y), value = tally:value(x, y) } end
    end
  end
  return values
end

function two.json0_key_y(tally, xs, ys)
  local values = json.array {}
  for i, x in ipairs(xs) do
    local row = {}
    for _, y in ipairs(ys) do row[buckets.label(y)] = tally:value(x, y) end
    values[i] = { x = x, values = row }
  end
  return values
end

-- ---- legacy --------------------------------------------------------------------------------------------------------

local function legacy(tally, name)
  local count = #tally.slices
  if count == 0 then return { dimensionless = true, label = name, value = tally:value() } end
  local labels, values = json.array {}, json.array {}
  local xs = tally:keys(count)
  local rows = count == 2 and tally:keys(1) or {}
  for i, row in ipairs(rows) do labels[i] = buckets.label(row) end
  if count == 1 then labels[1] = name end
  for i, x in ipairs(xs) do
    local y = json.array {}
    for k, row in ipairs(rows) do y[k] = tally:value(row, x) end
    if count == 1 then y[1] = tally:value(x) end
    values[i] = { x = x, y = y }
  end
  return { dimensionless = false, xIsTimeseries = tally.slices[count].time or false, labels = labels, values = values }
end

--- What is answered for an operation.
---@param tally sandbox.slicer_tally
---@param name string  the operation's
---@param kind "legacy"|"json0_keyed"|"json0_list"|"json0_key_y"
---@return table
function outputs.of(tally, name, kind)
  if kind == "legacy" then return legacy(tally, name) end
  local warnings = json.array {}
  for _, slice in ipairs(tally.slices) do warnings[#warnings + 1] = slice.warning end
  if #tally.slices == 0 then
    local answer = plain(tally)
    answer.warnings = warnings
    return answer
  end
  local keys = {}
  for i in ipairs(tally.slices) do
    local warning
    keys[i], warning = tally:keys(i)
    warnings[#warnings + 1] = warning
  end
  local write = (#keys == 1 and one or two)[kind]
  return { values = write(tally, keys[1], keys[2]), warnings = warnings }
end

return outputs
