-- Scenes as editors upload them: new ones, versions, files, screenshots. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.cognitive3d.answers"
local developer = require "studio.sandbox.cognitive3d.collector.developer"
local json = require "studio.sandbox.json"
local places = require "studio.sandbox.cognitive3d.places"
local uploads = require "studio.sandbox.cognitive3d.uploads"

local UUID <const> = "^%x%x%x%x%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%x%x%x%x%x%x%x%x$"

-- ---- what is told of scenes ---------------------------------------------------------------------------------------

local function scene_row(scene)
  local row = { id = scene.id, sdkFacingId = scene.sdkFacingId, sceneName = scene.sceneName,
    projectId = scene.projectId, customerId = scene.customerId, isPublic = scene.isPublic, hidden = scene.hidden,
    sceneCreationMethod = scene.sceneCreationMethod, versions = json.array {} }
  for i, version in ipairs(scene.versions) do
    row.versions[i] = { id = version.id, sceneId = scene.id, versionNumber = version.versionNumber,
      scale = version.scale, sdkVersion = version.sdkVersion, sessionCount = 0 }
  end
  return row
end

local function list(c3)
  local rows = json.array {}
  for i, scene in ipairs(developer.project(c3).scenes) do rows[i] = scene_row(scene) end
  return 200, rows
end

local function get(_, _, scene) return 200, scene_row(scene) end

-- ---- what is taken ------------------------------------------------------------------------------------------------

-- settings.json says of which scale, name and SDK a scene is.
local function read_settings(files)
  if not files["settings.json"] then return nil, "settings.json is missing" end
  local settings = json.decode(files["settings.json"].blob:text())
  if type(settings) ~= "table" or json.is_array(settings) then return nil, "settings.json is no JSON object" end
  if type(settings.scale) ~= "number" or settings.scale <= 0 then return nil, "settings.json has no scale" end
  if type(settings.sceneName) ~= "string" or settings.sceneName == "" then
    return nil, "settings.json has no sceneName"
  end
  if type(settings.sdkVersion) ~= "string" then return nil, "settings.json has no sdkVersion" end
  return settings
end

-- The files and settings of a new scene or version; else nil, status, body.
local function whole_scene(req)
  local files, status, body = uploads.files(req)
  if not files then return nil, status, body end
  local settings, why = read_settings(files)
  if settings and not files["scene.gltf"] then settings, why = nil, "scene.gltf is missing" end
  if not settings then return nil, answers.error(400, why) end
  return files, settings
end

local function add_version(c3, scene, files, settings)
  local version = places.version(scene, c3:id(), #scene.versions + 1, c3:now())
  version.scale, version.sdkVersion = settings.scale, settings.sdkVersion
  scene.versions[#scene.versions + 1] = version
  uploads.keep(version, "scene/", files)
  if files["screenshot.png"] then
    uploads.keep(version, "screenshot_small/", { ["screenshot.png"] = files["screenshot.png"] })
  end
  c3:add_scene(scene)
  c3.revision = c3.revision + 1
end

local function fresh_id(c3)
  local function hex(digits)
    local text = {}
    for i = 1, digits do text[i] = ("%x"):format(math.floor(c3.world.random() * 16)) end
    return table.concat(text)
  end
  return ("%s-%s-4%s-8%s-%s"):format(hex(8), hex(4), hex(3), hex(3), hex(12))
end

-- The answer is the id, as JSON or as it is.
local function told(c3, id)
  if c3.settings.bare_ids then return 201, id, { ["content-type"] = "text/plain" } end
  return 201, json.encode(id), { ["content-type"] = "application/json" }
end

-- A client may choose the id, so that it knows what to look for when no answer comes.
local function create(c3, req)
  local id = req.query.sceneId
  if id and (not id:find(UUID) or id ~= id:lower()) then
    return answers.error(400, "sceneId must be a UUID in lower case")
  end
  if id and c3:scene(id) then return answers.error(409, "there is a scene of this id") end
  local files, settings, body = whole_scene(req)
  if not files then return settings, body end
  local project = developer.project(c3)
  id = id or fresh_id(c3)
  local scene = { id = id, sdkFacingId = id, projectId = project.id, sceneName = settings.sceneName, isPublic = false,
    hidden = false, sceneCreationMethod = "SDK_UPLOAD", customerId = "sandbox", versions = {} }
  table.insert(project.scenes, scene)
  add_version(c3, scene, files, settings)
  uploads.count(c3, scene, "created")
  return told(c3, id)
end

local function create_version(c3, req, scene)
  local files, settings, body = whole_scene(req)
  if not files then return settings, body end
  add_version(c3, scene, files, settings)
  uploads.count(c3, scene, "versions")
  return 200
end

-- Without a version: more files for the newest one, any number of times. With one: its files give way when forced.
local function put_files(c3, req, scene)
  local version, status, body = developer.version(scene, req.query.version)
  if not version then return status, body end
  local files
  files, status, body = uploads.files(req)
  if not files then return status, body end
  local force = req.query.force == "true"
  for name in pairs(files) do
    if req.query.version and uploads.find(version, "scene/" .. name) and not force then
      return answers.error(409, ("the version has a file '%s': force=true replaces it"):format(name))
    end
  end
  uploads.keep(version, "scene/", files)
  version.updatedAt = c3:now()
  uploads.count(c3, scene, force and "replaced" or "added")
  return 200
end

local function rename(c3, req, scene)
  local name = req.json.sceneName
  if type(name) ~= "string" or name == "" then return answers.error(400, "sceneName is needed") end
  scene.sceneName = name
  uploads.count(c3, scene, "renamed")
  return 200
end

local function screenshot(c3, req, scene)
  local version, status, body = developer.version(scene, req.query.version)
  if not version then return status, body end
  local files
  files, status, body = uploads.files(req)
  if not files then return status, body end
  local name, file = next(files)
  if next(files, name) or file.field ~= "screenshot" then
    return answers.error(400, "this takes one file, as the part 'screenshot'")
  end
  uploads.keep(version, "screenshot_small/", { ["screenshot.png"] = file })
  uploads.count(c3, scene, "screenshots")
  return 200
end

return function(add)
  local on_scene, form = developer.on_scene, { raw = true }
  add("GET", "/scenes", "developer", list)
  add("GET", "/scenes/{scene}", "developer", on_scene(get))
  add("POST", "/scenes", "developer", create, form)
  add("POST", "/scenes/{scene}", "developer", on_scene(create_version), form)
  add("PUT", "/scenes/{scene}", "developer", on_scene(put_files), form)
  add("PATCH", "/scenes/{scene}", "developer", on_scene(rename))
  add("POST", "/scenes/{scene}/screenshot", "developer", on_scene(screenshot), form)
end
