-- Routes: projects, scenes, versions of scenes and their files. SPDX-License-Identifier: MIT

local doors = require "studio.services.cognitive3d.routes.doors"

local project = "/v0/projects/{project_id}"
local files = "/v0/versions/{version_id}/files"
local VIEWER = "seen in a session viewer of somebody else"
local LOCATION = "concluded from the rows, which name it (%s)"

return doors.organization {
  { name = "projects.get", verb = "GET", path = project, from = "documented",
    note = "with its scenes and their versions; useImageLocations, attachStats" },
  { name = "projects.create", verb = "POST", path = "/v0/projects", from = "documented",
    required = { "name" }, defaults = { type = "vr" },
    find_out = "read the organization (its projects) and look for it before trying again",
    note = "name, description, type, organizationId, enableGeoIp; what is answered is not documented" },
  { name = "projects.update", verb = "PUT", path = project, from = "documented",
    note = "name, type, categoryIds, enableGeoIp; what is answered is not documented" },
  { name = "projects.delete", verb = "DELETE", path = project, from = "third_party",
    note = "seen in a re-implementation by others; the dashboard can delete projects" },
  { name = "projects.scenes", verb = "GET", path = project .. "/scenes", from = "documented", paging = "once",
    note = "with their versions; attachStats" },

  { name = "scenes.get", verb = "GET", path = "/v0/scenes/{scene_id}", from = "documented",
    note = "with its versions and their stats; a slash at its end is answered 404" },

  { name = "versions.gltf", verb = "GET", path = files .. "/scene/scene.gltf", from = "third_party",
    answer = "file", note = VIEWER },
  { name = "versions.optimized_gltf", verb = "GET", path = files .. "/optimized/scene/scene.gltf",
    from = "third_party", answer = "file", note = VIEWER .. "; of versions with isOptimized" },
  { name = "versions.screenshot", verb = "GET", path = files .. "/screenshot_small/screenshot.png", from = "assumed",
    answer = "file", note = LOCATION:format "latestScreenshotLocation" },
  { name = "versions.object_thumbnail", verb = "GET", path = files .. "/objects/{mesh}/cvr_object_thumbnail.png",
    from = "assumed", answer = "file",
    note = LOCATION:format "thumbnailLocation" .. "; what stands before /objects is a guess" },
}
