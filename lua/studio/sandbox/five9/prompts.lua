-- Prompts: what an IVA says, in one voice or several. SPDX-License-Identifier: MIT
--
-- Bodies and the query of the list as somebody's client sends them; what a row of the list holds beside its id and its
-- name is assumed. Two prompts may have one name here: a client that makes one twice is seen.

local answers = require "studio.sandbox.five9.answers"
local json = require "studio.sandbox.json"
local voices = require "studio.sandbox.five9.voices"

local TEXTS = { "file_url", "file_path", "voice_name", "provider" }

local function wrong_value(value, at, wrong)
  local field = ("prompt_values.%d"):format(at - 1)
  if type(value) ~= "table" or json.is_array(value) then
    wrong[field] = ("The %s must be an object."):format(field)
    return
  end
  if not voices.exists(value.tts_voice_id) then
    wrong[field .. ".tts_voice_id"] = ("The selected %s.tts_voice_id is invalid."):format(field)
  end
  if type(value.tts_value) ~= "string" then
    wrong[field .. ".tts_value"] = ("The %s.tts_value must be a text."):format(field)
  end
  for _, name in ipairs(TEXTS) do
    if value[name] ~= nil and type(value[name]) ~= "string" then
      wrong[field .. "." .. name] = ("The %s.%s must be a text."):format(field, name)
    end
  end
end

-- What is wrong with a body; nil when nothing is.
local function complaint(body)
  local wrong = {}
  if type(body.prompt_name) ~= "string" or not body.prompt_name:find "%S" or #body.prompt_name > 255 then
    wrong.prompt_name = "The prompt name must be a text of 1 to 255 characters."
  end
  if not json.is_array(body.prompt_values) or #body.prompt_values == 0 then
    wrong.prompt_values = "The prompt values field is required and must be a list."
  else
    for i, value in ipairs(body.prompt_values) do wrong_value(value, i, wrong) end
  end
  for _, name in ipairs { "default_tts_value", "default_voice_name" } do
    if body[name] ~= nil and type(body[name]) ~= "string" then
      wrong[name] = ("The %s must be a text."):format(name:gsub("_", " "))
    end
  end
  if math.type(body.folder_id) ~= "integer" then wrong.folder_id = "The folder id must be an integer." end
  if body.guard_name ~= "admin" then wrong.guard_name = "The selected guard name is invalid." end
  return next(wrong) and wrong
end

local KEPT = { "prompt_name", "prompt_values", "default_tts_value", "default_voice_name", "folder_id" }

local function assign(instance, prompt, body)
  for _, name in ipairs(KEPT) do prompt[name] = body[name] end
  local first = body.prompt_values[1]
  prompt.default_tts_value = body.default_tts_value or first.tts_value
  prompt.default_voice_name = body.default_voice_name or first.voice_name
  prompt.updated_at = instance:timestamp()
end

local function told(instance, prompt)
  local short = { prompt_id = prompt.prompt_id, prompt_name = prompt.prompt_name }
  if instance.options.created == "bare" then return 200, short end
  return answers.data(short)
end

local function create(instance, req)
  local wrong = complaint(req.json)
  if wrong then return answers.invalid(wrong) end
  local place = req.place
  local prompt = { prompt_id = instance:id(), prompt_type = "IVA", is_archived = 0, is_system = false,
    created_at = instance:timestamp() }
  assign(instance, prompt, req.json)
  place.prompts[#place.prompts + 1] = prompt
  instance:count_name("prompts_created", prompt.prompt_name)
  return told(instance, prompt)
end

local function find(place, id)
  for _, prompt in ipairs(place.prompts) do
    if prompt.prompt_id == answers.whole(id) then return prompt end
  end
end

local function update(instance, req)
  local prompt = find(req.place, req.args.prompt)
  if not prompt then return answers.not_found "Prompt" end
  local wrong = complaint(req.json) or {}
  if req.json.prompt_id ~= nil and answers.whole(req.json.prompt_id) ~= prompt.prompt_id then
    wrong.prompt_id = "The prompt id is not that of the path."
  end
  if next(wrong) then return answers.invalid(wrong) end
  if prompt.is_system then return answers.forbidden() end
  assign(instance, prompt, req.json)
  if req.json.is_archived == 0 or req.json.is_archived == 1 then prompt.is_archived = req.json.is_archived end
  instance:count_name("prompts_updated", prompt.prompt_name)
  return told(instance, prompt)
end

local ORDERS = { prompt_id = true, prompt_name = true }

-- Those that the query asks for, in its order.
local function chosen(place, query)
  local list, order = {}, query.orderBy or "prompt_id"
  for _, prompt in ipairs(place.prompts) do
    local fits = (query.folder_id == nil or tonumber(query.folder_id) == prompt.folder_id)
      and not (query.hide_system == "true" and prompt.is_system)
      and (query.prompt_type == nil or query.prompt_type == prompt.prompt_type)
    if fits then list[#list + 1] = prompt end
  end
  table.sort(list, function(a, b)
    if query.sortedBy == "desc" then a, b = b, a end
    if a[order] ~= b[order] then return a[order] < b[order] end
    return a.prompt_id < b.prompt_id
  end)
  return list
end

local BRIEF = { "prompt_id", "prompt_name", "prompt_type", "folder_id", "is_archived", "is_system" }

local function shown(instance, prompt)
  if instance.options.prompt_rows == "full" then return prompt end
  local row = {}
  for _, name in ipairs(BRIEF) do row[name] = prompt[name] end
  return row
end

local function list(instance, req)
  local query = req.query
  local page, per_page = answers.count(query.page, 1), answers.count(query.per_page, 15)
  if not page then return answers.invalid { page = "The page must be an integer from 1 on." } end
  if not per_page then return answers.invalid { per_page = "The per page must be an integer from 1 on." } end
  if query.orderBy and not ORDERS[query.orderBy] then
    return answers.invalid { orderBy = "The selected orderBy is invalid." }
  end
  local all, rows = chosen(req.place, query), json.array {}
  for i = (page - 1) * per_page + 1, math.min(#all, page * per_page) do rows[#rows + 1] = shown(instance, all[i]) end
  if instance.options.listing == "nested" then return answers.data { prompts = rows } end
  return answers.data(rows)
end

return function(add)
  add("GET", "/prompt/prompts", "prompt.prompts", list)
  add("POST", "/prompt/prompts", "prompt.prompts", create)
  add("PUT", "/prompt/prompts/{prompt}", "prompt.prompts", update)
  voices.routes(add)
end
