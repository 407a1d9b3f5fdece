-- Routes: the library of voices. SPDX-License-Identifier: MIT

local voice = "/voices/{voice_id}"

return {
  { name = "voices.list", verb = "GET", path = "/voices", from = "assumed", scope = "voices", key = "voices" },
  { name = "voices.create", verb = "POST", path = "/voices", from = "assumed", scope = "voices", unwrap = "data",
    find_out = "list the voices and look for it before trying again" },
  { name = "voices.get", verb = "GET", path = voice, from = "assumed", scope = "voices", unwrap = "data" },
  { name = "voices.update", verb = "PUT", path = voice, from = "assumed", scope = "voices", unwrap = "data" },
  { name = "voices.delete", verb = "DELETE", path = voice, from = "assumed", scope = "voices", unwrap = "data" },
  { name = "voices.upload_sample", verb = "POST", path = voice .. "/sample", from = "assumed", scope = "voices",
    unwrap = "data", find_out = "look at the voice (its sample) before trying again",
    note = "a form (multipart/form-data) with the sound as `file`; that voices have samples is implied at best" },
}
