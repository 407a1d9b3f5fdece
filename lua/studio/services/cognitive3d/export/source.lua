-- What each and export ask of the service: pages of the list, raw data of a session. SPDX-License-Identifier: MIT

local merge = require "studio.merge"
local page = require "studio.page"
local session_list = require "studio.services.cognitive3d.session_list"
local walk = require "studio.services.cognitive3d.export.walk"

local source = {}

local DATE <const> = { fieldParent = "session", fieldName = "date" }

-- What of a body is not said by the query, but by where the walk is.
local PLACE <const> = { "page", "limit", "sort", "orderBy" }

--- What is to be asked for.
---@param client studio.client
---@param what string for messages
---@param query studio.cognitive3d.list_query? without dates, order and page
---@param options studio.call_options? of each call
---@return studio.cognitive3d.export.source
function source.new(client, what, query, options)
  local body = merge(session_list.body(client, what, query), { sort = "asc", orderBy = DATE })
  local entity, lasting = body.entityFilters, body.sessionFilters or {}
  local self = { description = merge(body) }
  for _, name in ipairs(PLACE) do self.description[name] = nil end

  function self.list(from, to, number)
    local filters = { { op = "gte", field = DATE, value = from }, { op = "lte", field = DATE, value = to } }
    table.move(lasting, 1, #lasting, 3, filters)
    body.page, body.sessionFilters = number, filters
    local list, response, info = page.list(client, "sessions.list", nil, body, options)
    if not list then return nil, response end
    -- A service that sends fewer than it was asked for may still count its pages by what it was asked for.
    local cut = number == 0 and (info.total or 0) > #list
    return list, { last = info.last ~= nil and number + 1 >= info.last and not cut }
  end

  function self.ask(session, kind, path)
    local id, route = walk.id(session), "sessions.json"
    local fields = { sessionId = id, jsonType = kind }
    local params = { project_id = entity.projectId, session_id = id }
    if entity.versionId then
      route, params = "sessions.version_json", { version_id = entity.versionId, session_id = id }
      fields.projectId, fields.sceneId = entity.projectId, session.sceneId or entity.sceneId
    else
      fields.indicateSceneOnDatum = true
    end
    return client:call(route, params, fields, merge(options, { save_to = path }))
  end

  function self.problem_of_list(fields) return client:problem("sessions.list", fields) end
  function self.problem(fields) return client:problem("sessions.json", fields) end
  return self
end

return source
