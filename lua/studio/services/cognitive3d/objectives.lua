-- Objectives, and how sessions did: client.objectives. SPDX-License-Identifier: MIT
--
-- An objective has versions of its own; results are those of such a version, whose id is not the objective's. The
-- service answers nothing, and no error, to the wrong kind of id: so rows are the safe way to name either. Project
-- scope is needed, and for writes the role of an admin.

local check = require "studio.check"
local conditions = require "studio.services.cognitive3d.query.conditions"
local ids = require "studio.services.cognitive3d.ids"
local lists = require "studio.lists"
local merge = require "studio.merge"

---@class studio.cognitive3d.objectives
---@field list studio.cognitive3d.list_of of a project
---@field each studio.cognitive3d.each_of
---@field pages studio.cognitive3d.pages_of
local objectives = {}
lists(objectives, "objectives", { "project_id" })

---@param project studio.cognitive3d.id? default: the client's project_id
---@param objective studio.cognitive3d.id
---@param options studio.call_options?
---@return table? objective nil, err on failure
---@return table response_or_err
function objectives:get(project, objective, options)
  return self.client:call("objectives.get", { project_id = project, objective_id = objective }, nil, options)
end

--- By a version of a scene.
---@param version studio.cognitive3d.id
---@param objective studio.cognitive3d.id
---@param options studio.call_options?
---@return any? objective nil, err on failure
---@return table response_or_err
function objectives:get_by_version(version, objective, options)
  return self.client:call("objectives.get_by_version", { version_id = version, objective_id = objective }, nil,
    options)
end

--- Makes an objective. The vendor publishes no route for it: this one is old, and its body is not known.
---@param version studio.cognitive3d.id of a scene
---@param fields table name (at most 32 characters), description, steps
---@param options studio.call_options?
---@return any? objective nil, err on failure
---@return table response_or_err
function objectives:create(version, fields, options)
  return self.client:call("objectives.create", { version_id = version }, fields, options)
end

--- Gives an objective other steps. As old as objectives:create.
---@param version studio.cognitive3d.id of a scene
---@param objective studio.cognitive3d.id
---@param fields table steps
---@param options studio.call_options?
---@return any? objective nil, err on failure
---@return table response_or_err
function objectives:create_version(version, objective, fields, options)
  return self.client:call("objectives.create_version", { version_id = version, objective_id = objective }, fields,
    options)
end

--- Deletes an objective with all its results, for good. As old as objectives:create.
---@param version studio.cognitive3d.id of a scene
---@param objective studio.cognitive3d.id
---@param options studio.call_options?
---@return any? deleted true, or what the service answered; nil, err on failure
---@return table response_or_err
function objectives:delete(version, objective, options)
  return self.client:call("objectives.delete", { version_id = version, objective_id = objective }, nil, options)
end

-- Results -----------------------------------------------------------------------------------------

---@class studio.cognitive3d.results_query: studio.cognitive3d.conditions without `objectives`
---@field project integer|string|table|nil default: the client's project_id
---@field objective integer|string|table|nil its id, or the row
---@field version integer|string|table|nil of the objective: its id, its row, or the objective's row, which stands for
---  its active version
---@field slice_by "objective"|"version"|nil

local rules = merge(conditions.options, { project = { "integer", "string", "table" },
  objective = { "integer", "string", "table" }, version = { "integer", "string", "table" }, slice_by = "string" })
rules.objectives = nil

local slices = { objective = "sliceByObjective", version = "sliceByObjectiveVersion" }

-- The active version of an objective's row; other values as they are.
local function version_of(what, value)
  if type(value) ~= "table" or value.objectiveVersions == nil then return value end
  for _, version in ipairs(value.objectiveVersions) do
    if version.isActive then return version end
  end
  return check.fail("%s: the objective has no active version", what)
end

local function results_body(client, what, query)
  query = check.options(what, query, rules)
  local slice = query.slice_by
  if slice and not slices[slice] then
    check.fail("%s: option 'slice_by' must be \"objective\" or \"version\"", what)
  end
  local version = version_of(what, query.version)
  local body = merge({
    projectId = ids.project(client, what, query.project),
    objectiveId = query.objective ~= nil and ids.number(what, "objective", query.objective) or nil,
    objectiveVersionId = version ~= nil and ids.number(what, "version", version) or nil,
  }, conditions.read(what, query, "project"))
  if slice then body[slices[slice]] = true end
  return body
end

--- How many sessions succeeded and failed.
---@param query studio.cognitive3d.results_query?
---@param options studio.call_options?
---@return table? results { succeeded, failed }, or with slice_by a list of such; nil, err on failure
---@return table response_or_err
function objectives:results(query, options)
  return self.client:call("objectives.results", nil, results_body(self.client, "objectives:results", query), options)
end

--- The same for each step, with average times in ms.
---@param query studio.cognitive3d.results_query?
---@param options studio.call_options?
---@return table? results a list; with slice_by = "version" one for each version, by its id; nil, err on failure
---@return table response_or_err
function objectives:step_results(query, options)
  local body = results_body(self.client, "objectives:step_results", query)
  return self.client:call("objectives.step_results", nil, body, options)
end

--- How one session did, by version of an objective: { step, timestamp, duration, result } for each step.
---@param session studio.cognitive3d.session_id
---@param version studio.cognitive3d.id? of a scene; default: that of the row
---@param options studio.call_options?
---@return table<string, table[]>? data nil, err on failure
---@return table response_or_err
function objectives:session_data(session, version, options)
  return self.client:call("objectives.session_data", ids.of_version("objectives:session_data", session, version), nil,
    options)
end

--- Results of all sessions as CSV, a row for each session and step.
---@param project studio.cognitive3d.id? default: the client's project_id
---@param version studio.cognitive3d.id of the objective; or the objective's row, which stands for its active version
---@param query table? excludeJunkAndTestSessions, targetNewObjectives (booleans)
---@param options studio.call_options? save_to
---@return string? bytes_or_path nil, err on failure
---@return table response_or_err
function objectives:csv(project, version, query, options)
  local params = { project_id = project, objective_version_id = version_of("objectives:csv", version) }
  return self.client:call("objectives.csv", params, query, options)
end

return objectives
