-- The library of voices: client.voices. SPDX-License-Identifier: MIT

local lists = require "studio.lists"
local uploads = require "studio.services.mstudio.uploads"

---@class studio.mstudio.voices
---@field list studio.mstudio.list one page of the voices
---@field each studio.mstudio.each all of them; raises the error object when a page fails
---@field pages studio.mstudio.pages page by page
local voices = {}
lists(voices, "voices", {})

---@param voice studio.mstudio.id
---@param options studio.call_options?
---@return table? voice nil, err on failure
---@return table response_or_err
function voices:get(voice, options) return self.client:call("voices.get", { voice_id = voice }, nil, options) end

---@param fields table { name = … }
---@param options studio.call_options?
---@return table? voice nil, err on failure
---@return table response_or_err
function voices:create(fields, options) return self.client:call("voices.create", nil, fields, options) end

---@param voice studio.mstudio.id
---@param fields table what changes
---@param options studio.call_options?
---@return table? voice nil, err on failure
---@return table response_or_err
function voices:update(voice, fields, options)
  return self.client:call("voices.update", { voice_id = voice }, fields, options)
end

---@param voice studio.mstudio.id
---@param options studio.call_options?
---@return any? deleted true, or what the service answered; nil, err on failure
---@return table response_or_err
function voices:delete(voice, options) return self.client:call("voices.delete", { voice_id = voice }, nil, options) end

--- Sends a sound of which the voice is made. It is streamed from the file, and must be a sound by its first bytes.
---@param voice studio.mstudio.id
---@param sample string|studio.body a path, or a studio.file or studio.reader
---@param fields studio.mstudio.upload_fields?
---@param options studio.call_options?
---@return table? voice nil, err on failure: kind "invalid", code "media_type" when it is no sound that is known
---@return table response_or_err
function voices:upload_sample(voice, sample, fields, options)
  return uploads.send(self.client, "voices.upload_sample", { voice_id = voice }, sample, fields, options, { "audio" })
end

return voices
