-- How far an export has come, on record in its folder; one JSON value a line. SPDX-License-Identifier: MIT
--
--   DIR/export.unfinished/journal           {"format":…,"version":1,"what":"…"}        what is exported
--                                           {"list":{"count":100,"size":52341,"mark":{…}},"columns":["…"]}
--                                           {"n":12,"counts":{"events":80},"columns":{"events":["…"]}}
--                                           {"n":13,"gone":"…"}                        no such session any more
--                                           {"written":{…}}                            all files are under their names
--                                           {"dropped":true}                           nobody wants it any more
--   DIR/export.unfinished/sessions          the sessions, one a line, in their order
--   DIR/export.unfinished/parts/0000/0000012    rows of the 12th session, whole: table, a tab, JSON
--
-- A line says what is there already, so a run that was killed goes on behind the last one; what it had begun is made
-- again. The journal is locked by the kernel while a run has it. No key and no address of a file is in it.

local core = require "studio.core"
local errors = require "studio.error"
local journal = require "studio.journal"
local json = require "studio.json"
local streams = require "studio.services.cognitive3d.export.streams"

local FORMAT <const> = "lua-studio cognitive3d export"
local VERSION <const> = 1

local PER_FOLDER <const> = 1000 -- parts

-- Tables that a run was writing when it was killed.
local FORMATS <const> = { "csv", "ndjson", "json" }

-- What may stand beside a part, and the part itself.
local ENDINGS <const> = { "", ".new", ".answer", ".answer.part", ".answer.part.info" }

local state = {}

---@class studio.cognitive3d.export.state
---@field folder string of the export
---@field work string folder of all that is not finished
---@field mark studio.cognitive3d.walk.mark? how far the list was read
---@field sessions integer how many are listed
---@field done table<integer, true> sessions whose part is there
---@field gone table<integer, string> sessions that the service has no more, and what it said
---@field counts table<string, integer> rows of the parts that are there, by table
---@field columns table<string, table<string, true>> names of cells, by table
---@field unknown table<string, integer> rows of lists that nobody knows, by the lists' names
---@field written table? what the report says: all files are there
---@field dropped boolean? nobody wants it any more, and it is being taken away
---@field resumed boolean
local methods = {}
local State = { __name = "studio.cognitive3d.export.state", __index = methods }
State.__close = function(self) self:close() end

-- Nothing is known.
local function reset(self)
  self.mark, self.written, self.dropped, self.resumed = nil, nil, nil, false
  self.sessions, self.size = 0, 0
  self.done, self.gone, self.counts, self.columns, self.unknown = {}, {}, {}, {}, {}
end

local function blank(folder)
  local work = folder .. "/export.unfinished"
  local self = { folder = folder, work = work, path = work .. "/journal", list_path = work .. "/sessions" }
  reset(self)
  return setmetatable(self, State)
end

-- Reading -----------------------------------------------------------------------------------------

local function add_columns(self, name, list)
  local known = self.columns[name] or {}
  self.columns[name] = known
  for _, column in ipairs(list) do known[column] = true end
end

local function add(into, counts)
  for name, n in pairs(counts or {}) do into[name] = (into[name] or 0) + n end
end

local function take(self, line)
  if type(line) ~= "table" then return false end
  if line.list then
    self.sessions, self.size, self.mark = line.list.count, line.list.size, line.list.mark
    add_columns(self, "sessions", line.columns or {})
  elseif line.gone then
    self.gone[line.n] = line.gone
  elseif line.n then
    self.done[line.n] = true
    add(self.counts, line.counts)
    add(self.unknown, line.unknown)
    for name, list in pairs(line.columns or {}) do add_columns(self, name, list) end
  elseif line.written then
    self.written = line.written
  elseif line.dropped then
    self.dropped = true
  else
    return false
  end
  return true
end

-- Reads what is there. Returns the size of its whole lines, and what is exported; nil and why it cannot be used.
local function load(self)
  local header
  local whole, why = journal.read(self.path, function(line)
    header = line
    if type(line) ~= "table" or line.format ~= FORMAT then
      return nil, self.path .. " is no state of an export. Move it away, or give another folder"
    elseif line.version ~= VERSION then
      return nil, self.path .. " was written by another version of lua-studio. Go on with that one"
    end
    return true
  end, function(line) return take(self, line) end)
  return whole, whole and header or why
end

-- Writing -----------------------------------------------------------------------------------------

-- Raises an error object when it cannot be: to go on would be to lose what comes. After the state was closed (by
-- Ctrl-C, while tasks come to their end) nothing is kept any more.
local function keep(file, text)
  if not file then return end
  local ok, message = file:append(text .. "\n")
  if ok then return end
  error(errors.new { kind = "file", stage = "not_sent",
    message = "the state of the export cannot be kept: " .. tostring(message) }, 0)
end

local function record(self, line) keep(self.file, json.encode(line, { sort = true })) end

--- Sessions that were listed, and where the list goes on.
---@param list table[]
---@param mark studio.cognitive3d.walk.mark
---@param columns string[]? names of cells
function methods:listed(list, mark, columns)
  for _, session in ipairs(list) do
    local text = json.encode(session, { sort = true })
    keep(self.list, text)
    self.size = self.size + #text + 1
  end
  local line = { list = { count = self.sessions + #list, size = self.size, mark = mark }, columns = columns }
  record(self, line)
  take(self, line)
end

--- The part of a session is under its name.
---@param n integer
---@param summary { counts: table<string, integer>, columns: table<string, string[]>, unknown: table<string, integer> }
function methods:finished(n, summary)
  local line = { n = n, counts = summary.counts, columns = next(summary.columns) and summary.columns or nil,
    unknown = next(summary.unknown) and summary.unknown or nil }
  record(self, line)
  take(self, line)
end

--- The service has no such session any more.
---@param n integer
---@param why string
function methods:is_gone(n, why)
  local line = { n = n, gone = why }
  record(self, line)
  take(self, line)
end

--- All files are under their names.
---@param report table
function methods:all_written(report)
  self.written = report
  record(self, { written = report })
end

-- Files -------------------------------------------------------------------------------------------

--- Where the part of a session is.
---@param n integer
---@return string path
---@return string folder
function methods:part(n)
  local folder = ("%s/parts/%04d"):format(self.work, n // PER_FOLDER)
  return ("%s/%07d"):format(folder, n), folder
end

--- The sessions in their order, from the first one on.
---@return fun(): (integer?, string?) next number and JSON
function methods:lines()
  local file = assert(io.open(self.list_path, "rb"))
  local n = 0
  return function()
    if not file then return nil end
    local text = n < self.sessions and file:read "L"
    if not text then
      file:close()
      file = nil
      return nil
    end
    n = n + 1
    return n, text:sub(1, -2)
  end, nil, nil, setmetatable({}, { __close = function()
    if file then file:close() end
    file = nil
  end })
end

--- Takes away all that is not finished.
function methods:clear()
  for n = 1, self.sessions do
    local path, folder = self:part(n)
    for _, ending in ipairs(ENDINGS) do os.remove(path .. ending) end
    if n % PER_FOLDER == PER_FOLDER - 1 or n == self.sessions then os.remove(folder) end
  end
  os.remove(self.work .. "/parts")
  for _, name in ipairs(streams.tables) do
    for _, format in ipairs(FORMATS) do os.remove(("%s/%s.%s"):format(self.work, name, format)) end
  end
  os.remove(self.list_path)
end

-- Opening -----------------------------------------------------------------------------------------

-- Goes on with what is there, or begins. Nil and why when it is something else.
local function go_on(self, what, anew)
  local whole, header = load(self)
  if not whole then return nil, header end
  local ok, why = self.file:keep(whole)
  if not ok then return nil, why end
  local same = header and header.what == what
  if header and (anew or self.written or self.dropped) then
    if anew then record(self, { dropped = true }) end
    self.report = not anew and same and self.written or nil
    self:clear()
    ok, why = self.file:keep(0)
    if not ok then return nil, why end
    reset(self)
    header = nil
  end
  if header and not same then
    return nil, ("%s holds an unfinished export of something else (other options, project or service). Go on with "
      .. "it by its own options, or say fresh = true to begin anew"):format(self.work)
  end
  self.resumed = header ~= nil
  if not header then record(self, { format = FORMAT, version = VERSION, what = what }) end
  return true
end

--- Opens the state of a folder, or begins one, and keeps other runs away from it until it is closed.
---@param folder string
---@param what string what is exported, as a text that is the same for the same
---@param anew boolean? what is there does not count
---@return studio.cognitive3d.export.state? state with `report` when an earlier run had finished, but not cleared away
---@return string? message what stands in the way, and what to do about it
function state.open(folder, what, anew)
  local self = blank(folder)
  local made, why = core.make_folder(self.work)
  if not made then return nil, why end
  self.file, why = core.journal(self.path)
  if not self.file then return nil, why end
  local ok, message = go_on(self, what, anew)
  if ok then
    self.list, message = core.journal(self.list_path)
    ok = self.list and self.list:keep(self.size)
  end
  if ok then return self end
  self:close()
  return nil, message
end

--- Nothing of the work is needed any more.
function methods:finish()
  self:clear()
  os.remove(self.path)
  self:close()
  os.remove(self.work)
end

function methods:close()
  for _, name in ipairs { "file", "list" } do
    if self[name] then self[name]:close() end
    self[name] = nil
  end
end

return state
