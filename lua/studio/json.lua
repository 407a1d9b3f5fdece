-- studio/json.lua - JSON, exact both ways; the only file that knows which library does it. SPDX-License-Identifier: MIT
--
-- What is promised, whatever the library:
--   * integers from -2^63 to 2^63-1 stay integers; other numbers are floats; floats are written so that they read
--     back as the same float (a whole one below 2^53 without a fraction: 3.0 is written 3). `-0` is -0.0.
--   * an empty array and an empty object differ: every decoded array has a metatable that says so, and the encoder
--     takes other libraries' marks (cjson.array_mt, cjson.empty_array) as well.
--   * null is json.null in arrays and on its own; in objects it is left out, or kept on request.
--   * of equal keys in an object the last one counts.
--   * text that RFC 8259 does not allow is refused, as are invalid UTF-8, lone surrogates, a byte order mark,
--     numbers too large for a float, and nesting past a limit.
--   * what JSON cannot hold is not written: nan, infinities, functions, holes, mixed keys, cycles, invalid UTF-8.

local core = require "studio.core"

local json = {}

--- The null of JSON; the same value as cjson.null.
json.null = core.null

--- A value that is written as `[]`; see also json.array.
json.empty_array = core.empty_array

--- Which library is in use: "own" or "cjson".
---@type string
json.backend = "own"

local marks = core.json_marks
local own = { decode = core.json_decode, encode = core.json_encode, array_mt = marks[1] }
local try_encode = own.encode

--- JSON text to a Lua value.
---@param text string
---@param options? { null?: "drop"|"keep", depth?: integer, max_bytes?: integer }
---  null: what becomes of null in an object, default "drop"; depth: most containers inside each other, default 512,
---  at most 1024; max_bytes: longest text that is looked at, default any
---@return any value json.null for the text `null`; nil when the text is refused
---@return string? message what is wrong, with line, column and byte; nothing of the text itself
json.decode = own.decode

--- A Lua value to JSON text, or nil and a message that names the place: for values that are not of your making.
---@param value any
---@param options? table see json.encode
---@return string? text
---@return string? message
json.try_encode = own.encode

--- A Lua value to JSON text. Raises where the value cannot be JSON, naming the place (`.items[3].name`).
---@param value any an empty table is an object, unless json.array marked it
---@param options? { sort?: boolean, indent?: integer|boolean, html_safe?: boolean, depth?: integer }
---  sort: keys in the order of their bytes; indent: one value a line, with so many spaces for each level (0 to 16,
---  true for 2), default all in one line;
---  html_safe: escapes what a page's markup or script would take for its own; depth: as for json.decode
---@return string text
function json.encode(value, options)
  local ok, text, message = pcall(try_encode, value, options)
  if not ok then error(text, 2) end
  if text == nil then error("bad argument #1 to 'encode' (" .. message .. ")", 2) end
  return text
end

--- Marks a table as an array, so that it is written as `[]` even when it is empty.
---@param list? table default a new one; it must not have a metatable of another kind
---@return table list
function json.array(list)
  if list == nil then list = {} end
  if type(list) ~= "table" then
    error("bad argument #1 to 'array' (table expected, got " .. type(list) .. ")", 2)
  end
  local mt = debug.getmetatable(list)
  if mt ~= nil and not marks[mt] then error("bad argument #1 to 'array' (it has a metatable already)", 2) end
  return debug.setmetatable(list, marks[1])
end

--- Whether a value is marked as an array: decoded from one, made by json.array, or json.empty_array.
---@param value any
---@return boolean
function json.is_array(value)
  if type(value) == "table" then
    local mt = debug.getmetatable(value)
    return mt ~= nil and marks[mt] == true
  end
  return value ~= nil and marks[value] == true
end

-- lua-cjson --------------------------------------------------------------------------------------------------------

--- Takes json.null out of objects, in place. Recursion is safe: the decoder has bounded the depth.
local function drop_nulls(value)
  if type(value) ~= "table" then return value end
  local is_object = not json.is_array(value)
  for key, member in pairs(value) do
    if type(member) == "table" then
      drop_nulls(member)
    elseif is_object and member == json.null then
      value[key] = nil
    end
  end
  return value
end

--- A back end over an instance of lua-cjson, configured apart from the program's own use of it. lua-cjson does the
--- plain case; options, and the words for a refusal, come from our codec.
local function open_cjson(cjson)
  if not cjson.array_mt then error("cannot mark arrays", 0) end
  local codec = cjson.new()
  codec.decode_array_with_array_mt(true)
  codec.encode_number_precision(17)
  codec.encode_invalid_numbers(false)
  codec.decode_invalid_numbers(false)
  codec.encode_sparse_array(false, 1, 1)
  codec.decode_max_depth(512)
  codec.encode_max_depth(512)
  if codec.encode_escape_forward_slash then codec.encode_escape_forward_slash(false) end
  local back = { array_mt = cjson.array_mt }
  function back.decode(text, options)
    if options == nil and type(text) == "string" and utf8.len(text) then
      local ok, value = pcall(codec.decode, text)
      if ok then return drop_nulls(value) end
    end
    return own.decode(text, options)
  end
  function back.encode(value, options)
    if options == nil then
      local ok, text = pcall(codec.encode, value)
      if ok and utf8.len(text) then return text end
    end
    return own.encode(value, options)
  end
  return back
end

--- What a library must do right to be used, each with the words for a failure.
local PROBES = {
  { "reads integers as floats", function(c)
    return math.type(c.decode "3") == "integer" and c.decode "9007199254740993" == 9007199254740993
      and c.decode "9223372036854775807" == math.maxinteger
  end },
  { "reads floats as integers or loses the sign of -0", function(c)
    return math.type(c.decode "3.0") == "float" and 1 / c.decode "-0" < 0
  end },
  { "does not write integers exactly", function(c)
    return c.encode { 9007199254740993, math.mininteger } == "[9007199254740993,-9223372036854775808]"
  end },
  { "does not write floats exactly", function(c)
    return tonumber(c.encode { 0.1 + 0.2 }:sub(2, -2)) == 0.1 + 0.2 and c.encode { 3.0, -0.0 } == "[3,-0.0]"
  end },
  { "does not tell [] from {}", function(c)
    return c.encode(c.decode "[[],{}]") == "[[],{}]"
  end },
  { "reads what is not JSON", function(c)
    for _, text in ipairs { "", "[1,]", "01", "1.", "+1", ".5", "0x1", "nan", "1e999", '"\n"', '"\0"', '"\\x"',
                            '"\xff"', '"\\ud800"', "1 2", "\xef\xbb\xbf1", ("["):rep(513), ("["):rep(100000) } do
      if c.decode(text) ~= nil then return false end
    end
    return true
  end },
  { "writes what is not JSON", function(c)
    for _, value in ipairs { { 0 / 0 }, { 1 / 0 }, { [3] = 1 }, { 1, x = 2 }, { "\xff" }, { [1.5] = 1 } } do
      if c.encode(value) ~= nil then return false end
    end
    return true
  end },
  { "escapes more than it must", function(c)
    return c.encode { "/\u{7f}\u{e9}" } == '["/\u{7f}\u{e9}"]'
  end },
}

--- The back end over the lua-cjson that `require` finds, or nil and why it is not used.
local function probe_cjson()
  local found, cjson = pcall(require, "cjson")
  if not found then return nil, "lua-cjson is not installed" end
  for _, name in ipairs { "array_mt", "empty_array" } do
    if cjson[name] then marks[cjson[name]] = true end
  end
  local opened, back = pcall(open_cjson, cjson)
  if not opened then return nil, "lua-cjson " .. tostring(back) end
  local array_mt = marks[1]
  marks[1] = back.array_mt
  for _, probe in ipairs(PROBES) do
    local ok, right = pcall(probe[2], back)
    if not (ok and right) then
      marks[1] = array_mt
      return nil, "lua-cjson " .. probe[1]
    end
  end
  marks[1] = array_mt
  return back
end

--- Chooses the library, for what is decoded and encoded from now on. At load "cjson" is tried first.
---@param name "own"|"cjson"
---@return boolean? done nil when that library is not there or not exact
---@return string? message why not
function json.use(name)
  if name ~= "own" and name ~= "cjson" then error("bad argument #1 to 'use' (\"own\" or \"cjson\" expected)", 2) end
  local back = own
  if name == "cjson" then
    local exact, why = probe_cjson()
    if not exact then return nil, why end
    back = exact
  end
  json.backend, json.decode, json.try_encode, try_encode = name, back.decode, back.encode, back.encode
  marks[1] = back.array_mt
  return true
end

json.use "cjson"

return json
