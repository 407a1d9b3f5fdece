-- One row of what is exported: as a line of JSON, and as cells under names. SPDX-License-Identifier: MIT
--
-- A line is the row's own text with its session before it, so numbers, order and unknown fields are those of the
-- service. Cells are for tables: {"p":[1,2,3],"properties":{"a.b":true}} becomes p.x, p.y, p.z and properties.a.b.

local json = require "studio.json"

local rows = {}

-- How deep objects become columns; what is deeper is a cell of JSON.
local DEPTH <const> = 4

local AXES <const> = { "x", "y", "z", "w" }

local CANONICAL <const> = { sort = true }

local find, gsub, sub = string.find, string.gsub, string.sub

--- What stands before each row of a session: `"session":{…}`.
---@param session table as the list has it
---@param columns string[] fields of it that each row shall have, in this order
---@return string
function rows.head(session, columns)
  local out = {}
  for _, name in ipairs(columns) do
    local value = session[name]
    if value ~= nil then out[#out + 1] = json.encode(name) .. ":" .. json.encode(value, CANONICAL) end
  end
  return '"session":{' .. table.concat(out, ",") .. "}"
end

--- A row as one line, without its line end.
---@param head string of rows.head
---@param row any the row, decoded
---@param text string the row as it was sent
---@return string
function rows.line(head, row, text)
  if find(text, "[\r\n]") then text = gsub(text, "[\r\n]+", " ") end -- between values: within one they are escaped
  -- what is no object, or has a session of its own, stands under a name
  if type(row) ~= "table" or json.is_array(row) or row == json.null or row.session ~= nil then
    return "{" .. head .. ',"row":' .. text .. "}"
  elseif next(row) == nil and not find(text, ":", 1, true) then
    return "{" .. head .. "}"
  end
  return "{" .. head .. "," .. sub(text, 2)
end

-- Readings of a sensor: {name, data:[[time, value], …]}. Is it one?
local function has_readings(row)
  if type(row) ~= "table" or not json.is_array(row.data) then return false end
  for _, pair in ipairs(row.data) do
    if not (json.is_array(pair) and #pair == 2) then return false end
  end
  return row.time == nil and row.value == nil
end

--- A sensor as a row for each of its readings, which is what tables want: {name, time, value}, and what else it has.
--- Calls `give` with each row and its text.
---@param row any
---@param text string
---@param give fun(row: any, text: string)
function rows.readings(row, text, give)
  if not has_readings(row) then return give(row, text) end
  local same = {}
  for name, value in pairs(row) do
    if name ~= "data" then same[name] = value end
  end
  local before = sub(json.encode(same, CANONICAL), 1, -2)
  if next(same) ~= nil then before = before .. "," end
  for _, pair in ipairs(row.data) do
    local time, value = pair[1], pair[2]
    same.time, same.value = time, value
    give(same, before .. '"time":' .. json.encode(time) .. ',"value":' .. json.encode(value, CANONICAL) .. "}")
  end
end

-- Cells -------------------------------------------------------------------------------------------

-- Two to four numbers are a place or a turn.
local function is_vector(list)
  local n = #list
  if n < 2 or n > 4 then return false end
  for i = 1, n do
    if type(list[i]) ~= "number" then return false end
  end
  return true
end

-- A place in rows, with the name of its column: names are put together once, and not for each row.
local function new_place(prefix, name)
  return { name = prefix == "" and name or prefix .. "." .. name, under = {} }
end

local function under(node, name)
  local child = node.under[name]
  if not child then
    child = new_place(node.name, name)
    node.under[name] = child
  end
  return child
end

--- What remembers the names of columns from row to row. It grows as the columns do.
---@return table
function rows.speller() return new_place("", "") end

-- Two places can have one name, {"a.b":1,"a":{"b":2}}: then the second one gets a number.
local function set(self, name, value)
  local cells = self.cells
  if cells[name] ~= nil then
    self.met = true
    local stem, n = name, 1
    repeat
      n = n + 1
      name = stem .. "_" .. n
    until cells[name] == nil
  end
  cells[name] = value
end

local spread

-- Where names meet, their order decides which one gets the number.
local function spread_in_order(self, node, value, depth)
  local names = {}
  for name in pairs(value) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do spread(self, under(node, name), value[name], depth + 1) end
end

function spread(self, node, value, depth)
  if type(value) ~= "table" then
    if value ~= json.null then set(self, node.name, value) end
  elseif json.is_array(value) then
    if is_vector(value) then
      for i = 1, #value do set(self, under(node, AXES[i]).name, value[i]) end
    else
      set(self, node.name, json.encode(value, CANONICAL))
    end
  elseif depth == DEPTH then
    set(self, node.name, json.encode(value, CANONICAL))
  elseif self.sorted then
    spread_in_order(self, node, value, depth)
  else
    for name, inner in pairs(value) do spread(self, under(node, name), inner, depth + 1) end
  end
end

--- The cells of a row.
---@param row table decoded; an object
---@param speller table? of rows.speller, where there are many rows
---@return table<string, any> cells by the names of their columns: text, numbers and booleans
function rows.cells(row, speller)
  speller = speller or rows.speller()
  local self = { cells = {} }
  spread(self, speller, row, 0)
  if self.met then
    self = { cells = {}, sorted = true }
    spread(self, speller, row, 0)
  end
  return self.cells
end

-- Columns -----------------------------------------------------------------------------------------

-- What people look for first.
local FIRST <const> = {}
for i, name in ipairs { "sessionId", "date", "name", "id", "time" } do FIRST[name] = i end

--- Names of columns in the order of a table: what is known of the session, the row's own fields, then its properties.
---@param names table<string, true>
---@param session_columns string[]
---@return string[]
function rows.order(names, session_columns)
  local rank = {}
  for i, name in ipairs(session_columns) do rank["session." .. name] = i end
  local function place(name)
    if rank[name] then return rank[name] end
    if find(name, "^session%.") then return 100 end
    if FIRST[name] then return 200 + FIRST[name] end
    return find(name, "^properties%.") and 400 or 300
  end
  local list, places = {}, {}
  for name in pairs(names) do
    list[#list + 1], places[name] = name, place(name)
  end
  local function spelt(name) return (gsub(name, "%.w$", ".z~")) end -- x, y, z, w
  table.sort(list, function(a, b)
    if places[a] ~= places[b] then return places[a] < places[b] end
    local x, y = spelt(a), spelt(b)
    if x ~= y then return x < y end
    return a < b
  end)
  return list
end

return rows
