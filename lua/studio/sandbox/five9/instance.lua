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
---@field named table<string, table<string, integer>>  the same by name: prompts_created, login_attempts …
---@field chats table<string, { turns: string[], ended: boolean }>  by session id
---@field failed table<string, integer>  logins by "address user", since the last that went well
---@field codes table<string, string>  of the second factor, by user: sent and not used yet
---@field resets table<string, string>  tokens for a new password, by user
---@field passwords table<string, string>  that were changed, by user
local methods = {}
methods.__index = methods

---@class sandbox.five9.place
---@field stores sandbox.five9.store[]
---@field prompts table[]  as they are listed
---@field files table<string, { text: string, voice: integer }>  by path: what was spoken

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

local function prompts_of(self, place)
  local list = json.array {}
  if place ~= "ac:1234" then return list end
  for n = 1, self.options.prompts do
    local text = ("This is prompt %d."):format(n)
    list[n] = { prompt_id = self:id(), prompt_name = ("prompt-%03d"):format(n), prompt_type = "IVA", folder_id = 0,
      is_archived = 0, is_system = n == 1, default_tts_value = text, default_voice_name = "Joanna",
      prompt_values = json.array { { tts_voice_id = 1, tts_value = text, voice_name = "Joanna", provider = "polly",
        file_url = "", file_path = "" } },
      created_at = self:timestamp(), updated_at = self:timestamp() }
  end
  return list
end

--- Makes one.
---@param world sandbox.world
---@return sandbox.five9
function instance.new(world)
  local options = setup.complete(world.options.five9)
  local self = setmetatable({ world = world, options = options, seed = options.seed, places = {},
    last_id = 100, counts = { inserts = 0, updates = 0, queries = 0, turns = 0, chats = 0, spoken = 0, limited = 0 },
    named = { prompts_created = {}, prompts_updated = {}, login_attempts = {}, codes_sent = {}, resets_asked = {},
      resets = {} },
    chats = {}, failed = {}, codes = {}, resets = {}, passwords = {} }, methods)
  for _, place in ipairs { "ac:1234", "ac:1235", "sp:77" } do
    self.places[place] = { stores = stores_of(self, place), prompts = prompts_of(self, place), files = {} }
  end
  return self
end

--- "2026-11-22T10:00:00.000Z"
function methods:timestamp()
  local now = self.world.epoch()
  return os.date("!%Y-%m-%dT%H:%M:%S", math.floor(now)) .. (".%03dZ"):format(math.floor(now % 1 * 1000))
end

--- The next id of what is not a row.
function methods:id()
  self.last_id = self.last_id + 1
  return self.last_id
end

--- Notes that something took effect.
function methods:tell(what, by) self.counts[what] = (self.counts[what] or 0) + (by or 1) end

--- The same, of something that has a name.
function methods:count_name(what, name) self.named[what][name] = (self.named[what][name] or 0) + 1 end

--- The password of a user, which may have been changed.
function methods:password_of(user) return self.passwords[user.name] or user.password end

-- Failed logins by user, from wherever they came.
local function failed_of(self)
  local failed = {}
  for key, n in pairs(self.failed) do
    local name = key:match " (.*)$"
    failed[name] = (failed[name] or 0) + n
  end
  return failed
end

--- What a test wants to know: rows (store id as text -> how many); inserts and updates (of rows), queries, turns,
--- chats, spoken, limited (requests that a limit refused); conversations (session id -> what was said, turn by turn);
--- by name prompts_created, prompts_updated, login_attempts, logins (failed since the last that went well), codes_sent,
--- resets_asked, resets.
---@return table
function methods:state()
  local state = { rows = {}, conversations = {}, logins = failed_of(self) }
  for name, value in pairs(self.counts) do state[name] = value end
  for name, value in pairs(self.named) do state[name] = value end
  for id, session in pairs(self.chats) do state.conversations[id] = session.turns end
  for _, place in pairs(self.places) do
    for _, store in ipairs(place.stores) do state.rows[tostring(store.id)] = #store.rows end
  end
  return state
end

return instance
