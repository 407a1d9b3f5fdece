-- The rows of a data store, kept as the JSON that they are sent as. SPDX-License-Identifier: MIT
--
-- A row is one string, so that 100,000 of them with 8 columns take less than 100 MB and are sent without being made
-- again. Its number stands in its id: nothing else is needed to find it.

local chance = require "studio.sandbox.chance"
local columns = require "studio.sandbox.five9.columns"
local json = require "studio.sandbox.json"
local lazy = require "studio.sandbox.lazy"

local rows = {}

---@class sandbox.five9.store
---@field id integer
---@field name string
---@field columns { name: string, type: string }[]
---@field by_name table<string, string>  column -> type
---@field rows string[]  JSON objects, in the order in which they were inserted
local methods = {}
methods.__index = methods

--- A data store without rows.
---@param id integer
---@param name string
---@param list { name: string, type: string }[]
---@param seed number
---@return sandbox.five9.store
function rows.store(id, name, list, seed)
  local by_name = {}
  for _, column in ipairs(list) do by_name[column.name] = column.type end
  return setmetatable({ id = id, name = name, columns = list, by_name = by_name, rows = {}, seed = seed }, methods)
end

-- What a row is called: the store's part, and its number.
function methods:id_of(n) return ("%s%04x%08x"):format(chance.token(self.seed, "store", self.id), self.id, n) end

-- The number of the row that is called that; nil when there is none.
function methods:number_of(id)
  local n = type(id) == "string" and #id == 24 and tonumber(id:sub(17), 16)
  return n and self.rows[n] and self:id_of(n) == id and n or nil
end

local function uuid(store, n)
  local digits = chance.token(store.seed, "uuid", store.id << 32 | n)
  local more = chance.token(store.seed, "uuid tail", store.id << 32 | n)
  return ("%s-%s-4%s-a%s-%s"):format(digits:sub(1, 8), digits:sub(9, 12), more:sub(1, 3), more:sub(4, 6),
    chance.token(store.seed, "uuid end", n))
end

--- What of given fields fits the columns, as it is kept; or nil and what is wrong, by field.
---@param given any
---@return table? values
---@return table<string, string>? wrong
function methods:read(given)
  if type(given) ~= "table" or given == json.null or given[1] ~= nil then return nil, { [""] = "must be an object" } end
  local values, wrong = {}, {}
  for name, value in pairs(given) do
    local kind = self.by_name[name]
    if kind and value ~= json.null then
      local kept, why = columns.types[kind](value)
      if kept == nil then wrong[name] = why end
      values[name] = kept
    elseif kind then
      values[name] = json.null
    elseif not columns.system[name] then
      wrong[name] = "is not a column of this data store"
    elseif value ~= json.null and type(value) ~= "string" and type(value) ~= "number" then
      wrong[name] = "is the system's own"
    end
  end
  if next(wrong) then return nil, wrong end
  return values
end

--- Adds a row of values that fit.
---@param values table
---@param timestamp string
---@return string row  JSON
function methods:insert(values, timestamp)
  local n = #self.rows + 1
  local row = { _id = self:id_of(n), _uuid = uuid(self, n), _timestamp = timestamp }
  for _, column in ipairs(self.columns) do
    local value = values[column.name]
    row[column.name] = value == nil and json.null or value
  end
  self.rows[n] = json.encode(row)
  return self.rows[n]
end

--- Changes what is given of a row.
---@param n integer
---@param values table
function methods:update(n, values)
  local row = assert(json.decode(self.rows[n]))
  for name, value in pairs(values) do row[name] = value end
  self.rows[n] = json.encode(row)
end

--- A text of rows between a head and a tail, joined while it is sent. Rows that change meanwhile are sent as they were.
---@param head string
---@param list string[]  not changed any more
---@param tail string
---@return sandbox.lazy
function rows.text(head, list, tail)
  local size = #head + #tail + math.max(0, #list - 1)
  for _, row in ipairs(list) do size = size + #row end
  -- Piece 0 is the head, the one after the rows the tail; a comma belongs to the row before it.
  local function piece(i)
    if i == 0 then return head end
    if i > #list then return tail end
    return i < #list and list[i] .. "," or list[i]
  end
  local at, before = 0, 0 -- a piece and the bytes before it, where the last reading ended: the next goes on there
  return lazy.new(size, function(from, to)
    if from <= before then at, before = 0, 0 end
    local out, text = {}, piece(at)
    while before + #text < from do
      at, before = at + 1, before + #text
      text = piece(at)
    end
    local start = before
    while true do
      out[#out + 1] = text
      if before + #text >= to then break end
      at, before = at + 1, before + #text
      text = piece(at)
    end
    return table.concat(out):sub(from - start, to - start)
  end)
end

return rows
