-- mStudio's frames (shots) within a project, and their versions (takes). SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.mstudio.answers"
local generations = require "studio.sandbox.mstudio.generations"
local json = require "studio.sandbox.json"

local OWN = { id = true, project_id = true, created_at = true, updated_at = true, image_url = true, versions = true }

local function find(world, req) return world.frames[math.tointeger(tonumber(req.args.frame)) or false] end

local function shown(world, frame)
  local copy = {}
  for name, value in pairs(frame) do copy[name] = value end
  local jobs, takes = json.array {}, generations.of_frame(world, frame.id)
  for i, job in ipairs(takes) do jobs[i] = generations.show(world, job) end
  copy.jobs = jobs
  copy.image_url, copy.versions_count = json.null, 0
  for _, job in ipairs(takes) do
    if generations.state(world, job) == "completed" then
      copy.image_url, copy.versions_count = generations.url(world, job), copy.versions_count + 1
    end
  end
  return copy
end

local function complaint(fields)
  if fields.script ~= nil and type(fields.script) ~= "string" then return { script = "The script must be a text." } end
  if fields.order ~= nil and math.type(fields.order) ~= "integer" then
    return { order = "The order must be an integer." }
  end
end

local function project_of(world, req) return world.projects[math.tointeger(tonumber(req.args.project)) or false] end

local function list(world, req)
  local project = project_of(world, req)
  if not project then return answers.not_found "Project" end
  local frames = answers.sorted(world.frames, function(frame) return frame.project_id == project.id end)
  return answers.page(req, frames, function(frame) return shown(world, frame) end)
end

local function create(world, req)
  local project = project_of(world, req)
  if not project then return answers.not_found "Project" end
  local wrong = complaint(req.json)
  if wrong then return answers.invalid(wrong) end
  local frame = { id = world:id(), created_at = world:timestamp(), updated_at = world:timestamp() }
  answers.assign(frame, req.json, OWN)
  frame.project_id = project.id
  if frame.order == nil then
    frame.order = #answers.sorted(world.frames, function(other) return other.project_id == project.id end) + 1
  end
  world.frames[frame.id] = frame
  return answers.data(201, shown(world, frame))
end

local function get(world, req)
  local frame = find(world, req)
  if not frame then return answers.not_found "Frame" end
  return answers.data(200, shown(world, frame))
end

local function update(world, req)
  local frame = find(world, req)
  if not frame then return answers.not_found "Frame" end
  local wrong = complaint(req.json)
  if wrong then return answers.invalid(wrong) end
  answers.assign(frame, req.json, OWN)
  frame.updated_at = world:timestamp()
  return answers.data(200, shown(world, frame))
end

local function delete(world, req)
  local frame = find(world, req)
  if not frame then return answers.not_found "Frame" end
  world.frames[frame.id] = nil
  return 204
end

local function versions(world, req)
  local frame = find(world, req)
  if not frame then return answers.not_found "Frame" end
  local takes = {}
  for _, job in ipairs(generations.of_frame(world, frame.id)) do
    if generations.state(world, job) == "completed" then takes[#takes + 1] = job end
  end
  return answers.page(req, takes, function(job)
    return { id = job.number, job_id = job.id, prompt = job.prompt, image_url = generations.url(world, job),
      created_at = job.created_at }
  end)
end

return function(add)
  add("GET", "/projects/{project}/frames", "frames", list)
  add("POST", "/projects/{project}/frames", "frames", create)
  add("GET", "/frames/{frame}", "frames", get)
  add("PUT", "/frames/{frame}", "frames", update)
  add("PATCH", "/frames/{frame}", "frames", update)
  add("DELETE", "/frames/{frame}", "frames", delete)
  add("GET", "/frames/{frame}/versions", "frames", versions)
end
