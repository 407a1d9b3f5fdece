-- Files of versions: what was uploaded, with the type it came with; else something small of the right kind.
-- SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.cognitive3d.answers"
local json = require "studio.sandbox.json"
local png = require "studio.sandbox.png"
local requests = require "studio.sandbox.cognitive3d.requests"
local uploads = require "studio.sandbox.cognitive3d.uploads"

-- The least that is a glTF: a scene with nothing in it.
local function gltf(name)
  return json.encode { asset = { version = "2.0", generator = "sandbox" }, scene = 0,
    scenes = json.array { { name = name } } }
end

-- Is there a mesh of that name in the version?
local function has_mesh(version, name)
  for _, object in ipairs(version.objects) do
    if object.meshName == name then return true end
  end
end

-- What stands in for files of the scenes that nobody has uploaded; nil: not even that.
local function stand_in(c3, version, path)
  if version.files then return nil end
  local scene = c3.scenes[version.sceneId]
  if path == "scene/scene.gltf" or path == "optimized/scene/scene.gltf" and version.isOptimized then
    return gltf(scene.sceneName), "model/gltf+json"
  end
  local mesh = path:match "^objects/([^/]+)/cvr_object_thumbnail%.png$"
  if path == "screenshot_small/screenshot.png" or mesh and has_mesh(version, mesh) then
    return png.picture(version.versionNumber, version.id), "image/png"
  end
end

local function get(c3, req, version)
  local args = req.args
  local path = args.folder .. "/" .. (args.inner and args.inner .. "/" or "") .. args.file
  local file = uploads.find(version, path)
  if file then return 200, file.bytes, { ["content-type"] = file.type } end
  local bytes, media_type = stand_in(c3, version, path)
  if not bytes then return answers.not_found "file" end
  return 200, bytes, { ["content-type"] = media_type }
end

return function(add)
  add("GET", "/versions/{version}/files/{folder}/{file}", requests.on_version(get))
  add("GET", "/versions/{version}/files/{folder}/{inner}/{file}", requests.on_version(get))
end
