-- The log: what the library has to say that no caller asked for. SPDX-License-Identifier: MIT
--
-- Lines go to standard error, to a file, or to a function of the program's own (studio.log). Nothing is logged
-- unless somebody asks for it (studio.log, or STUDIO_LOG=debug in the environment), but for warnings that come once
-- each: they say that the library works, and not as well as it should. docs/debugging.md is about it.
--
-- The core notes events in each step; `drain` tells them between two steps. No event holds a secret.

local check = require "studio.check"
local core = require "studio.core"

local log = {}

---@class studio.event what a log function is told; which fields there are depends on the type. Holds no secret
---@field type string "queued", "sent", "answer", "broken", "retry", "redirect", "limit", "poll", "over", "warning" …
---@field level "error"|"warn"|"info"|"debug"
---@field time number monotonic seconds
---@field call integer? its number in this program
---@field service string?
---@field route string?
---@field method string?
---@field url string? without the values of its query; elsewhere than at the service only the origin
---@field headers table<string, string>? those that are listed as harmless
---@field attempt integer?
---@field status integer?
---@field seconds number? how long it took, or will at least wait
---@field bytes integer? of the answer's body
---@field kind string? of a failure
---@field code string?
---@field message string?

-- Rank of each level; an event is shown when its level ranks no higher than the one in force.
local ranks = { off = 0, error = 1, warn = 2, info = 3, debug = 4 }

-- Where events go. `level` nil: nobody said anything, so only warnings are shown.
local target = { level = nil, to = nil, file = nil, telling = false, since = nil }
local warned = {}

-- Text for people ---------------------------------------------------------------------------------

local function seconds(n)
  return n < 1 and ("%.0f ms"):format(n * 1000) or ("%.1f s"):format(n)
end

local function fields_of(headers)
  local names = {}
  for name in pairs(headers or {}) do names[#names + 1] = name end
  table.sort(names)
  for i, name in ipairs(names) do names[i] = name .. ": " .. headers[name] end
  return #names > 0 and " {" .. table.concat(names, "; ") .. "}" or ""
end

local function why_of(event)
  local what = event.message or (event.status and "status " .. event.status) or ""
  return what ~= "" and ": " .. what or ""
end

local words = {
  queued = function(e)
    return "waits " .. (e.seconds and "at least " .. seconds(e.seconds) or "for its turn") .. why_of(e)
  end,
  sent = function(e) return ("sends attempt %d, %s %s%s"):format(e.attempt, e.method, e.url, fields_of(e.headers)) end,
  answer = function(e)
    return ("was answered %d in %s, %d bytes%s%s"):format(e.status, seconds(e.seconds), e.bytes, fields_of(e.headers),
      e.message and ", but " .. e.message or "")
  end,
  broken = function(e) return ("got no answer in %s (%s)%s"):format(seconds(e.seconds), e.kind, why_of(e)) end,
  retry = function(e) return ("tries again in %s%s"):format(seconds(e.seconds), why_of(e)) end,
  redirect = function(e) return ("is sent on (%d) to %s"):format(e.status, e.url) end,
  limit = function(e) return ("was refused (429): for %s %s"):format(seconds(e.seconds), e.message) end,
  poll = function(e) return e.message end,
  over = function(e)
    if e.kind then return ("failed after %s (%s)%s"):format(seconds(e.seconds), e.kind, why_of(e)) end
    return ("is over after %s, %d attempt%s"):format(seconds(e.seconds), e.attempt or 0, e.attempt == 1 and "" or "s")
  end,
}

-- One line. Its time counts from the first line on.
local function line_of(event)
  local text = words[event.type]
  if not text then return "studio: " .. (event.level == "warn" and "warning: " or "") .. event.message end
  target.since = target.since or event.time
  local who = { ("studio %8.3f"):format(event.time - target.since), event.service or "studio" }
  if event.call then who[#who + 1] = "#" .. event.call end
  if event.route then who[#who + 1] = event.route end
  return ((table.concat(who, " ") .. " " .. text(event)):gsub("%c", " "))
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

-- What the library calls --------------------------------------------------------------------------

--- Is what has this level shown?
---@param level string
---@return boolean
function log.shows(level) return ranks[level] <= ranks[target.level or "off"] end

--- Tells of something that happened, if anybody wants to know.
---@param event table type, level and message are needed; no secrets
function log.emit(event)
  if not log.shows(event.level) then return end
  event.time = event.time or core.loop():now()
  write(event)
end

--- Warns, once for each key as long as this Lua state lives; also when no log was asked for.
---@param key string what it is about: the same key never warns again
---@param text string one sentence, without secrets
function log.warn_once(key, text)
  if warned[key] then return end
  warned[key] = true
  if target.level == nil or log.shows "warn" then write { type = "warning", level = "warn", message = text } end
end

--- Tells what the loop noted, between two steps. Nothing is noted meanwhile: a log function that makes calls would
--- otherwise be told of them for ever.
---@param loop table of the core
function log.drain(loop)
  if not target.level or target.level == "off" or target.telling or not loop.event then return end
  local event, lost = loop:event()
  if not event then return end
  target.telling = true
  loop:log(0)
  while event do
    if lost > 0 then write { type = "lost", level = "warn", message = ("%d events were lost"):format(lost) } end
    write(event)
    event, lost = loop:event()
  end
  target.telling = false
  loop:log(ranks[target.level])
end

-- What users set ----------------------------------------------------------------------------------

-- nil, why when the file cannot be written.
local function aim(level, to)
  local file, why
  if type(to) == "string" then
    file, why = io.open(to, "a")
    if not file then return nil, why end
  end
  if target.file then target.file:close() end
  target.level, target.file, target.to = level, file, not file and to or nil
  core.loop():log(ranks[level])
  return true
end

--- Says what is logged, and where to.
---@param level string "off", "error", "warn", "info", "debug"
---@param to (string|fun(event: table, line: string))? a file (appended to), or a function; nil: standard error
function log.set(level, to)
  check.argument("studio.log", "level", level, "string")
  if not ranks[level] then
    check.fail("studio.log: there is no level '%s'%s", level, check.suggestion(level, ranks))
  end
  if to ~= nil and type(to) ~= "string" then check.argument("studio.log", "to", to, "callable") end
  local ok, why = aim(level, to)
  if not ok then check.fail("studio.log: the file cannot be written: %s", why) end
end

-- STUDIO_LOG=LEVEL or LEVEL:FILE. A slip there must not stop a program: it is told.
local wanted = os.getenv "STUDIO_LOG"
if wanted and wanted ~= "" then
  local level, file = wanted:match "^(%a+):(.+)$"
  level = level or wanted
  local ok, why = ranks[level], "there is no such level" .. check.suggestion(level, ranks)
  if ok then ok, why = aim(level, file) end
  if not ok then io.stderr:write("studio: STUDIO_LOG: ", why, "\n") end
end

return log
