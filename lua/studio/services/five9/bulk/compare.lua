-- What is to be done about one prompt, from what is wanted, what is there and what is on record. Pure.
-- SPDX-License-Identifier: MIT

local core = require "studio.core"
local json = require "studio.json"

local compare = {}

--- A hash of what is sent for a prompt: equal when it says the same in the same voices.
---@param wanted studio.five9.bulk.wanted
---@return string
function compare.hash(wanted)
  local texts = {}
  for _, value in ipairs(wanted.values) do texts[tostring(value.tts_voice_id)] = value.tts_value end
  return core.sha256(json.encode(texts, { sort = true })):sub(1, 16)
end

-- The values of a row by voice; nil when the list does not tell them.
local function by_voice(row)
  local values = row.prompt_values
  if type(values) ~= "table" then return nil end
  local map = {}
  for _, value in ipairs(values) do
    if type(value) == "table" and value.tts_voice_id ~= nil then map[tostring(value.tts_voice_id)] = value end
  end
  return map
end

local function differs(wanted, there)
  for _, value in ipairs(wanted.values) do
    local own = there[tostring(value.tts_voice_id)]
    if not own or own.tts_value ~= value.tts_value then return true end
  end
  return false
end

-- The row that is meant among those of the name: the one on record, where there are several.
local function meant(rows, item)
  if #rows <= 1 then return rows[1] end
  for _, row in ipairs(rows) do
    if item.id ~= nil and tostring(row.prompt_id) == tostring(item.id) then return row end
  end
  local ids = {}
  for i, row in ipairs(rows) do ids[i] = tostring(row.prompt_id) end
  return nil, ("%d prompts have this name (%s): which is meant is not known"):format(#rows, table.concat(ids, ", "))
end

local function absent(item, options)
  if item.id ~= nil and not options.remake then
    return "left", ("made before (%s), and not in the list now; option remake = true makes it again"):format(
      tostring(item.id))
  elseif item.step == "asked" then
    return "create", "an earlier run was cut off while it asked for this; it is looked for first"
  end
  return "create"
end

local function unread(wanted, row, item, options)
  local ours = (item.id == nil or tostring(item.id) == tostring(row.prompt_id)) and item.hash == compare.hash(wanted)
  if ours then return "unchanged" end
  if options.replace then return "update", "replaced as a whole: the list does not tell what it says now" end
  return "left", "the list does not tell what it says; option replace = true replaces it, with all its voices"
end

--- What is to be done.
---@param wanted studio.five9.bulk.wanted with values
---@param rows table[] prompts of that name, as the service lists them
---@param item table what is on record
---@param options { replace: boolean?, remake: boolean? }
---@return "create"|"update"|"unchanged"|"left" action
---@return string? why
---@return table? row the prompt that is there
function compare.action(wanted, rows, item, options)
  local row, why = meant(rows, item)
  if why then return "left", why end
  if not row then return absent(item, options) end
  local there = by_voice(row)
  if not there then
    local action
    action, why = unread(wanted, row, item, options)
    return action, why, row
  end
  if not differs(wanted, there) then return "unchanged", nil, row end
  if row.is_system == true or row.is_system == 1 then return "left", "it is the system's own", row end
  return "update", nil, row
end

--- The body that makes a prompt.
---@param wanted studio.five9.bulk.wanted
---@param folder_id integer?
---@return table
function compare.new_body(wanted, folder_id)
  local first = wanted.values[1]
  return { prompt_name = wanted.name, prompt_values = json.array(wanted.values), folder_id = folder_id,
    default_tts_value = first.tts_value, default_voice_name = first.voice_name }
end

-- What is there, with the texts that are wanted; voices that nobody spoke of stay as they are.
local function merged(wanted, there, row)
  local values, left = json.array(), {}
  for _, value in ipairs(wanted.values) do left[tostring(value.tts_voice_id)] = value end
  for _, own in ipairs(there and row.prompt_values or {}) do
    local id = type(own) == "table" and tostring(own.tts_voice_id)
    local copy = {}
    for name, value in pairs(type(own) == "table" and own or {}) do copy[name] = value end
    if left[id] then copy.tts_value, left[id] = left[id].tts_value, nil end
    values[#values + 1] = copy
  end
  for _, value in ipairs(wanted.values) do
    if left[tostring(value.tts_voice_id)] then values[#values + 1] = value end
  end
  return values
end

--- The body that changes one: its folder, state and default voice stay.
---@param wanted studio.five9.bulk.wanted
---@param row table
---@return table
function compare.changed_body(wanted, row)
  local body = compare.new_body(wanted, row.folder_id)
  body.prompt_values = merged(wanted, by_voice(row), row)
  body.is_archived = row.is_archived
  if type(row.default_voice_name) ~= "string" or row.default_voice_name == "" then return body end
  body.default_voice_name, body.default_tts_value = row.default_voice_name, row.default_tts_value
  for _, value in ipairs(wanted.values) do
    if value.voice_name == row.default_voice_name then body.default_tts_value = value.tts_value end
  end
  return body
end

return compare
