-- Lists of sessions, and single ones. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.cognitive3d.answers"
local evaluate = require "studio.sandbox.cognitive3d.slicer.evaluate"
local json = require "studio.sandbox.json"
local places = require "studio.sandbox.cognitive3d.places"
local requests = require "studio.sandbox.cognitive3d.requests"
local rows = require "studio.sandbox.cognitive3d.session_rows"
local sources = require "studio.sandbox.cognitive3d.slicer.source"
local validate = require "studio.sandbox.cognitive3d.slicer.validate"

local value = requests.value

local PAGE, MAX_PAGE <const> = 50, 100
local FILTERS = { "sessionFilters", "eventFilters", "separableEventFilters", "objectiveFilters", "userFilters" }

-- ---- which sessions, in which order -------------------------------------------------------------------------------

-- What a list can be sorted by.
local orders = {
  date = function(session) return session.start end,
  duration = function(session) return session.duration end,
  participantId = function(session) return session.participant or "" end,
  sessionId = function(session) return session.id end,
  userSessionNumber = function(session) return session.user_session end,
}

local function is_filtered(body)
  for _, name in ipairs(FILTERS) do
    if #(value(body[name]) or {}) > 0 then return true end
  end
end

-- The numbers of those that a list shows, in its order.
local function choose(c3, project, body, version, key)
  local chosen, sort_keys = {}, {}
  local passes = evaluate.matcher(body, sources.new(c3, project, version))
  for k = 1, c3:session_count(project) do
    local session = c3:session_at(project, k)
    local visit = version and requests.visit(session, version)
    if (visit or not version) and passes(session, visit) then
      chosen[#chosen + 1], sort_keys[k] = k, key(session)
    end
  end
  local up = body.sort == "asc"
  table.sort(chosen, function(a, b)
    local x, y = sort_keys[a], sort_keys[b]
    if x == y then x, y = a, b end
    if up then return x < y end
    return x > y
  end)
  return chosen
end

-- Pages of one list are asked for one after the other: what was chosen for the first serves all.
local function chosen_for(c3, project, body, version, key)
  local page, limit = body.page, body.limit
  body.page, body.limit = nil, nil
  local name = ("%d %d %s"):format(project.id, c3.revision, json.encode(body))
  body.page, body.limit = page, limit
  local kept = c3:keep("chosen", function() return {} end)
  if kept.name ~= name then kept.name, kept.list = name, choose(c3, project, body, version, key) end
  return kept.list
end

-- A list that is neither filtered nor sorted otherwise is found by counting.
local function finder(c3, project, body, version, field)
  local made_only = c3.recorded[project.id] == nil
  if made_only and field == "date" and not version and not is_filtered(body) then
    local count = c3:session_count(project)
    if body.sort == "asc" then return count, function(n) return n end end
    return count, function(n) return count + 1 - n end
  end
  local list = chosen_for(c3, project, body, version, orders[field])
  return #list, function(n) return list[n] end
end

-- ---- the list -----------------------------------------------------------------------------------------------------

-- What is wrong with the body, beside what all queries have in common.
local function complaint(body)
  local order = value(body.orderBy) or {}
  if not orders[order.fieldName or "date"] then return "lists are not sorted by orderBy.fieldName" end
  if body.sessionType == "project" and value(body.includeAllObjectiveData) then
    return "includeAllObjectiveData needs scene sessions"
  end
end

-- The version whose stays are listed: none in project mode.
local function scope(c3, body)
  local entity = value(body.entityFilters) or {}
  local project, status, answer = requests.project(c3, entity.projectId)
  if not project then return nil, nil, status, answer end
  if body.sessionType == "project" then return project end
  if not value(entity.versionId) then return nil, nil, answers.error(400, "scene sessions need a versionId") end
  local version = c3.versions[entity.versionId]
  if not version then return nil, nil, answers.not_found "version" end
  return project, version
end

local function list(c3, req)
  local body = req.json
  local code, wrong = validate.body("list", body, c3.settings.lenient)
  if code == 502 then return answers.html(502) end
  wrong = wrong or complaint(body)
  if wrong then return answers.error(400, wrong) end
  local project, version, status, answer = scope(c3, body)
  if not project then return status, answer end
  local field = (value(body.orderBy) or {}).fieldName or "date"
  local count, number = finder(c3, project, body, version, field)
  local limit = math.min(value(body.limit) or PAGE, MAX_PAGE)
  return answers.page(value(body.page) or 0, limit, count, function(n)
    local session = c3:session_at(project, number(n))
    local row = rows.session(c3, session, version and requests.visit(session, version))
    if value(body.includeEvents) then row.events = rows.events(c3, session, version) end
    return row
  end)
end

-- ---- one session --------------------------------------------------------------------------------------------------

local function with_extras(c3, row, session)
  row.warnings, row.subscriptions, row.objectiveResults = json.raw "{}", json.array {}, json.raw "{}"
  row.events = rows.events(c3, session, row.sceneVersionId and c3.versions[row.sceneVersionId])
  return row
end

local function single(c3, req)
  local body = req.json
  local project, status, answer = requests.project(c3, body.projectId)
  if not project then return status, answer end
  local version
  version, status, answer = requests.version(c3, body.sceneId, body.versionId)
  if not version then return status, answer end
  local session = c3:session(project, tostring(body.sessionId))
  local visit = session and requests.visit(session, version)
  if not visit then return answers.not_found "session" end
  return 200, with_extras(c3, rows.session(c3, session, visit), session)
end

-- Properties of each version the session was in, instead of one set for all.
local function single_project(c3, req)
  local body = req.json
  local project, status, answer = requests.project(c3, body.projectId, true)
  if not project then return status, answer end
  local session = c3:session(project, tostring(body.sessionId))
  if not session then return answers.not_found "session" end
  local row = with_extras(c3, rows.session(c3, session), session)
  row.sceneSessionProperties = {}
  for _, visit in ipairs(session.visits) do
    row.sceneSessionProperties[tostring(visit.version.id)] = row.properties
  end
  row.properties = nil
  if not value(body.includeObjectiveData) then row.objectiveResults = nil end
  if value(body.attachSceneSessionData) then
    row.sceneSessions = json.array {}
    for i, visit in ipairs(session.visits) do row.sceneSessions[i] = rows.session(c3, session, visit) end
  end
  return 200, row
end

-- Several of one version, by their ids; what is not there is left out.
local function multi(c3, req)
  local body, found = req.json, {}
  local project, status, answer = requests.project(c3, body.projectId)
  if not project then return status, answer end
  local version
  version, status, answer = requests.version(c3, body.sceneId, body.versionId)
  if not version then return status, answer end
  for _, id in ipairs(value(body.sdkSessionIds) or {}) do
    local session = c3:session(project, tostring(id))
    local visit = session and requests.visit(session, version)
    if visit then found[session.id] = rows.session(c3, session, visit) end
  end
  return 200, answers.object(found)
end

-- All sessions of one participant, in all projects.
local function of_participant(c3, req)
  if tonumber(req.json.organizationId) ~= places.organization then return answers.not_found "organization" end
  local found = json.array {}
  for _, project in pairs(c3.projects) do
    for k = 1, c3:session_count(project) do
      local session = c3:session_at(project, k)
      if session.participant and session.participant == req.json.participantId then
        found[#found + 1] = rows.session(c3, session)
      end
    end
  end
  table.sort(found, function(a, b) return a.startTime > b.startTime end)
  return 200, found
end

return function(add)
  add("POST", "/datasets/sessions/paginatedListQueries", list)
  add("POST", "/datasets/sessions/singleQueries", single)
  add("POST", "/datasets/sessions/singleProjectSessionQueries", single_project)
  add("POST", "/datasets/sessions/multiQueries", multi)
  add("POST", "/datasets/sessions/participantSessionsQueries", of_participant)
end
