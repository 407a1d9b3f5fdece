-- mStudio's audio: tracks on a project's timeline, and their generation. SPDX-License-Identifier: MIT
--
-- A generation has a track: the one that it is told, or a new one, which is there at once and has its sound when the
-- job is done.

local answers = require "studio.sandbox.mstudio.answers"
local files = require "studio.sandbox.mstudio.files"
local generations = require "studio.sandbox.mstudio.generations"
local json = require "studio.sandbox.json"
local things = require "studio.sandbox.mstudio.things"

local OWN = { id = true, project_id = true, created_at = true, updated_at = true, job_id = true, status = true }
local KINDS = { voiceover = true, music = true, sfx = true }
-- Milliseconds of speech for a character, and the least and the most that is said at once.
local PACE, SHORTEST, LONGEST = 55, 400, 8000

-- The latest job that is done gives the track its sound; what an asset gave it stands until then.
local function shown(world, track)
  local copy = {}
  for name, value in pairs(track) do copy[name] = value end
  local jobs = generations.of(world, "track", track.id)
  local last = jobs[#jobs]
  local made = generations.latest(world, "track", track.id, "voice")
    or generations.latest(world, "track", track.id, "sfx")
  if last then copy.job_id, copy.status = last.id, (generations.state(world, last)) end
  if made then
    copy.url, copy.duration_ms = files.url(world, made, 1), made.milliseconds
  end
  local asset = world.assets[track.asset_id or false]
  if asset and not copy.url then copy.url = files.blob_url(world, asset.blob) end
  if copy.url == nil then copy.url = json.null end
  return copy
end

local function milliseconds(fields, name)
  local value = fields[name]
  if value ~= nil and (math.type(value) ~= "integer" or value < 0) then
    return { [name] = ("The %s must be a whole number of milliseconds."):format((name:gsub("_", " "))) }
  end
end

local function complaint(world, project, fields)
  if fields.kind ~= nil and not KINDS[fields.kind] then
    return { kind = "The kind must be voiceover, music or sfx." }
  end
  if fields.name ~= nil and type(fields.name) ~= "string" then return { name = "The name must be a text." } end
  local frame = world.frames[fields.frame_id or false]
  if fields.frame_id ~= nil and not (frame and frame.project_id == project.id) then
    return { frame_id = "The selected frame is not one of this project." }
  end
  if fields.voice_id ~= nil and not world.voices[fields.voice_id] then
    return { voice_id = "The selected voice does not exist." }
  end
  local asset = world.assets[fields.asset_id or false]
  if fields.asset_id ~= nil and not (asset and asset.type == "audio") then
    return { asset_id = "The selected asset is no sound of the library." }
  end
  return milliseconds(fields, "start_ms") or milliseconds(fields, "duration_ms")
end

local function new_track(world, project, fields)
  local track = { id = world:id(), created_at = world:timestamp(), updated_at = world:timestamp() }
  answers.assign(track, fields, OWN)
  track.project_id, track.start_ms = project.id, track.start_ms or 0
  world.tracks[track.id] = track
  return track
end

local function list(world, req, project)
  local tracks = answers.sorted(world.tracks, function(track) return track.project_id == project.id end)
  return answers.page(req, tracks, function(track) return shown(world, track) end)
end

local function create(world, req, project)
  if req.json.kind == nil then return answers.invalid { kind = "The kind field is required." } end
  local wrong = complaint(world, project, req.json)
  if wrong then return answers.invalid(wrong) end
  return answers.data(201, shown(world, new_track(world, project, req.json)))
end

local function get(world, _, track) return answers.data(200, shown(world, track)) end

local function update(world, req, track)
  local wrong = complaint(world, world.projects[track.project_id], req.json)
  if wrong then return answers.invalid(wrong) end
  answers.assign(track, req.json, OWN)
  track.updated_at = world:timestamp()
  return answers.data(200, shown(world, track))
end

local function delete(world, _, track)
  world.tracks[track.id] = nil
  return 204
end

-- ---- generation ---------------------------------------------------------------------------------------------------

-- The track that a generation is for: that of the body, or a new one.
local function track_for(world, project, fields, kind, text)
  if fields.track_id == nil then
    local track = new_track(world, project, fields)
    track.kind, track.text = kind, text
    track.name = track.name or text:sub(1, 60)
    return track
  end
  local track = world.tracks[fields.track_id]
  if track and track.project_id == project.id then
    track.text, track.voice_id = text, fields.voice_id or track.voice_id
    return track
  end
  return nil, answers.invalid { track_id = "The selected track is not one of this project." }
end

local function generate(world, req, project, about)
  local fields = req.json
  local text = fields[about.field]
  if type(text) ~= "string" or not text:find "%S" then
    return answers.invalid { [about.field] = ("The %s field is required."):format(about.field) }
  end
  local wrong = complaint(world, project, fields)
  if wrong then return answers.invalid(wrong) end
  local status, body = generations.unpaid(world, about.kind)
  if status then return status, body end
  local track
  track, status, body = track_for(world, project, fields, about.track, text)
  if not track then return status, body end
  return generations.accept(world, {
    kind = about.kind, operation = "generate", project_id = project.id, track_id = track.id,
    frame_id = track.frame_id, voice_id = track.voice_id, prompt = text,
    milliseconds = about.length(text, fields),
  })
end

local function within(value) return math.max(SHORTEST, math.min(LONGEST, value)) end

local VOICE = { kind = "voice", track = "voiceover", field = "text",
  length = function(text) return within(PACE * (utf8.len(text) or #text)) end }

local SFX = { kind = "sfx", track = "sfx", field = "prompt",
  length = function(_, fields) return within(fields.duration_ms or 1000) end }

local function generate_voice(world, req, project)
  if req.json.voice_id == nil then return answers.invalid { voice_id = "The voice id field is required." } end
  return generate(world, req, project, VOICE)
end

local function generate_sfx(world, req, project) return generate(world, req, project, SFX) end

return function(add)
  local tracks = "/projects/{project}/audio-tracks"
  local function of_project(method, path, handle) add(method, path, "audio", things.with(things.project, handle)) end
  local function of_track(method, handle)
    add(method, tracks .. "/{track}", "audio", things.with(things.track, handle))
  end
  of_project("GET", tracks, list)
  of_project("POST", tracks, create)
  of_track("GET", get)
  of_track("PUT", update)
  of_track("PATCH", update)
  of_track("DELETE", delete)
  of_project("POST", "/projects/{project}/generate-voice", generate_voice)
  of_project("POST", "/projects/{project}/generate-sfx", generate_sfx)
end
