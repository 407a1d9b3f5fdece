-- Dynamic objects: those of a version, and of all versions of a project. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.cognitive3d.answers"
local json = require "studio.sandbox.json"
local requests = require "studio.sandbox.cognitive3d.requests"

local function of_version(_, _, version)
  return 200, json.array { table.unpack(version.objects) }
end

local function of_project(_, _, project)
  local list = json.array {}
  for _, scene in ipairs(project.scenes) do
    for _, version in ipairs(scene.versions) do table.move(version.objects, 1, #version.objects, #list + 1, list) end
  end
  return 200, list
end

-- By its number, not by the name that samples have for it; what else it is of stands in the query.
local function delete(c3, req, version)
  local scene = c3.scenes[version.sceneId]
  if tonumber(req.query.versionNumber) ~= version.versionNumber or req.query.sdkSceneId ~= scene.sdkFacingId then
    return answers.error(400, "versionNumber and sdkSceneId must be those of the version")
  end
  for i, object in ipairs(version.objects) do
    if object.id == tonumber(req.args.object) then
      table.remove(version.objects, i)
      return 200
    end
  end
  return answers.not_found "object"
end

return function(add)
  add("GET", "/versions/{version}/objects", requests.on_version(of_version))
  add("GET", "/projects/{project}/objects", requests.on_project(of_project))
  add("DELETE", "/versions/{version}/objects/{object}", requests.on_version(delete), { writes = true })
end
