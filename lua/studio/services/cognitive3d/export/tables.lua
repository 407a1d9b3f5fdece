-- The files of an export, written from its parts: a table for each stream, and one of the sessions.
-- SPDX-License-Identifier: MIT
--
-- All rows in the order of the sessions, whatever order they were fetched in; columns in an order of their names. So
-- the files depend on nothing but what the service has. They are written beside the state, and get their names when
-- all of them are whole.

local core = require "studio.core"
local csv = require "studio.csv"
local errors = require "studio.error"
local json = require "studio.json"
local rows = require "studio.services.cognitive3d.export.rows"
local streams = require "studio.services.cognitive3d.export.streams"
local task = require "studio.task"

local tables = {}

-- Sessions after which others may have a turn.
local TURN <const> = 20

-- Columns of a table at the most, and the one that takes what is left as JSON: an app that makes a property's name of
-- each player's would else make a table that nothing can open.
local MOST <const>, MORE <const> = 2000, "more"

local function failed(message) return nil, errors.new { kind = "file", message = message, stage = "not_sent" } end

-- Formats -----------------------------------------------------------------------------------------

-- A row is a line of JSON; a format says what becomes of it, and what stands before, between and after.
local formats = {}

function formats.ndjson()
  return { row = function(text) return text .. "\n" end, before = "", after = "" }
end

function formats.json()
  local first = true
  return { before = "[", after = "\n]\n", row = function(text)
    local line = (first and "\n" or ",\n") .. text
    first = false
    return line
  end }
end

-- Cells for which there is no column, as JSON.
local function left_over(cells, columns)
  local rest = {}
  for name, value in pairs(cells) do rest[name] = value end
  for _, name in ipairs(columns) do rest[name] = nil end
  return next(rest) and json.encode(rest, { sort = true }) or nil
end

function formats.csv(columns, is_cut)
  local count, speller = #columns, rows.speller()
  local header = is_cut and table.move(columns, 1, count, 1, {}) or columns
  if is_cut then header[count + 1] = MORE end
  return { before = csv.line(header), after = "", row = function(text)
    local cells, line = rows.cells(json.decode(text), speller), {}
    for i = 1, count do line[i] = cells[columns[i]] end
    if is_cut then line[count + 1] = left_over(cells, columns) end
    return csv.line(line, #header)
  end }
end

-- One table ---------------------------------------------------------------------------------------

local Sheet = {}
Sheet.__index = Sheet

local function open_sheet(path, format)
  local file, why = io.open(path, "wb")
  if not file then return failed("cannot write " .. why) end
  file:setvbuf("full", 65536)
  local self = setmetatable({ path = path, file = file, format = format, count = 0 }, Sheet)
  self:put(format.before)
  return self
end

function Sheet:put(text)
  local ok, why = self.file:write(text)
  if not ok then self.broken = self.broken or why end
end

function Sheet:add(text)
  self.count = self.count + 1
  self:put(self.format.row(text))
end

function Sheet:close()
  if not self.file then return true end
  self:put(self.format.after)
  local closed, why = self.file:close()
  self.file = nil
  if closed and not self.broken then return true end
  return failed(("cannot write %s: %s"):format(self.path, tostring(self.broken or why)))
end

-- The whole ---------------------------------------------------------------------------------------

--- Names of the tables of an export.
---@param wanted table<string, true> streams
---@return string[]
function tables.names(wanted)
  local list = {}
  for _, name in ipairs(streams.tables) do
    local is_wanted = wanted[name] or name == "sessions" or (name == streams.manifest and wanted.dynamics)
    if is_wanted then list[#list + 1] = name end
  end
  return list
end

-- The columns of a table, and whether there are more.
local function columns_of(state, plan, name)
  local names = {}
  for column in pairs(state.columns[name] or {}) do names[column] = true end
  for _, column in ipairs(name ~= "sessions" and plan.session_columns or {}) do names["session." .. column] = true end
  local columns = rows.order(names, plan.session_columns)
  local is_cut = #columns > MOST
  for i = #columns, MOST + 1, -1 do columns[i] = nil end
  if name == "sessions" then
    for _, other in ipairs(plan.names) do
      if other ~= "sessions" then columns[#columns + 1] = "export." .. other end
    end
    columns[#columns + 1] = "export.error"
  end
  return columns, is_cut
end

-- The rows of a session go to their tables. What they are by table; nil when it has no part.
local function pour(state, n, sheets)
  local counts = {}
  local file = io.open(state:part(n), "rb")
  if not file then return nil end
  local _ <close> = file
  for line in file:lines() do
    local name, text = line:match "^([^\t]*)\t(.*)$"
    if not sheets[name] then return nil end
    sheets[name]:add(text)
    counts[name] = (counts[name] or 0) + 1
  end
  return counts
end

-- What the export says of a session, behind the session's own fields.
local function with_export(text, names, counts, trouble)
  local out = {}
  for _, name in ipairs(names) do
    if name ~= "sessions" then
      out[#out + 1] = ('"%s":%d'):format(name, counts[name] or 0)
    end
  end
  if trouble then out[#out + 1] = '"error":' .. json.encode(trouble) end
  return ('%s%s"export":{%s}}'):format(text:sub(1, -2), text == "{}" and "" or ",", table.concat(out, ","))
end

local function fill(state, plan, sheets)
  local poured = {}
  for n, text in state:lines() do
    local counts = state.done[n] and pour(state, n, sheets)
    if state.done[n] and not counts then return failed(state:part(n) .. " is damaged, or gone") end
    sheets.sessions:add(with_export(text, plan.names, counts or {}, plan.trouble[n] or state.gone[n]))
    for name, count in pairs(counts or {}) do poured[name] = (poured[name] or 0) + count end
    if n % TURN == 0 then
      local _, err = task.sleep(0)
      if err then return nil, err end
    end
  end
  -- Every row that was fetched is in a file, or there is none.
  for name, count in pairs(state.counts) do
    if poured[name] ~= count then
      return failed(("%s: of %d rows of %s only %d are left"):format(state.work, count, name, poured[name] or 0))
    end
  end
  return true
end

local function place(state, plan, sheets)
  local files, rowed = {}, {}
  for _, name in ipairs(plan.names) do
    local ok, err = sheets[name]:close()
    if not ok then return nil, err end
  end
  for _, name in ipairs(plan.names) do
    local to = ("%s/%s.%s"):format(state.folder, name, plan.format)
    local ok, why = os.rename(sheets[name].path, to)
    if not ok then return failed(("cannot write %s: %s"):format(to, tostring(why))) end
    files[name], rowed[name] = to, sheets[name].count
  end
  return files, rowed
end

---@class studio.cognitive3d.export.plan
---@field format "csv"|"ndjson"|"json"
---@field names string[] of tables.names
---@field session_columns string[]
---@field trouble table<integer, string> sessions that could not be fetched, and why

--- Writes the files.
---@param state studio.cognitive3d.export.state
---@param plan studio.cognitive3d.export.plan
---@return table<string, string>? files paths by table; nil, err
---@return table<string, integer>|studio.error counts_or_err rows by table
function tables.write(state, plan)
  local made, why = core.make_folder(state.work)
  if not made then return failed(why) end
  local sheets = {}
  local _ <close> = setmetatable({}, { __close = function()
    for _, sheet in pairs(sheets) do
      if sheet.file then sheet.file:close() end
      os.remove(sheet.path) -- where it was renamed it is gone already
    end
  end })
  for _, name in ipairs(plan.names) do
    local format = formats[plan.format]
    if plan.format == "csv" then format = format(columns_of(state, plan, name)) else format = format() end
    local sheet, err = open_sheet(("%s/%s.%s"):format(state.work, name, plan.format), format)
    if not sheet then return nil, err end
    sheets[name] = sheet
  end
  local ok, err = fill(state, plan, sheets)
  if not ok then return nil, err end
  return place(state, plan, sheets)
end

return tables
