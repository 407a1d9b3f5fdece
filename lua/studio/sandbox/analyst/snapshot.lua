-- How a workspace stands, for those who test a client with it. SPDX-License-Identifier: MIT

local json = require "studio.sandbox.json"

local snapshot = {}

local function each_report(ws, visit)
  for _, collection in ipairs(ws.collections) do
    for _, report in ipairs(collection.reports) do visit(report, collection) end
  end
end

--- Archived (tokens), schedules (report token -> how many), changes, collections (count), data_sources (tokens).
---@param ws sandbox.workspace
function snapshot.state(ws)
  local archived, schedules, sources = json.array {}, {}, json.array {}
  each_report(ws, function(report)
    if report.archived then archived[#archived + 1] = report.token end
    schedules[report.token] = #report.schedules
  end)
  table.sort(archived)
  for i, source in ipairs(ws.data_sources) do sources[i] = source.token end
  return { archived = archived, schedules = schedules, changes = ws.changes, collections = #ws.collections,
    data_sources = sources }
end

-- What is null and what is not there are the same to who reads it, and so are no parameters and none at all.
local function there(value)
  if value == json.null or type(value) == "table" and next(value) == nil then return nil end
  return value
end

-- The same schedule has the same text, whoever made it: without token and times.
local function text_of(schedule)
  local params = {}
  for name, value in pairs(there(schedule.params) or {}) do params[name] = there(value) end
  return json.encode { name = there(schedule.name), cron = schedule.cron, params = there(params),
    timeout = there(schedule.timeout) }
end

--- Reports and schedules, in one order and without what differs by chance: two sandboxes, or one at two moments, are
--- in the same state when these are equal.
---@param ws sandbox.workspace
function snapshot.dump(ws)
  local reports, schedules = {}, {}
  each_report(ws, function(report, collection)
    reports[report.token] = { name = there(report.name), archived = report.archived, collection = collection.token,
      description = there(report.description) }
    local bodies = json.array {}
    for i, schedule in ipairs(report.schedules) do bodies[i] = text_of(schedule) end
    table.sort(bodies)
    for i, text in ipairs(bodies) do bodies[i] = json.raw(text) end
    schedules[report.token] = bodies[1] and bodies or nil
  end)
  return { reports = reports, schedules = schedules }
end

return snapshot
