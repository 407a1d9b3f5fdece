-- How long and how often objects were looked at: slicerObjectMetricQueries and its kin. SPDX-License-Identifier: MIT

local evaluate = require "studio.sandbox.cognitive3d.slicer.evaluate"
local json = require "studio.sandbox.json"

local metrics = {}

local SAMPLE <const> = 100 -- ms for which a sample of gaze stands

-- Each look at something: object, ms since 1970, ms long. Looks of gaze are samples in a row at the same thing.
local looks = {}

function looks.gaze(session)
  local list, last = {}, nil
  for _, row in ipairs(session:rows "gaze") do
    if last and row.o == last.object then
      last.length = last.length + SAMPLE
    else
      last = row.o and { object = row.o, time = row.time, length = SAMPLE }
      list[#list + 1] = last
    end
  end
  return list
end

function looks.fixation(session)
  local list = {}
  for _, row in ipairs(session:rows "fixations") do
    if row.objectid then list[#list + 1] = { object = row.objectid, time = row.time, length = row.duration } end
  end
  return list
end

-- What one session has of each object: count, length, first (ms from the visit's start), sequence (1: seen first).
local function seen_in(session, visit, kind)
  local found, order = {}, 0
  local from, to = session.start + visit.from, session.start + visit.to
  for _, look in ipairs(looks[kind](session)) do
    local first, last = math.max(look.time, from), math.min(look.time + look.length, to) -- what of it was in the scene
    if last > first then
      local one = found[look.object]
      if not one then
        order = order + 1
        one = { count = 0, length = 0, first = first - from, sequence = order }
        found[look.object] = one
      end
      one.count, one.length = one.count + 1, one.length + last - first
    end
  end
  return found
end

local function ratio(a, b) return b > 0 and a / b or json.null end

--- Of each object over all sessions.
---@param body table
---@param source sandbox.slicer_source  of scene sessions
---@return table answer
function metrics.of_objects(body, source)
  local sums, sessions = {}, 0
  for _, id in ipairs(body.objectIds) do sums[id] = { count = 0, length = 0, first = 0, sequence = 0, sessions = 0 } end
  evaluate.each(body, source, function(seen)
    sessions = sessions + 1
    for id, one in pairs(seen_in(seen.session, seen.visit, body.gazeType)) do
      local sum = sums[id]
      if sum then
        sum.sessions = sum.sessions + 1
        for _, name in ipairs { "count", "length", "first", "sequence" } do sum[name] = sum[name] + one[name] end
      end
    end
  end)
  local answer = {}
  for id, sum in pairs(sums) do
    answer[id] = {
      averageGazeInstanceDuration = ratio(sum.length, sum.count), averageGazeCount = ratio(sum.count, sum.sessions),
      averageGazeLength = ratio(sum.length, sum.sessions), totalGazeCount = sum.count, totalGazeLength = sum.length,
      totalSessionsWithAnyGaze = sum.sessions, proportionOfSessionsWithAnyGaze = ratio(sum.sessions, sessions),
      averageTimeToFirstGaze = ratio(sum.first, sum.sessions), averageGazeSequence = ratio(sum.sequence, sum.sessions),
    }
  end
  return { sessionCount = sessions, metrics = answer }
end

--- Of one object, session by session; sessions in which nobody looked at it are not there.
---@param id string  the object's sdkId
---@param kind "gaze"|"fixation"
---@param source sandbox.slicer_source
---@return table answer
function metrics.of_sessions(id, kind, source)
  local answer = {}
  for session, visit in source.each() do
    local one = seen_in(session, visit, kind)[id]
    if one then
      answer[session.id] = { averageGazeInstanceDuration = one.length / one.count, totalGazeCount = one.count,
        totalGazeLength = one.length, timeToFirstGaze = one.first, gazeSequence = one.sequence,
        sessionDate = session.start }
    end
  end
  return { metrics = next(answer) and answer or json.raw "{}" }
end

return metrics
