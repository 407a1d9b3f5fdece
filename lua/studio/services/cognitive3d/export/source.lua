-- What each and export ask of the service: pages of the list, raw data of a session. SPDX-License-Identifier: MIT

local check = require "studio.check"
local conditions = require "studio.services.cognitive3d.query.conditions"
local ids = require "studio.services.cognitive3d.ids"
local merge = require "studio.merge"
local page = require "studio.page"
local walk = require "studio.services.cognitive3d.export.walk"

local source = {}

-- Sessions of a page: no client of the vendor's asks for more, and a service that sends fewer is taken at its word.
local PAGE <const> = 100

local DATE <const> = { fieldParent = "session", fieldName = "date" }

-- Sessions of a project, or of a version of a scene.
local function entities(client, what, options)
  local found = { projectId = ids.project(client, what, options.project) }
  if (options.scene == nil) ~= (options.version == nil) then
    check.fail("%s: options 'scene' and 'version' go together: they choose a version of a scene", what)
  elseif options.version ~= nil then
    found.sceneId = ids.text(what, "scene", options.scene)
    found.versionId = ids.number(what, "version", options.version)
  end
  return found
end

-- The filters that are the same for all pages; the dates change with them.
local function conditions_of(what, options, mode)
  local lasting = merge(options)
  lasting.from, lasting.to = nil, nil
  return conditions.read(what, lasting, mode)
end

--- What is to be asked for.
---@param client studio.client
---@param what string for messages
---@param options studio.cognitive3d.selection
---@return studio.cognitive3d.export.source
function source.new(client, what, options)
  local entity = entities(client, what, options)
  local mode = entity.versionId and "scene" or "project"
  local lists = conditions_of(what, options, mode)
  local self = { description = merge(lists, { sessionType = mode, entityFilters = entity }) }

  function self.list(from, to, number)
    local filters = { { op = "gte", field = DATE, value = from }, { op = "lte", field = DATE, value = to } }
    table.move(lists.sessionFilters or {}, 1, #(lists.sessionFilters or {}), 3, filters)
    local body = merge(self.description, { sessionFilters = filters, page = number, limit = PAGE, sort = "asc",
      orderBy = DATE, includeEvents = false, includeAllObjectiveData = false })
    local list, response, info = page.list(client, "sessions.list", nil, body, { timeout = options.timeout })
    if not list then return nil, response end
    return list, { last = info.last ~= nil and number + 1 >= info.last }
  end

  function self.ask(session, kind, path)
    local id, route = walk.id(session), "sessions.json"
    local fields = { sessionId = id, jsonType = kind }
    local params = { project_id = entity.projectId, session_id = id }
    if mode == "scene" then
      route, params = "sessions.version_json", { version_id = entity.versionId, session_id = id }
      fields.projectId, fields.sceneId = entity.projectId, entity.sceneId
    else
      fields.indicateSceneOnDatum = true
    end
    return client:call(route, params, fields, { save_to = path, timeout = options.timeout })
  end

  function self.problem_of_list(fields) return client:problem("sessions.list", fields) end
  function self.problem(fields) return client:problem("sessions.json", fields) end
  return self
end

return source
