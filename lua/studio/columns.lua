-- Tables as text for a terminal: columns that line up whatever the texts are. SPDX-License-Identifier: MIT
--
-- Texts may come from a server: nothing in them steers the terminal, turns the direction of writing or breaks a line.

local progress = require "studio.progress"

local columns = {}

-- Marks without a width of their own: combining ones, joiners, selectors. Marks that turn the direction of writing, or
-- are simply not seen, are taken out of a text (see `clean`), so they are not here.
local NARROW <const> = {
  { 0x300, 0x36F }, { 0x483, 0x489 }, { 0x591, 0x5BD }, { 0x610, 0x61A }, { 0x64B, 0x65F }, { 0x6D6, 0x6DC },
  { 0x900, 0x902 }, { 0x93C, 0x93C }, { 0x941, 0x948 }, { 0x94D, 0x94D }, { 0xE31, 0xE31 }, { 0xE34, 0xE3A },
  { 0xE47, 0xE4E }, { 0x1AB0, 0x1AFF }, { 0x1DC0, 0x1DFF }, { 0x200C, 0x200D }, { 0x20D0, 0x20F0 },
  { 0xFE00, 0xFE0F }, { 0xFE20, 0xFE2F }, { 0x1F3FB, 0x1F3FF }, { 0xE0100, 0xE01EF },
}

-- Two columns each: the scripts of East Asia, full-width forms, pictures.
local WIDE <const> = {
  { 0x1100, 0x115F }, { 0x231A, 0x231B }, { 0x23E9, 0x23EC }, { 0x25FD, 0x25FE }, { 0x2614, 0x2615 },
  { 0x2648, 0x2653 }, { 0x26AA, 0x26AB }, { 0x26BD, 0x26BE }, { 0x26C4, 0x26C5 }, { 0x2705, 0x2705 },
  { 0x2728, 0x2728 }, { 0x274C, 0x274C }, { 0x2753, 0x2755 }, { 0x2795, 0x2797 }, { 0x2B1B, 0x2B1C },
  { 0x2E80, 0x303E }, { 0x3041, 0x33FF }, { 0x3400, 0x4DBF }, { 0x4E00, 0xA4CF }, { 0xA960, 0xA97F },
  { 0xAC00, 0xD7A3 }, { 0xF900, 0xFAFF }, { 0xFE30, 0xFE6F }, { 0xFF00, 0xFF60 }, { 0xFFE0, 0xFFE6 },
  { 0x1F004, 0x1F004 }, { 0x1F0CF, 0x1F0CF }, { 0x1F18E, 0x1F19A }, { 0x1F200, 0x1F320 }, { 0x1F32D, 0x1F3F0 },
  { 0x1F3F4, 0x1F64F }, { 0x1F680, 0x1F6FC }, { 0x1F7E0, 0x1F7EB }, { 0x1F90C, 0x1F9FF }, { 0x1FA70, 0x1FAFF },
  { 0x20000, 0x3FFFD },
}

local function within(ranges, c)
  for _, range in ipairs(ranges) do
    if c < range[1] then return false end
    if c <= range[2] then return true end
  end
  return false
end

local function width_of(c)
  if c < 0x300 then return 1 end
  return within(NARROW, c) and 0 or within(WIDE, c) and 2 or 1
end

-- Direction marks, the zero-width space and its kin: what is written with them can look like another text.
local function is_hidden(c)
  return c == 0xAD or c == 0x61C or c == 0x180E or c == 0x200B or c == 0x200E or c == 0x200F
    or (c >= 0x2028 and c <= 0x202E) or (c >= 0x2060 and c <= 0x206F) or c == 0xFEFF
    or (c >= 0xFFF0 and c <= 0xFFFB) or (c >= 0xE0000 and c <= 0xE007F)
end

--- A text on one line, without anything that a terminal would obey or hide.
---@param text any
---@return string valid UTF-8
function columns.clean(text)
  text = progress.clean(text)
  if not text:find "[\xC2\xD8\xE1\xE2\xEF\xF3]" then return text end -- no hidden character begins otherwise
  local out = {}
  for _, c in utf8.codes(text, true) do out[#out + 1] = is_hidden(c) and "?" or utf8.char(c) end
  return table.concat(out)
end

--- How many columns a clean text takes on a terminal.
---@param text string
---@return integer
function columns.width(text)
  if not text:find "[\x80-\xFF]" then return #text end
  local width = 0
  for _, c in utf8.codes(text, true) do width = width + width_of(c) end
  return width
end

--- A clean text in exactly so many columns: filled with blanks, or cut and marked with "…".
---@param text string
---@param width integer
---@param right boolean? blanks first
---@return string
function columns.fit(text, width, right)
  local now = columns.width(text)
  if now > width then
    local out, used = {}, 0
    for _, c in utf8.codes(text, true) do
      local more = width_of(c)
      if used + more > width - 1 then break end
      out[#out + 1], used = utf8.char(c), used + more
    end
    text, now = table.concat(out) .. "…", used + 1
  end
  local blanks = (" "):rep(width - now)
  return right and blanks .. text or text .. blanks
end

--- Lines of a table. Columns are as wide as their texts, until together they are wider than `width`: then the columns
--- with `gives = true` share what is left.
---@param heads { title: string, right: boolean?, gives: boolean? }[]
---@param rows any[][] texts; they are cleaned here
---@param width integer of the terminal
---@return string[] lines the head first; no blanks at their ends
function columns.lines(heads, rows, width)
  local widths, cells = {}, {}
  for i, head in ipairs(heads) do widths[i] = columns.width(head.title) end
  for r, row in ipairs(rows) do
    cells[r] = {}
    for i in ipairs(heads) do
      cells[r][i] = columns.clean(row[i] == nil and "" or row[i])
      widths[i] = math.max(widths[i], columns.width(cells[r][i]))
    end
  end
  columns.shrink(heads, widths, width)
  local lines = {}
  local function add(texts)
    local parts = {}
    for i, head in ipairs(heads) do parts[i] = columns.fit(texts[i], widths[i], head.right) end
    lines[#lines + 1] = table.concat(parts, "  "):gsub(" +$", "")
  end
  local titles = {}
  for i, head in ipairs(heads) do titles[i] = head.title end
  add(titles)
  for _, row in ipairs(cells) do add(row) end
  return lines
end

-- No column that gives becomes narrower than this.
local LEAST <const> = 8

--- Takes from the widest column that gives, one by one, until the table fits or none has more to give.
---@param heads table[]
---@param widths integer[] changed
---@param width integer
function columns.shrink(heads, widths, width)
  local total = 2 * (#widths - 1)
  for _, w in ipairs(widths) do total = total + w end
  while total > width do
    local widest
    for i, head in ipairs(heads) do
      if head.gives and widths[i] > LEAST and (not widest or widths[i] > widths[widest]) then widest = i end
    end
    if not widest then return end
    widths[widest], total = widths[widest] - 1, total - 1
  end
end

--- The first rows of a table, how many more there are, and an empty line below; nothing for no rows.
---@param heads table[] as for columns.lines
---@param rows string[][] those that are shown
---@param all integer rows that there are
---@param width integer? columns of the terminal; default COLUMNS, else 100
---@return string[]
function columns.excerpt(heads, rows, all, width)
  if #rows == 0 then return {} end
  local out = columns.lines(heads, rows, width or tonumber(os.getenv "COLUMNS") or 100)
  if all > #rows then out[#out + 1] = ("and %d more"):format(all - #rows) end
  out[#out + 1] = ""
  return out
end

return columns
