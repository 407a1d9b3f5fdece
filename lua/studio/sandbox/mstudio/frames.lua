-- mStudio's frames (shots) within a project. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.mstudio.answers"
local generations = require "studio.sandbox.mstudio.generations"
local json = require "studio.sandbox.json"
local things = require "studio.sandbox.mstudio.things"

local OWN = { id = true, project_id = true, created_at = true, updated_at = true, image_url = true, video_url = true,
  versions_count = true, jobs = true }

-- A frame shows the last image and the last video that were made for it.
local function shown(world, frame)
  local copy = { image_url = json.null, video_url = json.null }
  for name, value in pairs(frame) do copy[name] = value end
  copy.jobs = json.array {}
  for i, job in ipairs(generations.of(world, "frame", frame.id)) do copy.jobs[i] = generations.show(world, job) end
  local takes = generations.takes(world, frame.id)
  copy.versions_count = #takes
  for _, take in ipairs(takes) do copy[take.kind .. "_url"] = take.url end
  return copy
end

local function complaint(fields)
  if fields.script ~= nil and type(fields.script) ~= "string" then return { script = "The script must be a text." } end
  if fields.order ~= nil and math.type(fields.order) ~= "integer" then
    return { order = "The order must be an integer." }
  end
end

local function frames_of(world, project)
  return answers.sorted(world.frames, function(frame) return frame.project_id == project.id end)
end

local function list(world, req, project)
  return answers.page(req, frames_of(world, project), function(frame) return shown(world, frame) end)
end

local function create(world, req, project)
  local wrong = complaint(req.json)
  if wrong then return answers.invalid(wrong) end
  local frame = { id = world:id(), created_at = world:timestamp(), updated_at = world:timestamp() }
  answers.assign(frame, req.json, OWN)
  frame.project_id = project.id
  if frame.order == nil then frame.order = #frames_of(world, project) + 1 end
  world.frames[frame.id] = frame
  return answers.data(201, shown(world, frame))
end

local function get(world, _, frame) return answers.data(200, shown(world, frame)) end

local function update(world, req, frame)
  local wrong = complaint(req.json)
  if wrong then return answers.invalid(wrong) end
  answers.assign(frame, req.json, OWN)
  frame.updated_at = world:timestamp()
  return answers.data(200, shown(world, frame))
end

local function delete(world, _, frame)
  world.frames[frame.id] = nil
  return 204
end

-- All of the project's frames, each once: a list that leaves one out is about another state than this one.
local function reorder(world, req, project)
  local ids, seen = req.json.frame_ids, {}
  local frames = frames_of(world, project)
  local fits = type(ids) == "table" and #ids == #frames
  for _, id in ipairs(fits and ids or {}) do
    local frame = world.frames[id]
    fits = fits and frame ~= nil and frame.project_id == project.id and not seen[id]
    seen[id] = true
  end
  if not fits then return answers.invalid { frame_ids = "The frame ids must be those of the project, each once." } end
  for place, id in ipairs(ids) do world.frames[id].order = place end
  return list(world, req, project)
end

return function(add)
  local frames, frame = "/projects/{project}/frames", "/frames/{frame}"
  local function of_project(method, path, handle) add(method, path, "frames", things.with(things.project, handle)) end
  local function of_frame(method, handle) add(method, frame, "frames", things.with(things.frame, handle)) end
  of_project("GET", frames, list)
  of_project("POST", frames, create)
  of_project("PUT", frames .. "/order", reorder)
  of_frame("GET", get)
  of_frame("PUT", update)
  of_frame("PATCH", update)
  of_frame("DELETE", delete)
end
