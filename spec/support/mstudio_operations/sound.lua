-- Operations: audio tracks, voices. See mstudio_operations.lua. SPDX-License-Identifier: MIT

local TRACKS, GENERATION, VOICES = "Audio tracks CRUD", "voice / SFX generation", "Voice library management"

return {
  { "audio.list", "GET /projects/p1/audio-tracks", with = { "p1" }, rows = "audio_tracks", scope = "audio",
    says = TRACKS },
  { "audio.create", "POST /projects/p1/audio-tracks", with = { "p1", { kind = "music" } }, body = '{"kind":"music"}',
    scope = "audio", says = TRACKS },
  { "audio.get", "GET /projects/p1/audio-tracks/t1", with = { "p1", "t1" }, scope = "audio", says = TRACKS },
  { "audio.update", "PUT /projects/p1/audio-tracks/t1", with = { "p1", "t1", { start_ms = 5 } },
    body = '{"start_ms":5}', scope = "audio", says = TRACKS },
  { "audio.delete", "DELETE /projects/p1/audio-tracks/t1", with = { "p1", "t1" }, scope = "audio", says = TRACKS },
  { "audio.generate_voice", "POST /projects/p1/generate-voice", with = { "p1", { text = "Ahoy", voice_id = "v1" } },
    body = '{"text":"Ahoy","voice_id":"v1"}', job = "answer", scope = "audio", says = GENERATION },
  { "audio.generate_sfx", "POST /projects/p1/generate-sfx", with = { "p1", { prompt = "gulls" } },
    body = '{"prompt":"gulls"}', job = "answer", scope = "audio", says = GENERATION },

  { "voices.list", "GET /voices?language=en", with = { { language = "en" } }, rows = "voices", scope = "voices",
    says = VOICES },
  { "voices.create", "POST /voices", with = { { name = "Ann" } }, body = '{"name":"Ann"}', scope = "voices",
    says = VOICES },
  { "voices.get", "GET /voices/v1", with = { "v1" }, scope = "voices", says = VOICES },
  { "voices.update", "PUT /voices/v1", with = { "v1", { name = "Bo" } }, body = '{"name":"Bo"}', scope = "voices",
    says = VOICES },
  { "voices.delete", "DELETE /voices/v1", with = { "v1" }, scope = "voices", says = VOICES },
  { "voices.upload_sample", "POST /voices/v1/sample", with = { "v1", "FILE" }, file = "ID3\4\0and so on",
    type = "audio/mpeg", scope = "voices", says = VOICES },
}
