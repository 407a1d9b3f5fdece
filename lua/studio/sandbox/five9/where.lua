-- Which rows a query asks for: the tree of conditions in `where`. SPDX-License-Identifier: MIT
--
-- Only "=" on text was ever seen in somebody's client; the comparisons beside it, and groups in groups, are assumed. A
-- row is JSON, and only the columns that a condition names are read of it.

local columns = require "studio.sandbox.five9.columns"
local json = require "studio.sandbox.json"

local where = {}

local CONNECTIONS = { ["and"] = true, ["or"] = true }
local DEPTH = 8 -- groups in groups

-- The value of a column in a row. The name between bare quotes stands nowhere else in it: within a text a quote is
-- escaped.
local function value_of(row, quoted)
  local _, last = row:find(quoted, 1, true)
  local c = row:sub(last + 1, last + 1)
  if c ~= '"' then
    local word = row:match("^[^,}]+", last + 1)
    return word ~= "null" and (tonumber(word) or word) or nil
  end
  local plain = row:match('^"([^"\\]*)"', last + 1)
  if plain then return plain end
  local stop = last + 2
  while row:sub(stop, stop) ~= '"' do stop = stop + (row:sub(stop, stop) == "\\" and 2 or 1) end
  return json.decode(row:sub(last + 1, stop))
end

-- Numbers are compared as numbers, all else as text.
local function both(a, b)
  local x, y = tonumber(a), tonumber(b)
  if x and y then return x, y end
  return tostring(a), tostring(b)
end

local operators = {
  ["="] = function(a, b) return tostring(a) == tostring(b) or tonumber(a) ~= nil and tonumber(a) == tonumber(b) end,
  ["<"] = function(a, b) local x, y = both(a, b) return x < y end,
  [">"] = function(a, b) local x, y = both(a, b) return x > y end,
  ["<="] = function(a, b) local x, y = both(a, b) return x <= y end,
  [">="] = function(a, b) local x, y = both(a, b) return x >= y end,
}
operators["!="] = function(a, b) return not operators["="](a, b) end

local build -- forward

local function quoted(name) return json.encode(name) .. ":" end

local function condition(store, child)
  local name, operator = child.fieldName, operators[child.operatorName]
  if type(name) ~= "string" or not (store.by_name[name] or columns.system[name]) then
    return nil, ("The selected field '%s' is invalid."):format(tostring(name))
  end
  if type(child.fieldTypeName) ~= "string" then return nil, "The field type name is required." end
  if not operator then return nil, ("The selected operator '%s' is invalid."):format(tostring(child.operatorName)) end
  local value = child.value
  if type(value) ~= "string" and type(value) ~= "number" then return nil, "The value must be a text or a number." end
  local pattern = quoted(name)
  return function(row)
    local own = value_of(row, pattern)
    return own ~= nil and operator(own, value)
  end
end

-- "This column is one of these values" is asked with one condition for each of them: looked up in one step.
local function one_of(store, group)
  local name, set = nil, {}
  if group.connectionType ~= "or" or #group.children < 2 then return nil end
  for _, child in ipairs(group.children) do
    if type(child) ~= "table" or child.operatorName ~= "=" or type(child.value) ~= "string"
      or child.fieldName ~= (name or child.fieldName) or not condition(store, child) then
      return nil
    end
    name = child.fieldName
    set[child.value] = true
  end
  if not (columns.system[name] or columns.texts[store.by_name[name]]) then return nil end -- a number has many texts
  local pattern = quoted(name)
  return function(row) return set[value_of(row, pattern)] or false end
end

function build(store, group, depth)
  if type(group) ~= "table" or not CONNECTIONS[group.connectionType] or not json.is_array(group.children) then
    return nil, "The where must have a connectionType (and, or) and children."
  end
  if depth > DEPTH then return nil, "The where is nested too deeply." end
  local quick = one_of(store, group)
  if quick then return quick end
  local tests = {}
  for i, child in ipairs(group.children) do
    local make = type(child) == "table" and child.children and build or condition
    local test, why = make(store, type(child) == "table" and child or {}, depth + 1)
    if not test then return nil, why end
    tests[i] = test
  end
  local all = group.connectionType == "and"
  return function(row)
    for _, test in ipairs(tests) do
      if test(row) ~= all then return not all end
    end
    return all or #tests == 0 -- no condition at all: every row
  end
end

--- A test for rows.
---@param store sandbox.five9.store
---@param tree any  as in the body; nil: every row
---@return (fun(row: string): boolean)? test
---@return string? message  what is wrong with the tree
function where.test(store, tree)
  if tree == nil or tree == json.null then return function() return true end end
  if type(tree) == "table" and tree.maxDepth ~= nil and math.type(tree.maxDepth) ~= "integer" then
    return nil, "The maxDepth must be an integer."
  end
  return build(store, tree, 0)
end

return where
