-- Routes: audio tracks on a project's timeline, and their generation. SPDX-License-Identifier: MIT

local project = "/projects/{project_id}"
local tracks = project .. "/audio-tracks"
local track = tracks .. "/{track_id}"
local find_out = "list the project's audio tracks before trying again, or it may be paid for twice"
local paid = "needs paid access; polling its job needs the scope frames"

return {
  { name = "audio.list", verb = "GET", path = tracks, from = "assumed", scope = "audio", key = "audio_tracks" },
  { name = "audio.create", verb = "POST", path = tracks, from = "assumed", scope = "audio", unwrap = "data",
    find_out = "list the project's audio tracks and look for it before trying again" },
  { name = "audio.get", verb = "GET", path = track, from = "assumed", scope = "audio", unwrap = "data" },
  { name = "audio.update", verb = "PUT", path = track, from = "assumed", scope = "audio", unwrap = "data" },
  { name = "audio.delete", verb = "DELETE", path = track, from = "assumed", scope = "audio", unwrap = "data" },
  { name = "audio.generate_voice", verb = "POST", path = project .. "/generate-voice", from = "assumed",
    scope = "audio", unwrap = "data", priority = "submit", find_out = find_out, note = paid },
  { name = "audio.generate_sfx", verb = "POST", path = project .. "/generate-sfx", from = "assumed",
    scope = "audio", unwrap = "data", priority = "submit", find_out = find_out, note = paid },
}
