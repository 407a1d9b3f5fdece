-- Operations: dynamic objects, objectives. See cognitive3d_operations.lua. SPDX-License-Identifier: MIT

local results <const> = "POST /v0/datasets/objectives/"
local objective = { id = 4, objectiveVersions = { { id = 8, isActive = false }, { id = 9, isActive = true } } }

return {
  { "objects.list", "GET /v0/versions/7/objects?includeFiles=false", with = { 7, { includeFiles = false } },
    list = "ways" },
  { "objects.list_by_project", "GET /v0/projects/10/objects", list = "ways" },
  { "objects.delete", "DELETE /v0/versions/7/objects/5?sdkSceneId=0a1b&versionNumber=2",
    with = { 7, { id = 5, sdkId = "lamp-1" }, { versionNumber = 2, sdkSceneId = "0a1b" } }, bare = true },

  { "objectives.list", "GET /v0/projects/10/objectives", list = "ways" },
  { "objectives.get", "GET /v0/projects/10/objectives/4", with = { nil, objective } },
  { "objectives.get_by_version", "GET /v0/versions/7/objectives/4", with = { 7, 4 } },
  { "objectives.create", "POST /v0/versions/7/objectives", with = { 7, { name = "Find the exit" } },
    body = '{"name":"Find the exit"}', standing = "third_party" },
  { "objectives.create_version", "POST /v0/versions/7/objectives/4/versions", with = { 7, 4, { name = "2" } },
    body = '{"name":"2"}', standing = "third_party" },
  { "objectives.delete", "DELETE /v0/versions/7/objectives/4", with = { 7, 4 }, bare = true,
    standing = "third_party" },
  { "objectives.results", results .. "objectiveResultQueries", with = { { version = objective } },
    body = '{"projectId":10,"objectiveVersionId":9}' },
  { "objectives.step_results", results .. "objectiveStepResultQueries",
    with = { { objective = 4, slice_by = "version", exclude_tags = { "junk" } } },
    body = [[{"projectId":10,"objectiveId":4,"sliceByObjectiveVersion":true,"sessionFilters":[{"op":"eq",
      "value":false,"field":{"fieldParent":"session","nestedFieldName":"booleanSessionProp",
      "path":"c3d.session_tag.junk"}}]}]] },
  { "objectives.session_data", "GET /v0/versions/7/sessions/1700000000_abc/objectiveData",
    with = { "1700000000_abc", { id = 7 } } },
  { "objectives.csv", "GET /v0/projects/10/objectiveVersions/9/results.csv?excludeJunkAndTestSessions=true",
    with = { nil, 9, { excludeJunkAndTestSessions = true } }, file = "session,step\n" },
}
