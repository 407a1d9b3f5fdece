-- A CSV file whose columns are those of a data store: its rows, checked, one at a time. SPDX-License-Identifier: MIT

local cells = require "studio.services.five9.data.cells"
local check = require "studio.check"
local columns = require "studio.services.five9.data.columns"
local core = require "studio.core"
local csv = require "studio.csv"
local pieces = require "studio.pieces"
local task = require "studio.task"

local sheet = {}

-- Rows after which other tasks may have a turn.
local TURN <const> = 1000

---@class studio.five9.sheet
---@field path string
---@field header string[] as it stands in the file
---@field fields (studio.five9.column|false)[] what each field of a row is; false: it is left out
---@field columns studio.five9.column[] those that the file has, in its order
---@field print string? of the file's bytes, as soon as it was read to its end
local methods = {}
local Sheet = { __name = "studio.five9.sheet", __index = methods }

---@class studio.five9.sheet.row
---@field line integer where it begins
---@field cells string[] as they stand there
---@field values table<string, any> by column; what is empty is left out
---@field refused string? why it cannot be sent

-- The column that a field of the header means; false: none is meant; nil and why not.
local function column_of(name, by_name, map)
  local meant = map[name]
  if meant == nil then
    if columns.system[name] then return false end -- the service makes its own
    meant = name
  end
  if not meant then return false end
  local column = by_name[meant]
  if column then return column end
  return nil, ("the data store has no column '%s'%s"):format(meant, check.suggestion(meant, by_name))
end

-- What each field of the header is; nil and what is wrong.
local function read_header(self, list, by_name, options)
  local map, taken, there = options.columns or {}, {}, {}
  for i, name in ipairs(self.header) do
    if there[name] then return nil, ("two columns of the file are called '%s'"):format(name) end
    there[name] = true
    local column, why = column_of(name, by_name, map)
    if column == nil then return nil, why end
    if column and taken[column.name] then
      return nil, ("'%s' and '%s' are both for the column '%s'"):format(taken[column.name], name, column.name)
    end
    self.fields[i] = column
    if column then
      taken[column.name] = name
      self.columns[#self.columns + 1] = column
    end
  end
  for name in pairs(map) do
    if not there[name] then return nil, ("it has no column '%s', which the option 'columns' names"):format(name) end
  end
  for _, column in ipairs(options.partial and {} or list) do
    if not taken[column.name] then
      return nil, ("it has no column '%s' (option partial = true leaves such columns out)"):format(column.name)
    end
  end
  if #self.columns == 0 then return nil, "it has none of the data store's columns" end
  if options.key and not taken[options.key] then return nil, ("it has no column '%s', the key"):format(options.key) end
  return true
end

-- The fields of its rows, and where each row begins: fields, line; nil at the end; nil, why.
local function open_rows(self)
  local file, why = io.open(self.path, "rb")
  if not file then return nil, why end
  local print, read = "", pieces.of_file(file)
  local next_row = csv.reader(function()
    local piece, message = read()
    if piece then print = core.sha256(print .. piece) end
    return piece, message
  end)
  local line, over = 1, false
  return function()
    if over then return nil end
    local row, message = next_row()
    if not row then
      over = true
      file:close()
      if not message then self.print = print end
      return nil, message
    end
    local begins, breaks = line, 1
    for i = 1, #row do
      local _, n = row[i]:gsub("\n", "")
      breaks = breaks + n
    end
    line = line + breaks
    return row, begins
  end, file
end

--- Opens a file, and reads its header.
---@param path string
---@param list studio.five9.column[] of the data store
---@param by_name table<string, studio.five9.column>
---@param options { columns: table?, partial: boolean?, key: string?, raw: boolean? }
---@return studio.five9.sheet? sheet
---@return string? message
---@return string? kind of the error
function sheet.open(path, list, by_name, options)
  local self = setmetatable({ path = path, raw = options.raw, fields = {}, columns = {} }, Sheet)
  local next_row, file = open_rows(self)
  if not next_row then return nil, tostring(file), "file" end
  local why
  self.header, why = next_row()
  if io.type(file) == "file" then file:close() end
  if not self.header then return nil, ("%s: %s"):format(path, why or "it is empty"), "invalid" end
  local ok
  ok, why = read_header(self, list, by_name, options)
  if not ok then return nil, ("%s: %s"):format(path, why), "invalid" end
  return self
end

-- A row's values; or why it is refused.
local function read_row(self, fields, line)
  local row = { line = line, cells = fields, values = {} }
  if #fields ~= #self.header then
    row.refused = ("it has %d fields, and there are %d columns"):format(#fields, #self.header)
    return row
  end
  for i, column in ipairs(self.fields) do
    local text = fields[i]
    if column and text ~= "" then
      if not self.raw then text = cells.unguarded(text) end
      local value, why = column.read(text)
      if value == nil then
        row.refused = ("%s %s"):format(column.name, why)
        return row
      end
      row.values[column.name] = value
    end
  end
  return row
end

--- Its rows, from the first on, refused ones too. Empty lines are none.
---@return (fun(): studio.five9.sheet.row?, any)? next nil at the end; nil, why when it cannot be read on: a sentence,
---  or an error object when the task was cancelled
---@return string? message it cannot be opened
function methods:rows()
  local next_row, file = open_rows(self)
  if not next_row then return nil, tostring(file) end
  next_row() -- the header
  local count = 0
  return function()
    local fields, line
    repeat
      fields, line = next_row()
      if not fields then return nil, line end
    until #fields > 1 or fields[1] ~= "" or #self.header == 1
    count = count + 1
    if count % TURN == 0 then
      local ok, err = task.sleep(0)
      if not ok then return nil, err end
    end
    return read_row(self, fields, line)
  end
end

--- Is the file still as it was when it was read to its end?
---@return boolean
function methods:is_unchanged()
  local before = self.print
  self.print = nil
  local next_row, file = open_rows(self)
  local _ <close> = next_row and file or nil
  while next_row and next_row() do end -- the print is of bytes, and made while they are read
  local same = self.print == before
  self.print = before
  return same
end

--- A row in a form that is equal for rows that are the same to the service, as far as the file has columns for it.
---@param values table<string, any> of the file, or a row of the service
---@return string
function methods:plain(values)
  local out = {}
  for i, column in ipairs(self.columns) do out[i] = column.secure and "" or column.plain(values[column.name]) end
  return table.concat(out, "\xFF") -- which no text has
end

--- What the file is read as: its columns and their types, in one word.
---@return string
function methods:shape()
  local out = { self.raw and "raw" or "" }
  for _, column in ipairs(self.columns) do out[#out + 1] = column.name .. "\0" .. column.type end
  return core.sha256(table.concat(out, "\0")):sub(1, 16)
end

return sheet
