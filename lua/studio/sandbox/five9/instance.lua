-- Five9 Studio's state: what each account has, and what was asked of it. SPDX-License-Identifier: MIT

local chance = require "studio.sandbox.chance"
local json = require "studio.sandbox.json"
local rows = require "studio.sandbox.five9.rows"
local setup = require "studio.sandbox.five9.setup"

local instance = { complaint = setup.complaint }

---@class sandbox.five9
---@field world sandbox.world
---@field options table  see setup.lua
---@field seed number
---@field places table<string, sandbox.five9.place>  by caller's place: "ac:1234"
---@field counts table<string, integer>  what took effect: inserts, updates (rows) …
local methods = {}
methods.__index = methods

---@class sandbox.five9.place
---@field stores sandbox.five9.store[]

-- Names with all that a CSV file has to live with.
local FIRST = { "Ann", "Bob", "Çelik", "Dörte", "Eve \"the\" Eve", "Fay, Jr.", "Gil", "Hal" }
local LAST = { "Adams", "O'Brien", "Łukasz", "=SUM(A1)", "de la Cruz", "Ng" }

-- The values of a row; the first column tells rows apart.
local makers = {
  name = function(draw) return FIRST[draw(1, #FIRST)] .. " " .. LAST[draw(1, #LAST)] end,
  email = function(_, n) return ("customer%d@example.com"):format(n) end,
}

local of_type = {
  Integer = function(draw) return draw(0, 400) end,
  Double = function(draw) return draw(-200000, 9999999) / 10000 end,
  Date = function(draw) return ("%04d-%02d-%02d"):format(draw(2019, 2026), draw(1, 12), draw(1, 28)) end,
  Decimal = function(draw) return draw(0, 9999999) / 1000 end,
  Audio = function() return json.null end,
}
of_type.Number, of_type.Float = of_type.Integer, of_type.Double

local function fill(store, count, timestamp)
  for n = 1, count do
    local draw, values = chance.stream(store.seed, store.name, n), {}
    for i, column in ipairs(store.columns) do
      local make = makers[column.name] or of_type[column.type]
      if i == 1 and not of_type[column.type] then
        values[column.name] = ("C-%06d"):format(n)
      else
        values[column.name] = make and make(draw, n) or i == 1 and n or ("%s %d"):format(column.name, draw(1, 999))
      end
    end
    store:insert(values, timestamp)
  end
end

local OLDER = { { name = "call", type = "Text" }, { name = "notes", type = "Long Text" },
  { name = "seconds", type = "Number" }, { name = "cost", type = "Decimal" }, { name = "score", type = "Float" },
  { name = "recording", type = "Audio" } }

local function stores_of(self, place)
  local options, list = self.options, {}
  local function add(id, name, columns, count)
    local store = rows.store(id, name, columns, self.seed)
    fill(store, count, self:timestamp())
    list[#list + 1] = store
  end
  if place == "ac:1234" then
    add(1, "customers", options.columns, options.rows)
    add(2, "calls", OLDER, 3)
  elseif place == "ac:1235" then
    add(3, "customers", setup.customers, 5)
  end
  return list
end

--- Makes one.
---@param world sandbox.world
---@return sandbox.five9
function instance.new(world)
  local options = setup.complete(world.options.five9)
  local self = setmetatable({ world = world, options = options, seed = options.seed, places = {},
    counts = { inserts = 0, updates = 0, queries = 0 } }, methods)
  for _, place in ipairs { "ac:1234", "ac:1235", "sp:77" } do
    self.places[place] = { stores = stores_of(self, place) }
  end
  return self
end

--- "2026-11-22T10:00:00.000Z"
function methods:timestamp()
  local now = self.world.epoch()
  return os.date("!%Y-%m-%dT%H:%M:%S", math.floor(now)) .. (".%03dZ"):format(math.floor(now % 1 * 1000))
end

--- Notes that something took effect.
function methods:tell(what, by) self.counts[what] = (self.counts[what] or 0) + (by or 1) end

--- What a test wants to know: rows (store id as text -> how many), inserts, updates (rows that were), queries.
---@return table
function methods:state()
  local state = { rows = {} }
  for name, value in pairs(self.counts) do state[name] = value end
  for _, place in pairs(self.places) do
    for _, store in ipairs(place.stores) do state.rows[tostring(store.id)] = #store.rows end
  end
  return state
end

return instance
