-- Projects and their scenes. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.cognitive3d.answers"
local json = require "studio.sandbox.json"
local places = require "studio.sandbox.cognitive3d.places"
local requests = require "studio.sandbox.cognitive3d.requests"

local on_project = requests.on_project

-- What a version says of itself; its objects are a resource of their own, and so are files that were uploaded.
local VERSION = { "id", "sceneId", "versionNumber", "scale", "sdkVersion", "sceneFileType", "hasFixations",
  "isOptimized", "dynamicsUpdateKey", "createdAt", "updatedAt" }
local SCENE = { "id", "sceneName", "projectId", "sdkFacingId", "isPublic", "hidden", "sceneCreationMethod" }

local function picked(from, names)
  local row = {}
  for _, name in ipairs(names) do row[name] = from[name] end
  return row
end

-- How often a version was visited. Names are in snake_case, as nothing else is.
local function stats(c3, version)
  local project, count, time, latest = requests.project_of(c3, version), 0, 0, nil
  for k = 1, c3:session_count(project) do
    local session = c3:session_at(project, k)
    local visit = requests.visit(session, version)
    if visit then
      count, time = count + 1, time + visit.to - visit.from
      latest = math.max(latest or 0, session.start)
    end
  end
  return { session_count = count, total_session_time = time, total_gaze_time = time * 7 // 10,
    average_session_duration = count > 0 and time / count or 0,
    latest_session = latest and answers.iso(latest) or json.null }
end

local function scene_row(c3, scene, with_stats)
  local row, newest = picked(scene, SCENE), scene.versions[#scene.versions]
  row.versions = json.array {}
  for i, version in ipairs(scene.versions) do
    row.versions[i] = picked(version, VERSION)
    if with_stats then row.versions[i].stats = stats(c3, version) end
  end
  row.latestScreenshotLocation = newest
    and ("versions/%d/files/screenshot_small/screenshot.png"):format(newest.id) or json.null
  return row
end

local function scene_rows(c3, project, with_stats)
  local list = json.array {}
  for i, scene in ipairs(project.scenes) do list[i] = scene_row(c3, scene, with_stats) end
  return list
end

local function project_row(c3, project, with_stats)
  local row = {}
  for name, value in pairs(project) do row[name] = value end
  row.categories, row.scenes = json.array(row.categories), scene_rows(c3, project, with_stats)
  return row
end

local function get(c3, req, project)
  return 200, project_row(c3, project, req.query.attachStats == "true")
end

local TYPES = { name = "string", description = "string", type = "string", enableGeoIp = "boolean",
  categoryIds = "table", organizationId = "number" }

-- What is wrong with the fields of a write.
local function complaint(fields)
  for name, value in pairs(fields) do
    if not TYPES[name] then return ("a project has no field '%s'"):format(name) end
    if value ~= json.null and type(value) ~= TYPES[name] then return ("%s must be a %s"):format(name, TYPES[name]) end
  end
end

local function assign(project, fields)
  project.name, project.description = fields.name or project.name, fields.description or project.description
  project.projectType = fields.type or project.projectType
  project.categories = fields.categoryIds or project.categories
  if fields.enableGeoIp ~= nil then project.enableGeoIp = fields.enableGeoIp end
end

local function create(c3, req)
  local wrong = complaint(req.json)
  if not wrong and (req.json.name or "") == "" then wrong = "name is needed" end
  if not wrong and req.json.organizationId ~= places.organization then wrong = "organizationId is not this key's" end
  if wrong then return answers.error(400, wrong) end
  local id, now = c3:id(), c3:now()
  local project = { id = id, organizationId = places.organization, description = "", projectType = "vr",
    enableGeoIp = false, enableAi = false, hidden = false, prefix = "p" .. id, imageLocation = json.null,
    createdAt = now, updatedAt = now, categories = {}, scenes = {} }
  assign(project, req.json)
  c3.projects[id] = project
  return 200, project_row(c3, project)
end

local function update(c3, req, project)
  local wrong = complaint(req.json)
  if wrong then return answers.error(400, wrong) end
  assign(project, req.json)
  project.updatedAt = c3:now()
  return 200, project_row(c3, project)
end

local function delete(c3, _, project)
  for _, scene in ipairs(project.scenes) do
    for _, version in ipairs(scene.versions) do c3.versions[version.id] = nil end
    c3.scenes[scene.id] = nil
  end
  c3.projects[project.id] = nil
  return 200
end

local function scenes(c3, req, project) return 200, scene_rows(c3, project, req.query.attachStats ~= "false") end

local function scene(c3, req)
  local found = c3:scene(req.args.scene)
  if not found then return answers.not_found "scene" end
  return 200, scene_row(c3, found, true)
end

return function(add)
  add("GET", "/projects/{project}", on_project(get))
  add("POST", "/projects", create, { writes = true })
  add("PUT", "/projects/{project}", on_project(update), { writes = true })
  add("DELETE", "/projects/{project}", on_project(delete), { writes = true })
  add("GET", "/projects/{project}/scenes", on_project(scenes))
  add("GET", "/scenes/{scene}", scene)
end
