-- The words of a dialogue block, spoken by the character's voice. SPDX-License-Identifier: MIT

local look = require "studio.services.mstudio.storyboard.look"
local names = require "studio.services.mstudio.storyboard.names"

local voice = { noun = "voice", media = "audio" }

function voice.ask(board, thing)
  local speaker = board:speaker(thing.speech.character)
  return board.client.audio:generate_voice(board.project.id, board:fields("voice", {
    text = thing.speech.text, voice_id = speaker.id, track_id = thing.track.id, frame_id = thing.entry.frame.id,
  }))
end

function voice.job(board, id) return board.client.jobs:get(id) end

local function shown(board, thing)
  local track, err = board.client.audio:get(board.project.id, thing.track.id)
  if not track then return nil, err end
  local url = track.url or track.audio_url
  return track, type(url) == "string" and url or nil
end

function voice.find(board, thing)
  local track, url = shown(board, thing)
  if not track then return nil, false, url end
  local jobs = track.jobs or track.generation_jobs
  return look.first {
    function() return look.job(board, type(jobs) == "table" and jobs or nil, "voice", {}, true) end,
    look.jobs_list(board, { project_id = board.project.id, track_id = thing.track.id, per_page = 100 }, "voice",
      { track_id = thing.track.id }),
    function()
      return url and not thing.item.past and look.bare() or nil, false
    end,
  }
end

--- The sound on the track, by a job whose id was never learnt.
function voice.made(board, thing)
  local track, url = shown(board, thing)
  if not track then return nil, url end
  if url then return url end
  return nil, board.client:problem("audio.get", { kind = "protocol", message = "the audio track has no sound" })
end

function voice.file(_, thing) return "audio/" .. names.speech(thing.entry.stem, thing.speech) end

return voice
