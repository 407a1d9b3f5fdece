-- Objectives, and what came of them. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.cognitive3d.answers"
local evaluate = require "studio.sandbox.cognitive3d.slicer.evaluate"
local json = require "studio.sandbox.json"
local objectives = require "studio.sandbox.cognitive3d.objectives"
local requests = require "studio.sandbox.cognitive3d.requests"
local sources = require "studio.sandbox.cognitive3d.slicer.source"
local validate = require "studio.sandbox.cognitive3d.slicer.validate"

local value = requests.value

local LONGEST_NAME <const> = 32

-- ---- the objectives themselves ------------------------------------------------------------------------------------

local function row(objective, whole)
  local one = {}
  for name, field in pairs(objective) do one[name] = field end
  one.sceneVersionId, one.sceneId = objective.sceneVersionId or json.null, objective.sceneId or json.null
  one.objectiveVersions = json.array { table.unpack(objective.objectiveVersions) }
  if whole then one.lmsConfigurationMetadata = json.null else one.createdAt, one.updatedAt = nil, nil end
  return one
end

local function list(c3, _, project)
  local all = json.array {}
  for i, objective in ipairs(objectives.of(c3, project)) do all[i] = row(objective) end
  return 200, all
end

-- A handler of an objective of the path's project: of its own, or of the version's.
local function on_objective(handle)
  local function with(c3, req, project)
    local objective, place = objectives.find(c3, math.tointeger(tonumber(req.args.objective)))
    if not objective or objective.projectId ~= project.id then return answers.not_found "objective" end
    return handle(c3, req, objective, place)
  end
  local in_project = requests.on_project(with)
  local in_version = requests.on_version(function(c3, req, _, project) return with(c3, req, project) end)
  return function(c3, req) return (req.args.project and in_project or in_version)(c3, req) end
end

local function get(_, _, objective) return 200, row(objective, true) end

-- The steps of a write as a version of the objective, which is the one that counts from now on.
local function new_version(c3, objective, steps)
  for _, one in ipairs(objective.objectiveVersions) do one.isActive = false end
  local id, components = c3:id(), {}
  for n, step in ipairs(steps) do
    components[n] = { id = c3:id(), sequenceNumber = n, isStep = true, isStrict = false, isNonSequential = false }
    for name, field in pairs(step) do components[n][name] = field end
  end
  table.insert(objective.objectiveVersions, { id = id, isActive = true, saveToSession = true, criteria = "all",
    propertyLabel = objective.name, objectiveComponents = components })
end

local function complaint(body, named)
  local name, steps = value(body.name), value(body.steps)
  if named and (type(name) ~= "string" or name == "") then return "name is needed" end
  if named and utf8.len(name) > LONGEST_NAME then return "name has 32 characters at most" end
  if type(steps) ~= "table" or #steps == 0 then return "steps is empty" end
end

local function create(c3, req, version, project)
  local body = req.json
  local wrong = complaint(body, true)
  if wrong then return answers.error(400, wrong) end
  local now = c3:now()
  local objective = { id = c3:id(), name = body.name, description = value(body.description) or "", enabled = true,
    projectId = project.id, sceneVersionId = version.id, sceneId = version.sceneId, objectiveVersions = {},
    createdAt = now, updatedAt = now }
  new_version(c3, objective, body.steps)
  table.insert(objectives.all(c3), objective)
  return 200, row(objective, true)
end

local function create_version(c3, req, objective)
  local wrong = complaint(req.json)
  if wrong then return answers.error(400, wrong) end
  new_version(c3, objective, req.json.steps)
  objective.updatedAt = c3:now()
  return 200, row(objective, true)
end

-- Its results are gone with it.
local function delete(c3, _, _, place)
  table.remove(objectives.all(c3), place)
  return 200
end

-- ---- results ------------------------------------------------------------------------------------------------------

local function mean(sum, n) return n > 0 and sum / n or json.null end

-- The results that pass a body's filters: calls look(objective version id, steps, session) for each.
local function each_result(c3, project, body, look)
  local source = sources.new(c3, project)
  local passes = evaluate.matcher(body, source)
  for session in source.each() do
    if passes(session) then
      for id, steps in pairs(c3:results(session)) do look(id, steps, session) end
    end
  end
end

-- Which versions a body asks about: one, those of an objective, or all of the project. An id of another kind finds
-- nothing, and that is no error.
local function wanted(c3, project, body)
  local one, of = value(body.objectiveVersionId), value(body.objectiveId)
  local ids = {}
  for _, objective in ipairs(objectives.of(c3, project)) do
    for _, version in ipairs(objective.objectiveVersions) do
      if (not one or version.id == one) and (not of or objective.id == of) then ids[version.id] = objective.id end
    end
  end
  return ids
end

-- A handler of a query about results: answer(c3, body, project, ids).
local function query(answer)
  return function(c3, req)
    local body = req.json
    local status, message = validate.body("objectives", body, c3.settings.lenient)
    if status == 502 then return answers.html(502) end
    if status then return answers.error(status, message) end
    local project, refusal, why = requests.project(c3, body.projectId)
    if not project then return refusal, why end
    return 200, answer(c3, body, project, wanted(c3, project, body))
  end
end

local function sorted(by_id, name)
  local rows = json.array {}
  for id, sum in pairs(by_id) do
    sum[name] = id
    rows[#rows + 1] = sum
  end
  table.sort(rows, function(a, b) return a[name] < b[name] end)
  return rows
end

local function count_results(c3, body, project, ids)
  local by_objective = value(body.sliceByObjective)
  local sliced, all, slices = by_objective or value(body.sliceByObjectiveVersion), { succeeded = 0, failed = 0 }, {}
  for id, objective in pairs(ids) do slices[by_objective and objective or id] = { succeeded = 0, failed = 0 } end
  each_result(c3, project, body, function(id, steps)
    if not ids[id] then return end
    local how, slice = objectives.passed(steps) and "succeeded" or "failed", slices[by_objective and ids[id] or id]
    all[how], slice[how] = all[how] + 1, slice[how] + 1
  end)
  return sliced and sorted(slices, by_objective and "objectiveId" or "objectiveVersionId") or all
end

-- Steps of one version, or of several together, by number.
local function add_steps(rows, steps, session)
  for _, step in ipairs(steps) do
    local sum = rows[step.step] or { step = step.step, succeeded = 0, failed = 0, completion = 0, duration = 0 }
    rows[step.step], sum[step.result] = sum, sum[step.result] + 1
    if step.timestamp then
      sum.completion, sum.duration = sum.completion + step.timestamp - session.start, sum.duration + step.duration
    end
  end
end

local function step_rows(rows)
  local list_of = json.array {}
  for n, sum in ipairs(rows) do
    list_of[n] = { step = n, succeeded = sum.succeeded, failed = sum.failed,
      averageStepCompletionTime = mean(sum.completion, sum.succeeded),
      averageStepDuration = mean(sum.duration, sum.succeeded) }
  end
  return list_of
end

local function count_steps(c3, body, project, ids)
  local all, slices = {}, {}
  for id in pairs(ids) do slices[id] = {} end
  each_result(c3, project, body, function(id, steps, session)
    if not ids[id] then return end
    add_steps(all, steps, session)
    add_steps(slices[id], steps, session)
  end)
  if not value(body.sliceByObjectiveVersion) then return step_rows(all) end
  local answer = {}
  for id, rows in pairs(slices) do answer[tostring(id)] = step_rows(rows) end
  return answers.object(answer)
end

local function of_session(c3, _, session)
  local found = {}
  for id, steps in pairs(c3:results(session)) do found[tostring(id)] = steps end
  return 200, answers.object(found)
end

local function is_junk(session)
  for _, tag in ipairs(session.tags) do
    if tag == "test" or tag == "junk" then return true end
  end
end

local function cell(text)
  text = tostring(text or "")
  return text:find '[",\r\n]' and '"' .. text:gsub('"', '""') .. '"' or text
end

-- A row for each session and step.
local function csv(c3, req, project)
  local version, objective = objectives.version(c3, math.tointeger(tonumber(req.args.objective_version)))
  if not version or objective.projectId ~= project.id then return answers.not_found "objective version" end
  local lines = { "sessionId,sessionName,participantId,date,step,stepName,result,timestamp,duration" }
  each_result(c3, project, {}, function(id, steps, session)
    if id ~= version.id or req.query.excludeJunkAndTestSessions == "true" and is_junk(session) then return end
    for n, step in ipairs(steps) do
      lines[#lines + 1] = table.concat({ session.id, cell(session.friendly), cell(session.participant),
        answers.iso(session.start), n, cell(version.objectiveComponents[n].name), step.result, step.timestamp or "",
        step.duration or "" }, ",")
    end
  end)
  return 200, table.concat(lines, "\n") .. "\n", { ["content-type"] = "text/csv" }
end

return function(add)
  local in_project, in_version, results = "/projects/{project}/", "/versions/{version}/", "/datasets/objectives/"
  add("GET", in_project .. "objectives", requests.on_project(list))
  add("GET", in_project .. "objectives/{objective}", on_objective(get))
  add("GET", in_version .. "objectives/{objective}", on_objective(get))
  add("POST", in_version .. "objectives", requests.on_version(create), { writes = true })
  add("POST", in_version .. "objectives/{objective}/versions", on_objective(create_version), { writes = true })
  add("DELETE", in_version .. "objectives/{objective}", on_objective(delete), { writes = true })
  add("POST", results .. "objectiveResultQueries", query(count_results))
  add("POST", results .. "objectiveStepResultQueries", query(count_steps))
  add("GET", in_version .. "sessions/{session}/objectiveData", requests.on_scene_session(of_session))
  add("GET", in_project .. "objectiveVersions/{objective_version}/results.csv", requests.on_project(csv))
end
