-- ExitPoll: question sets, hooks, and what sessions answered. SPDX-License-Identifier: MIT
--
-- Both hosts need these: the query host lists answers, the collector hands out questions and takes answers. Answers of
-- generated sessions are those of their exitpoll event.

local json = require "studio.sandbox.json"

local exitpoll = {}

exitpoll.HOOK = "after_visit"

local SKIPPED <const> = -32768 -- what an app sends for a question that was skipped

local function questions(version)
  local list = json.array {
    { type = "BOOLEAN", title = "Did you find the till?", saveToSession = false },
    { type = "SCALE", title = "How was it, \"overall\"?", saveToSession = true, propertyLabel = "satisfaction",
      minLabel = "bad", maxLabel = "good", range = { start = 0, ["end"] = 10 } },
  }
  if version > 1 then list[3] = { type = "VOICE", title = "Anything else?", saveToSession = false,
    maxResponseLength = 10 } end
  return list
end

--- A version of a question set.
local function set(project_id, name, version)
  return { id = ("%s:%d"):format(name, version), name = name, title = "After the visit", version = version,
    status = "active", projectId = project_id, customerId = "sandbox", questions = questions(version), answers = {} }
end

local function first(c3)
  local all = {}
  for _, project in ipairs(c3.made.projects) do
    for version = 1, 2 do all[#all + 1] = set(project.id, exitpoll.HOOK, version) end
  end
  return all
end

--- The sets of a project, of all names and versions; each has `answers`: rows that came in through the collector.
---@param c3 sandbox.c3
---@param project table
---@param name string?  only those of that name
---@return table[]
function exitpoll.sets(c3, project, name)
  local list = {}
  for _, one in ipairs(c3:keep("question sets", first)) do
    if one.projectId == project.id and (not name or one.name == name) then list[#list + 1] = one end
  end
  return list
end

--- A set by its name and version.
function exitpoll.find(c3, project, name, version)
  for _, one in ipairs(exitpoll.sets(c3, project, name)) do
    if one.version == version then return one end
  end
end

--- The hooks of a project, each with the id of its set.
function exitpoll.hooks()
  return { { name = exitpoll.HOOK, description = "When a visit is over", active = true,
    questionSetId = exitpoll.HOOK .. ":2" } }
end

--- What a question set says of itself.
function exitpoll.row(c3, project, one)
  local row = {}
  for name, field in pairs(one) do row[name] = field end
  row.answers, row.customerId, row.versions = nil, nil, json.array {}
  for i, other in ipairs(exitpoll.sets(c3, project, one.name)) do row.versions[i] = other.id end
  return row
end

local function answer_row(one, session, event, n, answer)
  local visit = session:visit(event.time - session.start)
  local skipped = answer == nil or answer == SKIPPED
  return { id = event.eventHash, type = one.questions[n].type, hook = exitpoll.HOOK, questionIndex = n - 1,
    timestamp = event.time, userId = session.user, participantId = session.participant or json.null,
    projectId = one.projectId, sceneId = visit.scene.id, sceneVersionNumber = visit.version.versionNumber,
    sessionId = session.id, sessionFriendlyName = session.friendly or json.null, questionSetId = one.id,
    sessionSqlId = session.index or 0, skipped = skipped, value = skipped and json.null or tostring(answer) }
end

--- The answers that a generated session gave to a set, a row for each question; none to another set than the newest.
---@param one table
---@param session sandbox.c3_session
---@return table[]
function exitpoll.of_session(one, session)
  local rows, last = {}, session.counts.events - 1
  if one.version < 2 or not session.index or last < 2 then return rows end
  local event = session:rows("events", last, last)[1]
  for n = 1, #one.questions do
    rows[n] = answer_row(one, session, event, n, event.properties["Answer" .. n - 1])
  end
  return rows
end

return exitpoll
