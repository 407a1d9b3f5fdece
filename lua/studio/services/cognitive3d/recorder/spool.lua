-- Batches that wait to be sent, oldest first, on disk where a folder is given. SPDX-License-Identifier: MIT
--
--   FOLDER/recorder.journal   what this folder is, and which segments there are; locked while a recorder has it
--   FOLDER/00000001.spool     a segment: batches, and which ones are done; it only grows, and goes away whole
--
--   {"seq":7,"stream":"gaze", … ,"bytes":8123}<TAB>THE BODY        a batch, in the system's hands when `put` returns
--   {"done":7}                                                     it was sent, or given up
--
-- A batch is written before it is sent, and a small line after: so a program that is killed loses none that was
-- written, and the next recorder with this folder sends what is left, in order. A batch that was sent and not yet
-- marked is sent once more then. A torn last line was never acted upon. Nothing is synced: if the machine itself
-- crashes, the last seconds may be gone.
--
-- What is full gives up its oldest segment. Where the disk fails, and where there is no folder, batches are kept in
-- memory under the same bound.

local core = require "studio.core"
local envelope = require "studio.services.cognitive3d.recorder.envelope"
local json = require "studio.json"

local FORMAT <const> = "lua-studio recorder"
local VERSION <const> = 1

-- A full spool gives up an eighth of what it may hold.
local SEGMENTS <const> = 8

local spool = {}

---@class studio.cognitive3d.recorder.entry one batch
---@field seq integer
---@field stream string
---@field scene string
---@field version integer
---@field session string
---@field part integer
---@field samples integer
---@field bytes integer of its body
---@field text string? the body, where it is in memory
---@field at integer? where in its segment's file it is
---@field sending boolean? it is under way
---@field gone boolean? sent or given up
---@field segment table? where it is

---@class studio.cognitive3d.recorder.spool
local methods = {}
local Spool = { __name = "studio.cognitive3d.recorder.spool", __index = methods }

local function path_of(self, number) return ("%s/%08d.spool"):format(self.folder, number) end

-- ---- Segments: number; bytes, for the bound; size, of its file; waiting, how many; entries; file, while it grows --

-- The disk does not do what it should: told in stats, and what it was to hold stays in memory.
local function trouble(self, why)
  self.troubles, self.trouble = self.troubles + 1, why
end

local function new_segment(self)
  self.last = self.last + 1
  local segment = { number = self.last, bytes = 0, size = 0, waiting = 0, entries = {} }
  self.segments[#self.segments + 1] = segment
  if self.index then
    local ok, why = self.index:append(('{"segment":%d}\n'):format(segment.number))
    local file
    if ok then file, why = core.journal(path_of(self, segment.number)) end
    if file then ok, why = file:keep(0) end -- a file that was not listed is nobody's
    if file and ok then segment.file = file else trouble(self, why) end
  end
  return segment
end

-- A segment and its file go away; only the oldest ever does, so that a mark never outlives its batch's segment.
local function remove_oldest(self)
  local segment = table.remove(self.segments, 1)
  if segment.file then segment.file:close() end
  self.bytes = self.bytes - segment.bytes
  if self.index then os.remove(path_of(self, segment.number)) end
  if #self.segments == 0 and self.index then -- the list of them begins anew
    local ok, why = self.index:keep(self.header_size)
    if not ok then trouble(self, why) end
  end
  return segment
end

local function current(self)
  local segment = self.segments[#self.segments]
  if segment and not segment.closed and segment.bytes < self.max // SEGMENTS then return segment end
  if segment then
    segment.closed = true
    if segment.file then segment.file:close() end
    segment.file = nil
  end
  return new_segment(self)
end

-- Removes what holds nothing any more; the newest only once it has grown, or at the end.
local function tidy(self, all)
  while #self.segments > 0 do
    local oldest = self.segments[1]
    local spent = oldest.waiting == 0
    if not spent or #self.segments == 1 and not all and oldest.bytes < self.max // SEGMENTS then return end
    remove_oldest(self)
  end
end

local function drop_oldest_segment(self)
  local segment = remove_oldest(self)
  for _, entry in ipairs(segment.entries) do
    if not entry.gone then
      self.waiting = self.waiting - 1
      entry.gone = true
      if not entry.sending then self.on_drop(entry, "spool_full") end -- else it may still arrive
    end
  end
end

-- ---- Using --------------------------------------------------------------------------------------------------------

-- Adds a line to a segment's file. Where that was taken away under us, or changed, nobody would find the line again:
-- then the file is left alone from now on.
local function append(self, segment, line)
  local ok, why = segment.file:append(line)
  if ok then
    local path = path_of(self, segment.number)
    local kind, size = core.entry(path)
    if kind == "file" and size == segment.size + #line then
      segment.size = size
      return true
    end
    segment.file:close()
    segment.file, why = nil, path .. " is not there any more, or was changed"
  end
  trouble(self, why)
end

local function line_of(entry, body)
  return json.encode({
    seq = entry.seq, stream = entry.stream, scene = entry.scene, version = entry.version, session = entry.session,
    part = entry.part, samples = entry.samples, bytes = #body,
  }, { sort = true }) .. "\t" .. body .. "\n"
end

--- Takes a batch. What is oldest makes room for it, if need be.
---@param entry studio.cognitive3d.recorder.entry without seq and bytes
---@param body string
---@return boolean kept false: it is larger than the whole spool, and was given up
function methods:put(entry, body)
  self.seq = self.seq + 1
  entry.seq, entry.bytes = self.seq, #body
  local line = self.index and line_of(entry, body)
  local size = line and #line or #body
  if size > self.max then
    entry.gone = true
    self.on_drop(entry, "too_large")
    return false
  end
  while self.bytes + size > self.max and #self.segments > 0 do drop_oldest_segment(self) end
  local segment = current(self)
  if segment.file and append(self, segment, line) then
    entry.at = segment.size - #body - 1
  else
    entry.text = body
  end
  segment.bytes, self.bytes = segment.bytes + size, self.bytes + size
  segment.waiting, self.waiting = segment.waiting + 1, self.waiting + 1
  segment.entries[#segment.entries + 1], entry.segment = entry, segment
  return true
end

--- The body of a batch.
---@param entry studio.cognitive3d.recorder.entry
---@return string? body nil: it cannot be read
---@return string? why
---@return boolean? lost it never will be; else another time it may
function methods:read(entry)
  if entry.text then return entry.text end
  local path = path_of(self, entry.segment.number)
  local file, why = io.open(path, "rb")
  if not file then
    trouble(self, why)
    return nil, why, core.entry(path) == nil
  end
  local _ <close> = file
  local body = file:seek("set", entry.at) and file:read(entry.bytes)
  if body and #body == entry.bytes then return body end
  why = "a batch cannot be read back"
  trouble(self, why)
  return nil, why, true
end

--- A batch needs no more sending: it was sent, or given up.
---@param entry studio.cognitive3d.recorder.entry
function methods:done(entry)
  if entry.gone then return end
  entry.gone, entry.text = true, nil
  local segment = entry.segment
  segment.waiting, self.waiting = segment.waiting - 1, self.waiting - 1
  if self.index and entry.at then
    local now = current(self)
    local line = ('{"done":%d}\n'):format(entry.seq)
    if now.file and append(self, now, line) then -- else the next recorder sends it once more
      now.bytes, self.bytes = now.bytes + #line, self.bytes + #line
    end
  end
  tidy(self)
end

--- Closes the files and lets the folder go. What still waits stays there.
function methods:close()
  tidy(self, true)
  for _, segment in ipairs(self.segments) do
    if segment.file then segment.file:close() end
  end
  if self.index then self.index:close() end
  self.index = nil
end

-- ---- What an earlier recorder has left ----------------------------------------------------------------------------

local whole = { seq = "integer", version = "integer", part = "integer", samples = "integer", bytes = "integer" }

-- A batch's line to its entry; nil when it is none that we wrote.
local function entry_of(header, body)
  local entry = json.decode(header)
  if type(entry) ~= "table" then return nil end
  for name, kind in pairs(whole) do
    if math.type(entry[name]) ~= kind or entry[name] < 0 then return nil end
  end
  for _, name in ipairs { "stream", "scene", "session" } do
    if type(entry[name]) ~= "string" then return nil end
  end
  if entry.bytes ~= #body or not envelope.sizes[entry.stream] or not envelope.is_scene(entry.scene) then return nil end
  return entry
end

local function take_line(self, segment, line, at)
  local header, body = line:match "^({[^\t]*})\t(.*)\n$"
  local entry = header and entry_of(header, body)
  if entry then
    entry.at, entry.segment = at + #line - #body - 1, segment
    segment.entries[#segment.entries + 1] = entry
    self.seq = math.max(self.seq, entry.seq)
    return
  end
  local done = math.tointeger(tonumber(line:match '^{"done":(%d+)}\n$'))
  if done then self.marks[done] = true else self.damaged = self.damaged + 1 end
end

local function load_segment(self, number)
  local segment = { number = number, bytes = 0, waiting = 0, entries = {}, closed = true }
  local file = io.open(path_of(self, number), "rb")
  if not file then return end -- it was listed, and never made, or is gone already
  local _ <close> = file
  for line in file:lines "L" do
    if line:sub(-1) == "\n" then take_line(self, segment, line, segment.bytes) end -- else torn
    segment.bytes = segment.bytes + #line
  end
  self.segments[#self.segments + 1] = segment
  self.bytes = self.bytes + segment.bytes
end

local function settle(self)
  for _, segment in ipairs(self.segments) do
    for _, entry in ipairs(segment.entries) do
      if self.marks[entry.seq] then
        entry.gone = true
      else
        segment.waiting, self.waiting = segment.waiting + 1, self.waiting + 1
        self.left[#self.left + 1] = entry
      end
    end
  end
  self.marks = nil
  tidy(self, true)
end

-- What stands in the way of going on with this folder; nil: nothing.
local function complaint_of(self, path, header, origin)
  if type(header) ~= "table" or header.format ~= FORMAT then
    return path .. " is none of a recorder's. Give another folder"
  elseif header.version ~= VERSION then
    return path .. " was written by another version of lua-studio, which can go on with it"
  elseif header.origin ~= origin then
    return ("the recordings in %s are for %s and not for %s. Give another folder"):format(self.folder,
      tostring(header.origin), origin)
  end
end

-- Reads the list of segments, and those. The size of its whole lines; nil and why the folder cannot be used.
local function load(self, path, origin, begun)
  local file, why = io.open(path, "rb")
  if not file then return nil, why end
  local _ <close> = file
  local size = 0
  for line in file:lines "L" do
    local value = json.decode(line)
    if size == 0 then
      if line == begun:sub(1, #line) and line ~= begun then return 0 end -- torn when it was begun
      local complaint = complaint_of(self, path, value, origin)
      if complaint then return nil, complaint end
      self.header_size = #line
    elseif type(value) == "table" and math.type(value.segment) == "integer" then
      self.last = math.max(self.last, value.segment)
      load_segment(self, value.segment)
    end
    if line:sub(-1) ~= "\n" then break end
    size = size + #line
  end
  return size
end

local function open_folder(self, folder, origin)
  local ok, why = core.make_folder(folder)
  if not ok then return nil, why end
  self.folder = folder
  local path = folder .. "/recorder.journal"
  local index, message, code = core.journal(path)
  if not index then return nil, message, code end
  self.index = index
  local header = json.encode({ format = FORMAT, version = VERSION, origin = origin }, { sort = true }) .. "\n"
  local size
  size, why = load(self, path, origin, header)
  if not size then return nil, why end
  ok, why = self.index:keep(size)
  if ok and size == 0 then
    self.header_size = #header
    ok, why = self.index:append(header)
  end
  if ok then settle(self) end
  return ok, why
end

--- Opens a spool.
---@param options { folder: string?, max: integer, origin: string, on_drop: fun(entry: table, reason: string) }
---@return studio.cognitive3d.recorder.spool? spool
---@return string? message what stands in the way
---@return string? code "busy": another recorder has the folder
function spool.open(options)
  local self = setmetatable({
    segments = {}, bytes = 0, waiting = 0, seq = 0, last = 0, max = options.max, on_drop = options.on_drop,
    troubles = 0, damaged = 0, left = {}, marks = {},
  }, Spool)
  if not options.folder then return self end
  local ok, message, code = open_folder(self, options.folder, options.origin)
  if ok then return self end
  if self.index then self.index:close() end
  return nil, message, code
end

return spool
