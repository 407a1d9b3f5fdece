-- The options of a query as the body that the service takes. SPDX-License-Identifier: MIT
--
-- Pure: nothing is sent. Everything that the service would ignore, get wrong or choke on raises here.

local aggregate = require "studio.services.cognitive3d.query.aggregate"
local check = require "studio.check"
local conditions = require "studio.services.cognitive3d.query.conditions"
local merge = require "studio.merge"
local route = require "studio.route"
local slice = require "studio.services.cognitive3d.query.slice"
local terms = require "studio.services.cognitive3d.query.terms"

local body = {}

local MAIN <const> = "main" -- what our one aggregation is called

local outputs = { json0_key_y = true, json0_list = true, json0_keyed = true, legacy = true }

-- Of these the vendor's pages say both, that x is the first of two slices and that it is the last. Where one is text
-- and the other is not, an answer tells itself; where both are alike, nothing would.
local either_way = { json0_key_y = true, legacy = true }
local session_types = { project = true, scene = true }

local rules = merge(conditions.options, {
  metrics = "table", slice = "table", project = { "number", "table" }, scene = { "string", "table" },
  version = { "number", "table" }, session_type = "string", output = "string",
})

-- Entities --------------------------------------------------------------------------------------------------------

local function id_of(what, name, value)
  local text, why = route.id(value, "id")
  if not text then check.fail("%s: option '%s' %s", what, name, why) end
  return text
end

-- The service wants numbers where it wants numbers, and answers 400 to "10".
local function number_of(what, name, value)
  local number = math.tointeger(id_of(what, name, value))
  if not number then check.fail("%s: option '%s' must be an integer", what, name) end
  return number
end

--- Whose sessions are meant: `project`, and for scene sessions `scene` and `version`.
---@param what string for messages
---@param options table project, scene, version, session_type
---@param project string|integer|nil of the client, where the options have none
---@return table entity_filters
---@return "project"|"scene" session_type
function body.entities(what, options, project)
  local session_type = options.session_type or "project"
  if not session_types[session_type] then
    check.fail("%s: there is no session_type '%s'%s", what, session_type, check.suggestion(session_type, session_types))
  end
  if type(options.project) == "string" then
    check.fail("%s: option 'project' must be a number and not a text, which the service answers with 400", what)
  end
  local given = options.project
  if given == nil then given = project end
  if given == nil then
    check.fail("%s: option 'project' is needed, or project_id of the client", what)
  end
  local entities = { projectId = number_of(what, "project", given) }
  if session_type == "project" then
    for _, name in ipairs { "scene", "version" } do
      if options[name] ~= nil then
        check.fail("%s: option '%s' goes with session_type = \"scene\"; sessions of a project have none", what, name)
      end
    end
    return entities, session_type
  end
  if options.version == nil then
    check.fail("%s: option 'version' is needed: sessions of a scene are kept by the scene's version", what)
  end
  entities.versionId = number_of(what, "version", options.version)
  if options.scene ~= nil then entities.sceneId = id_of(what, "scene", options.scene) end
  return entities, session_type
end

-- Metrics and slices ----------------------------------------------------------------------------------------------

-- { name = metric }, a list of metrics, or a single one (which becomes the column `value`), as a list of pairs.
local function named(what, metrics)
  if aggregate.is(metrics) then return { { "value", metrics } } end
  local list, names, given = {}, {}, 0
  for name, metric in pairs(metrics) do
    if not aggregate.is(metric) then
      check.fail("%s: option 'metrics': '%s' was not made by c3.aggregate", what, tostring(name))
    end
    if type(name) ~= "string" then name = metric.name end
    if names[name] then
      check.fail("%s: option 'metrics': two are called '%s'; give them names: metrics = { NAME = … }", what, name)
    end
    names[name], given = true, given + 1
    list[given] = { name, metric }
  end
  if given == 0 then check.fail("%s: option 'metrics' is empty", what) end
  table.sort(list, function(a, b) return a[1] < b[1] end)
  return list
end

local function slices_of(what, given)
  if slice.is(given) then return { given } end
  local list = {}
  for i, one in ipairs(given or {}) do
    if not slice.is(one) then check.fail("%s: option 'slice': %d was not made by c3.slice", what, i) end
    list[i] = one
  end
  if given and (#list == 0 or next(given, #list) ~= nil) then
    check.fail("%s: option 'slice' must be made by c3.slice, or a list of at most two such", what)
  end
  if #list > 2 then check.fail("%s: option 'slice': the service slices by two at most, not by %d", what, #list) end
  return list
end

-- The shape to ask for: one that says which slice is which.
local function output_of(what, output, columns)
  if output and not outputs[output] then
    check.fail("%s: there is no output '%s'%s", what, output, check.suggestion(output, outputs))
  end
  local alike = columns[2] and columns[1].textual == columns[2].textual
  if output and alike and either_way[output] then
    check.fail("%s: option 'output': in \"%s\" nobody could tell which of '%s' and '%s' is which; say json0_list or "
      .. "json0_keyed", what, output, columns[1].name, columns[2].name)
  end
  return output or alike and "json0_list" or "json0_key_y"
end

--- The body of a query, and how to read its answer.
---@param what string for messages
---@param options studio.cognitive3d.query.options
---@param project string|integer|nil of the client
---@return table body
---@return { main: string, names: string[], columns: studio.cognitive3d.column[], output: string } reading
function body.make(what, options, project)
  if type(options) == "table" and type(options.project) == "string" then body.entities(what, options) end
  options = check.options(what, options, rules)
  if options.metrics == nil then check.fail("%s: option 'metrics' is needed, such as c3.aggregate.count()", what) end
  local entities, session_type = body.entities(what, options, project)
  local operations, names, columns, slice_bys, taken = {}, {}, {}, {}, {}
  for i, pair in ipairs(named(what, options.metrics)) do
    names[i], taken[pair[1]] = pair[1], true
    operations[i] = terms.operation(what .. ": option 'metrics'", pair[2], pair[1], session_type)
  end
  for i, one in ipairs(slices_of(what, options.slice)) do
    if taken[one.name] then
      check.fail("%s: option 'slice': '%s' is the name of two columns; give another with { name = … }", what, one.name)
    end
    taken[one.name] = true
    slice_bys[i], columns[i] = terms.slice_by(what, one, session_type)
  end
  local output = output_of(what, options.output, columns)
  return merge(conditions.read(what, options, session_type), {
    sessionType = session_type, entityFilters = entities,
    aggregations = { { name = MAIN, outputType = output, operations = operations,
      sliceBys = #slice_bys > 0 and slice_bys or nil } },
  }), { main = MAIN, names = names, columns = columns, output = output }
end

return body
