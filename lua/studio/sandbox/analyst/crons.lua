-- When a schedule runs: posted as numbers, shown as prose. SPDX-License-Identifier: MIT

local json = require "studio.sandbox.json"

local crons = {}

local frequencies = {
  every_15_minutes = "Every 15 minutes", every_30_minutes = "Every 30 minutes", hourly = "Hourly", daily = "Daily",
  weekly = "Weekly", monthly = "Monthly",
}
local DAYS = { [0] = "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday" }

local function day_names(days)
  local names = {}
  for _, day in ipairs(days or {}) do names[#names + 1] = DAYS[day] end
  return names[1] and table.concat(names, ", ")
end

--- What a client sees of it. An unofficial client's author saw this prose, and the numbers of hour and minute beside it
--- in cron_hour and cron_minute; how days read is assumed.
---@param cron table
---@return table fields  of a schedule's row
function crons.prose(cron)
  local hour, minute = cron.hour, cron.minute
  return {
    frequency = frequencies[cron.freq], time_zone = cron.time_zone or "Pacific Time (US & Canada)",
    hour = hour and ("%d:%02d %s"):format((hour + 11) % 12 + 1, minute or 0, hour < 12 and "am" or "pm") or json.null,
    minute = minute and ("%d minutes past the hour"):format(minute) or json.null,
    cron_hour = hour or json.null, cron_minute = minute or json.null, day_of_week = day_names(cron.day_of_week),
    day_of_month = cron.day_of_month and tostring(cron.day_of_month) or nil,
  }
end

local function whole(from, to)
  return function(value) return math.type(value) == "integer" and value >= from and value <= to end
end

local day = whole(0, 7) -- 0 to 6 in one source, 1 to 7 in another

local function days(value)
  if day(value) then return true end
  if type(value) ~= "table" or value == json.null or #value == 0 then return false end
  for _, one in ipairs(value) do
    if not day(one) then return false end
  end
  return true
end

-- Whether a field of a body is right.
local fits = {
  freq = function(value) return frequencies[value] ~= nil end, hour = whole(0, 23), minute = whole(0, 59),
  day_of_month = whole(1, 31), day_of_week = days, time_zone = function(value) return type(value) == "string" end,
}
local needs = {
  daily = { "hour" }, weekly = { "hour", "day_of_week" }, monthly = { "hour", "day_of_month" },
}

--- Reads what was posted, strictly: a field that nobody documents is refused, so that a client's slip does not pass.
---@param given any
---@return table|nil cron   its days as a sorted list of 0 (Sunday) to 6
---@return table|nil wrong  field -> what is wrong with it
function crons.read(given)
  if type(given) ~= "table" or given == json.null then return nil, { cron = "is not an object" } end
  local cron = {}
  for name, value in pairs(given) do
    if not fits[name] then return nil, { [tostring(name)] = "is not a field of a cron" } end
    if value ~= json.null then
      if not fits[name](value) then return nil, { [name] = "is invalid" } end
      cron[name] = value
    end
  end
  if not cron.freq then return nil, { freq = "can't be blank" } end
  for _, name in ipairs(needs[cron.freq] or {}) do
    if cron[name] == nil then return nil, { [name] = "can't be blank" } end
  end
  if cron.day_of_week then
    local list = json.array {}
    for i, one in ipairs(type(cron.day_of_week) == "table" and cron.day_of_week or { cron.day_of_week }) do
      list[i] = one % 7
    end
    table.sort(list)
    cron.day_of_week = list
  end
  return cron
end

return crons
