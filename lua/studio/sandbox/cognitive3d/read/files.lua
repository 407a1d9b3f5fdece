-- Files of versions: as they were uploaded, or as the versions of the beginning have them. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.cognitive3d.answers"
local json = require "studio.sandbox.json"
local png = require "studio.sandbox.png"
local ranges = require "studio.sandbox.ranges"
local requests = require "studio.sandbox.cognitive3d.requests"
local uploads = require "studio.sandbox.cognitive3d.uploads"

local PNG = "image/png"

-- A room of one triangle, and the bytes it refers to.
local TRIANGLE = ("<fffffffff"):pack(0, 0, 0, 1, 0, 0, 0, 1, 0)

local function gltf(version)
  return json.encode { asset = { version = "2.0", generator = "studio-sandbox" }, scene = 0,
    scenes = { { name = version.sceneId, nodes = { 0 } } }, nodes = { { mesh = 0 } },
    meshes = { { primitives = { { attributes = { POSITION = 0 } } } } },
    accessors = { { bufferView = 0, componentType = 5126, count = 3, type = "VEC3", min = { 0, 0, 0 },
      max = { 1, 1, 0 } } },
    bufferViews = { { buffer = 0, byteLength = #TRIANGLE } },
    buffers = { { byteLength = #TRIANGLE, uri = "scene.bin" } } }
end

-- By path: content type, and what makes the bytes.
local function model(version) return "model/gltf+json", gltf(version) end
local function buffer() return "application/octet-stream", TRIANGLE end
local function screenshot(version) return PNG, png.picture(version.versionNumber, version.id) end

local made = {
  ["scene/scene.gltf"] = model, ["scene/scene.bin"] = buffer, ["screenshot_small/screenshot.png"] = screenshot,
}
local optimized = { ["optimized/scene/scene.gltf"] = model, ["optimized/scene/scene.bin"] = buffer }

-- A version whose scene was uploaded has its own files, and nothing stands in for others.
local function find(version, path)
  local own = uploads.find(version, path)
  if own then return own.type, own.bytes end
  if uploads.find(version, "scene/scene.gltf") then return nil end
  local make = made[path] or version.isOptimized and optimized[path]
  if make then return make(version) end
  for n, object in ipairs(version.objects) do
    local thumbnail = ("objects/%s/cvr_object_thumbnail.png"):format(object.meshName)
    if path == thumbnail then return PNG, png.picture(n, object.id) end
  end
end

-- Names of files may hold what a path has to escape.
local function unescape(text)
  return (text:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end

local function file(_, req, version)
  local kind, bytes = find(version, unescape(req.path:match "/files/(.+)$"))
  if not kind then return answers.not_found "file" end
  return ranges.answer(req, bytes, { ["content-type"] = kind, etag = ('"%d-%d"'):format(version.id, #bytes) })
end

return function(add)
  local files = "/versions/{version}/files/"
  add("GET", files .. "{file}", requests.on_version(file))
  add("GET", files .. "{folder}/{file}", requests.on_version(file))
  add("GET", files .. "{folder}/{inner}/{file}", requests.on_version(file))
end
