-- Which day, week, month, quarter or year a moment is in. SPDX-License-Identifier: MIT
--
-- Moments are ms since 1970. There is no table of time zones here: UTC and "+02:00" are known, and a zone by name is
-- counted as UTC, with a warning in the answer.

local calendar = {}

local DAY <const> = 86400000

-- The month of a day since 1970, counted from January of the year 0.
local function month_of(day)
  local date = os.date("!*t", day * 86400)
  return date.year * 12 + date.month - 1
end

-- The first day of a month counted so.
local function day_of(month)
  local y, m = month // 12, month % 12 + 1
  -- days since 1970 in the calendar of the Gregorians, counted in years that begin in March
  if m <= 2 then y = y - 1 end
  local era = y // 400
  local of_era, of_year = y - era * 400, (153 * (m + (m > 2 and -3 or 9)) + 2) // 5
  return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468
end

local MONTHS <const> = { month = 1, quarter = 3, year = 12 }

-- Words say that weeks begin on Sunday; the vendor's example of an answer without an offset has Mondays, and so have
-- we. An offset counts from Sunday.
local function week_start(slice)
  local offset = math.tointeger(slice.dayOfWeekOffset)
  return 3 + (offset or 1) -- 1970-01-04 was a Sunday
end

--- A zone's difference to UTC, in ms.
---@param zone any  a timeZone, nil, or json.null
---@return integer offset
---@return string? warning  when it is not known here
function calendar.offset(zone)
  if type(zone) ~= "string" or zone == "UTC" or zone == "Z" or zone == "GMT" or zone == "Etc/UTC" then return 0 end
  local sign, hours, minutes = zone:match "^([+-])(%d%d):?(%d%d)$"
  if not sign then return 0, ("the sandbox knows no time zone '%s': counted in UTC"):format(zone) end
  local offset = (math.tointeger(tonumber(hours)) * 60 + math.tointeger(tonumber(minutes))) * 60000
  return sign == "-" and -offset or offset
end

--- Where the slice begins in which a moment lies, and where the next one does.
---@param moment number
---@param slice table  with timeUnit, timeValue …
---@return integer from
---@return integer to
function calendar.bucket(moment, slice)
  local offset, count = calendar.offset(slice.timeZone), slice.timeValue
  local day = math.floor(moment + offset) // DAY
  local first, last
  local months = MONTHS[slice.timeUnit]
  if months then
    local width = months * count
    local month = month_of(day) // width * width
    first, last = day_of(month), day_of(month + width)
  else
    local width = slice.timeUnit == "week" and 7 * count or count
    local zero = slice.timeUnit == "week" and week_start(slice) or 0
    first = (day - zero) // width * width + zero
    last = first + width
  end
  return first * DAY - offset, last * DAY - offset
end

return calendar
