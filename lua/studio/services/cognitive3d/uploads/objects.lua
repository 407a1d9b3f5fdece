-- client:upload_objects: the dynamic objects of a scene, their models and the list of them.
-- SPDX-License-Identifier: MIT
--
--   assert(c3:upload_objects("build/dynamic", { scene = scene.scene_id, objects = "build/dynamic/manifest.json" }))
--
-- A folder for each mesh, called like it: cube/cube.gltf with what it refers to, cube/cvr_object_thumbnail.png. What is
-- there already at the service is replaced by the same, so that repeating it after a break does no harm.

local check = require "studio.check"
local core = require "studio.core"
local doors = require "studio.doors"
local exchange = require "studio.exchange"
local form = require "studio.services.cognitive3d.form"
local manifest = require "studio.services.cognitive3d.uploads.manifest"
local merge = require "studio.merge"
local model = require "studio.services.cognitive3d.uploads.model"
local task = require "studio.task"
local versions = require "studio.services.cognitive3d.uploads.versions"

local WHAT <const> = "cognitive3d:upload_objects"
local BATCH <const> = 250 -- what the vendor's editor sends at most in a call
local LANES <const> = 4
local SETTLE <const> = 10 -- seconds after which what the service took is to be seen there
local LOOK <const> = 0.05 -- seconds before the second look; twice as many before each next one, up to:
local LOOK_MOST <const> = 1

local rules = {
  scene = { "string", "table" }, version = { "number", "table" }, objects = { "string", "table" },
  skip_missing = "boolean", max_bytes = "integer", settle = "seconds", progress = "callable", timeout = "seconds",
  deadline = "seconds",
}

---@class studio.cognitive3d.upload_objects.options
---@field scene string|table id (a UUID) of the scene, or what upload_scene returned
---@field version integer|table|nil number of the scene's version; default: the newest
---@field objects studio.cognitive3d.object[]|string|nil rows, or the path of a file with them; default: manifest.json
---  in the folder
---@field skip_missing boolean? a mesh without a folder is at the service already; without this it is an error
---@field max_bytes integer? largest file that is sent, default 100 MiB
---@field settle number? seconds after which what was sent must be to be seen; default 10
---@field progress fun(event: studio.transfer.event)? of each upload of a mesh
---@field timeout number? seconds, as for every call
---@field deadline number? seconds for each of the requests

---@class studio.cognitive3d.uploaded_objects
---@field scene_id string
---@field version_number integer
---@field version_id integer?
---@field objects integer
---@field meshes integer that were sent
---@field bytes integer

local function refuse(client, fields) return exchange.refuse(client, "upload_objects", fields) end

-- The models of all meshes, looked through before anything is sent.
local function read_models(folder, meshes, options)
  local models, missing, bytes = {}, {}, 0
  for _, mesh in ipairs(meshes) do
    if core.entry(folder .. "/" .. mesh) == nil then
      missing[#missing + 1] = mesh
    else
      if core.entry(folder .. "/" .. mesh) ~= "folder" then
        return nil, { kind = "invalid", code = "odd_file", message = folder .. "/" .. mesh .. " is no folder" }
      end
      local found, problem = model.object(folder .. "/" .. mesh, mesh, options.max_bytes)
      if not found then return nil, problem end
      found.mesh, bytes = mesh, bytes + found.bytes
      models[#models + 1] = found
    end
  end
  if #missing > 0 and not options.skip_missing then
    return nil, { kind = "invalid", code = "missing_file",
      message = ("there is no folder for %s in %s"):format(table.concat(missing, ", "), folder),
      advice = "skip_missing = true leaves out what the service has already" }
  end
  return models, nil, bytes
end

-- The version that is meant, as the service shows it: objects of a version that is not there would be lost.
local function find_version(client, scene_id, options)
  local scene, err = versions.read(client, scene_id)
  if scene == nil then return nil, err end
  if not scene then
    return refuse(client, { kind = "not_found", message = ("there is no scene %s: upload it first"):format(scene_id) })
  end
  local number = options.version ~= nil and form.number("upload_objects", options.version) or nil
  local version = versions.find(scene, number)
  if version and version.id then return version end
  return refuse(client, { kind = "not_found", message = ("the scene %s has no such version"):format(scene_id) })
end

local function send(client, scene_id, number, models, objects, call_options)
  local collector = client.collector
  local done, err = task.map(models, function(one)
    local answer, response = collector:object(scene_id, number, one.mesh, model.form(one), call_options)
    if answer == nil or model.is_unchanged(one) then return answer, response end
    return nil, client:problem("collector.object", { kind = "conflict", code = "changed",
      message = ("the files of %s changed while they were sent"):format(one.mesh),
      advice = "Sending them again does no harm" })
  end, { concurrency = LANES })
  if not done then return nil, err end
  local response
  local options = merge(call_options)
  options.progress = nil -- it is about the models
  for first = 1, #objects, BATCH do
    local batch = table.move(objects, first, math.min(first + BATCH - 1, #objects), 1, {})
    done, response = collector:manifest(scene_id, number, batch, options)
    if done == nil then return nil, response end
  end
  return true, response
end

-- Objects that the service does not show; nil, err when that cannot be told.
local function lacking(client, version, objects)
  local list, err = client.collector:objects(version.id)
  if not list then return nil, err end
  local there, missing = {}, {}
  for _, row in ipairs(type(list) == "table" and list or {}) do
    if type(row) == "table" then there[tostring(row.sdkId)] = true end
  end
  for _, row in ipairs(objects) do
    if not there[row.id] then missing[#missing + 1] = row.id end
  end
  return missing
end

local function verify(client, version, objects, settle)
  local ends, pause = task.loop:now() + settle, LOOK
  while true do
    local missing, err = lacking(client, version, objects)
    if not missing then return nil, err end
    if #missing == 0 then return true end
    local wait = ends - task.loop:now()
    if wait <= 0 then
      return nil, client:problem("collector.manifest", { kind = "protocol", code = "false_success",
        message = ("the collector answered that it took all objects, and does not show %d of them, such as %s"):format(
          #missing, missing[1]), advice = "Sending them again does no harm" })
    end
    local slept
    slept, err = task.sleep(math.min(wait, pause))
    if not slept then return nil, err end
    pause = math.min(2 * pause, LOOK_MOST)
  end
end

local function scene_of(value)
  if type(value) == "table" then value = value.scene_id or value.sdkFacingId or value.id end
  if type(value) ~= "string" or value == "" then
    check.fail("%s: option 'scene' is needed: a scene's id, or what upload_scene returned", WHAT)
  end
  return value
end

--- Uploads the models of dynamic objects and the list of the objects, which the dashboard shows. All of it is checked
--- before anything is sent. Wants a developer_key.
---@param client studio.client
---@param folder string
---@param options studio.cognitive3d.upload_objects.options
---@return studio.cognitive3d.uploaded_objects? uploaded nil, err on failure
---@return table? response_or_err
return function(client, folder, options)
  folder = model.folder(WHAT, folder)
  options = check.options(WHAT, options, rules)
  if options.max_bytes and options.max_bytes < 1 then check.fail("%s: option 'max_bytes' must be 1 or more", WHAT) end
  local scene_id = scene_of(options.scene)
  local objects, problem = manifest.read(WHAT, options.objects or folder .. "/manifest.json")
  if not objects then return refuse(client, problem) end
  if client.state.read_only then
    return refuse(client, { kind = "refused", message = "this client is read-only, so nothing can be uploaded" })
  end
  local door, no_key = doors.find(client.state, "developer", "upload_objects")
  if not door then return refuse(client, no_key) end
  local models, wrong, bytes = read_models(folder, manifest.meshes(objects), options)
  if not models then return refuse(client, wrong) end
  local version, err = find_version(client, scene_id, options)
  if not version then return nil, err end
  local call_options = { progress = options.progress, timeout = options.timeout, deadline = options.deadline,
    repeatable = true }
  local ok, response = send(client, scene_id, version.versionNumber, models, objects, call_options)
  if ok then
    local shown, why = verify(client, version, objects, options.settle or SETTLE)
    if not shown then ok, response = nil, why end
  end
  if not ok then return nil, response end
  return { scene_id = scene_id, version_number = version.versionNumber, version_id = version.id, objects = #objects,
    meshes = #models, bytes = bytes }, response
end
