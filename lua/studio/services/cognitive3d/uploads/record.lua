-- What was sent of a scene's folder, on record before it is sent; one JSON value a line. SPDX-License-Identifier: MIT
--
--   {"format":"lua-studio cognitive3d scene","version":1,"service":"https://…"}
--   {"asked_at":1764000000,"mark":"…","scene":"0b3e…","step":"sending","what":"scene"}     about to be sent
--   {"number":1,"step":"done"}                                                   the service shows it
--
-- The scene's id is made here and stands in the file before anybody else has seen it. So who finds "sending" asks the
-- service for that id: a scene that was made without our hearing of it is found, and none is made twice. A torn last
-- line was never acted upon. The file is locked while an upload has it, and is this user's alone; no key is in it.

local core = require "studio.core"
local journal = require "studio.journal"
local json = require "studio.json"

local FORMAT <const> = "lua-studio cognitive3d scene"
local VERSION <const> = 1

local STEPS <const> = { new = true, sending = true, done = true }

local record = {}

---@class studio.cognitive3d.record
---@field step "new"|"sending"|"done"
---@field scene string? the scene's id
---@field what "scene"|"version"|nil what is, or was, sent
---@field mark string? of what is, or was, sent
---@field before integer? the newest version's number before a version was sent
---@field asked_at integer? when it was last sent, seconds since 1970
---@field number integer? of the newest version that is known to be there
---@field done_mark string? of what that version holds
local methods = {}
local Record = { __name = "studio.cognitive3d.record", __index = methods }
Record.__close = function(self) self:close() end

local FIELDS <const> = { step = "string", scene = "string", what = "string", mark = "string", before = "number",
  asked_at = "number", number = "number", done_mark = "string" }

local function take(self, line)
  if type(line) ~= "table" or not STEPS[line.step] then return false end
  for name, value in pairs(line) do
    if value and type(value) ~= FIELDS[name] then return false end
  end
  for name, value in pairs(line) do self[name] = value or nil end
  return self.step ~= "sending" or self.scene and self.what and self.mark and self.asked_at
end

local function read_header(self, header, service)
  if type(header) ~= "table" or header.format ~= FORMAT then
    return nil, self.path .. " is no record of a scene's upload. Move it away, or give another with the option 'state'"
  elseif header.version ~= VERSION then
    return nil, self.path .. " was written by another version of lua-studio, which can go on with it"
  elseif header.service ~= service then
    return nil, ("%s tells of a scene at %s, not at %s. Give another with the option 'state'"):format(self.path,
      tostring(header.service), service)
  end
  return true
end

-- Reads what is there. Returns the size of its whole lines; nil and why it cannot be used.
local function load(self, service)
  return journal.read(self.path, function(value) return read_header(self, value, service) end,
    function(value) return take(self, value) end)
end

--- Opens the record of a folder, or begins one, and keeps other uploads away from it until it is closed.
---@param path string
---@param service string where scenes are kept: ids mean something there only
---@return studio.cognitive3d.record? record
---@return string? message what stands in the way, and what to do about it
function record.open(path, service)
  local self = setmetatable({ path = path, step = "new" }, Record)
  local why
  self.file, why = core.journal(path)
  if not self.file then return nil, why end
  local whole, message = load(self, service)
  local ok = whole
  if ok then ok, message = self.file:keep(whole) end
  if ok and whole == 0 then
    ok, message = self.file:append(json.encode({ format = FORMAT, version = VERSION, service = service },
      { sort = true }) .. "\n")
  end
  if ok then return self end
  self:close()
  return nil, message
end

--- Changes it, on record first. Raises an error object when that cannot be: to go on would be to risk a second scene.
---@param fields table step and what else changes; false removes a field
function methods:set(fields)
  journal.append(self.file, fields, "the record of the upload cannot be kept, so nothing more is sent")
  take(self, fields)
end

function methods:close()
  if self.file then self.file:close() end
  self.file = nil
end

return record
