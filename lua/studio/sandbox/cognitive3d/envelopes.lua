-- What apps may send to the collector: the envelopes, field by field. SPDX-License-Identifier: MIT
--
-- As the vendor's open SDKs write them. The real collector may let more pass: nobody has documented it; here a slip is
-- an answer 400 that names the field.

local json = require "studio.sandbox.json"

local envelopes = {}

local function number(v) return type(v) == "number" and v - v == 0 end
local function text(v) return type(v) == "string" and v ~= "" end
local function whole(v) return math.type(v) == "integer" and v >= 1 end
local function array(v) return type(v) == "table" and getmetatable(v) ~= nil end
local function object(v) return type(v) == "table" and v ~= json.null and getmetatable(v) == nil end

local function numbers(count)
  return function(v)
    if not array(v) or #v ~= count then return false end
    for _, one in ipairs(v) do
      if not number(one) then return false end
    end
    return true
  end
end

local function flat(v)
  if not object(v) then return false end
  for name, value in pairs(v) do
    local kind = type(value)
    if name == "" or not (kind == "string" or kind == "number" or kind == "boolean") then return false end
  end
  return true
end

-- A list of one object.
local function flat_list(v) return array(v) and #v == 1 and flat(v[1]) end

local two, three, four = numbers(2), numbers(3), numbers(4)

local function pairs_of_numbers(v)
  if not array(v) then return false end
  for _, one in ipairs(v) do
    if not two(one) then return false end
  end
  return true
end

local function points(v)
  if not array(v) or #v == 0 then return false end
  for _, one in ipairs(v) do
    if not three(one) then return false end
  end
  return true
end

local function things(v)
  if not object(v) then return false end
  for _, about in pairs(v) do
    if not (object(about) and text(about.name) and text(about.mesh) and text(about.fileType)) then return false end
    if about.controllerType ~= nil and not text(about.controllerType) then return false end
    if about.properties ~= nil and not flat_list(about.properties) then return false end
  end
  return true
end

-- name -> { test, needed }
local data = {
  gaze = { time = { number, true }, p = { three, true }, r = { four, true }, g = { three }, o = { text }, f = { three },
    mediaId = { text }, mediatime = { number }, uvs = { two } },
  events = { name = { text, true }, time = { number, true }, point = { three, true }, dynamicId = { text },
    properties = { flat } },
  sensors = { name = { text, true }, data = { pairs_of_numbers, true } },
  fixations = { time = { number, true }, duration = { number, true }, maxradius = { number, true },
    p = { three, true }, objectid = { text } },
  dynamics = { id = { text, true }, time = { number, true }, p = { three, true }, r = { four, true }, s = { three },
    properties = { flat_list } },
  boundary = { time = { number, true }, p = { three, true }, r = { four, true } },
}
local shapes = { time = { number, true }, points = { points, true } }

local function list_of(rules)
  return function(v)
    if not array(v) then return false, "is no array" end
    for i, one in ipairs(v) do
      local why = not object(one) and "is no object" or envelopes.complaint(one, rules)
      if why then return false, ("[%d]: %s"):format(i, why) end
    end
    return true
  end
end

local function one_of(...)
  local words = {}
  for _, word in ipairs { ... } do words[word] = true end
  return function(v) return words[v] == true end
end

-- An envelope's fields; the user and the session's start go by other names in some.
local function fields(stream, user, start, more)
  local rules = { [user] = { text, true }, [start] = { whole, true }, sessionid = { text, true },
    part = { whole, true }, formatversion = { one_of("1.0", "2.0") }, lobbyId = { text },
    data = { list_of(data[stream]), true } }
  for name, rule in pairs(more or {}) do rules[name] = rule end
  return rules
end

---@type table<string, table>
envelopes.rules = {
  gaze = fields("gaze", "userid", "timestamp", { hmdtype = { text }, interval = { number }, properties = { flat } }),
  events = fields("events", "userid", "timestamp"),
  fixations = fields("fixations", "userid", "timestamp"),
  sensors = fields("sensors", "name", "timestamp"),
  dynamics = fields("dynamics", "userid", "timestamp", { manifest = { things } }),
  boundary = fields("boundary", "userid", "time", { shapes = { list_of(shapes), true } }),
}

--- What is wrong with an object; nil: nothing.
---@param value table
---@param rules table<string, table>
---@return string?
function envelopes.complaint(value, rules)
  for name in pairs(value) do
    if not rules[name] then return ("there is no field '%s'"):format(tostring(name)) end
  end
  for name, rule in pairs(rules) do
    local found = value[name]
    if found == nil then
      if rule[2] then return ("%s is missing"):format(name) end
    else
      local fits, why = rule[1](found)
      if not fits then return ("%s is not what it should be%s"):format(name, why and ": " .. name .. why or "") end
    end
  end
end

return envelopes
