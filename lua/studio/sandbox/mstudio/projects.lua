-- mStudio's projects: create, read, list, update, delete. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.mstudio.answers"
local generations = require "studio.sandbox.mstudio.generations"
local json = require "studio.sandbox.json"
local things = require "studio.sandbox.mstudio.things"

local OWN = { id = true, created_at = true, updated_at = true, frames_count = true, share = true, share_url = true,
  script_at = true }

local function all(world) return answers.sorted(world.projects, function() return true end) end

local function complaint(fields, required)
  if required and fields.title == nil then return { title = "The title field is required." } end
  if fields.title ~= nil and (type(fields.title) ~= "string" or fields.title == "" or #fields.title > 255) then
    return { title = "The title must be a text of 1 to 255 characters." }
  end
end

local function shown(world, project)
  local copy, count = {}, 0
  for name, value in pairs(project) do copy[name] = value end
  for _, frame in pairs(world.frames) do
    if frame.project_id == project.id then count = count + 1 end
  end
  copy.frames_count = count
  local written = generations.latest(world, "project", project.id, "script")
  if written and written.number > (project.script_at or 0) then copy.script = written.made.script end
  copy.share_url = project.share and ("%s/shared/%s"):format(world.cdn_url, project.share.token) or json.null
  copy.share, copy.script_at = nil, nil
  return copy
end

local function list(world, req)
  return answers.page(req, all(world), function(project) return shown(world, project) end)
end

local function create(world, req)
  local wrong = complaint(req.json, true)
  if wrong then return answers.invalid(wrong) end
  local project = { id = world:id(), created_at = world:timestamp(), updated_at = world:timestamp() }
  answers.assign(project, req.json, OWN)
  world.projects[project.id] = project
  return answers.data(201, shown(world, project))
end

local function get(world, _, project) return answers.data(200, shown(world, project)) end

local function update(world, req, project)
  local wrong = complaint(req.json, false)
  if wrong then return answers.invalid(wrong) end
  answers.assign(project, req.json, OWN)
  if req.json.script ~= nil then project.script_at = world:id() end -- what is generated later takes its place
  project.updated_at = world:timestamp()
  return answers.data(200, shown(world, project))
end

local function delete(world, _, project)
  world.projects[project.id] = nil
  if project.share then world.shared[project.share.token] = nil end
  for _, collection in ipairs { world.frames, world.tracks } do
    for id, thing in pairs(collection) do
      if thing.project_id == project.id then collection[id] = nil end
    end
  end
  return 204
end

return function(add)
  local function of_project(method, handle)
    add(method, "/projects/{project}", "projects", things.with(things.project, handle))
  end
  add("GET", "/projects", "projects", list)
  add("POST", "/projects", "projects", create)
  of_project("GET", get)
  of_project("PUT", update)
  of_project("PATCH", update)
  of_project("DELETE", delete)
end
