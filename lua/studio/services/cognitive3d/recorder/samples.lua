-- One sample to the JSON that the collector takes, at the moment it is recorded. SPDX-License-Identifier: MIT
--
-- The field names on the wire are those that the vendor's open SDKs send (for WebXR and Android). What is written
-- here is final: a batch only joins texts, so that no step has to encode hundreds of samples at once.
--
-- This is called many times a frame, so what is right is written without a look at each value: one sum tells whether
-- all numbers are finite, and only where something failed does `explain` look for the field to name.

local check = require "studio.check"
local json = require "studio.json"

local samples = {}

local format = string.format

-- Bytes of a name or an id, and of all that is written of one sample.
local LONGEST_NAME <const> = 512
local LARGEST <const> = 65536

-- Past what an engine's float holds; so no sum of a sample's numbers overflows.
local MOST <const> = 1e30

-- ---- Numbers ------------------------------------------------------------------------------------------------------

-- "%.7g" is what an engine's float holds. The C library writes a comma where the host has set such a locale, and may
-- set it at any time; then each number is written by itself and put right.
local function write(pattern, ...)
  if format("%.1f", 0.5) == "0.5" then return format(pattern, ...) end
  local values, i = { ... }, 0
  return (pattern:gsub("%%[.%d]*[sgf]", function(spec)
    i = i + 1
    local text = format(spec, values[i])
    return spec == "%s" and text or (text:gsub(",", "."))
  end))
end

-- Raises (a mistake that `explain` names) unless the sum is a number like any other.
local function finite(sum)
  if sum - sum ~= 0 then error "not finite" end
end

-- ---- What was wrong -----------------------------------------------------------------------------------------------

local function is_finite(value) return type(value) == "number" and value > -MOST and value < MOST end

local function check_numbers(what, name, value, count)
  check.argument(what, name, value, "table")
  for i = 1, count do
    if not is_finite(value[i]) then
      check.fail("%s: %s must be %d finite numbers; number %d of them is %s", what, name, count, i,
        type(value[i]) == "number" and tostring(value[i]) or "a " .. type(value[i]))
    end
  end
end

local function check_text(what, name, value)
  check.argument(what, name, value, "string")
  if value == "" or #value > LONGEST_NAME then
    check.fail("%s: %s must have 1 to %d bytes, not %d", what, name, LONGEST_NAME, #value)
  elseif not utf8.len(value) then
    check.fail("%s: %s is not valid UTF-8", what, name)
  end
end

--- Raises, naming the field, where a sample does not keep its rules; else does nothing.
---@param what string "recorder:gaze"
---@param sample any
---@param rules table<string, table> field -> { kind: a count of numbers, "number", "text" or "properties"; needed }
local function explain(what, sample, rules)
  check.argument(what, "sample", sample, "table")
  for name in pairs(sample) do
    if not rules[name] then
      check.fail("%s: unknown field '%s'%s", what, tostring(name), check.suggestion(name, rules))
    end
  end
  for name, rule in pairs(rules) do
    local value, kind = sample[name], rule[1]
    if value == nil then
      if rule[2] then check.fail("%s: %s is missing", what, name) end
    elseif kind == "text" then
      check_text(what, name, value)
    elseif kind == "number" then
      if not is_finite(value) then check.fail("%s: %s must be a finite number", what, name) end
    elseif kind == "properties" then
      samples.properties(what, value)
    else
      check_numbers(what, name, value, kind)
    end
  end
end

-- The sample's text by `writer`, or a raise that names what is wrong with it.
local function guarded(what, writer, rules, sample, time)
  local ok, text = pcall(writer, sample, time, rules)
  if not ok then
    explain(what, sample, rules)
    check.fail("%s: the sample cannot be written: %s", what, text)
  elseif #text > LARGEST then
    check.fail("%s: a sample has %d bytes at most", what, LARGEST)
  end
  return text
end

-- Raises for a field that nobody knows: a slip of the finger would be lost silently.
local function known(sample, rules)
  for name in next, sample do
    if not rules[name] then error "unknown field" end
  end
end

-- ---- Texts and properties -----------------------------------------------------------------------------------------

-- A name or an id as JSON.
local function quoted(text)
  if type(text) ~= "string" or text == "" or #text > LONGEST_NAME then error "no name" end
  return (assert(json.try_encode(text)))
end

--- A name as JSON.
---@param what string
---@param name string which one, for messages
---@param text any
---@return string
function samples.name(what, name, text)
  local ok, result = pcall(quoted, text)
  if ok then return result end
  check_text(what, name, text)
end

--- A number, checked.
---@param what string
---@param name string
---@param value any
---@return number
function samples.number(what, name, value)
  if not is_finite(value) then check.fail("%s: %s must be a finite number", what, name) end
  return value
end

local plain = { string = true, number = true, boolean = true }

--- Properties as a JSON object: names to texts, numbers and booleans, as the service knows no others.
---@param what string
---@param properties any
---@return string
function samples.properties(what, properties)
  check.argument(what, "properties", properties, "table")
  if next(properties) == nil then return "{}" end
  for name, value in next, properties do
    if type(name) ~= "string" or name == "" or #name > LONGEST_NAME then
      check.fail("%s: a property's name must be a text of 1 to %d bytes", what, LONGEST_NAME)
    elseif not plain[type(value)] then
      check.fail("%s: property '%s' must be a text, a number or a boolean, not a %s", what, name, type(value))
    end
  end
  local text, why = json.try_encode(properties)
  if not text then check.fail("%s: the properties cannot be written: %s", what, why) end
  if #text > LARGEST then check.fail("%s: the properties have more than %d bytes", what, LARGEST) end
  return text
end

-- ---- The streams' samples -----------------------------------------------------------------------------------------

local function three(name, p)
  finite(p[1] + p[2] + p[3])
  return write(name, p[1], p[2], p[3])
end

local GAZE <const> = {
  position = { 3, true }, rotation = { 4, true }, gaze = { 3 }, floor = { 3 }, object = { "text" }, media = { "text" },
  media_time = { "number" }, uv = { 2 }, time = { "number" },
}

-- What few samples have, behind the rest.
local function gaze_more(s)
  local text = ""
  if s.object then text = text .. ',"o":' .. quoted(s.object) end
  if s.floor then text = text .. three(',"f":[%.7g,%.7g,%.7g]', s.floor) end
  if s.media then text = text .. ',"mediaId":' .. quoted(s.media) end
  if s.media_time then
    finite(s.media_time)
    text = text .. write(',"mediatime":%.0f', s.media_time)
  end
  if s.uv then
    finite(s.uv[1] + s.uv[2])
    text = text .. write(',"uvs":[%.7g,%.7g]', s.uv[1], s.uv[2])
  end
  return text
end

local function gaze(s, time, rules)
  known(s, rules)
  local p, r, g = s.position, s.rotation, s.gaze
  local x, y, z, a, b, c, d = p[1], p[2], p[3], r[1], r[2], r[3], r[4]
  local more = (s.object or s.floor or s.media or s.media_time or s.uv) and gaze_more(s) or ""
  if not g then
    finite(x + y + z + a + b + c + d + time)
    return write('{"time":%.4f,"p":[%.7g,%.7g,%.7g],"r":[%.7g,%.7g,%.7g,%.7g]%s}', time, x, y, z, a, b, c, d, more)
  end
  finite(x + y + z + a + b + c + d + g[1] + g[2] + g[3] + time)
  return write('{"time":%.4f,"p":[%.7g,%.7g,%.7g],"r":[%.7g,%.7g,%.7g,%.7g],"g":[%.7g,%.7g,%.7g]%s}', time, x, y, z,
    a, b, c, d, g[1], g[2], g[3], more)
end

--- Where the head is and what it looks at.
function samples.gaze(sample, time) return guarded("recorder:gaze", gaze, GAZE, sample, time) end

local EVENT <const> = { position = { 3 }, object = { "text" }, time = { "number" } }

local function event(s, time)
  finite(time)
  return three('"point":[%.7g,%.7g,%.7g]', s.position) .. (s.object and ',"dynamicId":' .. quoted(s.object) or "")
end

--- Something that happened.
---@param name string
---@param sample { position: number[], object: string?, time: number? }
---@param properties table?
---@param time number
---@return string
function samples.event(name, sample, properties, time)
  local head = samples.name("recorder:event", "name", name)
  local place = guarded("recorder:event", event, EVENT, sample, time)
  local text = properties and samples.properties("recorder:event", properties) or "{}"
  return write('{"name":%s,"time":%.4f,%s,"properties":%s}', head, time, place, text)
end

--- A sensor's value.
function samples.sensor(value, time)
  if not (is_finite(value) and is_finite(time)) then
    samples.number("recorder:sensor", "value", value)
    samples.number("recorder:sensor", "time", time)
  end
  return write("[%.4f,%.14g]", time, value)
end

local FIXATION <const> = {
  position = { 3, true }, duration = { "number", true }, radius = { "number", true }, object = { "text" },
  time = { "number" },
}

local function fixation(s, time, rules)
  known(s, rules)
  local p, seconds, radius = s.position, s.duration, s.radius
  local x, y, z = p[1], p[2], p[3]
  finite(x + y + z + seconds + radius + time)
  return write('{"time":%.4f,"duration":%.0f,"maxradius":%.7g,"p":[%.7g,%.7g,%.7g]%s}', time, seconds * 1000, radius,
    x, y, z, s.object and ',"objectid":' .. quoted(s.object) or "")
end

--- A place that the eyes rested on.
function samples.fixation(sample, time) return guarded("recorder:fixation", fixation, FIXATION, sample, time) end

local DYNAMIC <const> = {
  id = { "text", true }, position = { 3, true }, rotation = { 4, true }, scale = { 3 }, properties = { "properties" },
  time = { "number" },
}

local function dynamic(s, time, rules)
  known(s, rules)
  local p, r, more = s.position, s.rotation, ""
  local x, y, z, a, b, c, d = p[1], p[2], p[3], r[1], r[2], r[3], r[4]
  finite(x + y + z + a + b + c + d + time)
  if s.scale then more = three(',"s":[%.7g,%.7g,%.7g]', s.scale) end
  -- A list of one object, as the vendor's SDKs write it.
  if s.properties then
    more = more .. ',"properties":[' .. samples.properties("recorder:dynamic", s.properties) .. "]"
  end
  return write('{"id":%s,"time":%.4f,"p":[%.7g,%.7g,%.7g],"r":[%.7g,%.7g,%.7g,%.7g]%s}', quoted(s.id), time, x, y, z,
    a, b, c, d, more)
end

--- Where a thing is that moves.
function samples.dynamic(sample, time) return guarded("recorder:dynamic", dynamic, DYNAMIC, sample, time) end

local SPACE <const> = { position = { 3, true }, rotation = { 4, true }, time = { "number" } }

local function space(s, time)
  local p, r = s.position, s.rotation
  finite(p[1] + p[2] + p[3] + r[1] + r[2] + r[3] + r[4] + time)
  return write('{"time":%.4f,"p":[%.7g,%.7g,%.7g],"r":[%.7g,%.7g,%.7g,%.7g]}', time, p[1], p[2], p[3], r[1], r[2],
    r[3], r[4])
end

--- Where the tracking space is.
function samples.space(sample, time) return guarded("recorder:boundary", space, SPACE, sample, time) end

--- The shape of the room that may be walked in.
---@param points number[][]
---@param time number
---@return string
function samples.shape(points, time)
  check.argument("recorder:boundary", "points", points, "table")
  local list = {}
  for i, point in ipairs(points) do
    check_numbers("recorder:boundary", "point " .. i, point, 3)
    list[i] = write("[%.7g,%.7g,%.7g]", point[1], point[2], point[3])
  end
  if #list == 0 or #list > 1024 then check.fail "recorder:boundary: points must be a list of 1 to 1024 points" end
  return write('{"time":%.4f,"points":[%s]}', samples.number("recorder:boundary", "time", time),
    table.concat(list, ","))
end

return samples
