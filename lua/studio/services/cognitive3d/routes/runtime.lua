-- Routes of the collector for apps while they run: an application key (data_key). SPDX-License-Identifier: MIT
--
-- Source: the vendor's SDKs (Unity, Unreal, WebXR, visionOS, Android). Recordings are answered 200, and a header.
-- studio.cognitive3d.recorder makes them, numbers their parts and keeps what cannot be sent.

local doors = require "studio.services.cognitive3d.routes.doors"

local FIND <const> = "the session shows it when the service has worked it in, some minutes later"

local function stream(name, note)
  return { name = "runtime." .. name, verb = "POST", path = "/v0/" .. name .. "/{sdk_scene_id}", answer = "any",
    query = { "version" }, find_out = FIND, note = note }
end

return doors.data {
  stream("gaze", "session properties ride here"),
  stream "events",
  stream "dynamics",
  stream("sensors", "one SDK (WebXR) sends the user's id as name instead of userid"),
  stream "fixations",
  stream("boundary", "what is in it is not documented"),

  { name = "runtime.question_set", verb = "GET", path = "/v0/questionSetHooks/{hook}/questionSet",
    note = "what an ExitPoll asks at this hook" },
  { name = "runtime.answer", verb = "POST", path = "/v0/questionSets/{name}/{version}/responses", answer = "any",
    required = { "sessionId", "answers" }, find_out = "look at exitpoll:responses for the session",
    note = "answers: { type, value } or null for each question; -32768: skipped; voice as WAV in base64" },
  { name = "runtime.remote_variables", verb = "GET", path = "/v0/remotevariables", required = { "identifier" },
    note = "of a participant or device: { abTests, remoteConfigurations }" },
  { name = "runtime.lobby", verb = "POST", path = "/v0/lobbies", from = "documented", query = {},
    find_out = "nothing tells: a lobby that nobody uses does no harm", note = "{ id }" },
  { name = "runtime.audio", verb = "POST", path = "/v0/audio", answer = "any", find_out = FIND,
    note = "sent by the Android plugin; its body is not known" },
}
