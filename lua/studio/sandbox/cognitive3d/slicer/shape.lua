-- Small checks of JSON that the slicer's validators are made of. SPDX-License-Identifier: MIT
--
-- Each returns nil when all is well, else a sentence. `where` is the place in the body, such as
-- "sessionFilters[1].field".

local json = require "studio.sandbox.json"

local shape = {}

local lenient = false

--- Runs a check as forgiving as the service is: what it ignores silently is no complaint then.
---@param forgive boolean
---@param check fun(...): string?
---@return string? complaint
function shape.judge(forgive, check, ...)
  lenient = forgive
  local complaint = check(...) -- nothing in a check waits, so nobody else's check runs meanwhile
  lenient = false
  return complaint
end

--- Is the check under way a forgiving one?
function shape.is_lenient() return lenient end

--- The value of an optional field: null is as good as nothing.
function shape.given(value)
  if value == json.null then return nil end
  return value
end

--- Is that a JSON object?
function shape.is_object(value)
  return type(value) == "table" and value ~= json.null and not json.is_array(value)
end

--- That there is nothing in an object but what the grammar has: the service does not look at the rest, and says
--- nothing.
---@param known table<string, any>
function shape.no_more(object, known, where)
  if lenient then return nil end
  local strange = {}
  for name in pairs(object) do
    if known[name] == nil then strange[#strange + 1] = name end
  end
  table.sort(strange)
  if strange[1] then return ("%s.%s is ignored by the service: there is no such field"):format(where, strange[1]) end
end

--- That a value is text with something in it.
function shape.text(value, where)
  if type(value) ~= "string" or value == "" then return where .. " must be a text" end
end

--- That a value is a whole number from `least` to `most`.
function shape.whole(value, where, least, most)
  if math.type(value) == "integer" and value >= least and value <= (most or value) then return nil end
  if most then return ("%s must be a whole number from %d to %d"):format(where, least, most) end
  return ("%s must be a whole number from %d on"):format(where, least)
end

--- Checks the items of an optional array, one by one.
---@param check fun(item: any, where: string): string?
function shape.each(list, where, check)
  list = shape.given(list)
  if list == nil then return nil end
  if not json.is_array(list) then return where .. " must be an array" end
  for i, item in ipairs(list) do
    local place = ("%s[%d]"):format(where, i)
    if not shape.is_object(item) then return place .. " must be an object" end
    local complaint = check(item, place)
    if complaint then return complaint end
  end
end

--- That the names in a list are there, and differ: they are the keys of the answer.
function shape.names(list, where)
  local taken = {}
  for i, item in ipairs(list) do
    local complaint = shape.text(item.name, ("%s[%d].name"):format(where, i))
    if complaint then return complaint end
    if taken[item.name] then return ("%s: two are named '%s'"):format(where, item.name) end
    taken[item.name] = true
  end
end

return shape
