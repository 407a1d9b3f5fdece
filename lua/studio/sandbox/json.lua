-- JSON for the sandbox: a small codec of its own. SPDX-License-Identifier: MIT
--
-- On purpose not the one the client uses: a fault in one must not hide in the other.
--
-- Exact where it matters here: integers stay integers, `[]` and `{}` differ (see `array`), keys come out sorted so that
-- the same answer is the same bytes every time. Strings pass through as bytes; nothing checks that they are UTF-8.

local json = {}

local array_mt = { __name = "sandbox.json.array" }

--- Stands for JSON's `null`, in both directions.
json.null = setmetatable({}, { __tostring = function() return "null" end })

local raw_mt = { __name = "sandbox.json.raw" }

local MAX_DEPTH = 100

--- Marks a table as a JSON array, so that an empty one is written `[]`.
---@param t table|nil  taken over, not copied
---@return table
function json.array(t)
  return setmetatable(t or {}, array_mt)
end

--- Whether that is one: made so here, or read as one.
function json.is_array(t) return getmetatable(t) == array_mt end

--- A part that is JSON already: written as it is.
---@param text string
---@return table
function json.raw(text)
  return setmetatable({ text = text }, raw_mt)
end

local escapes = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

local function quote(s)
  return '"' .. s:gsub('[%c"\\]', function(c)
    return escapes[c] or ("\\u%04x"):format(c:byte())
  end) .. '"'
end

local function number(n)
  if math.type(n) == "integer" then return ("%d"):format(n) end
  if n ~= n or n == math.huge or n == -math.huge then error("JSON has no " .. n, 0) end
  local short = ("%.14g"):format(n)
  return tonumber(short) == n and short or ("%.17g"):format(n)
end

local write -- forward: the three below call each other

local function write_array(out, list, depth)
  out[#out + 1] = "["
  for i = 1, #list do
    if i > 1 then out[#out + 1] = "," end
    write(out, list[i], depth)
  end
  out[#out + 1] = "]"
end

local function write_object(out, object, depth)
  local keys = {}
  for key in pairs(object) do
    if type(key) ~= "string" then error("a JSON object needs string keys, got a " .. type(key), 0) end
    keys[#keys + 1] = key
  end
  table.sort(keys)
  out[#out + 1] = "{"
  for i, key in ipairs(keys) do
    out[#out + 1] = (i > 1 and "," or "") .. quote(key) .. ":"
    write(out, object[key], depth)
  end
  out[#out + 1] = "}"
end

function write(out, v, depth)
  local kind = type(v)
  if v == json.null then
    out[#out + 1] = "null"
  elseif kind == "string" then
    out[#out + 1] = quote(v)
  elseif kind == "number" then
    out[#out + 1] = number(v)
  elseif kind == "boolean" then
    out[#out + 1] = tostring(v)
  elseif getmetatable(v) == raw_mt then
    out[#out + 1] = v.text
  elseif kind == "table" then
    if depth >= MAX_DEPTH then error("JSON nested too deeply", 0) end
    local list = getmetatable(v) == array_mt or #v > 0
    return (list and write_array or write_object)(out, v, depth + 1)
  else
    error("JSON cannot hold a " .. kind, 0)
  end
end

--- Writes a value as JSON. Raises on what JSON cannot hold: that is a mistake in the sandbox, not in a request.
---@param v any
---@return string
function json.encode(v)
  local out = {}
  write(out, v, 0)
  return table.concat(out)
end

local unescape = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t", ['"'] = '"', ["\\"] = "\\", ["/"] = "/" }
local literals = { { "true", true }, { "false", false }, { "null", json.null } }

local function fail(at, what)
  error({ message = ("%s at byte %d"):format(what, at) }, 0)
end

-- Reads \uXXXX after the backslash at `at`; a pair of surrogates is one character.
local function read_unicode(s, at)
  local high = s:match("^u(%x%x%x%x)", at + 1)
  if not high then fail(at, "bad \\u escape") end
  local code = tonumber(high, 16)
  if code >= 0xD800 and code < 0xDC00 then
    local low = s:match("^\\u([dD][c-fC-F]%x%x)", at + 6)
    if not low then fail(at, "half a surrogate pair") end
    return utf8.char(0x10000 + ((code - 0xD800) << 10) + (tonumber(low, 16) - 0xDC00)), at + 12
  end
  return utf8.char(code), at + 6
end

local function read_string(s, at)
  local parts, from = {}, at + 1
  while true do
    local stop = s:find('["\\%c]', from)
    if not stop then fail(at, "string without an end") end
    parts[#parts + 1] = s:sub(from, stop - 1)
    local c = s:sub(stop, stop)
    if c == '"' then return table.concat(parts), stop + 1 end
    if c ~= "\\" then fail(stop, "control character in a string") end
    local plain = unescape[s:sub(stop + 1, stop + 1)]
    if plain then
      parts[#parts + 1], from = plain, stop + 2
    else
      parts[#parts + 1], from = read_unicode(s, stop)
    end
  end
end

local read -- forward

local function skip(s, at) return s:find("[^ \t\r\n]", at) or #s + 1 end

local function read_array(s, at, depth)
  local list = json.array()
  at = skip(s, at + 1)
  if s:sub(at, at) == "]" then return list, at + 1 end
  while true do
    list[#list + 1], at = read(s, at, depth)
    at = skip(s, at)
    local c = s:sub(at, at)
    if c == "]" then return list, at + 1 end
    if c ~= "," then fail(at, "expected ',' or ']'") end
    at = skip(s, at + 1)
  end
end

local function read_object(s, at, depth)
  local object = {}
  at = skip(s, at + 1)
  if s:sub(at, at) == "}" then return object, at + 1 end
  while true do
    if s:sub(at, at) ~= '"' then fail(at, "expected a key") end
    local key
    key, at = read_string(s, at)
    at = skip(s, at)
    if s:sub(at, at) ~= ":" then fail(at, "expected ':'") end
    object[key], at = read(s, skip(s, at + 1), depth)
    at = skip(s, at)
    local c = s:sub(at, at)
    if c == "}" then return object, at + 1 end
    if c ~= "," then fail(at, "expected ',' or '}'") end
    at = skip(s, at + 1)
  end
end

function read(s, at, depth)
  if depth > MAX_DEPTH then fail(at, "nested too deeply") end
  local c = s:sub(at, at)
  if c == '"' then return read_string(s, at) end
  if c == "{" then return read_object(s, at, depth + 1) end
  if c == "[" then return read_array(s, at, depth + 1) end
  for _, literal in ipairs(literals) do
    if s:sub(at, at + #literal[1] - 1) == literal[1] then return literal[2], at + #literal[1] end
  end
  local digits = s:match("^-?%d+%.?%d*[eE]?[-+]?%d*", at)
  local n = digits and tonumber(digits)
  if not n then fail(at, "expected a value") end
  return n, at + #digits
end

--- Reads one JSON text.
---@param s string
---@return any|nil value  `json.null` for null; arrays come back marked as arrays
---@return string|nil err what is wrong, and at which byte
function json.decode(s)
  local ok, value, at = pcall(read, s, skip(s, 1), 0)
  if not ok then return nil, type(value) == "table" and value.message or tostring(value) end
  if skip(s, at) <= #s then return nil, ("something after the value at byte %d"):format(at) end
  return value
end

return json
