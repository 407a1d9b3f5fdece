--- What a storyboard has done so far, in DIR/storyboard.json, to go on from. SPDX-License-Identifier: MIT
--
-- A generation costs money, so the file is written before each one is asked for and again when its job is
-- known. A shot that is found "submitting" therefore may or may not have been asked for: it is looked up at
-- the service, never asked for again blindly. The file holds ids, never keys or signed addresses.

local studio = require "studio"
local files = require "shared.files"
local process = require "shared.process"

local VERSION = 1

local state = {}
local methods = {}
local state_mt = { __name = "storyboard.state", __index = methods }

-- FNV-1a, 64 bit: tells whether a shot is still the same; nothing has to be secret here.
local function hash(text)
  local h = 0xcbf29ce484222325
  for i = 1, #text do h = (h ~ text:byte(i)) * 0x100000001b3 end
  return string.format("%016x", h)
end

local function shot_hash(shot)
  local parts = { shot.heading, shot.text }
  for _, speech in ipairs(shot.dialogue) do
    parts[#parts + 1] = (speech.character or "") .. "\1" .. (speech.parenthetical or "") .. "\1" .. speech.text
  end
  return hash(table.concat(parts, "\0"))
end

-- The mark by which a project is found again when the answer to its creation was lost.
local function new_mark()
  local file = io.open("/dev/urandom", "rb")
  local bytes = file and file:read(8)
  if file then file:close() end
  return hash(bytes or os.time() .. tostring({}))
end

---@class storyboard.Entry  one shot; step is "new", "submitting", "submitted", "done", "failed" or "unknown"
---@field hash string
---@field step string
---@field frame_id? string|integer
---@field job_id? string|integer
---@field asked_at? integer  when it was last asked for, seconds since 1970
---@field image? string   file name below DIR
---@field error? string   why it failed

local function compare(self, shots, hashes)
  local old, changed, first = self.data.shots, 0, nil
  for i = 1, math.max(#old, #shots) do
    if not old[i] or old[i].hash ~= hashes[i] then
      changed, first = changed + 1, first or shots[i]
    end
  end
  if changed == 0 then return true end
  local place = first and string.format(", the first in scene %d, line %d", first.scene, first.line) or ""
  return nil, string.format("the screenplay has changed since the storyboard in %s was begun (%d of %d shots "
    .. "differ%s). Give another --out to make a new storyboard, or put the screenplay back to go on with "
    .. "this one.", self.folder, changed, math.max(#old, #shots), place)
end

--- Opens the state of a folder, or begins one.
---@param folder string
---@param shots studio.fountain.Shot[]
---@param service string  ids mean something at one service only
---@return table? state
---@return string? message  what stands in the way, and what to do about it
function state.open(folder, shots, service)
  local self = setmetatable({ folder = folder, path = folder .. "/storyboard.json" }, state_mt)
  local hashes = {}
  for i, shot in ipairs(shots) do hashes[i] = shot_hash(shot) end
  if files.exists(self.path) then
    local text, why = files.read(self.path)
    local data
    if text then data, why = studio.json.decode(text) end
    if type(data) ~= "table" or data.version ~= VERSION or type(data.shots) ~= "table"
      or type(data.project) ~= "table" then
      return nil, string.format("%s is no state of this program (%s). Move it away to begin again.", self.path,
        why or "another version")
    end
    if data.project.step == "new" then data.service = service end  -- nothing was made anywhere yet
    if data.service ~= service then
      return nil, string.format("the storyboard in %s is kept at %s, not at %s. Give another --out.", folder,
        tostring(data.service), service)
    end
    self.data, self.resumed = data, true
    local ok, message = compare(self, shots, hashes)
    if not ok then return nil, message end
    return self
  end
  local entries = {}
  for i in ipairs(shots) do entries[i] = { hash = hashes[i], step = "new" } end
  self.data = { version = VERSION, service = service, mark = new_mark(), project = { step = "new" },
    shots = entries }
  return self
end

-- An error of its own, so that it comes through tasks as what it is: the world's fault, not a mistake in here.
local unwritable_mt = { __name = "storyboard.unwritable", __tostring = function(e) return e.message end }

--- Writes it. Raises when that cannot be: to go on without a state would be to risk paying twice.
function methods:save()
  local text = studio.json.encode(self.data, { indent = true, sort = true })
  local ok, message = files.write(self.path, text .. "\n")
  if ok then return end
  error(setmetatable({
    kind = "file", message = "the state cannot be kept, so nothing more is asked for: " .. tostring(message),
  }, unwritable_mt))
end

--- Changes an entry and writes the state.
---@param entry table
---@param fields table  false removes a field
function methods:set(entry, fields)
  for name, value in pairs(fields) do entry[name] = value or nil end
  self:save()
end

-- One run at a time ------------------------------------------------------------------------------------

--- Keeps other runs out of the folder. The lock names this process, so that one left by a dead run is seen.
---@param folder string
---@return boolean? ok
---@return string? message
function state.lock(folder)
  local path = folder .. "/storyboard.lock"
  -- noclobber makes the file only when there is none; $PPID is this process
  local take = "(set -C; echo $PPID >" .. process.quote(path) .. ") 2>/dev/null"
  for _ = 1, 2 do
    if process.run(take) then return true end
    local pid = (files.read(path) or ""):match("^%d+")
    if pid and process.run("kill -0 " .. pid .. " 2>/dev/null") then
      return nil, string.format("process %s is at work in %s: wait for it, or give another --out (or, if that is "
        .. "something else, delete %s)", pid, folder, path)
    end
    os.remove(path)
  end
  return nil, "cannot write into " .. folder .. " (permission, or a full disk?)"
end

---@param folder string
function state.unlock(folder) os.remove(folder .. "/storyboard.lock") end

return state
