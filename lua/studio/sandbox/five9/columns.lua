-- Column types of data stores: what fits, and how it is kept. SPDX-License-Identifier: MIT
--
-- The names and sizes are documented, of today (String, Integer, Double, Date, Audio) and of earlier times (Text, Long
-- Text, Number, Decimal, Float). That numbers may come as text, and how a date is written, is assumed.

local columns = {}

-- A text of at most so many characters.
local function text(most)
  return function(value)
    if type(value) == "number" then value = tostring(value) end
    if type(value) ~= "string" then return nil, "must be a text" end
    local length = utf8.len(value)
    if not length then return nil, "must be UTF-8" end
    if length > most then return nil, ("may not be longer than %d characters"):format(most) end
    return value
  end
end

local function number(value)
  if type(value) == "string" and value:find "^[-+]?[%d.]" then value = tonumber(value) end
  return type(value) == "number" and value == value and math.abs(value) < math.huge and value or nil
end

-- 32 bits, with a sign.
local function integer(value)
  local n = math.tointeger(number(value))
  if not n then return nil, "must be an integer" end
  if n < -0x80000000 or n > 0x7FFFFFFF then return nil, "must be between -2147483648 and 2147483647" end
  return n
end

-- A number with at most so many decimals, below a power of ten.
local function decimal(places, below)
  return function(value)
    local n = number(value)
    if not n then return nil, "must be a number" end
    if math.abs(n) >= below then return nil, "is too large" end
    local digits = ("%.14g"):format(n)
    if #(digits:match "%.(%d+)$" or "") > places or digits:find "e%-" then
      return nil, ("may not have more than %d decimals"):format(places)
    end
    return n
  end
end

local DAYS = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

-- "2026-11-22", also with a time after it; kept as it came.
local function date(value)
  local y, m, d, rest = tostring(value):match "^(%d%d%d%d)%-(%d%d)%-(%d%d)(.*)$"
  local year, month, day = tonumber(y), tonumber(m), tonumber(d)
  local fits = year and DAYS[month] and day >= 1 and day <= DAYS[month]
    and (rest == "" or rest:find "^[T ]%d%d:%d%d:%d%d[%d.]*Z?$")
  if fits and month == 2 and day == 29 then fits = year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0) end
  if not fits then return nil, "is not a valid date" end
  return value
end

--- type -> what fits: (value) -> the value as it is kept, or nil and what is wrong
---@type table<string, fun(value: any): any, string?>
columns.types = {
  String = text(65535), Integer = integer, Double = decimal(4, 1e15), Date = date, Audio = text(2048),
  Text = text(255), ["Long Text"] = text(65535), Number = integer, Decimal = decimal(3, 1e10),
  Float = decimal(14, 1e300),
}

--- Types whose values are kept as text.
columns.texts = { String = true, Date = true, Audio = true, Text = true, ["Long Text"] = true }

--- The system's own fields, which every row has.
columns.system = { _id = true, _uuid = true, _timestamp = true }

--- Checks a list of columns: the option of the sandbox.
---@return string|nil complaint
function columns.complaint(list)
  if type(list) ~= "table" or #list == 0 then return "five9.columns must be a list of { name=, type= }" end
  local seen = {}
  for i, column in ipairs(list) do
    local fits = type(column) == "table" and type(column.name) == "string" and column.name ~= ""
    if not fits then return ("five9.columns[%d] needs a name"):format(i) end
    if columns.system[column.name] or seen[column.name] then
      return ("five9.columns[%d]: the name '%s' is taken"):format(i, column.name)
    end
    if not columns.types[column.type] then
      return ("five9.columns[%d]: no type is called '%s'"):format(i, tostring(column.type))
    end
    seen[column.name] = true
  end
end

return columns
