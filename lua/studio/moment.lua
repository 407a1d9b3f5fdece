-- Moments as services write them, and spans of time as people do. SPDX-License-Identifier: MIT
--
-- A moment is seconds since 1970 (UTC). What cannot be read for certain is nil, never a guess: programs decide by age
-- what may be thrown away. So a text without an offset, or a date without a time, is no moment.

local check = require "studio.check"

local moment = {}

local DAY <const> = 86400

-- Days since 1970 of a date of the Gregorian calendar, by years that begin with March; nil when there is no such day.
local function days(year, month, day)
  if year < 1 or month < 1 or month > 12 or day < 1 then return nil end
  local leap = year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
  local short = month == 4 or month == 6 or month == 9 or month == 11
  local length = month == 2 and (leap and 29 or 28) or short and 30 or 31
  if day > length then return nil end
  local y = month <= 2 and year - 1 or year
  local of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
  return 365 * y + y // 4 - y // 100 + y // 400 + of_year - 719468
end

local function at(year, month, day, hour, minute, second)
  local date = days(year, month, day)
  if not date or hour > 23 or minute > 59 or second > 60 then return nil end
  return date * DAY + hour * 3600 + minute * 60 + second
end

-- "Z", "+02:00", "-0500", "+02", " UTC" -> seconds east; nil for anything else.
local function offset(text)
  if text == "Z" or text == "z" or text == " UTC" then return 0 end
  local sign, hours, minutes = text:match "^%s?([+-])(%d%d):?(%d?%d?)$"
  hours, minutes = tonumber(hours), minutes == "" and 0 or tonumber(minutes)
  if not hours or hours > 14 or not minutes or minutes > 59 then return nil end
  return (sign == "-" and -1 or 1) * (hours * 3600 + minutes * 60)
end

--- Reads a moment: ISO 8601 with an offset or Z, with or without fractions.
---@param text any
---@return number? seconds since 1970; an integer without fractions; nil when it is not certain
function moment.read(text)
  if type(text) ~= "string" or #text > 64 then return nil end
  local year, month, day, hour, minute, second, rest =
    text:match "^(%d%d%d%d)%-(%d%d)%-(%d%d)[Tt ](%d%d):(%d%d):(%d%d)(.*)$"
  if not year then return nil end
  local fraction, zone = rest:match "^[.,](%d+)(.*)$"
  local east = offset(zone or rest)
  local seconds = at(math.tointeger(year), math.tointeger(month), math.tointeger(day), math.tointeger(hour),
    math.tointeger(minute), math.tointeger(second))
  if not (east and seconds) then return nil end
  return seconds - east + (fraction and tonumber("0." .. fraction) or 0)
end

local MONTHS <const> = { Jan = 1, Feb = 2, Mar = 3, Apr = 4, May = 5, Jun = 6, Jul = 7, Aug = 8, Sep = 9, Oct = 10,
  Nov = 11, Dec = 12 }

--- Reads the date of an HTTP header, in the form that servers must send ("Sun, 06 Nov 1994 08:49:37 GMT").
---@param text any
---@return integer? seconds since 1970
function moment.read_http(text)
  if type(text) ~= "string" then return nil end
  local day, name, year, hour, minute, second = text:match "^%a+, (%d%d) (%a%a%a) (%d%d%d%d) (%d%d):(%d%d):(%d%d) GMT$"
  if not MONTHS[name] then return nil end
  return at(math.tointeger(year), MONTHS[name], math.tointeger(day), math.tointeger(hour), math.tointeger(minute),
    math.tointeger(second))
end

--- Now, by this machine's clock or by the service's, whichever is earlier: one that runs ahead makes everything old.
---@param response studio.response of the service, just now
---@return integer seconds since 1970
function moment.earlier(response)
  return math.min(moment.read_http(response:header "date") or math.huge, os.time())
end

--- A moment as text: "2026-03-05T07:15:00Z".
---@param seconds number since 1970; fractions are cut off
---@return string
function moment.text(seconds) return os.date("!%Y-%m-%dT%H:%M:%SZ", math.floor(seconds)) end

-- Spans -------------------------------------------------------------------------------------------------------------

local UNITS <const> = { s = 1, min = 60, h = 3600, d = DAY, w = 7 * DAY }

--- A span of time that a user gave: seconds, or a text such as "36h", "90d", "12w". (No months: they differ in length.)
--- Raises when it is none.
---@param what string for the message: "analyst:audit"
---@param name string of the option
---@param value number|string
---@return number seconds
function moment.span(what, name, value)
  local seconds = value
  if type(value) == "string" then
    local number, unit = value:match "^%s*(%d+%.?%d*)%s*(%a+)%s*$"
    seconds = number and UNITS[unit] and tonumber(number) * UNITS[unit]
    if seconds and math.tointeger(seconds) then seconds = math.tointeger(seconds) end
  end
  if type(seconds) ~= "number" or not (seconds > 0 and seconds < math.huge) then
    check.fail("%s: option '%s' must be a span of time above 0: seconds, or a text such as \"90d\" or \"12w\" "
      .. "(s, min, h, d, w), not %s", what, name, type(value) == "string" and ("%q"):format(value) or tostring(value))
  end
  return seconds
end

local function count(n, thing) return ("%d %s%s"):format(n, thing, n == 1 and "" or "s") end

--- A span in words, rounded down: "90 days", "5 hours", "20 seconds".
---@param seconds number
---@return string
function moment.words(seconds)
  if seconds >= 2 * DAY then return count(math.floor(seconds / DAY), "day") end
  if seconds >= 2 * 3600 then return count(math.floor(seconds / 3600), "hour") end
  if seconds >= 120 then return count(math.floor(seconds / 60), "minute") end
  return count(math.floor(seconds), "second")
end

return moment
