-- The undo log: what was there, on record before each change; one JSON value a line. SPDX-License-Identifier: MIT
--
--   {"format":"lua-studio analyst undo log","version":1,"workspace":"acme","base_url":"https://…","plan":"…", …}
--   {"do":1,"change":"archive","report":{…},"before":{"archived":false, …}}     about to be sent
--   {"done":1}                                                        the service did it; {"not_done":1,"why":…}: not
--   {"do":2,"change":"delete_schedule","report":{…},"schedule":{…},"subscriptions":[…],"there":[…]}
--   {"undo":2,"body":{…}}                                             about to be put back
--   {"undone":2,"schedule":"…","lost":[…]}                            it is; {"not_undone":2,"why":…}: it is not
--
-- A change that was begun and has no end is "pending": nobody knows whether it was done, and whoever goes on looks at
-- the service first. A torn last line was never acted upon, since a change follows only a line that is whole. The
-- file holds parameters of schedules, so it is this user's alone; no credentials are in it.

local core = require "studio.core"
local json = require "studio.json"
local lines = require "studio.journal"

local FORMAT <const> = "lua-studio analyst undo log"
local VERSION <const> = 1

local journal = {}

---@class studio.analyst.journal
---@field header table
---@field changes studio.analyst.change[] in the order in which they were begun
---@field undo_begun boolean
local methods = {}
local Journal = { __name = "studio.analyst.journal", __index = methods }
Journal.__close = function(self) self:close() end

---@class studio.analyst.change
---@field n integer its number in the log
---@field kind "archive"|"delete_schedule"
---@field report { token: string, name: string?, collection: string? }
---@field before table? archive: what the report said of itself
---@field schedule table? delete_schedule: the row as it was sent, null and unknown fields included
---@field subscriptions table[]? that go with the schedule
---@field there string[]? tokens of all schedules that the report had
---@field state "pending"|"done"|"not_done"
---@field undo { state: "pending"|"done"|"not_done", body: table?, schedule: string? }?

-- Which change it is, so that it is found again by the next run.
local function key_of(kind, report, schedule) return kind .. " " .. report .. " " .. (schedule or "") end

-- Reading -----------------------------------------------------------------------------------------

-- What each kind of line means for what is known so far; false: it makes no sense.
local readers = {}

readers["do"] = function(self, line)
  local report, schedule = line.report, line.schedule
  if type(report) ~= "table" or type(report.token) ~= "string" then return false end
  if line.change == "delete_schedule" and not (type(schedule) == "table" and type(schedule.token) == "string") then
    return false
  end
  local change = {
    n = line["do"], kind = line.change, report = report, before = line.before, schedule = schedule,
    subscriptions = line.subscriptions, there = line.there, state = "pending",
  }
  self.by_number[change.n] = change
  self.changes[#self.changes + 1] = change
  self.by_key[key_of(change.kind, report.token, schedule and schedule.token)] = change
  self.last = math.max(self.last, change.n)
end

function readers.done(_, _, change) change.state = "done" end

function readers.not_done(_, _, change) change.state = "not_done" end

function readers.undo(self, line, change)
  self.undo_begun = true
  change.undo = { state = "pending", body = line.body }
end

function readers.undone(self, line, change)
  self.undo_begun = true
  change.undo = { state = "done", schedule = line.schedule, note = line.note }
end

function readers.not_undone(self, _, change)
  self.undo_begun = true
  change.undo = { state = "not_done" }
end

local function take(self, line)
  for kind, read in pairs(readers) do
    local n = line[kind]
    if n ~= nil then
      if math.type(n) ~= "integer" then return false end
      local change = self.by_number[n]
      if (change == nil) ~= (kind == "do") then return false end
      return read(self, line, change) ~= false
    end
  end
  return false
end

local function read_header(self, header)
  if type(header) ~= "table" or header.format ~= FORMAT then
    return nil, ("%s is no undo log. Give another name, or move it away"):format(self.path)
  elseif header.version ~= VERSION then
    return nil, ("%s was written by another version of lua-studio, which can use it"):format(self.path)
  end
  self.header = header
  return true
end

-- Reads what is there. Returns the size of its whole lines, or nil and why it cannot be used.
local function load(self)
  return lines.read(self.path, function(value) return read_header(self, value) end,
    function(value) return type(value) == "table" and take(self, value) end, { null = "keep" })
end

-- Opening -----------------------------------------------------------------------------------------

local function differs(self, header)
  local own = self.header
  for _, field in ipairs { "workspace", "base_url" } do
    if own[field] ~= header[field] then
      return ("%s is the log of workspace %s at %s, not of %s at %s"):format(self.path, tostring(own.workspace),
        tostring(own.base_url), tostring(header.workspace), tostring(header.base_url))
    end
  end
  if header.plan and own.plan ~= header.plan then
    return ("%s is the log of another plan, of %s. Give another name"):format(self.path, tostring(own.made_at))
  end
end

--- Opens the log, and keeps other runs away from it until it is closed; what a crash tore is cut off.
---@param path string
---@param header table workspace, base_url; plan and made_at of a plan that is to be carried out
---@param must_exist boolean? else one that is missing is begun
---@return studio.analyst.journal? log
---@return string? message why it cannot be used, and what to do
function journal.open(path, header, must_exist)
  local file, why = core.journal(path, must_exist)
  if not file then return nil, why end
  local self = setmetatable({
    path = path, file = file, changes = {}, by_number = {}, by_key = {}, last = 0, undo_begun = false,
  }, Journal)
  local function give_up(message)
    self:close()
    return nil, message
  end
  local whole, message = load(self)
  if not whole then return give_up(message) end
  local ok
  ok, message = file:keep(whole)
  if not ok then return give_up(message) end
  if self.header then
    message = differs(self, header)
    if message then return give_up(message) end
    return self
  end
  if must_exist then return give_up(path .. " is empty: nothing was begun") end
  self.header = { format = FORMAT, version = VERSION }
  for name, value in pairs(header) do self.header[name] = value end
  ok, message = self:write(self.header)
  if not ok then return give_up(message) end
  return self
end

function methods:close() self.file:close() end

-- Writing -----------------------------------------------------------------------------------------

--- One line, whole and in the system's hands when this returns.
---@return boolean? ok
---@return string? message nothing may be changed any more: it would not be on record
function methods:write(line)
  return self.file:append(json.encode(line, { sort = true }) .. "\n")
end

-- Writes a line and remembers what it says.
local function record(self, line)
  local ok, message = self:write(line)
  if not ok then return nil, message end
  take(self, line)
  return true
end

--- The latest record of a change; nil when it was never begun.
---@param kind "archive"|"delete_schedule"
---@param report string token
---@param schedule string? token
---@return studio.analyst.change?
function methods:find(kind, report, schedule) return self.by_key[key_of(kind, report, schedule)] end

--- To be called before a change is sent.
---@param fields table change, report, and what was there: before, or schedule, subscriptions, there
---@return studio.analyst.change? change
---@return string? message
function methods:begin(fields)
  local n = self.last + 1
  local line = { ["do"] = n }
  for name, value in pairs(fields) do line[name] = value end
  local ok, message = record(self, line)
  if not ok then return nil, message end
  return self.by_number[n]
end

--- To be called when the end of a change is known.
---@param change studio.analyst.change
---@param ending "done"|"not_done"|"undo"|"undone"|"not_undone"
---@param fields table? why; body (undo); schedule, lost and note (undone)
---@return boolean? ok
---@return string? message
function methods:mark(change, ending, fields)
  local line = { [ending] = change.n }
  for name, value in pairs(fields or {}) do line[name] = value end
  return record(self, line)
end

return journal
