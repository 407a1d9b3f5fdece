-- The log: what the library has to say that no caller asked for. SPDX-License-Identifier: MIT
--
-- Lines go to standard error, to a file, or to a function of the program's own (studio.log). Nothing is logged
-- unless somebody asks for it, but for warnings, which come once each: they say that the library works, and not as
-- well as it should.

local check = require "studio.check"

local log = {}

-- Rank of each level; an event is shown when its level ranks no higher than the one in force.
local ranks = { off = 0, error = 1, warn = 2, info = 3, debug = 4 }

-- Where events go. `level` nil: nobody said anything, so only warnings are shown.
local target = { level = nil, to = nil, file = nil }
local warned = {}

-- One line for people.
local function line_of(event)
  return "studio: " .. (event.level == "warn" and "warning: " or "") .. event.message
end

-- A log never breaks the program that it tells about.
local function write(event)
  local line = line_of(event)
  if target.to then
    local ok, why = pcall(target.to, event, line)
    if not ok then io.stderr:write("studio: the log function failed: ", tostring(why), "\n") end
  else
    local file = target.file or io.stderr
    file:write(line, "\n")
    file:flush()
  end
end

--- Is what has this level shown?
---@param level string
---@return boolean
function log.shows(level) return ranks[level] <= ranks[target.level or "off"] end

--- Tells of something that happened, if anybody wants to know.
---@param event table level and message are needed
function log.emit(event)
  if log.shows(event.level) then write(event) end
end

--- Warns, once for each key as long as this Lua state lives; also when no log was asked for.
---@param key string what it is about: the same key never warns again
---@param text string one sentence, without secrets
function log.warn_once(key, text)
  if warned[key] then return end
  warned[key] = true
  if target.level == nil or log.shows "warn" then write { type = "warning", level = "warn", message = text } end
end

--- Says what is logged, and where to.
---@param level string "off", "error", "warn", "info", "debug"
---@param to (string|fun(event: table, line: string))? a file (appended to), or a function; nil: standard error
function log.set(level, to)
  check.argument("studio.log", "level", level, "string")
  if not ranks[level] then
    check.fail("studio.log: there is no level '%s'%s", level, check.suggestion(level, ranks))
  end
  local file
  if type(to) == "string" then
    local why
    file, why = io.open(to, "a")
    if not file then check.fail("studio.log: the file cannot be written: %s", why) end
  elseif to ~= nil then
    check.argument("studio.log", "to", to, "callable")
  end
  if target.file then target.file:close() end
  target.level, target.file, target.to = level, file, not file and to or nil
end

return log
