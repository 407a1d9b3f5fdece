-- Operations: sessions. See cognitive3d_operations.lua. SPDX-License-Identifier: MIT

local S <const> = "1700000000_abc"
local SCENE <const> = { scene = "0a1b", version = 7 }
local datasets <const> = "POST /v0/datasets/sessions/"

return {
  -- With a sort: without one sessions:each walks by date, in several requests (cognitive3d_export_spec.lua).
  { "sessions.list", datasets .. "paginatedListQueries", with = { { sort = "desc" } }, page = "ways",
    body = [[{"page":0,"limit":100,"sort":"desc","orderBy":{"fieldName":"date","fieldParent":"session"},
      "entityFilters":{"projectId":10},"sessionType":"project","includeEvents":false,
      "includeAllObjectiveData":false}]] },
  { "sessions.get", datasets .. "singleQueries", with = { S, SCENE },
    body = '{"projectId":10,"sceneId":"0a1b","sessionId":"1700000000_abc","versionId":7}' },
  { "sessions.project_session", datasets .. "singleProjectSessionQueries", with = { { sessionId = S } },
    body = [[{"projectId":10,"sessionId":"1700000000_abc","attachSceneSessionData":true,
      "includeObjectiveData":true}]] },
  { "sessions.multi", datasets .. "multiQueries", with = { { S, "1_b" }, SCENE }, standing = "third_party",
    body = '{"projectId":10,"sceneId":"0a1b","versionId":7,"sdkSessionIds":["1700000000_abc","1_b"]}' },
  { "sessions.participant", datasets .. "participantSessionsQueries", with = { "p1" },
    body = '{"organizationId":"1","participantId":"p1"}' },

  { "sessions.json", "POST /v0/projects/10/sessions/1700000000_abc/jsonRequests",
    with = { S, { type = "events", addProperties = true } },
    body = '{"sessionId":"1700000000_abc","jsonType":"EVENTS","addProperties":true}' },
  { "sessions.version_json", "POST /v0/versions/7/sessions/1700000000_abc/jsonRequests", method = "sessions.json",
    with = { S, { type = "GAZE", scene = "0a1b", version = 7 } },
    body = '{"sessionId":"1700000000_abc","jsonType":"GAZE","projectId":10,"sceneId":"0a1b"}' },
  { "sessions.zip", "GET /v0/projects/10/sessions/1700000000_abc/jsonZipRequest", with = { S, {} }, file = "PK…" },
  { "sessions.version_zip", "GET /v0/versions/7/sessions/1700000000_abc/jsonZipRequest?projectId=10&sceneId=0a1b",
    method = "sessions.zip", with = { S, SCENE }, file = "PK…" },
  { "sessions.metadata", "GET /v0/versions/7/sessions/1700000000_abc/metadata", with = { S, 7 } },
  { "sessions.metadata_lookups", "POST /v0/projects/10/sessions/metadataLookups",
    with = { { { session = S, scene = "0a1b" } } },
    body = '{"sdkIdSceneIds":[{"sdkId":"1700000000_abc","sceneId":"0a1b"}]}' },
  { "sessions.gaze", "GET /v0/versions/7/gaze/1700000000_abc", with = { { sessionId = S, sceneVersionId = 7 } },
    standing = "third_party" },

  { "sessions.report", "GET /v0/projects/10/sessions/1700000000_abc/report.pdf", with = { S, {} }, file = "%PDF-1.4" },
  { "sessions.version_report", "GET /v0/versions/7/sessions/1700000000_abc/report.pdf?projectId=10&sceneId=0a1b",
    method = "sessions.report", with = { S, SCENE }, file = "%PDF-1.4" },
  { "sessions.reports_pdf", "POST /v0/versions/7/sessionsReport.pdf?projectId=10&sceneId=0a1b",
    with = { { S }, SCENE }, body = '{"sessionIds":["1700000000_abc"]}', file = "%PDF-1.4" },
  { "sessions.mail", "POST /v0/versions/7/sessions/1700000000_abc/reportEmails",
    with = { S, { "ann@example.com" }, SCENE },
    body = '{"sceneId":"0a1b","projectId":10,"recipients":["ann@example.com"]}' },
}
