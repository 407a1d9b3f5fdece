-- Operations: the slicer. See cognitive3d_operations.lua. SPDX-License-Identifier: MIT

local datasets <const> = "/v0/datasets/sessions/"
local PROJECT <const> = '{"sessionType":"project","entityFilters":{"projectId":10}}'
local FIELD <const> = { fieldParent = "session", fieldName = "participantId" }

return {
  { "queries.options", "GET " .. datasets .. "slicerOptions" },
  { "queries.property_names", "POST " .. datasets .. "slicerPropertyNameQueries", body = PROJECT },
  { "queries.field_values", "POST " .. datasets .. "slicerFieldValuesQueries", list = true,
    with = { { field = FIELD } }, body = [[{"sessionType":"project","entityFilters":{"projectId":10},
      "field":{"fieldParent":"session","fieldName":"participantId"}}]] },
  { "queries.slice", "POST " .. datasets .. "slicerQueries",
    with = { { sessionType = "scene", entityFilters = { projectId = 11, versionId = 7 },
      aggregations = { { name = "a", outputType = "json0_key_y", operations = { { type = "sessionCount" } } } } } },
    body = [[{"sessionType":"scene","entityFilters":{"projectId":11,"versionId":7},"aggregations":[{"name":"a",
      "outputType":"json0_key_y","operations":[{"type":"sessionCount"}]}]}]] },
  { "queries.object_metrics", "POST " .. datasets .. "slicerObjectMetricQueries",
    with = { { entityFilters = { sceneId = "0a1b", versionId = 7 }, objectIds = { "lamp-1" } } },
    body = [[{"entityFilters":{"projectId":10,"sceneId":"0a1b","versionId":7},"gazeType":"gaze",
      "aggregations":"all","objectIds":["lamp-1"]}]] },
  { "queries.object_session_metrics", "POST " .. datasets .. "slicerSingleObjectPerSessionMetricQueries",
    with = { { sceneId = "0a1b", versionId = 7, objectId = { sdkId = "lamp-1" }, gazeType = "fixation" } },
    body = [[{"projectId":"10","sceneId":"0a1b","versionId":"7","gazeType":"fixation","aggregations":"all",
      "objectId":"lamp-1"}]] },
  { "queries.project_property_names", "POST /v0/propertyNameQueries", body = PROJECT, standing = "vendor" },
}
