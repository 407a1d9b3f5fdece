-- What an app sends while it runs, one request at a time: client.runtime, with a data_key. SPDX-License-Identifier: MIT
--
-- studio.cognitive3d.recorder makes recordings out of single samples, and keeps what cannot be sent. Scenes are named
-- by the UUID that apps send (sdkFacingId), their versions by number.

local form = require "studio.services.cognitive3d.form"

---@class studio.cognitive3d.runtime
---@field gaze studio.cognitive3d.ingest
---@field events studio.cognitive3d.ingest
---@field dynamics studio.cognitive3d.ingest
---@field sensors studio.cognitive3d.ingest
---@field fixations studio.cognitive3d.ingest
---@field boundary studio.cognitive3d.ingest
local runtime = {}

for _, name in ipairs { "gaze", "events", "dynamics", "sensors", "fixations", "boundary" } do
  runtime[name] = function(self, scene, version_number, envelope, options)
    local query = { version = form.number("runtime:" .. name, version_number) }
    return self.client:call("runtime." .. name, { sdk_scene_id = scene }, envelope, form.with_query(options, query))
  end
end

--- What an ExitPoll asks at a hook.
---@param hook string
---@param options studio.call_options?
---@return table? set nil, err on failure
---@return table response_or_err
function runtime:question_set(hook, options)
  return self.client:call("runtime.question_set", { hook = hook }, nil, options)
end

--- Sends a participant's answers.
---@param name string of the question set
---@param version integer of the question set
---@param fields table sessionId, answers ({ type, value } or studio.null for each question), userId, hook, sceneId …
---@param options studio.call_options?
---@return any? done nil, err on failure
---@return table response_or_err
function runtime:answer(name, version, fields, options)
  return self.client:call("runtime.answer", { name = name, version = version }, fields, options)
end

--- Remote configurations and A/B tests of a participant or device.
---@param identifier string
---@param options studio.call_options?
---@return table? values { abTests, remoteConfigurations }; nil, err on failure
---@return table response_or_err
function runtime:remote_variables(identifier, options)
  return self.client:call("runtime.remote_variables", nil, { identifier = identifier }, options)
end

--- Makes a lobby, by which sessions that are played together find each other.
---@param options studio.call_options?
---@return table? lobby { id }; nil, err on failure
---@return table response_or_err
function runtime:lobby(options) return self.client:call("runtime.lobby", nil, nil, options) end

--- Sound of a session, as the vendor's Android plugin sends it. What it sends is not known.
---@param body table|studio.body
---@param options studio.call_options?
---@return any? done nil, err on failure
---@return table response_or_err
function runtime:audio(body, options) return self.client:call("runtime.audio", nil, body, options) end

return runtime
