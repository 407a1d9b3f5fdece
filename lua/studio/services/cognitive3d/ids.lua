-- Ids in bodies: of projects, scenes, versions and sessions, as values or as the rows that have them.
-- SPDX-License-Identifier: MIT
--
-- Ids in paths are route.lua's. In bodies the service tells numbers from texts: a quoted projectId is answered 400.

local check = require "studio.check"
local route = require "studio.route"

local ids = {}

local SESSION = { "sessionId", "sdkSessionId" }

--- Where rows have the id of a session, and that of a version of a scene: in rows of such a version, or of sessions.
ids.session_fields = SESSION
ids.version_fields = { "sceneVersionId", "id" }

--- A value that must be there, whatever the client has for it: what deletes for good takes no default.
---@param what string for messages
---@param name string of the argument
---@param value any
---@return any value
function ids.needed(what, name, value)
  local _, why = route.id(value, "id")
  if why then check.fail("%s: %s %s", what, name, why) end
  return value
end

--- An id as text.
---@param what string for messages
---@param name string of the argument
---@param value any
---@param field string|string[]|nil of a row; default "id"
---@return string
function ids.text(what, name, value, field)
  local text, why = route.id(value, field or "id")
  if not text then check.fail("%s: %s %s", what, name, why) end
  return text --[[@as string]]
end

--- An id as a JSON number.
---@param what string for messages
---@param name string of the argument
---@param value any an integer, its digits, or a row
---@param field string|string[]|nil of a row; default "id"
---@return integer
function ids.number(what, name, value, field)
  local text = ids.text(what, name, value, field)
  local number = math.tointeger(tonumber(text))
  if not number then check.fail("%s: %s must be a number, not '%s'", what, name, text) end
  return number --[[@as integer]]
end

--- The project as a JSON number: the one given, else the client's.
---@param client studio.client
---@param what string for messages
---@param project any? nil: the client's project_id
---@return integer
function ids.project(client, what, project)
  if project == nil then project = client.state.params.project_id end
  return ids.number(what, "project", project)
end

--- A list of ids as texts.
---@param what string for messages
---@param name string of the argument
---@param list any[] values, or rows
---@param field string|string[]|nil of a row; default "id"
---@return string[]
function ids.list(what, name, list, field)
  check.argument(what, name, list, "table")
  local texts = {}
  for i, value in ipairs(list) do texts[i] = ids.text(what, ("%s[%d]"):format(name, i), value, field) end
  if #texts == 0 then check.fail("%s: %s must be a list of one or more", what, name) end
  return texts
end

--- Parameters of a path that names a session below a version of a scene.
---@param what string for messages
---@param session any a row of a scene session names its version itself
---@param version any
---@return table params
function ids.of_version(what, session, version)
  if version == nil and type(session) == "table" then version = session.sceneVersionId end
  return {
    session_id = ids.text(what, "session", session, SESSION),
    version_id = ids.text(what, "version", version, ids.version_fields),
  }
end

--- The organization as text: the one given, else the client's.
---@param client studio.client
---@param what string for messages
---@param organization any? nil: the client's organization_id
---@return string
function ids.organization(client, what, organization)
  if organization == nil then organization = client.state.params.organization_id end
  return ids.text(what, "organization", organization)
end

return ids
