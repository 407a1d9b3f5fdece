-- What mStudio's part of the other origin has: results of jobs, uploads, samples. SPDX-License-Identifier: MIT
--
-- Bytes are made when they are asked for, and a few of the last ones kept: a film of 300 shots takes no more memory
-- here than one of three.

local answers = require "studio.sandbox.mstudio.answers"
local mp4 = require "studio.sandbox.mp4"
local png = require "studio.sandbox.png"
local signing = require "studio.sandbox.signing"
local wav = require "studio.sandbox.wav"

local files = {}

local KEPT = 16 -- files, of those that were made last

--- kind of job -> where its files are, and of which type
files.of_kind = {
  image = { folder = "images", ending = "png", type = "image/png" },
  video = { folder = "videos", ending = "mp4", type = "video/mp4" },
  voice = { folder = "audio", ending = "wav", type = "audio/wav" },
  sfx = { folder = "audio", ending = "wav", type = "audio/wav" },
  export = { folder = "exports", ending = "mp4", type = "video/mp4" },
}

--- A fresh URL of a job's file.
---@param take integer  from 1
function files.url(world, job, take)
  local kind = files.of_kind[job.kind]
  local name = take == 1 and job.id or job.id .. "-" .. take
  return signing.sign(world, ("/%s/%s.%s"):format(kind.folder, name, kind.ending))
end

--- A fresh URL of a sound that is nobody's result: how a voice speaks.
function files.preview_url(world, voice) return signing.sign(world, ("/voices/%s.wav"):format(voice.id)) end

--- A fresh URL of what somebody has uploaded.
---@param blob sandbox.blob
function files.blob_url(world, blob) return signing.sign(world, ("/uploads/%s"):format(blob.name)) end

-- Any text as a number, and always the same.
local function number_of(text)
  local sum = 5381
  for i = 1, #text do sum = (sum * 33 + text:byte(i)) & 0xFFFFFF end
  return sum
end

local function pitch(name) return 110 + number_of(tostring(name)) % 12 * 15 end

local make = {}

function make.image(job, take) return png.picture(tonumber(job.order) or job.number, job.number + take - 1) end

function make.video(job)
  return mp4.film({ { number = job.order, seed = job.look, milliseconds = job.milliseconds } }, job.id)
end

-- The sounds of a film one after the other, each at its time, or after the one before that is not over yet.
local function mixed(sounds, milliseconds)
  local out, at = {}, 0
  for _, sound in ipairs(sounds) do
    local start = math.max(at, sound.start_ms)
    local length = math.min(sound.milliseconds, milliseconds - start)
    if length > 0 then
      out[#out + 1] = ("\0"):rep((start - at) * wav.rate // 1000 * 2)
      out[#out + 1] = wav.samples(pitch(sound.voice_id or ""), sound.seed, length, ">i2")
      at = start + length
    end
  end
  return table.concat(out)
end

function make.export(job) return mp4.film(job.shots, job.id, mixed(job.sounds, job.milliseconds)) end

function make.voice(job) return wav.tune(pitch(job.voice_id or ""), job.number, job.milliseconds) end

function make.sfx(job) return wav.tune(55, job.number, job.milliseconds) end

local function kept(world, name, bytes)
  local shelf = world.shelf
  if shelf[name] then return shelf[name] end
  shelf[name] = bytes()
  shelf[#shelf + 1] = name
  if #shelf > KEPT then shelf[table.remove(shelf, 1)] = nil end
  return shelf[name]
end

local finders = {}

local function of_job(world, folder, name)
  local id, take = name:match "^(job_%x+)%-?(%d*)%.%w+$"
  local job = world.jobs[id]
  local kind = job and files.of_kind[job.kind]
  take = take == "" and 1 or math.tointeger(tonumber(take))
  if not kind or kind.folder ~= folder or not take or take > job.takes then return nil end
  return { type = kind.type, tag = name, bytes = function() return make[job.kind](job, take) end }
end

for _, kind in pairs(files.of_kind) do finders[kind.folder] = of_job end

function finders.voices(world, _, name)
  local voice = world.voices[name:match "^(.*)%.wav$"]
  return voice and { type = "audio/wav", tag = name, bytes = function() return wav.tune(pitch(voice.id), 1, 900) end }
end

function finders.uploads(world, _, name)
  local blob = world.blobs[name]
  return blob and { type = blob.type, tag = name, bytes = function() return blob.bytes end }
end

-- What somebody sees who has the link to a project. It is text: nothing in it is taken for anything else.
local function seen(world, project)
  local lines = { tostring(project.title), "" }
  local frames = answers.sorted(world.frames, function(frame) return frame.project_id == project.id end)
  for i, frame in ipairs(frames) do lines[#lines + 1] = ("%d. %s"):format(i, frame.script or "") end
  return table.concat(lines, "\n") .. "\n"
end

function finders.shared(world, _, token)
  local project = world.shared[token]
  return project and { type = "text/plain; charset=utf-8", tag = project.updated_at, open = true,
    bytes = function() return seen(world, project) end }
end

--- The file at a path of that origin.
---@return (fun(): string)? bytes  makes them; nil: there is no such file
---@return string type
---@return string tag  for an ETag
---@return boolean? open  needs no signature
function files.find(world, path)
  local folder, name = path:match "^/(%w+)/([^/]+)$"
  local finder = finders[folder]
  local found = finder and finder(world, folder, name)
  if not found then return nil end
  if found.open or folder == "uploads" then return found.bytes, found.type, found.tag, found.open end
  return function() return kept(world, path, found.bytes) end, found.type, found.tag
end

return files
