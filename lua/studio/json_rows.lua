-- The rows of JSON arrays, one at a time, in whatever pieces the text comes. SPDX-License-Identifier: MIT
--
-- Only the row that is read is held. What a row is, studio.json says: numbers are exact, null in a row is left out.
-- `reader` reads a text that is one array, `lists` the arrays within objects, as they come.

local json = require "studio.json"
local pieces = require "studio.pieces"

local json_rows = {}

local byte, find, match, sub = string.byte, string.find, string.match, string.sub
local QUOTE, COMMA, COLON, OPEN_LIST, BACKSLASH, CLOSE_LIST, OPEN, CLOSE = 34, 44, 58, 91, 92, 93, 123, 125

-- Bytes of a row, at the most.
local MOST = 16 * 1024 * 1024

-- Where the string ends that begins at `at`.
local function end_of_string(text, at)
  at = find(text, '["\\]', at + 1)
  while at and byte(text, at) == BACKSLASH do at = find(text, '["\\]', at + 2) end
  return at
end

-- Where the object or array ends that begins at `at`.
local function end_of_table(text, at)
  local depth = 0
  while true do
    at = find(text, '["{}%[%]]', at)
    if not at then return nil end
    local mark = byte(text, at)
    if mark == QUOTE then
      at = end_of_string(text, at)
      if not at then return nil end
    else
      depth = depth + ((mark == OPEN or mark == OPEN_LIST) and 1 or -1)
      if depth == 0 then return at end
    end
    at = at + 1
  end
end

-- The value that begins at `at`, and where it ends. Nil when the text ends first; false, why when it is none.
local function value_at(text, at, options)
  local mark = byte(text, at)
  if mark == OPEN then
    -- Most rows hold no other object. The first brace that makes JSON of it is the last of it, for no object begins
    -- with another one.
    local brace = find(text, "}", at, true)
    local row = brace and json.decode(sub(text, at, brace), options)
    if row ~= nil then return row, brace end
  end
  local last
  if mark == OPEN or mark == OPEN_LIST then
    last = end_of_table(text, at)
  elseif mark == QUOTE then
    last = end_of_string(text, at)
  else
    local beyond = find(text, "[,%]}%s]", at)
    last = beyond and beyond - 1
  end
  if not last then return nil end
  local value, why = json.decode(sub(text, at, last), options)
  if value == nil then return false, why end
  return value, last
end

-- Goes to the next value: "value", "end", or nil when the text ends first. False, why when this is no array.
local function step(self)
  while true do
    local at = find(self.text, "[^ \t\r\n]", self.at)
    if not at then return nil end
    self.at = at
    local mark = byte(self.text, at)
    if self.wants == "array" then
      if mark ~= OPEN_LIST then return false, "it is no JSON array" end
      self.wants = "first"
    elseif mark == CLOSE_LIST and self.wants ~= "value" then
      return "end"
    elseif self.wants == "comma" then
      if mark ~= COMMA then return false, "there is no comma before it" end
      self.wants = "value"
    else
      return "value"
    end
    self.at = at + 1
  end
end

local function failed(self, why)
  self.over = true
  return nil, ("row %d cannot be read: %s"):format(self.rows + 1, why)
end

-- Gets more of the text. Nil, why when there is none.
local function go_on(self)
  if self.ended then return failed(self, "the text ends too early") end
  if #self.text - self.at >= self.most then return failed(self, ("it is longer than %d bytes"):format(self.most)) end
  local text, why, ended = pieces.more(sub(self.text, self.at), self.read)
  if not text then return nil, why end
  self.text, self.at, self.ended = text, 1, ended or false
  return true
end

-- After the last bracket nothing may come.
local function finish(self)
  self.over = true
  while not find(self.text, "[^ \t\r\n]", self.at) do
    if self.ended then return nil end
    local text, why, ended = pieces.more("", self.read)
    if not text then return nil, why end
    self.text, self.at, self.ended = text, 1, ended or false
  end
  return nil, "there is text after its end"
end

local function next_row(self)
  while not self.over do
    local what, problem = step(self)
    if what == false then return failed(self, problem) end
    if what == "end" then
      self.at = self.at + 1
      return finish(self)
    end
    if what then
      local value, last = value_at(self.text, self.at, self.decoding)
      if value == false and type(last) == "string" then return failed(self, last) end
      if value ~= nil then
        self.at, self.rows, self.wants = last + 1, self.rows + 1, "comma"
        return value
      end
    end
    local ok, why = go_on(self)
    if not ok then return nil, why end
  end
end

local function new(read, options)
  return {
    read = read, text = "", at = 1, ended = false, over = false, rows = 0, wants = "array",
    most = options and options.max_row or MOST,
    decoding = options and options.null and { null = options.null } or nil,
  }
end

--- Reads the rows of an array.
---@param read fun(): string?, any the next piece of the text; nil at its end; nil, why when it cannot be read on
---@param options { max_row: integer?, null: string? }? bytes of the longest row that is borne, default 16 MiB; null as
---  for studio.json.decode
---@return fun(): (any, any) next the next row (json.null for a null); nil at the end; nil and what `read` gave, or a
---  sentence, when it is not read to the end
function json_rows.reader(read, options)
  local self = new(read, options)
  return function() return next_row(self) end
end

-- Arrays within objects --------------------------------------------------------------------------

-- How deep within each other containers are looked into; one that is deeper is passed over as one value.
local DEPTH <const> = 4

local function enter(self, mark, name)
  self.stack[#self.stack + 1] = { list = mark == OPEN_LIST, name = name }
  self.at = self.at + 1
  return true
end

-- The value of a name in an object: gone into, given as a row (`whole`), or passed over.
local function member(self, top, mark)
  local text = self.text
  if mark ~= QUOTE then return false, "a name is missing" end
  local close = end_of_string(text, self.at)
  local at = close and match(text, "^%s*:%s*()%S", close + 1)
  if not at then
    local other = close and match(text, "^%s*(%S)", close + 1)
    if other and byte(other) ~= COLON then return false, "a colon is missing" end
    return nil
  end
  local name, why = json.decode(sub(text, self.at, close))
  if name == nil then return false, why end
  local kind = byte(text, at)
  local whole = kind == OPEN and self.whole and self.whole(name)
  if (kind == OPEN and not whole or kind == OPEN_LIST) and #self.stack < DEPTH then
    self.at, top.wants = at, "comma"
    return enter(self, kind, name)
  end
  local value, last = value_at(text, at, self.decoding)
  if value == nil then return nil end
  if value == false and type(last) == "string" then return false, last end
  self.at, top.wants = last + 1, "comma"
  if whole then return "row", value, name, sub(text, at, last) end
  return true
end

local function element(self, top)
  local value, last = value_at(self.text, self.at, self.decoding)
  if value == nil then return nil end
  if value == false and type(last) == "string" then return false, last end
  local from = self.at
  self.at, top.wants = last + 1, "comma"
  return "row", value, top.name, sub(self.text, from, last)
end

-- One step: "row" and what it is; true: went on; "end"; nil: the text ends first; false, why.
local function walk(self)
  local at = find(self.text, "[^ \t\r\n]", self.at)
  if not at then return nil end
  self.at = at
  local mark, top = byte(self.text, at), self.stack[#self.stack]
  if not top then
    if mark ~= OPEN and mark ~= OPEN_LIST then return false, "it is neither a JSON object nor an array" end
    return enter(self, mark)
  elseif mark == (top.list and CLOSE_LIST or CLOSE) and top.wants ~= "value" then
    self.stack[#self.stack], self.at = nil, at + 1
    return #self.stack == 0 and "end" or true
  elseif top.wants == "comma" then
    if mark ~= COMMA then return false, "there is no comma before it" end
    top.wants, self.at = "value", at + 1
    return true
  end
  return (top.list and element or member)(self, top, mark)
end

local function next_listed(self)
  while not self.over do
    local what, value, name, text = walk(self)
    if what == "row" then
      self.rows = self.rows + 1
      return value, name, text
    elseif what == "end" then
      return finish(self)
    elseif what == false then
      return failed(self, value)
    elseif what == nil then
      local ok, why = go_on(self)
      if not ok then return nil, why end
    end
  end
end

--- Reads the rows of all arrays that stand in an object, or in objects within it, one after the other; also of a text
--- that is one array. What else stands in the objects is passed over.
---@param read fun(): string?, any as for json_rows.reader
---@param options { max_row: integer?, null: string?, whole: (fun(name: string): boolean)? }? whole: is the object of
---  that name a row by itself?
---@return fun(): (any, any, string?) next the next row, the name of its array (nil: none has one around it), and its
---  text as it was sent; nil at the end; nil and what `read` gave, or a sentence, when it is not read to the end
function json_rows.lists(read, options)
  local self = new(read, options)
  self.stack, self.whole = {}, options and options.whole
  return function() return next_listed(self) end
end

return json_rows
