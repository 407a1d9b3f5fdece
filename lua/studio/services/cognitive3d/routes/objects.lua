-- Routes: dynamic objects, objectives and their results. SPDX-License-Identifier: MIT

local doors = require "studio.services.cognitive3d.routes.doors"

local project = "/v0/projects/{project_id}"
local version = "/v0/versions/{version_id}"
local results = "/v0/datasets/objectives/"
local OLD = "seen in an old re-implementation by others; the body is not known"

return doors.organization {
  { name = "objects.list", verb = "GET", path = version .. "/objects", from = "documented", paging = "once",
    note = "includeFiles = false" },
  { name = "objects.list_by_project", verb = "GET", path = project .. "/objects", from = "documented",
    paging = "once", note = "of all versions, each with its versionId" },
  { name = "objects.delete", verb = "DELETE", path = version .. "/objects/{object_id}", from = "documented",
    find_out = "list the version's objects", note = "versionNumber and sdkSceneId go into the query" },

  { name = "objectives.list", verb = "GET", path = project .. "/objectives", from = "documented", paging = "once" },
  { name = "objectives.get", verb = "GET", path = project .. "/objectives/{objective_id}", from = "documented",
    note = "its components come in no order: sequenceNumber tells it" },
  { name = "objectives.get_by_version", verb = "GET", path = version .. "/objectives/{objective_id}",
    from = "documented", note = "by a version of a scene" },
  { name = "objectives.create", verb = "POST", path = version .. "/objectives", from = "third_party",
    find_out = "list the project's objectives and look for it before trying again",
    note = OLD .. "; a name of at most 32 characters; needs the role of an admin" },
  { name = "objectives.create_version", verb = "POST", path = version .. "/objectives/{objective_id}/versions",
    from = "third_party", find_out = "read the objective: its versions", note = OLD },
  { name = "objectives.delete", verb = "DELETE", path = version .. "/objectives/{objective_id}",
    from = "third_party", note = OLD .. "; its results are lost for good" },
  { name = "objectives.results", verb = "POST", path = results .. "objectiveResultQueries", from = "documented",
    reads = true, required = { "projectId" },
    note = "objectiveVersionId is not the objective's id: the wrong one gives nothing, and no error" },
  { name = "objectives.step_results", verb = "POST", path = results .. "objectiveStepResultQueries",
    from = "documented", reads = true, required = { "projectId" }, note = "times in ms, may be null" },
  { name = "objectives.session_data", verb = "GET", path = version .. "/sessions/{session_id}/objectiveData",
    from = "documented" },
  { name = "objectives.csv", verb = "GET", path = project .. "/objectiveVersions/{objective_version_id}/results.csv",
    from = "documented", answer = "file", note = "excludeJunkAndTestSessions, targetNewObjectives" },
}
