-- Checks the bodies of queries, against the grammar as the vendor describes it. SPDX-License-Identifier: MIT
--
-- Strict by default: what the service ignores silently (a slice in the wrong place, a field that is none) is an error
-- here, because a wrong number that looks right helps nobody. `lenient` lets pass what the service lets pass.

local aggregations = require "studio.sandbox.cognitive3d.slicer.aggregations"
local fields = require "studio.sandbox.cognitive3d.slicer.fields"
local filters = require "studio.sandbox.cognitive3d.slicer.filters"
local json = require "studio.sandbox.json"
local shape = require "studio.sandbox.cognitive3d.slicer.shape"

local validate = {}

-- ---- parts that bodies have in common: (value, mode) -> complaint --------------------------------------------------

local checks = {}

local function filters_of(name, parent)
  checks[name] = function(given, mode)
    return shape.each(given, name, function(filter, where) return filters.tree(filter, parent, mode, where) end)
  end
end

filters_of("sessionFilters", "session")
filters_of("eventFilters", "event")
filters_of("separableEventFilters", "event")
function checks.userFilters(given) return shape.each(given, "userFilters", filters.user) end
function checks.objectiveFilters(given) return shape.each(given, "objectiveFilters", filters.objective) end
function checks.aggregations(given, mode) return aggregations.check(given, mode) end

function checks.field(field, mode)
  local _, complaint = fields.read(field, mode, "field")
  return complaint
end

function checks.maxTerms(n)
  return shape.given(n) and shape.whole(n, "maxTerms", 1, aggregations.MOST_TERMS)
end

function checks.page(n) return shape.given(n) and shape.whole(n, "page", 0) end
function checks.limit(n) return shape.given(n) and shape.whole(n, "limit", 1) end

function checks.sort(word)
  word = shape.given(word)
  if word and word ~= "asc" and word ~= "desc" then return 'sort must be "asc" or "desc"' end
end

function checks.orderBy(by, mode)
  if not shape.given(by) then return nil end
  local _, complaint = fields.read(by, mode, "orderBy", "session")
  return complaint
end

local function flag(name)
  checks[name] = function(value)
    value = shape.given(value)
    if value ~= nil and type(value) ~= "boolean" then return name .. " must be true or false" end
  end
end

for _, name in ipairs { "includeEvents", "includeAllObjectiveData", "sliceByObjective", "sliceByObjectiveVersion" } do
  flag(name)
end

-- A quoted number is what the service answers with a 400, though it reads many others.
local function id(value, name)
  value = shape.given(value)
  if value == nil then return nil end
  if type(value) == "string" then return name .. " must be a JSON number, not a text" end
  return shape.whole(value, name, 1)
end

function checks.objectiveId(value) return id(value, "objectiveId") end
function checks.objectiveVersionId(value) return id(value, "objectiveVersionId") end

local UUID <const> = "^%x%x%x%x%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%x%x%x%x%x%x%x%x$"

-- Which project, and for scene sessions which scene and version.
local function check_entity(entity, mode, needs_version)
  if not shape.is_object(entity) then return "entityFilters must be an object with a projectId" end
  if shape.given(entity.projectId) == nil then return "entityFilters.projectId is missing" end
  local complaint = id(entity.projectId, "entityFilters.projectId")
    or shape.no_more(entity, { projectId = true, sceneId = true, versionId = true }, "entityFilters")
  if complaint then return complaint end
  local scene, version = shape.given(entity.sceneId), shape.given(entity.versionId)
  if mode == "project" and (scene or version) then
    return ('entityFilters.%s is not allowed with project sessions: sessionType is "project"'):format(
      scene and "sceneId" or "versionId")
  end
  if scene and not (type(scene) == "string" and scene:find(UUID)) then
    return "entityFilters.sceneId is no id of a scene"
  end
  if version then return shape.whole(version, "entityFilters.versionId", 1) end
  if mode == "scene" and needs_version then
    return 'entityFilters.versionId is missing: without sessionType "project" these are scene sessions'
  end
end

-- ---- kinds of bodies: which parts they have -----------------------------------------------------------------------

local function list(words)
  local names = {}
  for word in words:gmatch "%S+" do names[#names + 1] = word end
  return names
end

local FILTERS <const> = " sessionFilters eventFilters userFilters objectiveFilters separableEventFilters "

local function one_of(...)
  local words = { ... }
  return function(value, name)
    for _, word in ipairs(words) do
      if value == word then return nil end
    end
    return ("%s must be %s"):format(name, table.concat(words, " or "))
  end
end

local function object_ids(given)
  if not json.is_array(given) or #given == 0 then return "objectIds must be an array of the objects' sdkIds" end
  for i, one in ipairs(given) do
    local complaint = shape.text(one, ("objectIds[%d]"):format(i))
    if complaint then return complaint end
  end
end

-- Parts of queries about objects, which share a name with others.
local OF_OBJECTS <const> = { gazeType = one_of("gaze", "fixation"), aggregations = one_of "all",
  objectIds = object_ids }

-- `needs`: the part that must be there; `version`: scene sessions need one; `flat`: the project is named at the top;
-- `own`: checks of its own.
local kinds = {
  list = { parts = list("page limit sort orderBy includeEvents includeAllObjectiveData" .. FILTERS) },
  slicer = { parts = list("aggregations" .. FILTERS), needs = "aggregations", version = true },
  names = { parts = list(FILTERS), version = true },
  values = { parts = list("field maxTerms" .. FILTERS), needs = "field", version = true },
  objects = { parts = list("gazeType aggregations objectIds" .. FILTERS), needs = "objectIds", version = true,
    own = OF_OBJECTS },
  objectives = { flat = true,
    parts = list("objectiveId objectiveVersionId sliceByObjective sliceByObjectiveVersion"
      .. FILTERS) },
}

local function check_head(body, mode, kind)
  if kind.flat then
    if shape.given(body.projectId) == nil then return "projectId is missing" end
    return id(body.projectId, "projectId")
  end
  local said = shape.given(body.sessionType)
  if said and said ~= "project" and said ~= "scene" then return 'sessionType must be "project" or "scene"' end
  return check_entity(body.entityFilters, mode, kind.version)
end

--- Whose sessions a body asks about: without a word they are those of scenes.
---@return "project"|"scene"
function validate.mode(body)
  return shape.given(body.sessionType) == "project" and "project" or "scene"
end

local function check_body(body, kind)
  local mode = kind.flat and "project" or validate.mode(body)
  local complaint = check_head(body, mode, kind)
  if complaint then return complaint end
  if kind.needs and body[kind.needs] == nil then return kind.needs .. " is missing" end
  local known = kind.flat and { projectId = true } or { sessionType = true, entityFilters = true }
  for _, name in ipairs(kind.parts) do known[name] = true end
  complaint = shape.no_more(body, known, "the body")
  for _, name in ipairs(kind.parts) do
    local check = kind.own and kind.own[name]
    if check then
      complaint = complaint or check(body[name], name)
    elseif body[name] ~= nil then
      complaint = complaint or checks[name](body[name], mode)
    end
  end
  return complaint
end

--- Checks a body.
---@param name "list"|"slicer"|"names"|"values"|"objects"|"objectives"
---@param body any          decoded by studio.sandbox.json
---@param lenient boolean?  let pass what the service ignores
---@return integer? status  400; 502 for a range of dates with one end; nil when all is well
---@return string? message
function validate.body(name, body, lenient)
  if not shape.is_object(body) then return 400, "Invalid json" end
  local complaint = shape.judge(lenient or false, check_body, body, kinds[name])
  if complaint then return 400, complaint end
  if not lenient and filters.is_open_ended(body.sessionFilters) then
    return 502, "The query took too long: a range of dates needs both ends."
  end
end

--- Checks filters on sessions alone, as other bodies have them too.
---@param given any   json.array, or nil
---@param mode "project"|"scene"
---@return string? complaint
function validate.filters(given, mode)
  if given == nil or given == json.null then return nil end
  return checks.sessionFilters(given, mode)
end

return validate
