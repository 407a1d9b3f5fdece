-- Objectives, their versions and steps, and how sessions fared in them. SPDX-License-Identifier: MIT
--
-- Results are drawn for each session and version of an objective, so that every route that tells of them says the same.
-- Steps are passed one after the other: after one that failed all fail.

local chance = require "studio.sandbox.chance"
local json = require "studio.sandbox.json"

local objectives = {}

local PASS <const> = 0.85 -- how likely a step is

local function step(n, kind, facts)
  facts.id, facts.sequenceNumber, facts.type = n, n % 10, kind
  facts.isStep, facts.isStrict, facts.isNonSequential = true, false, false
  return facts
end

local function version(id, active, label)
  return { id = id, isActive = active, saveToSession = true, propertyLabel = label, criteria = "all",
    objectiveComponents = {
      step(id * 10 + 1, "eventstep", { name = "Picks something up", eventName = "Item Picked Up",
        occurrenceOperator = "gte", occurrenceValue = 1, propertyConditions = json.array {} }),
      step(id * 10 + 2, "gazestep", { name = "Looks at the till", dynamicObjectIds = { "till" },
        durationOperator = "gte", durationValue = 2 }),
      step(id * 10 + 3, "exitpollstep", { name = "Likes it", exitpollQuestionSetId = "after_visit:2", clusterIndex = 1,
        answerOperator = "gte", answerValue = 5 }),
    } }
end

--- What there is at first.
---@param c3 sandbox.c3
local function first(c3)
  local function objective(id, name, project, scene_version, versions)
    return { id = id, name = name, description = name .. ", at best", projectId = project, enabled = true,
      sceneVersionId = scene_version, sceneId = scene_version and c3.versions[scene_version].sceneId,
      objectiveVersions = versions, createdAt = c3.settings.now * 1000 - 90 * 86400000,
      updatedAt = c3.settings.now * 1000 }
  end
  return {
    objective(501, "Find the till", 10, nil, { version(5011, false, "till"), version(5012, true, "till") }),
    objective(502, "Fetch from the stockroom", 10, 201, { version(5021, true, "stock") }),
    objective(503, "Reach the exit", 11, nil, { version(5031, true, "exit") }),
  }
end

--- All objectives, in order.
function objectives.all(c3) return c3:keep("objectives", first) end

--- Those of a project.
function objectives.of(c3, project)
  local list = {}
  for _, objective in ipairs(objectives.all(c3)) do
    if objective.projectId == project.id then list[#list + 1] = objective end
  end
  return list
end

--- The objective with that id, and its place.
function objectives.find(c3, id)
  for i, objective in ipairs(objectives.all(c3)) do
    if objective.id == id then return objective, i end
  end
end

--- The version with that id, and its objective.
function objectives.version(c3, id)
  for _, objective in ipairs(objectives.all(c3)) do
    for _, one in ipairs(objective.objectiveVersions) do
      if one.id == id then return one, objective end
    end
  end
end

--- Which version judges a session: an objective's first one the oldest quarter of them, its newest the rest.
local function judge(c3, objective, session)
  local versions = objective.objectiveVersions
  local old = session.index and session.index * 4 <= c3:session_count(session.project)
  return versions[old and 1 or #versions]
end

local function is_open_to(objective, session)
  if not objective.sceneVersionId then return true end
  for _, visit in ipairs(session.visits) do
    if visit.version.id == objective.sceneVersionId then return true end
  end
end

-- `timestamp` is ms since 1970, `duration` ms since the step before.
local function steps_of(one, session, number)
  local draw = chance.stream(one.id, "objective", number)
  local list, at, failed, count = {}, 0, false, #one.objectiveComponents
  for n = 1, count do
    failed = failed or draw() > PASS
    local took = math.floor((0.3 + 0.7 * draw()) * session.duration / count)
    if failed then
      list[n] = { step = n, result = "failed" }
    else
      at = at + took
      list[n] = { step = n, timestamp = session.start + at, duration = took, result = "succeeded" }
    end
  end
  return list
end

--- How a session fared: step by step, by the id of the version of each objective.
---@param c3 sandbox.c3
---@param session sandbox.c3_session
---@return table<integer, { step: integer, timestamp: integer?, duration: integer?, result: string }[]>
function objectives.results(c3, session)
  local results = {}
  for _, objective in ipairs(objectives.of(c3, session.project)) do
    if is_open_to(objective, session) and #objective.objectiveVersions > 0 then
      local one = judge(c3, objective, session)
      results[one.id] = steps_of(one, session, session.number or session.start)
    end
  end
  return results
end

--- Did it reach the end?
function objectives.passed(steps) return #steps > 0 and steps[#steps].result == "succeeded" end

return objectives
