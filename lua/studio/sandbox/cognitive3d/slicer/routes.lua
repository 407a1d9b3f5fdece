-- The slicer's routes: queries about many sessions at once. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.cognitive3d.answers"
local evaluate = require "studio.sandbox.cognitive3d.slicer.evaluate"
local fields = require "studio.sandbox.cognitive3d.slicer.fields"
local json = require "studio.sandbox.json"
local metrics = require "studio.sandbox.cognitive3d.slicer.metrics"
local shape = require "studio.sandbox.cognitive3d.slicer.shape"
local sources = require "studio.sandbox.cognitive3d.slicer.source"
local validate = require "studio.sandbox.cognitive3d.slicer.validate"

-- What a large project's query answers when it takes too long is a proxy's page.
local function refusal(status, message)
  if status == 502 then return answers.html(502) end
  return answers.error(status, message)
end

-- The sessions of a project, or of a version of one of its scenes; nil, status, body.
local function sessions_of(c3, entity)
  local project = c3.projects[entity.projectId]
  if not project then return nil, answers.not_found "project" end
  local id = shape.given(entity.versionId)
  local version = id and c3.versions[id]
  local scene = version and c3.scenes[version.sceneId]
  if id and not (scene and scene.projectId == project.id) then return nil, answers.not_found "version" end
  local named = shape.given(entity.sceneId)
  if named and c3:scene(named) ~= scene then return nil, answers.not_found "scene" end
  return sources.new(c3, project, version)
end

-- A handler for bodies of a kind: answer(body, source).
local function query(kind, answer)
  return function(c3, req)
    local body = req.json
    local status, message = validate.body(kind, body, c3.settings.lenient)
    if status then return refusal(status, message) end
    local source, code, text = sessions_of(c3, body.entityFilters)
    if not source then return code, text end
    return 200, answer(body, source)
  end
end

-- { name, display name, needs a field? }
local OPERATIONS = { { "sessionCount", "Total Session Count", false }, { "eventCount", "Total Event Count", false },
  { "min", "Minimum Value", true }, { "max", "Maximum Value", true }, { "average", "Average Value", true },
  { "sum", "Sum of Values", true } }

local function described(kinds)
  local list = json.array {}
  for name, kind in pairs(kinds) do list[#list + 1] = { name = name, valueType = kind } end
  table.sort(list, function(a, b) return a.name < b.name end)
  return list
end

-- What there is to ask for, the same for all projects. Only the four names at the top are published.
local function options()
  local types, operations = json.array {}, json.array {}
  for i, name in ipairs { "numerical", "integral", "timestamp", "textual", "boolean" } do
    local counts = fields.is_number { type = name }
    types[i] = { name = name, numericalOperations = counts, relationalOperations = counts }
  end
  for i, facts in ipairs(OPERATIONS) do
    operations[i] = { name = facts[1], displayName = facts[2], requiresField = facts[3] }
  end
  return 200, { valueTypes = types, aggregationOps = operations, sessionFields = described(fields.session),
    eventFields = described(fields.event) }
end

-- The vendor's example has texts where there are numbers elsewhere.
local function whole(value) return math.tointeger(tonumber(value)) end

local function per_session(c3, req)
  local body = req.json
  local entity = { projectId = whole(body.projectId), sceneId = body.sceneId, versionId = whole(body.versionId) }
  if not entity.projectId or not entity.versionId then
    return answers.error(400, "projectId and versionId must be numbers, or texts with numbers")
  end
  if body.gazeType ~= "gaze" and body.gazeType ~= "fixation" then
    return answers.error(400, "gazeType must be gaze or fixation")
  end
  if shape.text(body.objectId, "objectId") then return answers.error(400, "objectId must be the object's sdkId") end
  local source, status, answer = sessions_of(c3, entity)
  if not source then return status, answer end
  return 200, metrics.of_sessions(body.objectId, body.gazeType, source)
end

return function(add)
  local sessions = "/datasets/sessions/"
  add("GET", sessions .. "slicerOptions", options)
  add("POST", sessions .. "slicerQueries", query("slicer", evaluate.aggregations))
  add("POST", sessions .. "slicerPropertyNameQueries", query("names", evaluate.property_names))
  add("POST", "/propertyNameQueries", query("names", evaluate.property_names))
  add("POST", sessions .. "slicerFieldValuesQueries", query("values", evaluate.field_values))
  add("POST", sessions .. "slicerObjectMetricQueries", query("objects", metrics.of_objects))
  add("POST", sessions .. "slicerSingleObjectPerSessionMetricQueries", per_session)
end
