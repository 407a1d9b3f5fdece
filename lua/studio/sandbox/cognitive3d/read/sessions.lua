-- Lists of sessions, and single ones. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.cognitive3d.answers"
local evaluate = require "studio.sandbox.cognitive3d.slicer.evaluate"
local json = require "studio.sandbox.json"
local places = require "studio.sandbox.cognitive3d.places"
local requests = require "studio.sandbox.cognitive3d.requests"
local rows = require "studio.sandbox.cognitive3d.session_rows"
local sources = require "studio.sandbox.cognitive3d.slicer.source"
local validate = require "studio.sandbox.cognitive3d.slicer.validate"
local view = require "studio.sandbox.cognitive3d.slicer.view"

local value = requests.value

local PAGE <const>, MAX_PAGE <const> = 50, 100
-- ---- which sessions, in which order -------------------------------------------------------------------------------

local BY_DATE = { fieldParent = "session", fieldName = "date" }

-- Numbers of sessions by what they are sorted by; those without it come last, whatever the order.
local function by_keys(keys, up)
  return function(a, b)
    local x, y = keys[a], keys[b]
    if x == y then x, y = a, b end
    if x == nil or y == nil then return y == nil end
    if up then return x < y end
    return x > y
  end
end

-- The dates between which sessions are wanted, where nothing else is said of them; nil where there is.
local function only_dates(body)
  local from, to = math.mininteger, math.maxinteger
  for name, filters in pairs(body) do
    local list = name:find "Filters$" and name ~= "entityFilters" and value(filters) or {}
    for _, leaf in ipairs(list) do
      local field = name == "sessionFilters" and type(leaf.value) == "number" and leaf.field
      if not field or field.fieldParent ~= "session" or field.fieldName ~= "date" then return nil end
      if leaf.op == "gte" then from = math.max(from, leaf.value)
      elseif leaf.op == "lte" then to = math.min(to, leaf.value)
      else return nil end
    end
  end
  return from, to
end

-- How many of the first sessions begin before a date.
local function count_before(c3, project, date)
  local low, high = 0, c3:session_count(project)
  while low < high do
    local middle = (low + high + 1) // 2
    if c3:session_at(project, middle).start < date then low = middle else high = middle - 1 end
  end
  return low
end

-- The numbers of those that a list shows, in its order.
local function choose(c3, project, body, version)
  local source = sources.new(c3, project, version)
  local passes, field = evaluate.matcher(body, source), view.field(value(body.orderBy) or BY_DATE)
  local chosen, keys = {}, {}
  for k = 1, c3:session_count(project) do
    local session = c3:session_at(project, k)
    local visit = version and requests.visit(session, version)
    if (visit or not version) and passes(session, visit) then
      local key = view.new(session, visit, source):value(field)
      if type(key) == "boolean" then key = key and 1 or 0 end
      chosen[#chosen + 1], keys[k] = k, key
    end
  end
  table.sort(chosen, by_keys(keys, body.sort == "asc"))
  return chosen
end

-- Pages of one list are asked for one after the other: what was chosen for the first serves all.
local function chosen_for(c3, project, body, version)
  local page, limit = body.page, body.limit
  body.page, body.limit = nil, nil
  local came = 0 -- what comes in for a session that is there already changes lists too
  for _, rows_in in pairs(c3.ingested) do came = came + rows_in end
  local name = ("%d %d %s"):format(c3.revision, came, json.encode(body))
  body.page, body.limit = page, limit
  local kept = c3:keep("chosen", function() return {} end)
  if kept.name ~= name then kept.name, kept.list = name, choose(c3, project, body, version) end
  return kept.list
end

-- A list by date, of which only dates are asked, is found by counting.
local function finder(c3, project, body, version)
  local order = value(body.orderBy) or BY_DATE
  local from, to = only_dates(body)
  if from and c3.recorded[project.id] == nil and order.fieldName == "date" and not version then
    local before = count_before(c3, project, from)
    local last = to == math.maxinteger and c3:session_count(project) or count_before(c3, project, to + 1)
    local count = math.max(0, last - before)
    if body.sort == "asc" then return count, function(n) return before + n end end
    return count, function(n) return last + 1 - n end
  end
  local list = chosen_for(c3, project, body, version)
  return #list, function(n) return list[n] end
end

-- ---- the list -----------------------------------------------------------------------------------------------------

-- Objective results are those of one scene's sessions.
local function complaint(c3, body)
  local status, message = validate.body("list", body, c3.settings.lenient)
  if status == 502 then return answers.html(502) end
  if status then return answers.error(status, message) end
  if not c3.settings.lenient and body.sessionType == "project" and body.includeAllObjectiveData == true then
    return answers.error(400, "includeAllObjectiveData is ignored with project sessions")
  end
end

local function results_row(c3, session)
  local row = {}
  for id, steps in pairs(c3:results(session)) do row[tostring(id)] = steps end
  return answers.object(row)
end

local function list(c3, req)
  local body = req.json
  local status, answer, headers = complaint(c3, body)
  if status then return status, answer, headers end
  local project, version, refusal, why = requests.scope(c3, body)
  if not project then return refusal, why end
  local count, number = finder(c3, project, body, version)
  local limit = math.min(value(body.limit) or PAGE, MAX_PAGE)
  return answers.page(value(body.page) or 0, limit, count, function(n)
    local session = c3:session_at(project, number(n))
    local row = rows.session(c3, session, version and requests.visit(session, version))
    if value(body.includeEvents) then row.events = rows.events(c3, session, version) end
    if version and value(body.includeAllObjectiveData) then row.objectiveResults = results_row(c3, session) end
    return row
  end)
end

-- ---- one session --------------------------------------------------------------------------------------------------

local function with_extras(c3, row, session)
  row.warnings, row.subscriptions, row.objectiveResults = json.raw "{}", json.array {}, results_row(c3, session)
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
