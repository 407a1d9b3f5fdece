-- mStudio's voice library: voices that everybody has, and the account's own. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.mstudio.answers"
local files = require "studio.sandbox.mstudio.files"
local json = require "studio.sandbox.json"
local things = require "studio.sandbox.mstudio.things"
local uploads = require "studio.sandbox.mstudio.uploads"

local OWN = { id = true, order = true, stock = true, sample = true, preview_url = true, sample_url = true,
  created_at = true }

local function shown(world, voice)
  local copy = { stock = false }
  for name, value in pairs(voice) do copy[name] = value end
  copy.order, copy.sample = nil, nil
  copy.preview_url = files.preview_url(world, voice)
  copy.sample_url = voice.sample and files.blob_url(world, voice.sample) or json.null
  return copy
end

local function complaint(fields, required)
  if required and fields.name == nil then return { name = "The name field is required." } end
  for _, name in ipairs { "name", "gender", "language" } do
    local value = fields[name]
    if value ~= nil and (type(value) ~= "string" or value == "") then
      return { [name] = ("The %s must be a text."):format(name) }
    end
  end
end

local function list(world, req)
  local query = req.query
  local voices = answers.sorted(world.voices, function(voice)
    return (not query.language or voice.language == query.language)
      and (not query.gender or voice.gender == query.gender)
  end)
  return answers.page(req, voices, function(voice) return shown(world, voice) end)
end

local function create(world, req)
  local wrong = complaint(req.json, true)
  if wrong then return answers.invalid(wrong) end
  local voice = { id = world:id(), created_at = world:timestamp() }
  answers.assign(voice, req.json, OWN)
  world.voices[voice.id] = voice
  return answers.data(201, shown(world, voice))
end

local function get(world, _, voice) return answers.data(200, shown(world, voice)) end

-- What everybody has nobody changes.
local function own(handle)
  return function(world, req, voice)
    if voice.stock then return answers.error(403, "Stock voices cannot be changed.") end
    return handle(world, req, voice)
  end
end

local function update(world, req, voice)
  local wrong = complaint(req.json, false)
  if wrong then return answers.invalid(wrong) end
  answers.assign(voice, req.json, OWN)
  return answers.data(200, shown(world, voice))
end

local function delete(world, _, voice)
  world.voices[voice.id] = nil
  uploads.drop(world, voice.sample)
  return 204
end

local function upload_sample(world, req, voice)
  local blob, status, body = uploads.receive(world, req, { audio = true })
  if not blob then return status, body end
  uploads.drop(world, voice.sample)
  voice.sample = blob
  return answers.data(200, shown(world, voice))
end

return function(add)
  local function of_one(method, path, handle, more)
    add(method, "/voices/{voice}" .. path, "voices", things.with(things.voice, handle), more)
  end
  add("GET", "/voices", "voices", list)
  add("POST", "/voices", "voices", create)
  of_one("GET", "", get)
  of_one("PUT", "", own(update))
  of_one("PATCH", "", own(update))
  of_one("DELETE", "", own(delete))
  of_one("POST", "/sample", own(upload_sample), { form = true })
end
