-- Argument checks whose messages name the argument and the caller's line. SPDX-License-Identifier: MIT
--
-- Only programmer's mistakes end here, and they raise. What the world does wrong is error.lua's.

local where = require "studio.where"

local check = {}

--- Raises a message at the caller's own line.
---@param format string
---@param ... any for string.format
function check.fail(format, ...)
  local position = where()
  error((position and position .. ": " or "") .. format:format(...), 0)
end

-- Edit distance with swaps of neighbours, cut off above `most`: enough to see a slip of the finger.
local function distance(a, b, most)
  if math.abs(#a - #b) > most then return most + 1 end
  local before, last = nil, {}
  for j = 0, #b do last[j] = j end
  for i = 1, #a do
    local row = { [0] = i }
    for j = 1, #b do
      local cost = a:byte(i) == b:byte(j) and 0 or 1
      local best = math.min(row[j - 1] + 1, last[j] + 1, last[j - 1] + cost)
      if i > 1 and j > 1 and a:byte(i) == b:byte(j - 1) and a:byte(i - 1) == b:byte(j) then
        best = math.min(best, before[j - 2] + 1)
      end
      row[j] = best
    end
    before, last = last, row
  end
  return last[#b]
end

--- The name in a set that was probably meant.
---@param name string
---@param known table<string, any> the names are the keys
---@return string? nearest nil when nothing is near
function check.nearest(name, known)
  if type(name) ~= "string" or #name > 64 then return nil end
  local most = #name <= 4 and 1 or #name <= 8 and 2 or 3
  local best, best_distance
  for candidate in pairs(known) do
    if type(candidate) == "string" then
      local d = distance(name:lower(), candidate:lower(), most)
      if d <= most and (not best or d < best_distance or (d == best_distance and candidate < best)) then
        best, best_distance = candidate, d
      end
    end
  end
  return best
end

--- "; did you mean 'x'?", or what there is to choose from.
---@param name any
---@param known table<string, any>
---@return string
function check.suggestion(name, known)
  local nearest = check.nearest(name, known)
  if nearest then return ("; did you mean '%s'?"):format(nearest) end
  local names = {}
  for candidate in pairs(known) do names[#names + 1] = tostring(candidate) end
  table.sort(names)
  if #names == 0 then return "" end
  return "; there is " .. table.concat(names, ", ")
end

--- Raises when a name that is not there is one slip away from one that is. Any other is nil for who asks: a script may
--- look for what only a newer version has (`if client.recorder then`).
---@param what string whose name it should be
---@param name any
---@param known table<string, any>
function check.slip(what, name, known)
  local nearest = check.nearest(name, known)
  if nearest then check.fail("%s has no '%s'; did you mean '%s'?", what, name, nearest) end
end

--- Can it be called?
---@param value any
---@return boolean
function check.callable(value)
  if type(value) == "function" then return true end
  local mt = getmetatable(value)
  return type(mt) == "table" and mt.__call ~= nil
end

-- What a rule may name besides Lua's own types.
local tests = {
  integer = function(v) return math.tointeger(v) ~= nil and type(v) == "number" end,
  seconds = function(v) return type(v) == "number" and v >= 0 and v < math.huge end,
  callable = check.callable,
}

local function is(value, kind)
  local test = tests[kind]
  if test then return test(value) end
  return type(value) == kind
end

-- What a value is, in words, without showing it: it may be a secret.
local function describe(value)
  if type(value) == "number" then return "number " .. tostring(value) end
  if type(value) == "string" and value == "" then return "an empty string" end
  if value == nil then return "nothing" end
  return type(value)
end

-- Kinds as a message names them: with an article, where English wants one.
local named = {
  integer = "an integer", seconds = "seconds (a number, 0 or more)", callable = "callable", userdata = "userdata",
}

local function kinds_of(kinds)
  if type(kinds) == "string" then kinds = { kinds } end
  local list = {}
  for i, kind in ipairs(kinds) do list[i] = named[kind] or "a " .. kind end
  return table.concat(list, " or ")
end

--- Checks that a method was called with a colon.
---@param what string "job:wait"
---@param self any what it was called on
---@param class table the metatable of what it must be called on
function check.method(what, self, class)
  if getmetatable(self) ~= class then
    check.fail("%s: call it with a colon (:), on what it belongs to; it was called on %s", what, describe(self))
  end
end

--- Checks one argument.
---@param what string as the caller knows it: "job:wait", "studio.map"
---@param name string the argument or option
---@param value any
---@param kinds string|string[] Lua's types, and "integer", "seconds" (a number >= 0), "callable"
---@return any value
function check.argument(what, name, value, kinds)
  if type(kinds) == "string" then
    if is(value, kinds) then return value end
  else
    for _, kind in ipairs(kinds) do
      if is(value, kind) then return value end
    end
  end
  return check.fail("%s: %s must be %s, not %s", what, name, kinds_of(kinds), describe(value))
end

--- Checks a table of options: every name known, every value of the right kind.
---@param what string
---@param options table? nil is an empty table
---@param rules table<string, string|string[]> option -> kinds, as for check.argument
---@return table options the same table, or a fresh one for nil
function check.options(what, options, rules)
  if options == nil then return {} end
  if type(options) ~= "table" then
    check.fail("%s: options must be a table, not %s", what, describe(options))
  end
  for name, value in pairs(options) do
    local kinds = rules[name]
    if kinds == nil then
      check.fail("%s: unknown option '%s'%s", what, tostring(name), check.suggestion(name, rules))
    end
    check.argument(what, "option '" .. name .. "'", value, kinds)
  end
  return options
end

--- The core refuses what we let pass (a bad base URL, say); its words, at the user's line.
---@param what string
---@param fn function
---@param ... any
---@return any result
function check.guarded(what, fn, ...)
  local ok, result = pcall(fn, ...)
  if not ok then check.fail("%s: %s", what, tostring(result)) end
  return result
end

return check
