-- Conditions for rows: client.where. SPDX-License-Identifier: MIT
--
--   f9.where.eq("city", "Graz")
--   f9.where.or_ { f9.where.eq("city", "Graz"), f9.where.and_ { f9.where.eq("city", "Wien"), … } }
--
-- Of the service only one condition is known: "=" on text, in a list of them. Other operators, types and lists in lists
-- are sent as written; whether they are understood, nobody has said.

local check = require "studio.check"
local json = require "studio.json"

local where = {}

---@class studio.five9.where a condition, or a group of them
local Where = { __name = "studio.five9.where" }

-- Types of which a service of this kind knows more than text; only "text" was seen.
local type_names = { string = "text", number = "number", boolean = "boolean" }

--- A condition as the service has it.
---@param column string
---@param operator string "=" is the one that is known
---@param value string|number|boolean
---@param kind string? the service's name for the column's type; default by the value: "text", "number", "boolean"
---@return studio.five9.where
function where.is(column, operator, value, kind)
  local what = "where." .. (operator == "=" and "eq" or "is")
  check.argument(what, "column", column, "string")
  check.argument(what, "operator", operator, "string")
  check.argument(what, "value", value, { "string", "number", "boolean" })
  if kind ~= nil then check.argument(what, "kind", kind, "string") end
  return setmetatable({
    fieldName = column, fieldTypeName = kind or type_names[type(value)], operatorName = operator, value = value,
  }, Where)
end

--- The column has that value.
---@param column string
---@param value string|number|boolean
---@return studio.five9.where
function where.eq(column, value) return where.is(column, "=", value) end

local function group(connection, list)
  check.argument("where." .. connection .. "_", "conditions", list, "table")
  local children = {}
  for i, condition in ipairs(list) do
    if getmetatable(condition) ~= Where then
      check.fail("where.%s_: condition %d is none: make it with where.eq, where.is, where.and_ or where.or_",
        connection, i)
    end
    children[i] = condition
  end
  return setmetatable({ connectionType = connection, children = json.array(children) }, Where)
end

--- All of these conditions hold. Of an empty list: every row.
---@param conditions studio.five9.where[]
---@return studio.five9.where
function where.and_(conditions) return group("and", conditions) end

--- At least one of these conditions holds.
---@param conditions studio.five9.where[]
---@return studio.five9.where
function where.or_(conditions) return group("or", conditions) end

-- How deep groups stand in groups: 0, when there are conditions only.
local function depth(condition)
  local most = 0
  for _, child in ipairs(condition.children or {}) do
    if child.children then most = math.max(most, 1 + depth(child)) end
  end
  return most
end

-- { city = "Graz", vip = "yes" }: all of these.
local function of_columns(columns)
  local names = {}
  for name in pairs(columns) do names[#names + 1] = check.argument("where", "column", name, "string") end
  table.sort(names)
  for i, name in ipairs(names) do names[i] = where.eq(name, columns[name]) end
  return where.and_(names)
end

--- The `where` of a body, from what a user may say: nothing, columns with their values, or conditions.
---@param said table?
---@return table
function where.body(said)
  if getmetatable(said) ~= Where then said = of_columns(said or {}) end
  if not said.children then said = where.and_ { said } end
  return { maxDepth = depth(said), connectionType = said.connectionType, children = said.children }
end

return where
