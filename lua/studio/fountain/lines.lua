--- The lines of a Fountain file, without boneyard and notes; internal. SPDX-License-Identifier: MIT

local lines_of = {}

-- Not `^%s*(.-)%s*$`: that is quadratic in a long run of spaces.
local function trim(s)
  local first = s:match("^%s*()")
  local last = s:find("%S%s*$")
  return last and s:sub(first, last) or ""
end

local function is_blank(s) return not s:find("%S") end

local error_mt = { __name = "studio.fountain.error", __tostring = function(e) return e.message end }

local function failure(message, line, offset)
  return setmetatable({ message = message, line = line, offset = offset }, error_mt)
end

local function line_at(text, position)
  local _, n = text:sub(1, position - 1):gsub("\r\n?", "\n"):gsub("\n", "\n")
  return n + 1
end

-- What is not text is refused here, with the place, so that nothing later has to doubt it.
local function check_encoding(text)
  if text:find("^\xFF\xFE") or text:find("^\xFE\xFF") then
    return failure("line 1: the file is UTF-16; save it as UTF-8", 1, 0)
  end
  local len, bad = utf8.len(text)
  bad = not len and bad or text:find("\0", 1, true)
  if bad then
    local line = line_at(text, bad)
    return failure(string.format("line %d: byte 0x%02X at offset %d is not %s; save the file as UTF-8", line,
      text:byte(bad), bad - 1, len and "text" or "valid UTF-8"), line, bad - 1)
  end
end

local function split_lines(text)
  local lines, position = {}, 1
  if text:find("\r", 1, true) then text = text:gsub("\r\n?", "\n") end
  while true do
    local newline = text:find("\n", position, true)
    if not newline then break end
    lines[#lines + 1] = text:sub(position, newline - 1)
    position = newline + 1
  end
  if position <= #text then lines[#lines + 1] = text:sub(position) end
  return lines
end

local function last_close_of_boneyard(lines)
  for i = #lines, 1, -1 do
    local column
    local at = lines[i]:find("*/", 1, true)
    while at do
      column, at = at, lines[i]:find("*/", at + 2, true)
    end
    if column then return i, column end
  end
  return 0, 0
end

-- Takes `/* … */` out. A line of which nothing is left disappears (it is not a blank line); a mark that is
-- never closed is text. Returns the lines and their numbers in the file.
local function without_boneyard(lines)
  local close_line, close_column = last_close_of_boneyard(lines)
  local texts, numbers, inside = {}, {}, false
  for i, line in ipairs(lines) do
    local rest, touched = line, inside
    if i <= close_line and (inside or line:find("/*", 1, true)) then
      local pieces, position = {}, 1
      while position do
        if inside then
          local close = line:find("*/", position, true)
          position, inside = close and close + 2, not close
        else
          local open = line:find("/*", position, true)
          if open and i == close_line and open + 2 > close_column then open = nil end
          pieces[#pieces + 1] = line:sub(position, open and open - 1 or -1)
          position, inside = open and open + 2, open ~= nil
          touched = touched or inside
        end
      end
      rest = table.concat(pieces)
    end
    if not touched or not is_blank(rest) then
      texts[#texts + 1], numbers[#numbers + 1] = rest, i
    end
  end
  return texts, numbers
end

-- A record is one line as the body sees it: { text, line, notes }, without text when a note was all of it.
local BLANK = { blank = true }
local SOFT_BLANK = { blank = true, soft = true }  -- two spaces: a blank line inside dialogue or a note

local function blank_record(text) return #text >= 2 and text:find("^ ") and SOFT_BLANK or BLANK end

-- Where the note that opens before (i, column) closes; or nil and the line up to which no note closes.
local function find_close(texts, i, column)
  local close = texts[i]:find("]]", column, true)
  while not close do
    i = i + 1
    if not texts[i] or is_blank(texts[i]) and blank_record(texts[i]) == BLANK then return nil, i end
    close = texts[i]:find("]]", 1, true)
  end
  return i, close
end

local function note_text(texts, first, from, last, to)
  if first == last then return trim(texts[first]:sub(from, to)) end
  local parts = { texts[first]:sub(from) }
  for i = first + 1, last - 1 do parts[#parts + 1] = texts[i] end
  parts[#parts + 1] = texts[last]:sub(1, to)
  return trim(table.concat(parts, "\n"))
end

-- Takes notes out of their lines and hangs them on the record of the line on which they close.
local function without_notes(texts, numbers)
  local records, open_until, i = {}, 0, 1  -- no note closes before line `open_until`
  while i <= #texts do
    local pieces, notes, position = {}, nil, 1
    while true do
      local open = i >= open_until and texts[i]:find("[[", position, true)
      local last, close
      if open then last, close = find_close(texts, i, open + 2) end
      if open and not last then open, open_until = nil, close end
      pieces[#pieces + 1] = texts[i]:sub(position, open and open - 1 or -1)
      if not open then break end
      notes = notes or {}
      notes[#notes + 1] = { text = note_text(texts, i, open + 2, last, close - 1), line = numbers[i] }
      if last > i and not is_blank(table.concat(pieces)) then
        records[#records + 1] = { text = table.concat(pieces), line = numbers[i] }
      end
      if last > i then pieces = {} end
      i, position = last, close + 2
    end
    local text = table.concat(pieces)
    if not is_blank(text) then
      records[#records + 1] = { text = text, line = numbers[i], notes = notes }
    else
      records[#records + 1] = notes and { line = numbers[i], notes = notes } or blank_record(text)
    end
    i = i + 1
  end
  return records
end

--- A record is a line as the body sees it: `text` and `line`, with the `notes` that close on it; without
--- `text` when notes were all of it; or `blank`, and `soft` when it may stand inside dialogue.
---@param text string
---@return table[]? records
---@return table? err  { message, line, offset }
function lines_of.read(text)
  local err = check_encoding(text)
  if err then return nil, err end
  return without_notes(without_boneyard(split_lines((text:gsub("^\xEF\xBB\xBF", "", 1)))))
end

lines_of.trim, lines_of.failure = trim, failure

return lines_of
