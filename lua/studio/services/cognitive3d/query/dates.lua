-- Dates as people write them, as the service wants them: milliseconds since 1970. SPDX-License-Identifier: MIT

local check = require "studio.check"
local moment = require "studio.moment"

local dates = {}

-- Seconds up to here, milliseconds from here on: as seconds it is the year 5138, as milliseconds March 1973.
local MILLISECONDS <const> = 100000000000

local function of_text(text)
  if text:find "^%d%d%d%d%-%d%d%-%d%d$" then text = text .. "T00:00:00Z" end
  local seconds = moment.read(text)
  return seconds and math.floor(seconds * 1000 + 0.5)
end

local function of_table(fields)
  local ok, seconds = pcall(os.time, fields) -- raises where year, month or day is missing
  return ok and seconds and seconds * 1000 or nil
end

local function of_number(number)
  if number ~= number or number < 0 or number >= math.maxinteger / 1000 then return nil end
  return math.floor(number < MILLISECONDS and number * 1000 or number)
end

local readers = { string = of_text, table = of_table, number = of_number }

--- A date as the service wants it. Raises when it is none that is certain.
---@param what string for the message: "cognitive3d:query"
---@param name string of the argument
---@param value string|number|osdate "2026-03-05" (midnight, UTC), a moment with its offset ("2026-03-05T07:15:00Z"),
---  seconds or milliseconds since 1970, or a table as from os.date "*t", which is local time
---@return integer milliseconds since 1970
function dates.read(what, name, value)
  local read = readers[type(value)]
  local found = read and read(value)
  if found then return found end
  return check.fail("%s: %s must be a date: \"2026-03-05\" (midnight, UTC), a moment with its offset such as "
    .. "\"2026-03-05T07:15:00Z\", seconds or milliseconds since 1970, or a table as from os.date(\"*t\"), not %s",
    what, name, type(value) == "string" and ("%q"):format(value) or tostring(value))
end

return dates
