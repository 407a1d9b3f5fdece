-- Routes: the slicer, numbers about sessions and events. SPDX-License-Identifier: MIT
--
-- client:query writes their bodies; here they go as they are given.

local doors = require "studio.services.cognitive3d.routes.doors"

local queries = "/v0/datasets/sessions/"
local ENTITIES = { "entityFilters" }
local PROJECT = { sessionType = "project" }

return doors.organization {
  { name = "queries.options", verb = "GET", path = queries .. "slicerOptions", from = "documented",
    note = "types, aggregations and fields there are; always the same" },
  { name = "queries.property_names", verb = "POST", path = queries .. "slicerPropertyNameQueries",
    from = "documented", reads = true, required = ENTITIES, defaults = PROJECT },
  { name = "queries.field_values", verb = "POST", path = queries .. "slicerFieldValuesQueries", from = "documented",
    reads = true, required = { "entityFilters", "field" }, defaults = PROJECT, note = "maxTerms: 256 if not given" },
  { name = "queries.slice", verb = "POST", path = queries .. "slicerQueries", from = "documented", reads = true,
    required = { "entityFilters", "aggregations" }, defaults = PROJECT, note = "client:query writes it" },
  { name = "queries.object_metrics", verb = "POST", path = queries .. "slicerObjectMetricQueries",
    from = "documented", reads = true, required = { "entityFilters", "objectIds" },
    defaults = { gazeType = "gaze", aggregations = "all" },
    note = "objectIds are the sdkIds; numbers may be null" },
  { name = "queries.object_session_metrics", verb = "POST",
    path = queries .. "slicerSingleObjectPerSessionMetricQueries", from = "documented", reads = true,
    required = { "projectId", "sceneId", "versionId", "objectId" },
    defaults = { gazeType = "gaze", aggregations = "all" }, note = "all ids are texts here" },
  { name = "queries.project_property_names", verb = "POST", path = "/v0/propertyNameQueries", from = "vendor",
    reads = true, required = ENTITIES, defaults = PROJECT,
    note = "cognitive3dpy sends it, and goes on without a word when it fails: it may be gone" },
}
