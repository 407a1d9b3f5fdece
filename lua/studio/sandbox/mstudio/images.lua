-- mStudio's image generation: a picture for a frame, a change of it, several at once. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.mstudio.answers"
local generations = require "studio.sandbox.mstudio.generations"
local things = require "studio.sandbox.mstudio.things"

local MOST_SHOTS = 8

local function accept(world, frame, job)
  local status, body = generations.unpaid(world, "image")
  if status then return status, body end
  job.kind, job.frame_id, job.project_id, job.order = "image", frame.id, frame.project_id, frame.order
  return generations.accept(world, job)
end

local function generate(world, req, frame)
  local prompt = req.json.prompt
  if prompt == nil then prompt = frame.script end
  if type(prompt) ~= "string" or not prompt:find "%S" then
    return answers.invalid { prompt = "The prompt field is required when the frame has no script." }
  end
  return accept(world, frame, { operation = "generate", prompt = prompt })
end

local function edit(world, req, frame)
  local prompt = req.json.prompt
  if type(prompt) ~= "string" or not prompt:find "%S" then
    return answers.invalid { prompt = "The prompt field is required." }
  end
  if not generations.latest(world, "frame", frame.id, "image") then
    return answers.invalid { image = "The frame has no image to edit." }
  end
  return accept(world, frame, { operation = "edit", prompt = prompt })
end

local function multi_shot(world, req, frame)
  local prompt, count = req.json.prompt or frame.script, req.json.count or 4
  if type(prompt) ~= "string" or not prompt:find "%S" then
    return answers.invalid { prompt = "The prompt field is required when the frame has no script." }
  end
  if math.type(count) ~= "integer" or count < 1 or count > MOST_SHOTS then
    return answers.invalid { count = ("The count must be between 1 and %d."):format(MOST_SHOTS) }
  end
  return accept(world, frame, { operation = "multi_shot", prompt = prompt, takes = count })
end

return function(add)
  local function of_frame(path, handle)
    add("POST", "/frames/{frame}" .. path, "image_generation", things.with(things.frame, handle))
  end
  of_frame("/generate-image", generate)
  of_frame("/edit-image", edit)
  of_frame("/multi-shot", multi_shot)
end
