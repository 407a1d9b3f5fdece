-- Dynamic objects as editors upload them: meshes, and the manifest that says what stands where.
-- SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.cognitive3d.answers"
local developer = require "studio.sandbox.cognitive3d.collector.developer"
local json = require "studio.sandbox.json"
local uploads = require "studio.sandbox.cognitive3d.uploads"

local MOST <const> = 250 -- objects in a manifest: what the vendor's editor sends at most

local function put_mesh(c3, req, scene)
  local version, status, body = developer.version(scene, req.query.version)
  if not version then return status, body end
  local files
  files, status, body = uploads.files(req)
  if not files then return status, body end
  local has_mesh = false
  for name in pairs(files) do has_mesh = has_mesh or name:find "%.gltf$" ~= nil end
  if not has_mesh and not files["cvr_object_thumbnail.png"] then
    return answers.error(400, "there is neither a .gltf nor a thumbnail")
  end
  uploads.keep(version, ("objects/%s/"):format(req.args.mesh), files)
  uploads.count(c3, scene, "objects")
  return 200, { mesh = req.args.mesh }
end

-- ---- the manifest -------------------------------------------------------------------------------------------------

local KNOWN <const> = { id = "string", mesh = "string", name = "string", isController = "boolean", scaleCustom = 3,
  initialPosition = 3, initialRotation = 4 }
local NEEDED <const> = { "id", "mesh", "name" }

local function is_vector(value, size)
  if not json.is_array(value) or #value ~= size then return false end
  for _, x in ipairs(value) do
    if type(x) ~= "number" then return false end
  end
  return true
end

local function complaint(item, where)
  for name, value in pairs(item) do
    local kind = KNOWN[name]
    if not kind then return ("%s.%s: there is no such field"):format(where, name) end
    if type(kind) == "number" then
      if not is_vector(value, kind) then return ("%s.%s must be %d numbers"):format(where, name, kind) end
    elseif type(value) ~= kind then
      return ("%s.%s must be a %s"):format(where, name, kind)
    end
  end
  for _, name in ipairs(NEEDED) do
    if (item[name] or "") == "" then return ("%s.%s is missing"):format(where, name) end
  end
end

local function check(list)
  if not json.is_array(list) or #list == 0 then return "objects must be an array with one object or more" end
  if #list > MOST then return ("%d objects are too many: %d at most"):format(#list, MOST) end
  for i, item in ipairs(list) do
    local where = ("objects[%d]"):format(i)
    if type(item) ~= "table" or json.is_array(item) or item == json.null then return where .. " must be an object" end
    local wrong = complaint(item, where)
    if wrong then return wrong end
  end
end

local AXES <const> = { "X", "Y", "Z", "W" }

local function spread(object, name, vector, default)
  for i, axis in ipairs(AXES) do
    if i <= #default then object[name .. axis] = (vector or default)[i] end
  end
end

-- An object is known by the id that the SDK gives it; the same id again is the same object.
local function put_object(c3, version, item)
  local object
  for _, one in ipairs(version.objects) do
    if one.sdkId == item.id then object = one end
  end
  if not object then
    object = { id = c3:id(), versionId = version.id, sdkId = item.id, scale = 1, dynamicFileType = "gltf",
      isOptimized = false, createdAt = c3:now() }
    spread(object, "initialScale", nil, { 1, 1, 1 })
    table.insert(version.objects, object)
  end
  object.name, object.meshName, object.isController = item.name, item.mesh, item.isController or false
  object.thumbnailLocation = ("versions/%d/files/objects/%s/cvr_object_thumbnail.png"):format(version.id, item.mesh)
  object.updatedAt = c3:now()
  spread(object, "scaleCustom", item.scaleCustom, { 1, 1, 1 })
  spread(object, "initialPosition", item.initialPosition, { 0, 0, 0 })
  spread(object, "initialRotation", item.initialRotation, { 0, 0, 0, 1 })
end

local function put_manifest(c3, req, scene)
  local version, status, body = developer.version(scene, req.query.version)
  if not version then return status, body end
  local wrong = check(req.json.objects)
  if wrong then return answers.error(400, wrong) end
  for _, item in ipairs(req.json.objects) do put_object(c3, version, item) end
  uploads.count(c3, scene, "manifests")
  return 200, { count = #req.json.objects }
end

local function list(c3, req)
  local version = c3.versions[math.tointeger(tonumber(req.args.version))]
  if not version then return answers.not_found "version" end
  return 200, json.array { table.unpack(version.objects) }
end

return function(add)
  add("POST", "/objects/{scene}/{mesh}", "developer", developer.on_scene(put_mesh), { raw = true })
  add("POST", "/objects/{scene}", "developer", developer.on_scene(put_manifest))
  add("GET", "/versions/{version}/objects", "developer", list)
end
