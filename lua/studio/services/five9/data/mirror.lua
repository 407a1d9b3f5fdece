-- A data store made equal to a CSV file: first a plan of what would be done. SPDX-License-Identifier: MIT
--
-- Rows are the same when their key is. Rows that only the data store has are told and never touched: no way to delete
-- a row is known. The keys and values of the file are held in memory, unlike those of an import.

local check = require "studio.check"
local exchange = require "studio.exchange"
local mirror_plan = require "studio.services.five9.data.mirror_plan"
local open = require "studio.services.five9.data.open"
local record = require "studio.services.five9.record"
local settle = require "studio.services.five9.settle"
local there = require "studio.services.five9.data.there"
local told = require("studio.services.five9.bulk.source").told

local WHAT <const>, ROUTE <const> = "data_stores:mirror", "data_stores.mirror"

---@class studio.five9.mirror_options
---@field key string a column whose values are unique, in the file and in the data store
---@field columns table<string, string|false>? as for import_csv
---@field types table<string, string>? as for import_csv
---@field partial boolean? the file need not have every column: others are left as they are
---@field raw boolean? as for import_csv
---@field batch integer? rows of a request, default 500
---@field state string? a file that keeps when something was asked for: a run after one that was killed waits until
---  what that one asked for must be to see. One run at a time has it
---@field settle number? seconds after which that is so, default 30
---@field progress fun(text: string)?

---@class studio.five9.mirror_entry
---@field key string
---@field line integer of the file
---@field action "insert"|"update"|"unchanged"
---@field wanted string what the file says, as sheet:plain has it
---@field before string? what the data store said when the plan was made
---@field now string? what it says
---@field id (string|integer)? of its row

-- Reads the file into entries by key. All of it must be right: half a file would be mirrored.
local function read_file(self)
  local next_row, why = self.sheet:rows()
  if not next_row then return open.unreadable(self.client, ROUTE, self.sheet.path, why) end
  local problems = {}
  while true do
    local row
    row, why = next_row()
    if not row then break end
    local key = self.key.plain(row.values[self.key.name])
    local problem = row.refused
    if not problem and key == "" then problem = self.key.name .. " is empty, and it is the key" end
    if not problem and self.by_key[key] then
      problem = ("%s is that of line %d"):format(self.key.name, self.by_key[key].line)
    end
    if problem then
      problems[#problems + 1] = ("line %d: %s"):format(row.line, problem)
    else
      self.by_key[key] = { key = key, line = row.line, wanted = self.sheet:plain(row.values) }
      table.insert(self.entries, self.by_key[key])
    end
  end
  if why ~= nil then return open.unreadable(self.client, ROUTE, self.sheet.path, why) end
  if #problems == 0 then return true end
  return exchange.refuse(self.client, ROUTE, { kind = "invalid",
    message = ("%s: %s"):format(self.sheet.path, told(problems)) })
end

-- A run before this one may have asked for something that is not to be seen yet.
local function settle_before(self)
  local log, message = record.look(self.options.state, self.header)
  if not log then return exchange.refuse(self.client, ROUTE, { kind = "file", message = message }) end
  local item = log:item "write"
  if item.step ~= "asked" then return true end
  return settle("rows", item.at, self.options.settle, self.options.progress)
end

local function decide(self)
  for _, entry in ipairs(self.entries) do
    entry.before = entry.now
    entry.action = not entry.id and "insert" or entry.now == entry.wanted and "unchanged" or "update"
  end
end

--- Plans a mirror: see data_stores:mirror.
---@param client studio.five9.client
---@param store string|integer
---@param path string
---@param options studio.five9.mirror_options
---@return studio.five9.mirror_plan? plan
---@return studio.error? err
return function(client, store, path, options)
  check.argument(WHAT, "path", path, "string")
  options = open.options(WHAT, options, open.rules)
  check.argument(WHAT, "option 'key'", options.key, "string")
  local own, err = open.sheet(client, ROUTE, store, path, options)
  if not own then return nil, err end
  local self = { client = client, store = store, sheet = own, options = options, by_key = {}, entries = {},
    header = open.header(client, "lua-studio five9 mirror", store) }
  self.key, err = open.key(client, ROUTE, own, options.key)
  if not self.key then return nil, err end
  local ok
  ok, err = read_file(self)
  if ok then ok, err = settle_before(self) end
  local found
  if ok then found, err = there(self) end
  if not found then return nil, err end
  decide(self)
  return mirror_plan.new(self, found)
end
