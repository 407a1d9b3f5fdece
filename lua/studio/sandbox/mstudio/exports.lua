-- mStudio's exports: a project as a film, by two ways to make one. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.mstudio.answers"
local generations = require "studio.sandbox.mstudio.generations"
local things = require "studio.sandbox.mstudio.things"

local MOST_SHOTS = 24 -- of which a film shows something: its file is made in memory

-- What the film shows, shot for shot: those that have a picture.
local function shots_of(world, project)
  local shots = {}
  local frames = answers.sorted(world.frames, function(frame) return frame.project_id == project.id end)
  for _, frame in ipairs(frames) do
    local image = generations.latest(world, "frame", frame.id, "image")
    if image and #shots < MOST_SHOTS then
      shots[#shots + 1] = { number = frame.order, seed = image.number, milliseconds = 1000 }
    end
  end
  return shots, #frames
end

-- What is to hear in it: the sounds that were made for the project's tracks, in their order.
local function sounds_of(world, project)
  local sounds = {}
  for _, track in ipairs(answers.sorted(world.tracks, function(track) return track.project_id == project.id end)) do
    local made = generations.latest(world, "track", track.id, "voice")
      or generations.latest(world, "track", track.id, "sfx")
    if made then
      sounds[#sounds + 1] = { start_ms = track.start_ms, voice_id = made.voice_id, seed = made.number,
        milliseconds = made.milliseconds }
    end
  end
  table.sort(sounds, function(a, b)
    if a.start_ms ~= b.start_ms then return a.start_ms < b.start_ms end
    return a.seed < b.seed
  end)
  return sounds
end

local function maker(operation)
  return function(world, req, project)
    local format = req.json.format or "mp4"
    if format ~= "mp4" then return answers.invalid { format = "The format must be mp4." } end
    local shots, frames = shots_of(world, project)
    if not shots[1] then return answers.invalid { frames = "No frame of the project has an image yet." } end
    local status, body = generations.unpaid(world, "export")
    if status then return status, body end
    return generations.accept(world, {
      kind = "export", operation = operation, project_id = project.id, prompt = project.title, shots = shots,
      sounds = sounds_of(world, project), milliseconds = 1000 * #shots, made = { frames_count = frames },
    })
  end
end

local function get(world, req)
  local job = world.jobs[req.args.export]
  if not job or job.kind ~= "export" then return answers.not_found "Export" end
  return generations.answer(world, 200, job)
end

return function(add)
  add("POST", "/projects/{project}/export", "export", things.with(things.project, maker "export"))
  add("POST", "/projects/{project}/render", "export", things.with(things.project, maker "render"))
  add("GET", "/exports/{export}", "export", get)
end
