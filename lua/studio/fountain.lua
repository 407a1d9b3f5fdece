--- Fountain screenplays: plain text in, scenes and shots out, in linear time. SPDX-License-Identifier: MIT
--
-- The text goes through four passes, each a loop over lines: lines without boneyard (`/* */`), lines
-- without notes (`[[ ]]`), the title page, the body. Whatever no rule claims is action, so no word of
-- an author is lost. Patterns here are anchored or bounded: a hostile file costs no more than a long one.
--
-- Beyond the published syntax: `FADE IN:` and `FADE OUT.` are transitions without a `>`, since a frame
-- that shows "FADE IN:" helps nobody; and a heading needs no blank line after it.

local lines_of = require "studio.fountain.lines"

local trim, failure = lines_of.trim, lines_of.failure
local fountain = {}

---@class studio.fountain.Element
---@field type string  action, character, parenthetical, dialogue, lyrics, transition, centered, note,
---                    section, synopsis or page_break
---@field text string        without the mark that forced it; emphasis marks stay (see `fountain.plain`)
---@field line integer       1-based line of the file
---@field character? string  who speaks (character, parenthetical, dialogue, lyrics in dialogue)
---@field extension? string  of a character: "V.O."
---@field dual? "left"|"right"  of a character: spoken at the same time as its neighbour
---@field level? integer     of a section

---@class studio.fountain.Scene
---@field heading string
---@field number? string   what stood between the `#` marks
---@field forced boolean   a heading that began with a dot
---@field line integer
---@field elements studio.fountain.Element[]

---@class studio.fountain.Script
---@field title table<string, string>  lower-case keys of the title page; lines of one value joined by "\n"
---@field opening studio.fountain.Element[]  what stands before the first heading
---@field scenes studio.fountain.Scene[]

-- Text ------------------------------------------------------------------------------------------------

-- "upper" or "lower" for the letters of Latin, Greek and Cyrillic, which have a case; nil for all else.
local function case_of(c)
  if c < 0x80 then
    return c >= 0x41 and c <= 0x5A and "upper" or c >= 0x61 and c <= 0x7A and "lower" or nil
  elseif c < 0xC0 or c == 0xD7 or c == 0xF7 then
    return nil
  elseif c < 0x100 then
    return c >= 0xDF and "lower" or "upper"
  elseif c < 0x180 then  -- pairs of upper and lower, twice out of step
    local odd = c % 2 == 1
    if c >= 0x139 and c <= 0x148 or c >= 0x179 and c <= 0x17E then odd = not odd end
    return odd and "lower" or "upper"
  elseif c >= 0x386 and c <= 0x3CE then
    return c >= 0x3AC and "lower" or "upper"
  elseif c >= 0x400 and c <= 0x45F then
    return c >= 0x430 and "lower" or "upper"
  end
end

-- At least one capital and no small letter. Long lines are prose, whatever their case.
local function is_capitals(s)
  if #s > 200 then return false end
  local upper = false
  for _, c in utf8.codes(s) do
    local case = case_of(c)
    if case == "lower" then return false end
    upper = upper or case == "upper"
  end
  return upper
end

-- `Key: value` lines and indented ones that continue them, up to the first blank line. A file that starts
-- with "FADE IN:" has no title page: a key must have a value. Returns the page and where it ends.
local function title_page(records)
  local values, value, found, i = {}, nil, false, 1
  while records[i] and not records[i].blank do
    local text = records[i].text or ""
    local key, rest = text:match("^(%a[%w %-_]*):(.*)$")
    if key then
      key = key:lower()
      value = values[key] or {}
      values[key] = value
    elseif not (value and text:find("^%s")) and text ~= "" then
      return {}, 1
    end
    rest = trim(rest or text)
    if rest ~= "" and value then
      value[#value + 1] = rest
      found = true
    end
    i = i + 1
  end
  if not found then return {}, 1 end
  local page = {}
  for key, lines in pairs(values) do page[key] = table.concat(lines, "\n") end
  page.author = page.author or page.authors
  return page, i
end

-- Body ------------------------------------------------------------------------------------------------

local parser = {}
parser.__index = parser

function parser:add(kind, text, line, more)
  local element = more or {}
  element.type, element.text, element.line = kind, text, line
  self.elements[#self.elements + 1] = element
  return element
end

function parser:add_notes(notes)
  for _, note in ipairs(notes or {}) do self:add("note", note.text, note.line) end
end

-- Is there text directly below record i? Lines that held only a note are not seen by anybody.
function parser:text_follows(i)
  repeat i = i + 1 until not self.records[i] or self.records[i].blank or self.records[i].text
  return self.records[i] ~= nil and not self.records[i].blank
end

local HEADING = { "^INT[%. ]", "^EXT[%. ]", "^EST[%. ]", "^INT%.?/EXT[%. ]", "^EXT%.?/INT[%. ]", "^I/E[%. ]" }

-- heading, forced; nil when the line is none. ".45" and "..." show why a dot must be followed by a letter
-- or digit (the first is a heading by the rules: its author has to write "!.45").
local function heading_of(text)
  if text:find("^%.[%w\x80-\xFF]") then return trim(text:sub(2)), true end
  local start = text:sub(1, 9):upper()
  for _, pattern in ipairs(HEADING) do
    if start:find(pattern) then return text, false end
  end
end

local function is_transition(text)
  if not is_capitals(text) then return false end
  return text:find("TO:$") ~= nil or text:find("^FADE [IO]") ~= nil and text:find("[:%.]$") ~= nil
end

-- name, extension, dual of a line that may be a character's cue; nil when it is none.
local function cue_of(text)
  local forced = text:sub(1, 1) == "@"
  local dual = text:sub(-1) == "^"
  text = trim(text:sub(forced and 2 or 1, dual and -2 or -1))
  local bracket = text:find("(", 1, true)
  local extension
  if bracket then
    if text:sub(-1) ~= ")" then return nil end
    extension = trim(text:sub(bracket + 1, -2))
    text = trim(text:sub(1, bracket - 1))
  end
  if text == "" or not forced and not is_capitals(text) then return nil end
  return text, extension, dual
end

function parser:scene(record, heading, forced)
  local number = heading:match("#([%w%.%-]+)#$")
  if number then heading = trim(heading:sub(1, -#number - 3)) end
  self.elements = {}
  self.scenes[#self.scenes + 1] = {
    heading = heading, number = number, forced = forced, line = record.line, elements = self.elements,
  }
end

-- Everything said under the cue at i, up to a blank line; a line of two spaces does not end it.
function parser:dialogue(i, name)
  local lines, first, notes = {}, nil, {}
  local function flush()
    while lines[#lines] == "" do lines[#lines] = nil end
    if lines[1] then self:add("dialogue", table.concat(lines, "\n"), first, { character = name }) end
    lines, first = {}, nil
  end
  while self.records[i] and (not self.records[i].blank or self.records[i].soft) do
    local record = self.records[i]
    local text = record.text and trim(record.text)
    for _, note in ipairs(record.notes or {}) do notes[#notes + 1] = note end
    if record.soft then
      if lines[1] then lines[#lines + 1] = "" end
    elseif not text then  -- luacheck: ignore 542 (only a note)
    elseif text:find("^%(.*%)$") then
      flush()
      self:add("parenthetical", trim(text:sub(2, -2)), record.line, { character = name })
    elseif text:find("^~") then
      flush()
      self:add("lyrics", trim(text:sub(2)), record.line, { character = name })
    else
      first = first or record.line
      lines[#lines + 1] = text
    end
    i = i + 1
  end
  flush()
  self:add_notes(notes)
  return i
end

function parser:character(i, text)
  local name, extension, dual = cue_of(text)
  if not name or not self:text_follows(i) then return nil end
  local record = self.records[i]
  if dual and self.last_cue then self.last_cue.dual = "left" end
  self.last_cue = self:add("character", extension and name .. " (" .. extension .. ")" or name, record.line,
    { character = name, extension = extension, dual = dual and "right" or nil })
  self:add_notes(record.notes)
  return self:dialogue(i + 1, name)
end

-- Elements that their first characters tell; true when the line was one.
function parser:marked(record, text)
  local mark = text:sub(1, 1)
  if mark == "=" and text:find("^===+$") then
    self:add("page_break", "", record.line)
  elseif mark == "=" and text:find("^=%s*[^=%s]") then
    self:add("synopsis", trim(text:sub(2)), record.line)
  elseif mark == "#" and text:find("^#+%s*[^#%s]") then
    local hashes = text:match("^#+")
    self:add("section", trim(text:sub(#hashes + 1)), record.line, { level = #hashes })
  elseif mark == ">" and text:find("<$") then
    self:add("centered", trim(text:sub(2, -2)), record.line)
  elseif mark == ">" then
    self:add("transition", trim(text:sub(2)), record.line)
  elseif mark == "~" then
    self:add("lyrics", trim(text:sub(2)), record.line)
  else
    return false
  end
  self:add_notes(record.notes)
  return true
end

local MARKS = { ["="] = true, ["#"] = true, [">"] = true, ["~"] = true }

-- One paragraph: the lines up to a blank one or a marked one. Indents are kept, the forcing "!" is not.
function parser:action(i)
  local lines, notes, start = {}, {}, self.records[i].line
  repeat
    local record = self.records[i]
    if record.text then
      lines[#lines + 1] = record.text:gsub("^(%s*)!", "%1", 1):match("^(.*%S)")
    end
    for _, note in ipairs(record.notes or {}) do notes[#notes + 1] = note end
    i = i + 1
    local below = self.records[i]
  until not below or below.blank or below.text and MARKS[below.text:match("^%s*(.)")]
  self:add("action", table.concat(lines, "\n"), start)
  self:add_notes(notes)
  return i
end

-- Consumes the element at record i and returns the index behind it, and whether what follows stands free
-- (as after a blank line), which headings, cues and transitions ask for.
function parser:element(i, free)
  local record = self.records[i]
  local text = trim(record.text)
  if self:marked(record, text) then return i + 1, true end
  if free and text:sub(1, 1) ~= "!" then
    local heading, forced = heading_of(text)
    if heading then
      self:scene(record, heading, forced)
      self:add_notes(record.notes)
      return i + 1, true
    elseif is_transition(text) and not self:text_follows(i) then
      self:add("transition", text, record.line)
      self:add_notes(record.notes)
      return i + 1, true
    end
    local behind = self:character(i, text)
    if behind then return behind, false end
  end
  self.last_cue = nil
  return self:action(i), false
end

function parser:body(i)
  local free = true
  while self.records[i] do
    local record = self.records[i]
    if record.blank then
      i, free = i + 1, true
    elseif record.text then
      i, free = self:element(i, free)
    else
      self:add_notes(record.notes)
      i = i + 1
    end
  end
end

-- Public ----------------------------------------------------------------------------------------------

--- Reads a screenplay. A byte order mark, CRLF and lone CR are accepted.
---@param text string  the whole file
---@return studio.fountain.Script? script
---@return { message: string, line: integer, offset: integer? }? err  not UTF-8 (with the place), or no scene
function fountain.parse(text)
  if type(text) ~= "string" then
    error("bad argument #1 to 'parse' (string expected, got " .. type(text) .. ")", 2)
  end
  local records, err = lines_of.read(text)
  if not records then return nil, err end
  local title, behind = title_page(records)
  local opening = {}
  local self = setmetatable({ records = records, scenes = {}, elements = opening }, parser)
  self:body(behind)
  if not self.scenes[1] then
    return nil, failure("no scene: a screenplay needs at least one heading such as "
      .. "\"INT. KITCHEN - NIGHT\" or \".THE KITCHEN\", with a blank line above it", 1)
  end
  return { title = title, opening = opening, scenes = self.scenes }
end

--- Text without Fountain's emphasis (`*italic*`, `**bold**`, `_underlined_`) and escapes (`\*`).
---@param text string
---@return string
function fountain.plain(text)
  if not text:find("[*_\\]") then return text end
  local function inner(s) if not s:find("%s$") then return s end end
  text = text:gsub("\\([*_])", { ["*"] = "\1", _ = "\2" })
  for _, stars in ipairs { "%*%*%*", "%*%*", "%*" } do
    text = text:gsub(stars .. "([^*%s][^*\n]*)" .. stars, inner)
  end
  text = text:gsub("%f[%w_]_([^_%s][^_\n]*)_%f[^%w_]", inner)
  return (text:gsub("\1", "*"):gsub("\2", "_"))
end

---@class studio.fountain.Speech
---@field character? string   nil: lyrics that nobody in particular sings
---@field extension? string
---@field dual? "left"|"right"
---@field parenthetical? string
---@field text string
---@field lyrics? boolean

---@class studio.fountain.Shot
---@field index integer     1, 2, … over the whole script
---@field scene integer     number of the scene in order; 0 for what stands before the first heading
---@field shot integer      1, 2, … within the scene
---@field number? string    the scene's own number
---@field heading string
---@field text string       one action paragraph, or "" where a scene shows its words first
---@field line integer
---@field dialogue studio.fountain.Speech[]
---@field notes string[]
---@field transition? string  what leads out of it

local function shots_of_scene(shots, scene, n)
  local shot, cue, aside
  local count = 0
  local function open(text, line)
    count = count + 1
    shot = { index = #shots + 1, scene = n, shot = count, number = scene.number, line = line,
      heading = fountain.plain(scene.heading), text = text, dialogue = {}, notes = {} }
    shots[#shots + 1] = shot
  end
  for _, element in ipairs(scene.elements) do
    local kind, text = element.type, fountain.plain(element.text)
    if kind == "action" or kind == "centered" then
      open(trim(text), element.line)
    elseif kind == "character" then
      cue, aside = element, nil
    elseif kind == "parenthetical" then
      aside = text
    elseif kind == "dialogue" or kind == "lyrics" then
      if not shot then open("", element.line) end
      local by = element.character and cue or {}
      shot.dialogue[#shot.dialogue + 1] = {
        character = by.character, extension = by.extension, dual = by.dual,
        parenthetical = aside, text = text, lyrics = kind == "lyrics" or nil,
      }
      aside = nil
    elseif kind == "note" and shot then
      shot.notes[#shot.notes + 1] = text
    elseif kind == "transition" and shot then
      shot.transition = text
    end
  end
  if count == 0 and n > 0 then open("", scene.line) end
end

--- The frames of a storyboard: one for each scene heading + action paragraph, with the words spoken after it.
--- A scene that starts with dialogue, or has nothing else, gets a shot with an empty text.
---@param script studio.fountain.Script
---@return studio.fountain.Shot[]
function fountain.shots(script)
  local shots = {}
  shots_of_scene(shots, { heading = "", elements = script.opening }, 0)
  for n, scene in ipairs(script.scenes) do shots_of_scene(shots, scene, n) end
  return shots
end

return fountain
