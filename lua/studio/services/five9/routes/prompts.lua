-- Routes: prompts, their voices and sound; files. SPDX-License-Identifier: MIT

-- What the one client that makes prompts sends beside the text.
local function defaults(more)
  local fields = { default_voice_audio_url = "", default_voice_file_path = "", default_voice_uploaded_file_name = "",
    folder_id = 0, guard_name = "admin" }
  for name, value in pairs(more or {}) do fields[name] = value end
  return fields
end

local needed = { "prompt_name", "prompt_values" }

return {
  { name = "prompts.languages", verb = "GET", path = "/prompt/languages", from = "third_party", unwrap = "data" },
  { name = "prompts.voices", verb = "GET", path = "/prompt/tts-voices", from = "third_party", unwrap = "data" },
  { name = "prompts.list", verb = "GET", path = "/prompt/prompts", from = "third_party", key = "prompts",
    paging = "pages", id_field = "prompt_id",
    note = "seen too: per_page, orderBy, sortedBy (asc, desc), folder_id, task_id (-1: any), hide_system" },
  { name = "prompts.create", verb = "POST", path = "/prompt/prompts", from = "third_party", unwrap = "data",
    id_field = "prompt_id", required = needed, defaults = defaults(),
    find_out = "list the prompts and look for its name before making it again" },
  { name = "prompts.update", verb = "PUT", path = "/prompt/prompts/{prompt_id}", from = "third_party", unwrap = "data",
    id_field = "prompt_id", required = needed, defaults = defaults { prompt_type = "IVA", is_archived = 0 },
    find_out = "list the prompts and compare; sending it once more does no harm" },
  { name = "prompts.audio", verb = "POST", path = "/speech/get_prompt_audio", from = "third_party", reads = true,
    required = { "prompt_text", "tts_voice_id" }, note = "answers with a sound, or with what `files.download` wants" },
  -- The base URL ends in /api, and this path begins with it: the whole URL has it twice.
  { name = "files.download", verb = "POST", path = "/api/file-download-from-url", from = "third_party", reads = true,
    note = "below a base URL that ends in /api itself" },
}
