-- What requests name: the project, scene, version or session of a path or a body. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.cognitive3d.answers"
local json = require "studio.sandbox.json"

local requests = {}

--- A value of a body, with null as absent.
function requests.value(v)
  if v == json.null then return nil end
  return v
end

local function whole(text) return math.tointeger(tonumber(text)) end

--- A handler of one project of the path: handle(c3, req, project).
function requests.on_project(handle)
  return function(c3, req)
    local project = c3.projects[whole(req.args.project)]
    if not project then return answers.not_found "project" end
    return handle(c3, req, project)
  end
end

--- The project that a version belongs to.
function requests.project_of(c3, version) return c3.projects[c3.scenes[version.sceneId].projectId] end

--- A handler of one version of the path: handle(c3, req, version, project).
function requests.on_version(handle)
  return function(c3, req)
    local version = c3.versions[whole(req.args.version)]
    if not version then return answers.not_found "version" end
    return handle(c3, req, version, requests.project_of(c3, version))
  end
end

--- A handler of one session of the project in the path: handle(c3, req, session).
function requests.on_session(handle)
  return requests.on_project(function(c3, req, project)
    local session = c3:session(project, req.args.session)
    if not session then return answers.not_found "session" end
    return handle(c3, req, session)
  end)
end

--- A handler of one session's time in the version of the path: handle(c3, req, session, visit).
function requests.on_scene_session(handle)
  return requests.on_version(function(c3, req, version, project)
    local session = c3:session(project, req.args.session)
    local visit = session and requests.visit(session, version)
    if not visit then return answers.not_found "session" end
    return handle(c3, req, session, visit)
  end)
end

--- The session's stay in a version; nil when it was never there.
function requests.visit(session, version)
  for _, visit in ipairs(session.visits) do
    if visit.version == version then return visit end
  end
end

--- The project that a body's number names. A number in quotes is none (the service says 400).
---@param value any
---@param loose boolean?  whether a text with digits is one too
---@return table? project
---@return integer? status
---@return table? body
function requests.project(c3, value, loose)
  local id = math.type(value) == "integer" and value or loose and type(value) == "string" and whole(value)
  if not id then return nil, answers.error(400, "projectId must be a number") end
  local project = c3.projects[id]
  if not project then return nil, answers.not_found "project" end
  return project
end

--- The version of a scene that a body names.
---@return table? version
---@return integer? status
---@return table? body
function requests.version(c3, scene_id, version_id)
  if math.type(version_id) ~= "integer" then return nil, answers.error(400, "versionId must be a number") end
  local version = c3.versions[version_id]
  local scene = c3:scene(scene_id)
  if not version or not scene or version.sceneId ~= scene.id then return nil, answers.not_found "version" end
  return version
end

--- The project of a query's entityFilters, and the version when it asks about sessions of a scene.
---@param c3 sandbox.c3
---@param body table
---@return table? project
---@return table? version
---@return integer? status
---@return table? answer
function requests.scope(c3, body)
  local entity = requests.value(body.entityFilters) or {}
  local project, status, answer = requests.project(c3, entity.projectId)
  if not project then return nil, nil, status, answer end
  if body.sessionType == "project" then return project end
  if not requests.value(entity.versionId) then
    return nil, nil, answers.error(400, "scene sessions need a versionId")
  end
  local version = c3.versions[entity.versionId]
  if not version then return nil, nil, answers.not_found "version" end
  return project, version
end

return requests
