-- How far a storyboard has come, on record before each paid step; one JSON value a line. SPDX-License-Identifier: MIT
--
--   {"format":"lua-studio storyboard","version":1,"service":"https://…","mark":"…","shots":["hash", …]}
--   {"item":"image/12","step":"submitting","asked_at":1764000000,"asks":1}     about to be asked for
--   {"at":1764000001,"item":"image/12","step":"submitted","job_id":"…"}        the service has it
--   {"item":"image/12","step":"done","file":"images/01-012-kitchen.png"}       its file is there
--
-- Each line says what changed of an item, and when; false: the field is gone. It is in the system's hands when `set`
-- returns, so an item that is found "submitting" may or may not have been asked for, and whoever goes on looks at the
-- service first. A torn last line was never acted upon. The file is locked by the kernel while a run has it, and is
-- this user's alone; it holds ids, never keys or signed addresses.

local core = require "studio.core"
local journal = require "studio.journal"
local json = require "studio.json"

local FORMAT <const> = "lua-studio storyboard"
local VERSION <const> = 1

local STEPS <const> = { new = true, submitting = true, submitted = true, done = true, failed = true, unknown = true,
  skipped = true }

local state = {}

---@class studio.mstudio.storyboard.item
---@field key string "project", "frame/12", "image/12", "video/12", "track/12/1", "voice/12/1", "export", "speaker/ANNA"
---@field step "new"|"submitting"|"submitted"|"done"|"failed"|"unknown"|"skipped"
---@field id (string|integer)? what was made: project, frame, track; of a speaker the voice
---@field job_id (string|integer)? of a generation
---@field asked_at integer? when it was last asked for, seconds since 1970
---@field asks integer? how often it was asked for, as far as it is known to be
---@field past (string|integer)[]? jobs that failed before it was asked for again
---@field file string? name below the folder
---@field error string? why it is not done

---@class studio.mstudio.storyboard.state
---@field header table
---@field items table<string, studio.mstudio.storyboard.item>
---@field last integer when earlier runs last wrote something; 0: never
---@field resumed boolean
local methods = {}
local State = { __name = "studio.mstudio.storyboard.state", __index = methods }
State.__close = function(self) self:close() end

-- Reading -----------------------------------------------------------------------------------------

local function take(self, line)
  if type(line) ~= "table" then return false end
  if type(line.service) == "string" and not line.item then
    self.header.service = line.service
    return true
  end
  if type(line.item) ~= "string" then return false end
  if line.step and not STEPS[line.step] or line.asks and math.type(line.asks) ~= "integer" then return false end
  local item = self:item(line.item)
  for name, value in pairs(line) do
    if name == "at" then
      self.last = math.max(self.last, tonumber(value) or 0)
    elseif name ~= "item" then
      item[name] = value or nil
    end
  end
  return true
end

local function read_header(self, header)
  if type(header) ~= "table" or header.format ~= FORMAT or type(header.shots) ~= "table"
    or type(header.mark) ~= "string" then
    return nil, self.path .. " is no state of a storyboard. Move it away, or give another folder"
  elseif header.version ~= VERSION then
    return nil, self.path .. " was written by another version of lua-studio, which can go on with it"
  end
  self.header, self.resumed = header, true
  return true
end

-- Reads what is there. Returns the size of its whole lines; nil and why it cannot be used.
local function load(self)
  return journal.read(self.path, function(value) return read_header(self, value) end,
    function(value) return take(self, value) end)
end

-- Does what is there belong to these shots, at this service?
local function compare(self, plan, service)
  local old, changed, first = self.header.shots, 0, nil
  for i = 1, math.max(#old, #plan.shots) do
    local planned = plan.shots[i]
    if not planned or old[i] ~= planned.hash then
      changed, first = changed + 1, first or planned and planned.shot
    end
  end
  if changed > 0 then
    local place = first and (", the first in scene %d, line %d"):format(first.scene, first.line) or ""
    return nil, ("the screenplay has changed since the storyboard in %s was begun (%d of %d shots differ%s). Give "
      .. "another folder to make a new storyboard, or put the screenplay back to go on with this one"):format(
      self.folder, changed, math.max(#old, #plan.shots), place)
  elseif self.header.service ~= service and self:item("project").step ~= "new" then
    return nil, ("the storyboard in %s is kept at %s, not at %s. Give another folder"):format(self.folder,
      tostring(self.header.service), service)
  end
  return true
end

local function blank(folder)
  return setmetatable({ folder = folder, path = folder .. "/storyboard.journal", items = {}, last = 0,
    resumed = false }, State)
end

--- The state of what was never begun.
---@return studio.mstudio.storyboard.state
function state.none() return blank "." end

--- What is on record in a folder, without going on with it.
---@param folder string
---@param plan studio.mstudio.storyboard.plan
---@param service string
---@return studio.mstudio.storyboard.state? state
---@return string? message
function state.look(folder, plan, service)
  local self = blank(folder)
  local file = io.open(self.path, "rb")
  if not file then return self end
  file:close()
  local whole, message = load(self)
  if not whole then return nil, message end
  if self.resumed then
    local ok
    ok, message = compare(self, plan, service)
    if not ok then return nil, message end
  end
  return self
end

-- The mark by which a project is found again when the answer to its creation was lost.
local function new_mark()
  local file = io.open("/dev/urandom", "rb")
  local bytes = file and file:read(8)
  if file then file:close() end
  return core.sha256(bytes or os.time() .. tostring({})):sub(1, 16)
end

local function begin(self, plan, service)
  if self.resumed then
    local ok, message = compare(self, plan, service)
    if not ok or self.header.service == service then return ok, message end
    self.header.service = service -- nothing was made anywhere yet
    return self.file:append(json.encode { service = service } .. "\n")
  end
  local hashes = {}
  for i, planned in ipairs(plan.shots) do hashes[i] = planned.hash end
  self.header = { format = FORMAT, version = VERSION, service = service, mark = new_mark(), shots = hashes }
  return self.file:append(json.encode(self.header, { sort = true }) .. "\n")
end

--- Opens the state of a folder, or begins one, and keeps other runs away from it until it is closed.
---@param folder string
---@param plan studio.mstudio.storyboard.plan
---@param service string ids mean something at one service only
---@return studio.mstudio.storyboard.state? state
---@return string? message what stands in the way, and what to do about it
function state.open(folder, plan, service)
  local made, why = core.make_folder(folder)
  if not made then return nil, why end
  local self = blank(folder)
  self.file, why = core.journal(self.path)
  if not self.file then return nil, why end
  local ok, message = load(self)
  if ok then ok, message = self.file:keep(ok) end
  if ok then ok, message = begin(self, plan, service) end
  if ok then return self end
  self:close()
  return nil, message
end

-- Using -------------------------------------------------------------------------------------------

--- An item, which is "new" as long as nothing is on record about it.
---@param key string
---@return studio.mstudio.storyboard.item
function methods:item(key)
  local item = self.items[key]
  if not item then
    item = { key = key, step = "new" }
    self.items[key] = item
  end
  return item
end

--- Changes an item, on record first. Raises an error object when that cannot be: to go on would be to risk paying
--- twice. After the state was closed (by Ctrl-C, while tasks come to their end) nothing is changed any more.
---@param item studio.mstudio.storyboard.item
---@param fields table false removes a field
function methods:set(item, fields)
  if not self.file then return end
  local line = { item = item.key, at = os.time() }
  for name, value in pairs(fields) do
    if value or item[name] ~= nil then line[name] = value end
  end
  journal.append(self.file, line, "the state cannot be kept, so nothing more is asked for")
  for name, value in pairs(fields) do item[name] = value or nil end
end

function methods:close()
  if self.file then self.file:close() end
  self.file = nil
end

return state
