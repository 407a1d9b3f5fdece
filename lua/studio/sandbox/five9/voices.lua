-- The voices that prompts are spoken with, and what they say. SPDX-License-Identifier: MIT
--
-- Fields as somebody's client reads them. Speech comes as bytes or as what the file route wants: both were seen.

local answers = require "studio.sandbox.five9.answers"
local chance = require "studio.sandbox.chance"
local json = require "studio.sandbox.json"
local wav = require "studio.sandbox.wav"

local voices = {}

-- id, name, provider, language, its label, the pitch of its tunes
local LIST = {
  { 1, "Joanna", "polly", "en-US", "English (US)", 220 }, { 2, "Matthew", "polly", "en-US", "English (US)", 130 },
  { 3, "Amy", "polly", "en-GB", "English (UK)", 235 }, { 4, "Lupe", "polly", "es-US", "Spanish (US)", 210 },
  { 5, "de-DE-Wavenet-A", "google", "de-DE", "German", 200 }, { 6, "Chantal", "polly", "fr-CA", "French (CA)", 225 },
}

local by_id = {}
for _, voice in ipairs(LIST) do by_id[voice[1]] = voice end

--- Whether there is such a voice.
---@param id any
function voices.exists(id) return by_id[answers.whole(id) or 0] ~= nil end

local function list()
  local out = json.array {}
  for i, voice in ipairs(LIST) do
    out[i] = { tts_voice_id = voice[1], voice_name = voice[2], tts_label = ("%s - %s"):format(voice[5], voice[2]),
      provider = voice[3], language = voice[4] }
  end
  return answers.data(out)
end

local function languages()
  local out = {}
  for _, voice in ipairs(LIST) do
    local own = out[voice[5]] or json.array {}
    out[voice[5]] = own
    own[#own + 1] = { tts_voice_id = voice[1], voice_name = voice[2], provider = voice[3], lang = voice[4] }
  end
  return answers.data(out)
end

-- As long as it takes to say it, and never the same for two texts.
local function bytes_of(spoken)
  local seed = tonumber(chance.token(#spoken.text, spoken.text, spoken.voice):sub(1, 8), 16)
  return wav.tune(by_id[spoken.voice][6], seed, math.min(20000, 300 + 60 * #spoken.text))
end

local SOUND = { ["content-type"] = "audio/wav" }

local function speak(instance, req)
  local text, voice = req.json.prompt_text, answers.whole(req.json.tts_voice_id)
  if type(text) ~= "string" or text == "" then
    return answers.invalid { prompt_text = "The prompt text field is required." }
  elseif not voices.exists(voice) then
    return answers.invalid { tts_voice_id = "The selected tts voice id is invalid." }
  end
  instance:tell "spoken"
  local spoken = { text = text, voice = voice }
  if instance.options.audio == "raw" then return 200, bytes_of(spoken), { ["content-type"] = "audio/wav" } end
  local name = chance.token(instance.seed, text, voice) .. ".wav"
  local path = ("speech/%d/%s"):format(voice, name)
  req.place.files[path] = spoken
  return 200, { fileName = name, fileType = SOUND["content-type"], path = path }
end

local function download(_, req)
  local path = req.json.path
  if type(path) ~= "string" or type(req.json.fileName) ~= "string" then
    return answers.invalid { path = "The path field is required." }
  end
  local spoken = req.place.files[path]
  if not spoken then return answers.not_found "File" end
  return 200, bytes_of(spoken), { ["content-type"] = SOUND["content-type"],
    ["content-disposition"] = ('attachment; filename="%s"'):format(path:match "[^/]+$") }
end

--- Adds the routes.
function voices.routes(add)
  add("GET", "/prompt/languages", "prompt.languages", languages)
  add("GET", "/prompt/tts-voices", "prompt.voices", list)
  add("POST", "/speech/get_prompt_audio", "speech", speak)
  add("POST", "/api/file-download-from-url", "files", download) -- the base URL ends in /api: it stands there twice
end

return voices
