-- One session, fetched and kept as a part: its rows, each with the name of its table. SPDX-License-Identifier: MIT
--
-- What comes goes to a file first, and is read from there row by row, so a session of any length takes no memory. A
-- part stands under its name only when all that was asked for is in it.

local errors = require "studio.error"
local pieces = require "studio.pieces"
local rows = require "studio.services.cognitive3d.export.rows"
local streams = require "studio.services.cognitive3d.export.streams"
local task = require "studio.task"

local part = {}

-- Rows after which others may have a turn.
local TURN <const> = 500

---@class studio.cognitive3d.export.summary
---@field counts table<string, integer> rows by table
---@field columns table<string, string[]> names of cells that were not known before, by table
---@field unknown table<string, integer> rows of lists that nobody knows

local function failed(message) return nil, errors.new { kind = "file", message = message, stage = "answered" } end

-- Takes note of the cells of a row.
local function note_cells(self, name, row)
  if not self.known then return end
  local known, new = self.known[name] or {}, self.new[name] or {}
  self.new[name] = new
  for column in pairs(rows.cells(row, self.speller)) do
    if not known[column] then new[column] = true end
  end
end

-- A row of an answer, as lines of the part.
local function write(self, name, row, text)
  self.counts[name] = (self.counts[name] or 0) + 1
  note_cells(self, name, (type(row) == "table" and row.session == nil) and row or { row = row })
  local ok, why = self.file:write(name, "\t", rows.line(self.head, row, text), "\n")
  if not ok then self.broken = why end
  self.turn = self.turn + 1
  if self.turn % TURN == 0 then
    local _, err = task.sleep(0)
    self.cancelled = self.cancelled or err
  end
end

-- Reads an answer into the part.
local function convert(self, request, path)
  local answer, why = io.open(path, "rb")
  if not answer then return failed("cannot read " .. why) end
  local _ <close> = answer
  local read = pieces.of_file(answer)
  local function piece()
    if self.broken or self.cancelled then return nil, self.broken or "the task was cancelled" end
    return read()
  end
  local function give(name, row, text)
    if name == "sensors" then
      return rows.readings(row, text, function(one, its) write(self, name, one, its) end)
    end
    write(self, name, row, text)
  end
  local ok, unknown = streams.read(request, piece, give)
  if self.cancelled then return nil, self.cancelled end
  if self.broken then return failed(("cannot write %s: %s"):format(self.path, self.broken)) end
  if not ok then
    return nil, self.problem { kind = "protocol", message = "the session cannot be read: " .. unknown }
  end
  for name, n in pairs(unknown) do self.unknown[name] = (self.unknown[name] or 0) + n end
  return true
end

local function fill(self, session, wanted)
  for _, request in ipairs(streams.requests(session, wanted)) do
    local path = self.path .. ".answer"
    local ok, err = self.ask(session, request.type, path)
    if ok then ok, err = convert(self, request, path) end
    os.remove(path)
    if not ok then return nil, err end
  end
  return true
end

-- Names of new cells, sorted.
local function lists(new)
  local all = {}
  for name, columns in pairs(new) do
    local list = {}
    for column in pairs(columns) do list[#list + 1] = column end
    table.sort(list)
    if #list > 0 then all[name] = list end
  end
  return all
end

---@class studio.cognitive3d.export.source of source.lua, and what export wants of it
---@field description table what is asked for, whatever the dates
---@field list fun(from: integer, to: integer, page: integer): table?, table
---@field ask fun(session: table, type: string, path: string): any, studio.error? fetches raw data to a file
---@field problem_of_list fun(fields: table): studio.error
---@field problem fun(fields: table): studio.error
---@field session_columns string[]
---@field wanted table<string, true> streams
---@field known table<string, table<string, true>>? cells that are known, by table; nil: nobody wants to know
---@field speller table? of rows.speller

--- Makes the part of a session.
---@param source studio.cognitive3d.export.source
---@param session table as listed
---@param path string of the part
---@return studio.cognitive3d.export.summary? summary nil, err
---@return studio.error? err
function part.make(source, session, path)
  local fresh = path .. ".new"
  local file, why = io.open(fresh, "wb")
  if not file then return failed("cannot write " .. why) end
  file:setvbuf("full", 65536)
  local self = { ask = source.ask, problem = source.problem, known = source.known, speller = source.speller,
    path = path, file = file, turn = 0, head = rows.head(session, source.session_columns), counts = {}, new = {},
    unknown = {} }
  local ok, err = fill(self, session, source.wanted)
  local closed, wrong = file:close() -- a full disk may be told only now
  local placed
  if ok and closed then
    placed, wrong = os.rename(fresh, path)
  end
  if placed then return { counts = self.counts, columns = lists(self.new), unknown = self.unknown } end
  os.remove(fresh)
  if not ok then return nil, err end
  return failed(("cannot write %s: %s"):format(path, tostring(wrong)))
end

return part
