-- CSV, read piece by piece and written cell by cell. SPDX-License-Identifier: MIT
--
-- Read is what RFC 4180 describes, and what is met beside it: LF for CRLF, no line end after the last row, a byte
-- order mark before the first, quotes amid a field that does not begin with one. Rows are found in whatever pieces
-- the text comes in, and no more of it is held than a piece and a row. A text that ends within a quoted field is
-- an error: it was cut.
--
-- Written is what spreadsheets may open: text that they would take for a formula gets an apostrophe before it.

local pieces = require "studio.pieces"

local csv = {}

local byte, find, gsub, match, sub = string.byte, string.find, string.gsub, string.match, string.sub
local QUOTE, COMMA, LF = 34, 44, 10

-- Bytes of a row, at the most: a quote that is never closed would make the rest of the file one field.
local MOST = 16 * 1024 * 1024

-- Captures of a pattern, less the one for where the row ends (Lua allows 32).
local CAPTURES = 31

-- Patterns that are kept: rows with and without a quoted field take turns in most files that have any.
local KNOWN = 3

local BOM = "\xEF\xBB\xBF"

-- Reading -----------------------------------------------------------------------------------------

-- How a field looks, to string.match: plain, and in quotes with none inside. A row's fields make a pattern that finds
-- the next row of the same shape in one call, where any_row below takes a few for each field.
local PLAIN, QUOTED = '([^,"\n]*)', '"([^"]*)"'

local function pattern_of(shapes)
  local n = #shapes
  if n > CAPTURES then return nil end
  if shapes[n] == PLAIN then shapes[n] = '([^,"\r\n]*)' end
  return "^" .. table.concat(shapes, ",") .. "\r?\n()"
end

-- The quoted field that begins at `at`: its value, where its last quote is, the byte behind that, and whether quotes
-- are doubled in it. Nil when the text ends first.
local function quoted_field(text, at)
  local close, doubled = find(text, '"', at + 1, true), false
  local behind = close and byte(text, close + 1)
  while behind == QUOTE do
    doubled = true
    close = find(text, '"', close + 2, true)
    behind = close and byte(text, close + 1)
  end
  if not behind then return nil end
  local value = sub(text, at + 1, close - 1)
  if doubled then value = gsub(value, '""', '"') end
  return value, close, behind, doubled
end

-- The field that begins at `at`: its value, how it looks (nil: like nothing in particular), where the next one begins,
-- and whether that is of another row. Nil when the text ends before the field does.
local function any_field(text, at)
  local from, value, shape = at, "", nil
  if byte(text, at) == QUOTE then
    local close, behind, doubled
    value, close, behind, doubled = quoted_field(text, at)
    if not value then return nil end
    shape = not doubled and QUOTED or nil
    if behind == COMMA then return value, shape, close + 2, false end
    if behind == LF then return value, shape, close + 2, true end
    from = close + 1
  else
    local plain, mark, after = match(text, '^([^,"\r\n]*)([,\n])()', at)
    if plain then return plain, PLAIN, after, mark == "\n" end
  end
  local rest, mark, after = match(text, "^([^,\n]*)([,\n])()", from)
  if not rest then return nil end
  local last = mark == "\n"
  if last and sub(rest, -1) == "\r" then
    rest = sub(rest, 1, -2)
    if from == at and not find(rest, '["\r]') then shape = PLAIN end
  end
  return value .. rest, shape, after, last
end

-- The row that begins at `at`, field by field; where the next one begins; how its fields look, unless one looks like
-- nothing in particular. Nil when the text ends before the row does.
local function any_row(text, at)
  local row, shapes, n = {}, {}, 0
  local value, shape, last
  repeat
    value, shape, at, last = any_field(text, at)
    if not value then return nil end
    n = n + 1
    row[n] = value
    if shapes and shape then shapes[n] = shape else shapes = nil end
  until last
  return row, at, shapes
end

-- A row of captures, the last of which is where the next row begins; nil when nothing matched.
local function as_list(...)
  if ... == nil then return nil end
  local row = { ... }
  local n = #row
  local after = row[n]
  row[n] = nil
  return row, after
end

-- The same for rows under names: a function whose table is made in its full size at once. Its source is made of numbers
-- alone, and the names are given to it as values.
local function as_record(names)
  local n = #names
  if n == 0 or n > CAPTURES then return nil end
  local keys, values, fields = {}, {}, {}
  for i = 1, n do keys[i], values[i], fields[i] = "k" .. i, "v" .. i, ("[k%d]=v%d"):format(i, i) end
  local source = ("local %s = ... return function(%s, after) if after then return {%s}, after end end"):format(
    table.concat(keys, ","), table.concat(values, ","), table.concat(fields, ","))
  return load(source, "=csv", "t", {})(table.unpack(names))
end

-- A row of a shape that was met before, as `make` has it, and where the next one begins. `known`: patterns, the latest
-- use first.
local function same_row(text, at, known, make)
  for i = 1, #known do
    local row, after = make(match(text, known[i], at))
    if row then
      if i > 1 then known[1], known[i] = known[i], known[1] end
      return row, after
    end
  end
end

-- A function for the next row: what `make` made of it, or a list and true. Only rows of `columns` fields are remembered
-- by their shape, where that is given.
local function walker(read, options)
  local most = options and options.max_row or MOST
  local text, at, begun, ended, known = "", 1, false, false, {}
  return function(make, columns)
    while true do
      if at <= #text then
        local row, after = same_row(text, at, known, make)
        if row then
          at = after
          return row
        end
        local shapes
        row, after, shapes = any_row(text, at)
        if row then
          at = after
          local pattern = shapes and (not columns or #row == columns) and pattern_of(shapes)
          if pattern then known[#known < KNOWN and #known + 1 or KNOWN] = pattern end
          return row, true
        end
      end
      local rest = #text - at + 1
      if ended then
        at = #text + 1
        return nil, rest > 0 and "the text ends within a quoted field" or nil
      end
      if rest > most then return nil, ("a row is longer than %d bytes"):format(most) end
      local longer, err, last = pieces.more(sub(text, at), read, #BOM)
      if not longer then return nil, err end
      text, at, ended = longer, 1, last or false
      if not begun and sub(text, 1, 3) == BOM then at = 4 end
      if ended and at <= #text and sub(text, -1) ~= "\n" then text = text .. "\n" end
      begun = true
    end
  end
end

--- Reads rows.
---@param read fun(): string?, any the next piece of the text; nil at its end; nil, err when it cannot be read
---@param options { max_row: integer? }? bytes of the longest row that is borne; default 16 MiB
---@return fun(): (string[]?, any) next the fields of the next row ({""} for an empty line); nil at the end; nil and
---  what `read` gave, or a sentence, when it is not read to the end
function csv.reader(read, options)
  local walk = walker(read, options)
  return function()
    local row, why = walk(as_list)
    if row then return row end
    return nil, why
  end
end

-- Names for columns: each its own, so that no value hides another.
local function names_of(header)
  local names, taken = {}, {}
  for _, name in ipairs(header) do taken[name] = true end
  local seen = {}
  for i, name in ipairs(header) do
    if name == "" or seen[name] then
      local stem, n = name == "" and "column" or name, name == "" and i or 2
      while taken[stem .. "_" .. n] do n = n + 1 end
      name = stem .. "_" .. n
      taken[name] = true
    end
    seen[name] = true
    names[i] = name
  end
  return names
end

--- Reads rows under a first row of names.
---@param read fun(): string?, any as for csv.reader
---@param options { max_row: integer? }?
---@return (fun(): (table<string, string>?, any))? next the next row by its columns' names; nil at the end; nil and
---  why when it is not read to the end
---@return any names of the columns, in order; a name that stands there twice is told apart ("a", "a_2"), one that
---  is empty becomes "column_3"; why, when the first row cannot be read
function csv.records(read, options)
  local walk = walker(read, options)
  local header, err = walk(as_list)
  if not header and err ~= nil then return nil, err end
  local names = names_of(header or {})
  local n, count = #names, 1
  local make = as_record(names)
  local function nothing() return nil end
  return function()
    local row, listed
    repeat
      row, listed = walk(make or nothing, n)
      if not row then return nil, listed end
      count = count + 1
      if not listed then return row end
    until n == 1 or #row > 1 or row[1] ~= "" -- an empty line says nothing, unless there is but one column
    if #row > n then return nil, ("row %d has %d fields, and there are %d columns"):format(count, #row, n) end
    local record = {}
    for i = 1, n do record[names[i]] = row[i] end
    return record
  end, names
end

-- Writing -----------------------------------------------------------------------------------------

local function number(value)
  if math.type(value) == "integer" then return ("%d"):format(value) end
  local short = ("%.15g"):format(value)
  return tonumber(short) == value and short or ("%.17g"):format(value)
end

--- One cell. Text that a spreadsheet would take for a formula (it begins with = + - @, a tab or a line break) gets
--- an apostrophe before it; numbers are written as numbers.
---@param value any nil is an empty cell
---@return string
function csv.cell(value)
  if value == nil then return "" end
  if type(value) == "number" then return number(value) end
  local text = tostring(value)
  if find(text, "^%w[%w_.:/-]*$") then return text end -- most texts are words
  if find(text, "^[=+%-@\t\r\n]") then text = "'" .. text end
  -- a semicolon and a tab separate, too, where a spreadsheet's country has it so
  if find(text, '[",;\t\r\n]') or find(text, "^%s") or find(text, "%s$") then
    text = '"' .. text:gsub('"', '""') .. '"'
  end
  return text
end

--- One row, with its line end (CRLF).
---@param cells any[]
---@param n integer? how many there are, where some are nil
---@return string
function csv.line(cells, n)
  local out = {}
  for i = 1, n or #cells do out[i] = csv.cell(cells[i]) end
  if #out == 1 and out[1] == "" then out[1] = '""' end -- else it would be an empty line
  return table.concat(out, ",") .. "\r\n"
end

return csv
