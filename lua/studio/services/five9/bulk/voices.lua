-- Which voices say what: names, ids and languages looked up in the service's own list. SPDX-License-Identifier: MIT
--
-- The list by language has all that is needed; a key may be kept from it and have the plain list.

local check = require "studio.check"
local source = require "studio.services.five9.bulk.source"

local voices = {}

---@class studio.five9.bulk.voice
---@field id integer|string tts_voice_id
---@field name string
---@field provider string?
---@field languages table<string, boolean> labels and codes, in lower case

---@class studio.five9.bulk.catalogue
---@field list studio.five9.bulk.voice[]

local function text(value) return type(value) == "string" and value ~= "" and value or nil end

-- Adds a row; one voice may stand under several languages.
local function add(self, row, label)
  if type(row) ~= "table" or row.tts_voice_id == nil then return end
  local voice = self.by_id[tostring(row.tts_voice_id)]
  if not voice then
    voice = { id = row.tts_voice_id, languages = {}, provider = text(row.provider),
      name = text(row.voice_name) or text(row.tts_label) or tostring(row.tts_voice_id) }
    self.by_id[tostring(voice.id)] = voice
    self.list[#self.list + 1] = voice
  end
  for _, language in ipairs { label or false, row.lang or false, row.language or false } do
    if text(language) then voice.languages[language:lower()] = true end
  end
end

local function before(a, b)
  if math.type(a.id) and math.type(b.id) then return a.id < b.id end
  return tostring(a.id) < tostring(b.id)
end

--- Reads the voices that there are.
---@param client studio.five9.client
---@return studio.five9.bulk.catalogue? catalogue
---@return studio.error? err
function voices.read(client)
  local self = { list = {}, by_id = {} }
  local languages, err = client.prompts:languages()
  if type(languages) == "table" and #languages == 0 then
    for label, rows in pairs(languages) do
      for _, row in ipairs(type(rows) == "table" and rows or {}) do add(self, row, label) end
    end
  end
  if #self.list == 0 then
    if err and not (err.kind == "forbidden" or err.kind == "not_found") then return nil, err end
    local rows
    rows, err = client.prompts:voices()
    if not rows then return nil, err end
    for _, row in ipairs(rows) do add(self, row) end
  end
  table.sort(self.list, before)
  return self
end

-- The one voice that is meant; nil and why not.
local function find(catalogue, wanted)
  if type(wanted) == "table" then wanted = wanted.tts_voice_id end
  local by_id = catalogue.by_id[tostring(wanted)]
  if by_id then return by_id end
  local found = {}
  for _, voice in ipairs(catalogue.list) do
    if voice.name:lower() == tostring(wanted):lower() then found[#found + 1] = voice end
  end
  if #found == 1 then return found[1] end
  if #found == 0 then
    local names = {}
    for _, voice in ipairs(catalogue.list) do names[voice.name] = true end
    local nearest = check.nearest(wanted, names) -- there may be hundreds: they are not all told
    return nil, ("there is no voice '%s'%s"):format(tostring(wanted),
      nearest and ("; did you mean '%s'?"):format(nearest) or "")
  end
  local ids = {}
  for i, voice in ipairs(found) do ids[i] = tostring(voice.id) end
  return nil, ("%d voices are called '%s': give an id (%s)"):format(#found, tostring(wanted), table.concat(ids, ", "))
end

local function all_of(catalogue, language)
  local found = {}
  for _, voice in ipairs(catalogue.list) do
    if voice.languages[language:lower()] then found[#found + 1] = voice end
  end
  if #found == 0 then return nil, ("no voice speaks '%s'"):format(language) end
  return found
end

-- Voices without a second one of the same id.
local function choose(catalogue, names, languages)
  local chosen, taken = {}, {}
  local function take(voice)
    if not taken[voice.id] then chosen[#chosen + 1] = voice end
    taken[voice.id] = true
  end
  for _, name in ipairs(names or {}) do
    local voice, why = find(catalogue, name)
    if not voice then return nil, why end
    take(voice)
  end
  for _, language in ipairs(languages or {}) do
    local found, why = all_of(catalogue, language)
    if not found then return nil, why end
    for _, voice in ipairs(found) do take(voice) end
  end
  return chosen
end

-- What a voice says: in its language when there is such a text. A language has a label and a code, which are one.
local function words_of(voice, wanted)
  local found = {}
  for language in pairs(wanted.texts) do
    if voice.languages[language:lower()] then found[#found + 1] = language end
  end
  if #found < 2 then return wanted.texts[found[1]] or wanted.text end
  table.sort(found)
  return nil, ("its texts for '%s' and '%s' are for one voice (%s)"):format(found[1], found[2], voice.name)
end

local function values_of(catalogue, wanted, chosen)
  for language in pairs(wanted.texts) do
    local found, why = all_of(catalogue, language)
    if not found then return nil, why end
  end
  local values = {}
  for _, voice in ipairs(chosen) do
    local words, why = words_of(voice, wanted)
    if why then return nil, why end
    if words then
      values[#values + 1] = { tts_voice_id = voice.id, tts_value = words, voice_name = voice.name,
        provider = voice.provider, file_url = "", file_path = "" }
    end
  end
  if #values == 0 then return nil, "none of its voices has a text in its language" end
  return values
end

--- Gives each wanted prompt the `values` that are sent for it: one for each voice.
---@param catalogue studio.five9.bulk.catalogue
---@param list studio.five9.bulk.wanted[]
---@param options { voices: table?, languages: string[]? }
---@return boolean? done
---@return string? message
function voices.assign(catalogue, list, options)
  local common, why = choose(catalogue, options.voices, options.languages)
  if not common then return nil, why end
  local problems = {}
  for _, wanted in ipairs(list) do
    local chosen = common
    if wanted.voices then chosen, why = choose(catalogue, wanted.voices) end
    if chosen and #chosen == 0 then
      chosen, why = nil, "nobody is to say it: the option 'voices' or 'languages', or a column 'voices'"
    end
    if chosen then wanted.values, why = values_of(catalogue, wanted, chosen) end
    if not wanted.values then problems[#problems + 1] = source.place(wanted) .. ": " .. why end
  end
  if #problems > 0 then return nil, source.told(problems) end
  return true
end

return voices
