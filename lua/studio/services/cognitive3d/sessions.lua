-- Sessions: client.sessions. SPDX-License-Identifier: MIT
--
-- A session is named by its sessionId, or by a row that has one. `where` says of what project it is, and of which part
-- of it is spoken: { project = …, scene = …, version = … }; the row's own ids and the client's project stand in.

local check = require "studio.check"
local ids = require "studio.services.cognitive3d.ids"
local list = require "studio.services.cognitive3d.session_list"
local merge = require "studio.merge"
local page = require "studio.page"

---@class studio.cognitive3d.sessions
local sessions = {}

---@class studio.cognitive3d.where
---@field project integer|string|table|nil default: that of the row, else the client's project_id
---@field version integer|string|table|nil id of a version of a scene; default: that of the row
---@field scene string|table|nil default: that of the row

local where_options = { project = { "integer", "string", "table" }, version = { "integer", "string", "table" },
  scene = { "string", "table" } }

-- The session's id, its project, and where a scene is spoken of, that and its version.
local function place(client, what, session, where)
  local row = type(session) == "table" and session or {}
  local project, version, scene = where.project, where.version, where.scene
  if project == nil then project = row.projectId end
  if version == nil then version = row.sceneVersionId end
  if scene == nil then scene = row.sceneId end
  return {
    session = session ~= nil and ids.text(what, "session", session, ids.session_fields) or nil,
    project = ids.project(client, what, project),
    version = version ~= nil and ids.number(what, "version", version, ids.version_fields) or nil,
    scene = scene ~= nil and ids.text(what, "scene", scene) or nil,
  }
end

-- The same, for what is about one scene.
local function place_in_scene(client, what, session, where)
  where = check.options(what, where, where_options)
  local at = place(client, what, session, where)
  for _, name in ipairs { "scene", "version" } do
    if not at[name] then check.fail("%s: '%s' is needed: { scene = …, version = … }", what, name) end
  end
  return at
end

-- `where` without the words that say the place, which are ours.
local function rest_of(where)
  local rest = merge(where)
  rest.project, rest.scene, rest.version = nil, nil, nil
  return rest
end

-- Lists -------------------------------------------------------------------------------------------

--- One page, the newest sessions first. What is asked for is counted from page 0.
---@param query studio.cognitive3d.list_query?
---@param options studio.call_options?
---@return table[]? rows nil, err on failure
---@return table response_or_err
---@return studio.page.info info
function sessions:list(query, options)
  return page.list(self.client, "sessions.list", nil, list.body(self.client, "sessions:list", query), options)
end

--- All of them, one after another; raises the error object when a page fails. The oldest comes first, each comes once,
--- and none that was there at the start is left out, whatever comes and goes meanwhile; sessions that begin after the
--- walk did are not among them. `from` and `to` need not be given both. With `sort`, `order_by` or `page` it is a walk
--- by the numbers of pages instead, in that order.
---@param query studio.cognitive3d.list_query?
---@param options studio.call_options?
---@return fun(): table?
function sessions:each(query, options)
  local what = "sessions:each"
  if type(query) == "table" and (query.sort ~= nil or query.order_by ~= nil or query.page ~= nil) then
    return page.each(self.client, "sessions.list", nil, list.body(self.client, what, query), options)
  end
  return require("studio.services.cognitive3d.export").each(self.client, what, query, options)
end

--- Page by page.
---@param query studio.cognitive3d.list_query?
---@param options studio.call_options?
---@return fun(): table[]?, table?, studio.page.info?
function sessions:pages(query, options)
  return page.pages(self.client, "sessions.list", nil, list.body(self.client, "sessions:pages", query), options)
end

-- One session, or some ----------------------------------------------------------------------------

--- A session's part in one scene, with its events (at most some 8,000).
---@param session studio.cognitive3d.session_id
---@param where studio.cognitive3d.where? scene and version are needed, where the row does not tell
---@param options studio.call_options?
---@return table? session nil, err on failure
---@return table response_or_err
function sessions:get(session, where, options)
  local at = place_in_scene(self.client, "sessions:get", session, where)
  return self.client:call("sessions.get", nil, {
    projectId = at.project, sceneId = at.scene, sessionId = at.session, versionId = at.version,
  }, options)
end

--- A whole session, through all its scenes: sceneSessionProperties by version.
---@param session studio.cognitive3d.session_id
---@param where table? project; attachSceneSessionData, includeObjectiveData (default true)
---@param options studio.call_options?
---@return table? session nil, err on failure
---@return table response_or_err
function sessions:project_session(session, where, options)
  where = where or {}
  local at = place(self.client, "sessions:project_session", session, where)
  local fields = merge(rest_of(where), { projectId = at.project, sessionId = at.session })
  return self.client:call("sessions.project_session", nil, fields, options)
end

--- Several sessions of one version of a scene.
---@param list_of_sessions studio.cognitive3d.session_id[]
---@param where studio.cognitive3d.where scene and version are needed
---@param options studio.call_options?
---@return table<string, table>? by_id nil, err on failure
---@return table response_or_err
function sessions:multi(list_of_sessions, where, options)
  local what = "sessions:multi"
  local at = place_in_scene(self.client, what, nil, where)
  return self.client:call("sessions.multi", nil, {
    projectId = at.project, sceneId = at.scene, versionId = at.version,
    sdkSessionIds = ids.list(what, "sessions", list_of_sessions, ids.session_fields),
  }, options)
end

--- The sessions of a participant, in all projects of the organization.
---@param participant string its participantId, or a row that has one
---@param organization studio.cognitive3d.id? default: the client's organization_id
---@param options studio.call_options?
---@return any? answer nil, err on failure
---@return table response_or_err
function sessions:participant(participant, organization, options)
  local what = "sessions:participant"
  return self.client:call("sessions.participant", nil, {
    organizationId = ids.organization(self.client, what, organization),
    participantId = ids.text(what, "participant", participant, "participantId"),
  }, options)
end

-- Raw data ----------------------------------------------------------------------------------------

local streams = { GAZE = true, FIXATION = true, EVENTS = true, DYNAMICS = true, SENSORS = true, BOUNDARY = true,
  ALL = true }

-- A route of the project's, or, where a version is named, that of the version's.
local function choose(client, name, session, where)
  local what = "sessions:" .. name
  where = check.argument(what, "where", where or {}, "table")
  if where.version == nil and where.scene == nil then
    local at = place(client, what, session, { project = where.project })
    return "sessions." .. name, { project_id = at.project, session_id = at.session }, {}, at
  end
  local at = place_in_scene(client, what, session,
    { project = where.project, scene = where.scene, version = where.version })
  return "sessions.version_" .. name, { version_id = at.version, session_id = at.session },
    { projectId = at.project, sceneId = at.scene }, at
end

---@class studio.cognitive3d.json_query: studio.cognitive3d.where
---@field type string "GAZE", "FIXATION", "EVENTS", "DYNAMICS", "SENSORS", "BOUNDARY" or "ALL"
---@field addGeo boolean?
---@field addMetadata boolean?
---@field addProperties boolean?
---@field separateSceneData boolean? by versionId
---@field indicateSceneOnDatum boolean?
---@field sessionRelativeTimestamps boolean?
---@field convertMillisToSeconds boolean?
---@field sizeToConvertGapsToMillis number? ms

--- Everything that was recorded of one kind, or of all: of the whole session, or, where a version is named, of one
--- scene. Nothing is cut, as it is in the lists.
---@param session studio.cognitive3d.session_id
---@param query studio.cognitive3d.json_query
---@param options studio.call_options? save_to: for what is too long to be kept in memory
---@return table|string|nil data decoded, or the path that it was saved to; nil, err on failure
---@return table response_or_err
function sessions:json(session, query, options)
  local what = "sessions:json"
  check.argument(what, "query", query, "table")
  local kind = check.argument(what, "type", query.type, "string"):upper()
  if not streams[kind] then check.fail("%s: there is no type '%s'%s", what, kind, check.suggestion(kind, streams)) end
  local route, params, fields, at = choose(self.client, "json", session, query)
  local body = merge(rest_of(query), fields, { sessionId = at.session, jsonType = kind })
  body.type = nil
  return self.client:call(route, params, body, options)
end

--- All of it in one zip archive.
---@param session studio.cognitive3d.session_id
---@param where studio.cognitive3d.where? with scene and version: of that scene alone
---@param options studio.call_options? save_to
---@return string? bytes_or_path nil, err on failure
---@return table response_or_err
function sessions:zip(session, where, options)
  local route, params, fields = choose(self.client, "zip", session, where)
  return self.client:call(route, params, fields, options)
end

--- What is known of a session's part in a scene. Its shape is not documented.
---@param session studio.cognitive3d.session_id
---@param version studio.cognitive3d.id? default: that of the row
---@param options studio.call_options?
---@return any? metadata nil, err on failure
---@return table response_or_err
function sessions:metadata(session, version, options)
  return self.client:call("sessions.metadata", ids.of_version("sessions:metadata", session, version), nil, options)
end

--- The same of several sessions. Its shape is not documented.
---@param list_of_sessions table[] rows, or { session = …, scene = … }
---@param project studio.cognitive3d.id? default: the client's project_id
---@param options studio.call_options?
---@return any? metadata nil, err on failure
---@return table response_or_err
function sessions:metadata_lookups(list_of_sessions, project, options)
  local what = "sessions:metadata_lookups"
  local wanted = {}
  for i, row in ipairs(check.argument(what, "sessions", list_of_sessions, "table")) do
    check.argument(what, "session " .. i, row, "table")
    wanted[i] = {
      sdkId = ids.text(what, "session " .. i, row.session or row, ids.session_fields),
      sceneId = ids.text(what, "scene " .. i, row.scene or row.sceneId),
    }
  end
  return self.client:call("sessions.metadata_lookups", { project_id = project },
    { sdkIdSceneIds = wanted }, options)
end

--- Gaze of one scene as a viewer of somebody else reads it; sessions:json is the documented way.
---@param session studio.cognitive3d.session_id
---@param version studio.cognitive3d.id? default: that of the row
---@param options studio.call_options? save_to
---@return table? gaze nil, err on failure
---@return table response_or_err
function sessions:gaze(session, version, options)
  return self.client:call("sessions.gaze", ids.of_version("sessions:gaze", session, version), nil, options)
end

-- Reports -----------------------------------------------------------------------------------------

--- A report as a PDF.
---@param session studio.cognitive3d.session_id
---@param where studio.cognitive3d.where? with scene and version: of that scene alone
---@param options studio.call_options? save_to
---@return string? bytes_or_path nil, err on failure
---@return table response_or_err
function sessions:report(session, where, options)
  local route, params, fields = choose(self.client, "report", session, where)
  return self.client:call(route, params, fields, options)
end

--- One PDF about several sessions of a version of a scene.
---@param list_of_sessions studio.cognitive3d.session_id[]
---@param where studio.cognitive3d.where scene and version are needed
---@param options studio.call_options? save_to
---@return string? bytes_or_path nil, err on failure
---@return table response_or_err
function sessions:reports_pdf(list_of_sessions, where, options)
  local what = "sessions:reports_pdf"
  local at = place_in_scene(self.client, what, nil, where)
  return self.client:call("sessions.reports_pdf", { version_id = at.version }, {
    sceneId = at.scene, projectId = at.project,
    sessionIds = ids.list(what, "sessions", list_of_sessions, ids.session_fields),
  }, options)
end

--- Has the report sent to people by e-mail. Never repeated when nobody knows whether it was done.
---@param session studio.cognitive3d.session_id
---@param recipients string[] e-mail addresses
---@param where studio.cognitive3d.where? scene and version are needed, where the row does not tell
---@param options studio.call_options?
---@return any? sent nil, err on failure
---@return table response_or_err
function sessions:mail(session, recipients, where, options)
  local what = "sessions:mail"
  if type(recipients) == "string" then recipients = { recipients } end
  local at = place_in_scene(self.client, what, session, where)
  return self.client:call("sessions.mail", { version_id = at.version, session_id = at.session }, {
    sceneId = at.scene, projectId = at.project, recipients = ids.list(what, "recipients", recipients),
  }, options)
end

--- All data of any number of sessions, into files: one for each stream, and one of the sessions. A run that was killed,
--- or in which sessions failed, is gone on with by the same call; the files are those of an undisturbed run.
---@param folder string is made; has export.unfinished in it until the files are whole
---@param options studio.cognitive3d.export.options?
---@return studio.cognitive3d.export.report? report what there is, also when it was stopped; nil: it could not begin
---@return studio.error? err why it was stopped, or could not begin. Without one `report.complete` says whether sessions
---  failed
function sessions:export(folder, options)
  return require("studio.services.cognitive3d.export").export(self.client, folder, options)
end

return sessions
