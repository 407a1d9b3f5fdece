-- Prompts, their voices and sound: client.prompts. SPDX-License-Identifier: MIT

local check = require "studio.check"
local file = require "studio.file"
local id_of = require "studio.services.five9.ids"
local json = require "studio.json"
local lists = require "studio.lists"
local merge = require "studio.merge"
local raw = require "studio.services.five9.raw"

---@class studio.five9.prompts
---@field list studio.five9.list one page of the prompts
---@field each studio.five9.each all of them; raises the error object when a page fails
---@field pages studio.five9.pages page by page
local prompts = {}
lists(prompts, "prompts", {})

--- The languages, each with its voices: { ["English (US)"] = { { tts_voice_id, voice_name, … } } }.
---@param options studio.call_options?
---@return table? languages nil, err on failure
---@return table response_or_err
function prompts:languages(options) return self.client:call("prompts.languages", nil, nil, options) end

--- The voices that read prompts.
---@param options studio.call_options?
---@return table[]? voices nil, err on failure
---@return table response_or_err
function prompts:voices(options) return self.client:call("prompts.voices", nil, nil, options) end

---@class studio.five9.prompt fields of a prompt; more are sent as they are
---@field prompt_name string
---@field prompt_values table[] one for each voice: tts_voice_id, tts_value, voice_name, file_url = "", file_path = ""
---@field default_tts_value string?
---@field default_voice_name string?
---@field folder_id integer? default 0

--- Makes a prompt.
---@param fields studio.five9.prompt
---@param options studio.call_options?
---@return table? prompt with prompt_id; nil, err on failure: with err.maybe_done it may be there
---@return table response_or_err
function prompts:create(fields, options) return self.client:call("prompts.create", nil, fields, options) end

--- Replaces a prompt.
---@param prompt string|integer|table
---@param fields studio.five9.prompt all of them: what is not given is not kept
---@param options studio.call_options?
---@return table? prompt nil, err on failure
---@return table response_or_err
function prompts:update(prompt, fields, options)
  check.argument("prompts:update", "fields", fields, "table")
  local id = id_of("prompts:update", "prompt", prompt, "prompt_id")
  return self.client:call("prompts.update", { prompt_id = id }, merge(fields, { prompt_id = id }), options)
end

-- A sound by what the answer says it is, or by how it begins.
local function is_sound(bytes, response)
  local kind = (response:header "content-type" or ""):lower()
  return kind:find "^audio/" ~= nil or bytes:find "^RIFF" ~= nil or bytes:find "^ID3" ~= nil
end

-- The answer may be metadata, so that it cannot go into the sound's file unseen.
local function without_file(options)
  options = merge(options)
  options.save_to = nil
  return options
end

local function sound_of(client, text, voice, options)
  local bytes, response = raw(client, "prompts.audio", { prompt_text = text, tts_voice_id = voice },
    without_file(options))
  if not bytes or is_sound(bytes, response) then return bytes, response end
  local metadata = json.decode(bytes)
  if type(metadata) == "table" and type(metadata.data) == "table" then metadata = metadata.data end
  if type(metadata) == "table" and next(metadata) ~= nil then return nil, response, metadata end
  return nil, client:problem("prompts.audio", {
    kind = "protocol", message = "the answer is neither a sound nor says where one is", response = response,
  })
end

--- How a text sounds in a voice.
---@param text string
---@param voice string|integer|table a tts_voice_id, or a row that has one
---@param options studio.five9.file_options? save_to: the file, which appears when it is whole
---@return string? bytes_or_path the sound, or the path that it was saved to; nil, err on failure
---@return table response_or_err
function prompts:audio(text, voice, options)
  check.argument("prompts:audio", "text", text, "string")
  voice = id_of("prompts:audio", "voice", voice, "tts_voice_id")
  local bytes, response, metadata = sound_of(self.client, text, voice, options)
  if metadata then return self.client.files:download(metadata, options) end
  local path = options and options.save_to
  if not (bytes and path) then return bytes, response end
  local written, err = file.write(path, bytes)
  if not written then return nil, err end
  return path, response
end

--- Plans many prompts at once, in one voice or several: which would be made, which changed. Nothing is changed before
--- plan:apply.
---@param source string|table path of a CSV file (prompt_name, text, text:de-DE …, voices); a list of { prompt_name =,
---  text = "…" or { ["de-DE"] = "…" }, voices = }; or { name = "text", … }
---@param options studio.five9.bulk.options? voices, languages, key, state, folder_id, replace, remake, settle
---@return studio.five9.bulk.plan? plan nil, err: the source cannot be used, or the service was not to be read
---@return studio.error? err
function prompts:bulk(source, options)
  return require "studio.services.five9.bulk"(self.client, source, options)
end

return prompts
