-- mStudio's video generation: from a frame's image, longer, with moving lips. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.mstudio.answers"
local generations = require "studio.sandbox.mstudio.generations"
local things = require "studio.sandbox.mstudio.things"

local LENGTH, LONGEST = 1500, 20000 -- milliseconds

local function prompt_of(req, frame)
  local prompt = req.json.prompt
  if prompt == nil then prompt = frame.script or "" end
  if type(prompt) == "string" then return prompt end
  return nil, answers.invalid { prompt = "The prompt must be a text." }
end

-- The image is what a video begins with; it shows the same scenery.
local function accept(world, req, frame, operation, milliseconds)
  local prompt, status, body = prompt_of(req, frame)
  if not prompt then return status, body end
  local image = generations.latest(world, "frame", frame.id, "image")
  if not image then return answers.invalid { image = "The frame has no image to make a video from." } end
  status, body = generations.unpaid(world, "video")
  if status then return status, body end
  return generations.accept(world, {
    kind = "video", operation = operation, frame_id = frame.id, project_id = frame.project_id, prompt = prompt,
    order = frame.order, look = image.number, milliseconds = math.min(milliseconds, LONGEST),
  })
end

local function generate(world, req, frame) return accept(world, req, frame, "generate", LENGTH) end

local function video_of(world, frame)
  local video = generations.latest(world, "frame", frame.id, "video")
  if video then return video end
  return nil, answers.invalid { video = "The frame has no video yet." }
end

local function extend(world, req, frame)
  local video, status, body = video_of(world, frame)
  if not video then return status, body end
  return accept(world, req, frame, "extend", video.milliseconds + LENGTH)
end

local function lip_sync(world, req, frame)
  local video, status, body = video_of(world, frame)
  if not video then return status, body end
  local track = world.tracks[math.tointeger(req.json.track_id) or false]
  if req.json.track_id ~= nil and not (track and track.project_id == frame.project_id) then
    return answers.invalid { track_id = "The selected track is not one of this project." }
  end
  if not track and type(req.json.audio_url) ~= "string" then
    return answers.invalid { audio_url = "The audio url field is required when there is no track id." }
  end
  return accept(world, req, frame, "lip_sync", video.milliseconds)
end

return function(add)
  local function of_frame(path, handle)
    add("POST", "/frames/{frame}" .. path, "video_generation", things.with(things.frame, handle))
  end
  of_frame("/generate-video", generate)
  of_frame("/extend-video", extend)
  of_frame("/lip-sync", lip_sync)
end
