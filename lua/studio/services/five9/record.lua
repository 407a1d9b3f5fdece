-- What was asked for, on record before it is sent; one JSON value a line. SPDX-License-Identifier: MIT
--
--   {"format":"lua-studio five9 prompts","version":1,"base_url":"https://…","scope":"ac","scope_id":"1234"}
--   {"at":1764000000,"item":"hello","step":"asked"}                 about to be sent
--   {"at":1764000001,"id":105,"item":"hello","step":"done"}        the service has it
--
-- Each line says what changed of an item, and when; false: the field is gone. It is in the system's hands when `set`
-- returns, so an item that is found "asked" may or may not have been carried out, and whoever goes on looks at the
-- service first. A torn last line was never acted upon. The file is locked by the kernel while a run has it, and is
-- this user's alone; no keys are in it. Without a path the same is kept for this run only.

local core = require "studio.core"
local journal = require "studio.journal"
local json = require "studio.json"

local VERSION <const> = 1

local record = {}

---@class studio.five9.record
---@field path string?
---@field header table what the file belongs to
---@field items table<string, table> what is known of each, by its key; step: nil (never asked for), "asked", "done" …
---@field resumed boolean the file was there before
local methods = {}
local Record = { __name = "studio.five9.record", __index = methods }
Record.__close = function(self) self:close() end

-- What a line says of an item; false when it makes no sense.
local function take(self, line)
  if type(line) ~= "table" or type(line.item) ~= "string" then return false end
  local item = self:item(line.item)
  for name, value in pairs(line) do
    if name ~= "item" then item[name] = value or nil end
  end
  return true
end

local function no_record(self)
  return nil, ("%s is no record of this kind (%s). Move it away, or give another name"):format(self.path,
    self.header.format)
end

-- Hashes say nothing to people.
local function difference(before, now)
  before, now = tostring(before), tostring(now)
  if #now == 64 and now:find "^%x+$" then return "" end
  return (": %s, not %s"):format(before, now)
end

-- Does what is there belong to this work?
local function compare(self, there)
  if type(there) ~= "table" or there.format ~= self.header.format then return no_record(self) end
  if there.version ~= VERSION then
    return nil, ("%s was written by another version of lua-studio, which can go on with it"):format(self.path)
  end
  local names = {}
  for name in pairs(self.header) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    if there[name] ~= self.header[name] then
      return nil, ("%s is on record for another %s%s. Give another name"):format(self.path, (name:gsub("_", " ")),
        difference(there[name], self.header[name]))
    end
  end
  self.resumed = true
  return true
end

-- Reads what is there. Returns the size of its whole lines; nil and why it cannot be used.
local function load(self)
  return journal.read(self.path, function(value) return compare(self, value) end,
    function(value) return take(self, value) end)
end

--- Opens a record, or begins one, and keeps other runs away from it until it is closed.
---@param path string? nil: nothing is kept for the next run
---@param header table format, and what the record belongs to: texts and numbers, which must be the same each time
---@return studio.five9.record? record
---@return string? message what stands in the way, and what to do about it
function record.open(path, header)
  local self = setmetatable({ path = path, header = { version = VERSION }, items = {}, resumed = false }, Record)
  for name, value in pairs(header) do self.header[name] = value end
  if not path then return self end
  local why
  self.file, why = core.journal(path)
  if not self.file then return nil, why end
  local ok, message = load(self)
  if ok then ok, message = self.file:keep(ok) end
  if ok and not self.resumed then ok, message = self.file:append(json.encode(self.header, { sort = true }) .. "\n") end
  if ok then return self end
  self:close()
  return nil, message
end

--- What is on record, without going on with it or keeping others away: for plans.
---@param path string? as for open; a file that is missing holds nothing
---@param header table
---@return studio.five9.record? record that cannot be written
---@return string? message
function record.look(path, header)
  local self = assert(record.open(nil, header))
  local file = path and io.open(path, "rb")
  if not file then return self end
  file:close()
  self.path = path
  local whole, message = load(self)
  if not whole then return nil, message end
  return self
end

--- An item; without a step as long as nothing is on record about it.
---@param key string
---@return table
function methods:item(key)
  local item = self.items[key]
  if not item then
    item = {}
    self.items[key] = item
  end
  return item
end

--- Changes an item, on record first. Raises an error object when that cannot be: to go on would be to risk doing it
--- twice.
---@param key string
---@param fields table step, and what else is to be known; false removes a field
function methods:set(key, fields)
  local line = { item = key, at = os.time() }
  for name, value in pairs(fields) do line[name] = value end
  if self.file then
    journal.append(self.file, line, "the record cannot be kept, so nothing more is asked for")
  end
  take(self, line)
end

function methods:close()
  if self.file then self.file:close() end
  self.file = nil
end

return record
