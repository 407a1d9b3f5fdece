-- The slicer's routes as they are: client.queries. client:query writes their bodies. SPDX-License-Identifier: MIT
--
-- Bodies are the service's own. Where one names no project, the client's stands in; sessionType is "project" unless the
-- body says otherwise (the service itself would take scene sessions).

local check = require "studio.check"
local ids = require "studio.services.cognitive3d.ids"
local merge = require "studio.merge"

---@class studio.cognitive3d.queries
local queries = {}

local function ask(client, name, body, options)
  local what = "queries:" .. name
  body = merge(check.argument(what, "body", body or {}, "table"))
  local entities = merge(body.entityFilters)
  if type(entities.projectId) == "string" then
    check.fail("%s: entityFilters.projectId must be a number: the service answers 400 to a text", what)
  end
  entities.projectId = ids.project(client, what, entities.projectId)
  body.entityFilters = entities
  return client:call("queries." .. name, nil, body, options)
end

--- Which types, aggregations and fields there are.
---@param options studio.call_options?
---@return table? slicer_options nil, err on failure
---@return table response_or_err
function queries:options(options) return self.client:call("queries.options", nil, nil, options) end

--- Names of the properties that sessions and events have: textualSessionProp, numericalEventProp …
---@param body table? entityFilters, sessionType, filters
---@param options studio.call_options?
---@return table<string, string[]>? names nil, err on failure
---@return table response_or_err
function queries:property_names(body, options) return ask(self.client, "property_names", body, options) end

--- The same by another route, which the vendor's Python client sends; it may be gone.
---@param body table?
---@param options studio.call_options?
---@return table<string, string[]>? names nil, err on failure
---@return table response_or_err
function queries:project_property_names(body, options)
  return ask(self.client, "project_property_names", body, options)
end

--- The values that a field has.
---@param body table field; entityFilters, sessionType, maxTerms (default 256), filters
---@param options studio.call_options?
---@return any[]? values nil, err on failure
---@return table response_or_err
function queries:field_values(body, options) return ask(self.client, "field_values", body, options) end

--- Aggregations.
---@param body table aggregations; entityFilters, sessionType, filters
---@param options studio.call_options?
---@return table? answer { aggregations = … }; nil, err on failure
---@return table response_or_err
function queries:slice(body, options) return ask(self.client, "slice", body, options) end

-- An object by its sdkId, which is a text; asked with its id, a number, the service finds nothing and says nothing.
local function sdk_id(what, name, value)
  if type(value) == "number" then
    check.fail("%s: %s must be the object's sdkId (a text) or its row, and not its id", what, name)
  end
  return ids.text(what, name, value, "sdkId")
end

--- How objects were looked at, over all sessions of a version of a scene.
---@param body table objectIds (sdkIds, or rows of objects); entityFilters with sceneId and versionId, gazeType
---  ("gaze", "fixation")
---@param options studio.call_options?
---@return table? answer { sessionCount, metrics by sdkId }; nil, err on failure
---@return table response_or_err
function queries:object_metrics(body, options)
  local what = "queries:object_metrics"
  body = merge(check.argument(what, "body", body or {}, "table"))
  local list = {}
  for i, object in ipairs(check.argument(what, "objectIds", body.objectIds, "table")) do
    list[i] = sdk_id(what, ("objectIds[%d]"):format(i), object)
  end
  if #list == 0 then check.fail("%s: objectIds must be a list of one or more", what) end
  body.objectIds = list
  return ask(self.client, "object_metrics", body, options)
end

--- How one object was looked at, session by session. All ids are sent as texts, as the vendor's reference has them.
---@param body table objectId (sdkId, or the object's row), sceneId, versionId; projectId, gazeType ("gaze", "fixation")
---@param options studio.call_options?
---@return table? answer { metrics by session }; nil, err on failure
---@return table response_or_err
function queries:object_session_metrics(body, options)
  local what = "queries:object_session_metrics"
  body = merge(check.argument(what, "body", body or {}, "table"))
  if body.projectId == nil then body.projectId = self.client.state.params.project_id end
  for _, name in ipairs { "projectId", "versionId", "sceneId" } do
    if body[name] ~= nil then body[name] = ids.text(what, name, body[name]) end
  end
  if body.objectId ~= nil then body.objectId = sdk_id(what, "objectId", body.objectId) end
  return self.client:call("queries.object_session_metrics", nil, body, options)
end

return queries
