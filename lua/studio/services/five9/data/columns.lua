-- The columns of a data store, and what fits into each. SPDX-License-Identifier: MIT
--
-- Documented are the names of types and some sizes: today's String, Integer, Double (4 decimals), Date and Audio, and
-- those of earlier times: Text (255), Long Text (65,535), Number (32 bits), Decimal (13,3) and Float. How a data store
-- tells its columns, and how a date is written, is assumed. What has a type of another name is sent as it is.

local json = require "studio.json"
local moment = require "studio.moment"

local columns = {}

---@class studio.five9.column
---@field name string
---@field type string
---@field secure boolean its values are encrypted and not shown, so they cannot be compared
---@field read fun(text: string): any, string? a cell that is not empty; nil and what is wrong with it
---@field empty any what a row is told to have nothing in it
---@field plain fun(value: any): string equal for values that are the same to the service

--- The service's own fields, which every row has.
columns.system = { _id = true, _uuid = true, _timestamp = true }

-- What a cell may hold -----------------------------------------------------------------------------

local function text(most)
  return function(cell)
    local length = utf8.len(cell)
    if not length then return nil, "is not UTF-8" end
    if length > most then return nil, ("is longer than %d characters"):format(most) end
    return cell
  end
end

-- Decimal notation; neither hexadecimal nor inf.
local function number(cell)
  local n = cell:find "^[-+]?%.?%d[%d.]*[eE]?[-+]?%d*$" and tonumber(cell)
  if not n or math.abs(n) == math.huge then return nil, "is not a number" end
  return n
end

local function integer(cell)
  local n = cell:find "^[-+]?%d+$" and math.tointeger(tonumber(cell))
  if not n then return nil, "is not an integer" end
  if n < -0x80000000 or n > 0x7FFFFFFF then return nil, "does not fit into 32 bits" end
  return n
end

-- So many decimals, so many digits before them.
local function decimal(places, digits)
  local format, most = ("%%.%df"):format(places), 10.0 ^ digits
  return function(cell)
    local n, why = number(cell)
    if not n then return nil, why end
    if math.abs(n) >= most then return nil, "is too large" end
    if tonumber(format:format(n)) ~= n then return nil, ("has more than %d decimals"):format(places) end
    return n
  end
end

local function date(cell)
  local day, rest = cell:match "^(%d%d%d%d%-%d%d%-%d%d)(.*)$"
  local time = rest == "" and "T00:00:00" or rest and rest:match "^[T ]%d%d:%d%d:%d%d[%d.]*Z?$"
  if not time or not moment.read(day .. time:gsub("Z$", "") .. "Z") then return nil, "is not a date (YYYY-MM-DD)" end
  return cell
end

-- Types by their names, in lower case and without blanks.
local readers <const> = {
  string = text(math.maxinteger), text = text(255), longtext = text(65535), audio = text(math.maxinteger),
  integer = integer, number = integer, double = decimal(4, 15), decimal = decimal(3, 10), float = number, date = date,
}
local NUMERIC <const> = { integer = true, number = true, double = true, decimal = true, float = true }

-- Values as text ----------------------------------------------------------------------------------

local function plain(value)
  if value == nil or value == json.null then return "" end
  if type(value) == "table" then return json.encode(value, { sort = true }) end
  if type(value) ~= "number" then return tostring(value) end
  return math.tointeger(value) and ("%d"):format(math.tointeger(value)) or ("%.17g"):format(value)
end

-- A number may come as text.
local function plain_number(value) return plain(type(value) == "string" and tonumber(value) or value) end

-- A date may come back with a time of midnight.
local function plain_date(value) return (plain(value):gsub("[T ]00:00:00%.?0*Z?$", "")) end

-- The columns of a store --------------------------------------------------------------------------

local function kind_of(type_name) return (type_name:lower():gsub("%(.*%)", ""):gsub("[%s_-]", "")) end

--- A column.
---@param name string
---@param type_name string
---@param secure boolean?
---@return studio.five9.column
function columns.new(name, type_name, secure)
  local kind = kind_of(type_name)
  local textual = not NUMERIC[kind] and kind ~= "date"
  return { name = name, type = type_name, secure = secure == true, empty = textual and "" or json.null,
    read = readers[kind] or text(math.maxinteger),
    plain = NUMERIC[kind] and plain_number or kind == "date" and plain_date or plain }
end

local function told(store)
  local list = {}
  for _, row in ipairs(type(store.columns) == "table" and store.columns or {}) do
    local name = type(row) == "table" and (row.name or row.column_name)
    if type(name) == "string" and not columns.system[name] then
      local kind = row.type or row.column_type
      list[#list + 1] = columns.new(name, type(kind) == "string" and kind or "String", row.secure)
    end
  end
  return list
end

--- The columns that a data store tells, with what the user knows better.
---@param store table the row of the data store
---@param types table<string, string>? column -> type
---@return studio.five9.column[] list empty: it tells none
---@return table<string, studio.five9.column> by_name
function columns.of(store, types)
  local list, by_name, new = told(store), {}, {}
  for i, column in ipairs(list) do
    local kind = types and types[column.name]
    if kind then list[i] = columns.new(column.name, kind, column.secure) end
    by_name[column.name] = list[i]
  end
  for name in pairs(types or {}) do
    if not by_name[name] then new[#new + 1] = name end
  end
  table.sort(new)
  for _, name in ipairs(new) do
    list[#list + 1] = columns.new(name, types[name])
    by_name[name] = list[#list]
  end
  return list, by_name
end

columns.plain = plain

return columns
