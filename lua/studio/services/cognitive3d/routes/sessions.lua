-- Routes: sessions, their raw data, reports. SPDX-License-Identifier: MIT
--
-- Bodies speak of ids as numbers or texts, and the service tells them apart: sessions.lua sees to that.

local doors = require "studio.services.cognitive3d.routes.doors"

local queries = "/v0/datasets/sessions/"
local of_project = "/v0/projects/{project_id}/sessions/{session_id}"
local of_version = "/v0/versions/{version_id}/sessions/{session_id}"
local JSON = "jsonType: GAZE, FIXATION, EVENTS, DYNAMICS, SENSORS, BOUNDARY or ALL"

return doors.organization {
  { name = "sessions.list", verb = "POST", path = queries .. "paginatedListQueries", from = "documented", reads = true,
    key = "results", paging = "from_zero", id_field = "sessionId", required = { "entityFilters" },
    defaults = { sessionType = "project" },
    note = "entityFilters.projectId is a number, a text is answered 400; without sessionType the service takes scene "
      .. "sessions; no client of the vendor's asks for more than 100 a page" },
  { name = "sessions.get", verb = "POST", path = queries .. "singleQueries", from = "documented", reads = true,
    required = { "projectId", "sceneId", "sessionId", "versionId" }, note = "the session's part in one scene" },
  { name = "sessions.project_session", verb = "POST", path = queries .. "singleProjectSessionQueries",
    from = "documented", reads = true, required = { "projectId", "sessionId" },
    defaults = { attachSceneSessionData = true, includeObjectiveData = true } },
  { name = "sessions.multi", verb = "POST", path = queries .. "multiQueries", from = "third_party", reads = true,
    required = { "projectId", "sceneId", "versionId", "sdkSessionIds" },
    note = "seen in a session viewer of somebody else; answers an object by session" },
  { name = "sessions.participant", verb = "POST", path = queries .. "participantSessionsQueries",
    from = "documented", reads = true, required = { "organizationId", "participantId" },
    note = "organizationId is a text; what is answered is not documented" },

  { name = "sessions.json", verb = "POST", path = of_project .. "/jsonRequests", from = "documented", reads = true,
    required = { "sessionId", "jsonType" }, note = JSON .. "; raw data of the whole session" },
  { name = "sessions.version_json", verb = "POST", path = of_version .. "/jsonRequests", from = "documented",
    reads = true, required = { "sessionId", "jsonType", "projectId", "sceneId" },
    note = JSON .. "; raw data of one scene" },
  { name = "sessions.zip", verb = "GET", path = of_project .. "/jsonZipRequest", from = "documented", answer = "file",
    note = "every jsonType in one archive, made while the caller waits" },
  { name = "sessions.version_zip", verb = "GET", path = of_version .. "/jsonZipRequest", from = "documented",
    answer = "file", required = { "projectId", "sceneId" } },
  { name = "sessions.metadata", verb = "GET", path = of_version .. "/metadata", from = "documented",
    note = "what is answered is not documented" },
  { name = "sessions.metadata_lookups", verb = "POST", path = "/v0/projects/{project_id}/sessions/metadataLookups",
    from = "documented", reads = true, required = { "sdkIdSceneIds" }, note = "what is answered is not documented" },
  { name = "sessions.gaze", verb = "GET", path = "/v0/versions/{version_id}/gaze/{session_id}",
    from = "third_party",
    note = "seen in a session viewer of somebody else; times in seconds, positions to be divided by the version's "
      .. "scale. sessions.json is the documented way" },

  { name = "sessions.report", verb = "GET", path = of_project .. "/report.pdf", from = "documented", answer = "file" },
  { name = "sessions.version_report", verb = "GET", path = of_version .. "/report.pdf", from = "documented",
    answer = "file", required = { "sceneId", "projectId" } },
  { name = "sessions.reports_pdf", verb = "POST", path = "/v0/versions/{version_id}/sessionsReport.pdf",
    from = "documented", answer = "file", reads = true, query = { "sceneId", "projectId" },
    note = "of several sessions: sessionIds; the vendor's table of its routes says sessionFilters instead" },
  { name = "sessions.mail", verb = "POST", path = of_version .. "/reportEmails", from = "documented",
    required = { "sceneId", "projectId", "recipients" },
    find_out = "ask a recipient whether it came: sending it again sends another mail",
    note = "sends the report to people" },
}
