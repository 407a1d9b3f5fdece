-- mStudio's projects: create, read, list, update, delete. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.mstudio.answers"

local OWN = { id = true, created_at = true, updated_at = true, frames_count = true }

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
  return copy
end

local function find(world, req) return world.projects[math.tointeger(tonumber(req.args.project)) or false] end

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

local function get(world, req)
  local project = find(world, req)
  if not project then return answers.not_found "Project" end
  return answers.data(200, shown(world, project))
end

local function update(world, req)
  local project = find(world, req)
  if not project then return answers.not_found "Project" end
  local wrong = complaint(req.json, false)
  if wrong then return answers.invalid(wrong) end
  answers.assign(project, req.json, OWN)
  project.updated_at = world:timestamp()
  return answers.data(200, shown(world, project))
end

local function delete(world, req)
  local project = find(world, req)
  if not project then return answers.not_found "Project" end
  world.projects[project.id] = nil
  for id, frame in pairs(world.frames) do
    if frame.project_id == project.id then world.frames[id] = nil end
  end
  return 204
end

return function(add)
  add("GET", "/projects", "projects", list)
  add("POST", "/projects", "projects", create)
  add("GET", "/projects/{project}", "projects", get)
  add("PUT", "/projects/{project}", "projects", update)
  add("PATCH", "/projects/{project}", "projects", update)
  add("DELETE", "/projects/{project}", "projects", delete)
end
