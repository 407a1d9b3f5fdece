-- A schedule that was read, as the body that creates it anew. SPDX-License-Identifier: MIT
--
-- The service reads numbers and sends prose: {"cron":{"freq":"daily","hour":9,"minute":45}} comes back as
-- frequency "daily", hour "9:45 am", and (says an unofficial client, mode-sdk) cron_hour 9, cron_minute 45. Numbers
-- are taken where they are, else the prose is read. What nobody can put back is told, never dropped.

local json = require "studio.json"

local schedule_body = {}

-- As in the vendor's swagger file; and what each needs beside its minute.
local NEEDS <const> = {
  every_15_minutes = {}, every_30_minutes = {}, hourly = {}, daily = { "hour" }, weekly = { "hour", "day_of_week" },
  monthly = { "hour", "day_of_month" },
}

local DAYS <const> = { sun = 0, mon = 1, tue = 2, wed = 3, thu = 4, fri = 5, sat = 6 }

-- Fields that go into the body, and those that the service makes itself: neither is lost.
local TAKEN <const> = {
  "cron", "freq", "frequency", "hour", "minute", "cron_hour", "cron_minute", "day_of_week", "day_of_month",
  "cron_day_of_week", "cron_day_of_month", "time_zone", "name", "timeout", "parameters", "params",
  "token", "id", "created_at", "updated_at", "last_run_at", "last_succeeded_at", "last_scheduled_run",
  "next_scheduled_run", "report_name", "report_token", "report_type", "retry_state", "subscribed", "_links", "_forms",
  "_embedded",
}
local IS_TAKEN = {}
for _, name in ipairs(TAKEN) do IS_TAKEN[name] = true end

-- Null is nothing.
local function given(value)
  if value == json.null then return nil end
  return value
end

local function integer(value)
  local number = tonumber(value)
  return number and math.tointeger(number)
end

-- "9:45 am" -> 9, 45; "9 pm" -> 21; "09:45" -> 9, 45
local function clock(text)
  local hour, minute, half = text:lower():match "^%s*(%d%d?):?(%d*)%s*([ap]?)%.?m?%.?%s*$"
  hour, minute = integer(hour), integer(minute)
  if not hour or hour > 23 or (minute or 0) > 59 then return nil end
  if half ~= "" then
    if hour < 1 or hour > 12 then return nil end
    hour = hour % 12 + (half == "p" and 12 or 0)
  end
  return hour, minute
end

-- "Monday" -> 1; "Mon, Thu" -> {1, 4}
local function days(text)
  local list = json.array {}
  for word in text:lower():gmatch "%a+" do
    local day = DAYS[word:sub(1, 3)]
    if not day then return nil end
    list[#list + 1] = day
  end
  return #list == 1 and list[1] or #list > 0 and list or nil
end

local readers = {}

function readers.hour(value, cron)
  if type(value) ~= "string" then return integer(value) end
  local hour, minute = clock(value)
  cron.minute = cron.minute or minute
  return hour
end

function readers.minute(value) return integer(value) or integer(tostring(value):match "^%s*(%d+) minutes? past") end

function readers.day_of_week(value, _, lost)
  if type(value) == "table" then return value end
  if integer(value) then return integer(value) end
  local found = days(tostring(value))
  if found then
    lost[#lost + 1] = { field = "day_of_week", value = value, why = "sent as " .. json.encode(found)
      .. ": Sunday is counted as 0, which is a guess" }
  end
  return found
end

function readers.day_of_month(value) return integer(value) or integer(tostring(value):match "^(%d+)%a%a$") end

-- The first that is there, of the spellings of one field.
local function pick(row, cron, name)
  return given(cron[name]) or given(row["cron_" .. name]) or given(row[name])
end

local function cron_of(row, lost)
  local own = type(row.cron) == "table" and row.cron or {}
  local text = given(own.freq) or given(own.frequency) or given(row.freq) or given(row.frequency)
  local freq = type(text) == "string" and text:lower():gsub("[%s%-]+", "_") or nil
  local needs = freq and NEEDS[freq]
  if not needs then return nil, "how often it ran is not known" end
  local cron = { freq = freq, time_zone = pick(row, own, "time_zone") }
  for _, name in ipairs { "hour", "minute", "day_of_week", "day_of_month" } do
    local value = pick(row, own, name)
    if value ~= nil then
      local read = readers[name](value, cron, lost)
      if read == nil and not cron[name] then
        lost[#lost + 1] = { field = name, value = value, why = "not understood" }
      end
      cron[name] = read or cron[name]
    end
  end
  for _, name in ipairs(needs) do
    if cron[name] == nil then return nil, ("it ran %s, and its %s is not known"):format(freq, name:gsub("_", " ")) end
  end
  return cron
end

-- 0, "", false and {} say nothing that could be lost.
local function says_something(value)
  if type(value) == "table" then return next(value) ~= nil end
  return value ~= nil and value ~= 0 and value ~= "" and value ~= false
end

--- The body of a POST that makes such a schedule again.
---@param row table as it was read, null included
---@return table? body cron, name, timeout, params; nil when it cannot be made again
---@return { field: string, value: any, why: string }[]|string lost what does not come back, or only by a guess; why
function schedule_body.from(row)
  local lost = {}
  local cron, why = cron_of(row, lost)
  if not cron then return nil, why end
  local names = {}
  for name in pairs(row) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    local value = given(row[name])
    if not IS_TAKEN[name] and says_something(value) then
      lost[#lost + 1] = { field = name, value = value, why = "the API takes no such field" }
    end
  end
  local params = given(row.parameters) or given(row.params)
  return {
    cron = cron, name = given(row.name), timeout = given(row.timeout),
    params = says_something(params) and params or nil,
  }, lost
end

--- A text that is the same for schedules that do the same: name, times and parameters.
---@param row table
---@return string? text nil for one that cannot be understood
function schedule_body.mark(row)
  local body = schedule_body.from(row)
  return body and json.try_encode({ cron = body.cron, name = body.name, params = body.params }, { sort = true })
end

return schedule_body
