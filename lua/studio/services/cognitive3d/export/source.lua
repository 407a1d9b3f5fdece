-- What each and export ask of the service: pages of the list, raw data of a session. SPDX-License-Identifier: MIT

local check = require "studio.check"
local ids = require "studio.services.cognitive3d.ids"
local page = require "studio.page"
local walk = require "studio.services.cognitive3d.export.walk"

local source = {}

-- Sessions of a page: no client of the vendor's asks for more, and a service that sends fewer is taken at its word.
local PAGE <const> = 100

local DATE <const> = { fieldParent = "session", fieldName = "date" }

-- Lists of filters: their options, and what the service calls them.
local FILTERS <const> = { filters = "sessionFilters", events = "eventFilters", users = "userFilters",
  objectives = "objectiveFilters" }

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

---@class studio.cognitive3d.export.source
---@field description table what is asked for, whatever the dates
---@field list fun(from: integer, to: integer, page: integer): table?, table
---@field problem_of_list fun(fields: table): studio.error

--- What is to be asked for.
---@param client studio.client
---@param what string for messages
---@param options studio.cognitive3d.selection
---@return studio.cognitive3d.export.source
function source.new(client, what, options)
  local self = { description = { entityFilters = entities(client, what, options) } }
  local asked = self.description
  asked.sessionType = asked.entityFilters.versionId and "scene" or "project"
  for option, name in pairs(FILTERS) do asked[name] = options[option] end

  function self.list(from, to, number)
    local filters = { { op = "gte", field = DATE, value = from }, { op = "lte", field = DATE, value = to } }
    table.move(asked.sessionFilters or {}, 1, #(asked.sessionFilters or {}), 3, filters)
    local body = { page = number, limit = PAGE, sort = "asc", orderBy = DATE, includeEvents = false,
      includeAllObjectiveData = false }
    for name, value in pairs(asked) do body[name] = value end
    body.sessionFilters = filters
    local list, response, info = page.list(client, "sessions.list", nil, body, { timeout = options.timeout })
    if not list then return nil, response end
    return list, { last = info.last ~= nil and number + 1 >= info.last }
  end

  function self.ask(session, kind, path)
    local id, route = walk.id(session), "sessions.json"
    local fields = { sessionId = id, jsonType = kind }
    local params = { project_id = asked.entityFilters.projectId, session_id = id }
    if asked.sessionType == "scene" then
      route, params = "sessions.version_json", { version_id = asked.entityFilters.versionId, session_id = id }
      fields.projectId, fields.sceneId = asked.entityFilters.projectId, asked.entityFilters.sceneId
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
