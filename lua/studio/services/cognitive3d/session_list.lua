-- What is asked for with sessions:list, as the service takes it. SPDX-License-Identifier: MIT

local body = require "studio.services.cognitive3d.query.body"
local check = require "studio.check"
local conditions = require "studio.services.cognitive3d.query.conditions"
local merge = require "studio.merge"

local session_list = {}

-- Sessions on a page. No client of the vendor's asks for more; a service that sends fewer is read on all the same.
local PAGE <const> = 100

local DATE <const> = { fieldParent = "session", fieldName = "date" }

---@class studio.cognitive3d.list_query: studio.cognitive3d.conditions
---@field project integer|table|nil default: the client's project_id
---@field version integer|table|nil of a scene, by its id: the sessions' parts in it
---@field scene string|table|nil beside it
---@field page integer? from 0, as the service counts
---@field limit integer? sessions on a page, default 100; the service may send fewer
---@field sort "desc"|"asc"|nil default "desc": the newest first
---@field order_by table? a built-in field: { fieldParent = "session", fieldName = "date" }
---@field include_events boolean? at most some 8,000 of each session: then its eventsLimited is true
---@field include_objectives boolean? of scene sessions only

local rules = merge(conditions.options, {
  project = { "number", "string", "table" }, scene = { "string", "table" }, version = { "number", "table" },
  page = "integer", limit = "integer", sort = "string", order_by = "table", include_events = "boolean",
  include_objectives = "boolean",
})

--- The body of a list query.
---@param client studio.client
---@param what string for messages
---@param query studio.cognitive3d.list_query?
---@return table
function session_list.body(client, what, query)
  query = check.options(what, query, rules)
  local of_scene = query.version ~= nil or query.scene ~= nil
  if query.sort and query.sort ~= "asc" and query.sort ~= "desc" then
    check.fail("%s: option 'sort' must be \"asc\" or \"desc\"", what)
  end
  local entities, session_type = body.entities(what, {
    project = query.project, scene = query.scene, version = query.version,
    session_type = of_scene and "scene" or "project",
  }, client.state.params.project_id)
  if query.include_objectives and session_type == "project" then
    check.fail("%s: option 'include_objectives' goes with a version: sessions of a project have none", what)
  end
  return merge({
    page = query.page or 0, limit = query.limit or PAGE, sort = query.sort or "desc", orderBy = query.order_by or DATE,
    entityFilters = entities, sessionType = session_type, includeEvents = query.include_events or false,
    includeAllObjectiveData = query.include_objectives or false,
  }, conditions.read(what, query, session_type))
end

return session_list
