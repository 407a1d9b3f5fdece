-- What a bot says, out of the answer to a turn. SPDX-License-Identifier: MIT
--
-- Documented (guides of the Conversation node): the rich format, { payload = { contentType, object = { message, title,
-- image, children } }, attachments }, its buttons, and images by attachment://ID. Where in the answer it stands is not:
-- the usual places are looked at, and what is not understood is passed through.

local json = require "studio.json"

local reply = {}

---@class studio.five9.reply
---@field text string? all that is said in words, a line for each message
---@field messages studio.five9.message[]
---@field session_id string?
---@field ended boolean the answer says that the conversation is over; how it would, is assumed (session_ended)
---@field raw any the answer as it came

---@class studio.five9.message
---@field type "text"|"image"|"unknown"
---@field text string?
---@field title string?
---@field image studio.five9.image?
---@field buttons studio.five9.button[]
---@field attachments any[] as the service sent them: ids of files
---@field raw any the message as it came

---@class studio.five9.image { url } or { attachment, listed }
---@field url string?
---@field attachment string? the id of a file
---@field listed boolean? whether the message's attachments have it

---@class studio.five9.button
---@field type "link"|"reply"|"postback"|"unknown"
---@field text string?
---@field url string? of a link
---@field response string? what a reply says when it is pressed
---@field image string?
---@field default boolean?
---@field attributes table?
---@field raw table

local function text(value) return type(value) == "string" and value ~= "" and value or nil end

local function list(value) return type(value) == "table" and value ~= json.null and value or {} end

local button_types = { LINK_BUTTON = "link", REPLY_BUTTON = "reply", POSTBACK_BUTTON = "postback" }

-- A button tells its kind by a field, or stands below a field of that name; both are taken.
local function button_of(child)
  for name, inner in pairs(child) do
    if button_types[name] and type(inner) == "table" then
      local found = button_of(inner)
      found.type = button_types[name]
      return found
    end
  end
  local kind = text(child.type) or text(child.contentType) or text(child.buttonType) or ""
  return {
    type = button_types[kind] or kind:upper():find "POSTBACK" and "postback" or child.url and "link"
      or child.response and "reply" or "unknown",
    text = text(child.text), url = text(child.url), response = text(child.response), image = text(child.image),
    default = type(child.default) == "boolean" and child.default or nil,
    attributes = type(child.attributes) == "table" and child.attributes or nil, raw = child,
  }
end

-- "attachment://12" is one of the message's attachments; anything else is an address.
local function image_of(value, attachments)
  if type(value) == "table" then value = value.url or value.src end
  if not text(value) then return nil end
  local id = value:match "^attachment://(.+)$"
  if not id then return { url = value } end
  local listed = false
  for _, attachment in ipairs(attachments) do
    if type(attachment) == "table" then attachment = attachment.id end
    listed = listed or tostring(attachment) == id
  end
  return { attachment = id, listed = listed }
end

local function rich(value)
  local object = list(value.payload.object)
  local attachments, buttons = list(value.attachments), {}
  for _, child in ipairs(list(object.children)) do
    if type(child) == "table" then buttons[#buttons + 1] = button_of(child) end
  end
  local kind = type(value.payload.contentType) == "string" and value.payload.contentType:lower()
  return {
    type = (kind == "text" or kind == "image") and kind or "unknown", text = text(object.message),
    title = text(object.title), image = image_of(object.image, attachments), buttons = buttons,
    attachments = attachments, raw = value,
  }
end

local function plain(words) return { type = "text", text = words, buttons = {}, attachments = {}, raw = words } end

local places = { "messages", "message", "replies", "reply", "responses", "response", "text", "payloads" }

local collect -- forward

-- A text may be the rich format, written as JSON.
local function collect_text(words, messages)
  local value = words:find "^%s*{" and json.decode(words)
  if type(value) == "table" and type(value.payload) == "table" then return collect(value, messages) end
  if words ~= "" then messages[#messages + 1] = plain(words) end
end

function collect(value, messages)
  if type(value) == "string" then return collect_text(value, messages) end
  if type(value) ~= "table" then return end
  if type(value.payload) == "table" then
    messages[#messages + 1] = rich(value)
  elseif json.is_array(value) or value[1] ~= nil then
    for _, item in ipairs(value) do collect(item, messages) end
  else
    for _, name in ipairs(places) do
      if value[name] ~= nil and value[name] ~= json.null then return collect(value[name], messages) end
    end
    messages[#messages + 1] = { type = "unknown", buttons = {}, attachments = {}, raw = value }
  end
end

-- Where the answer has its facts: at the top, or below "data".
local function field(answer, name)
  local value = answer[name]
  if value == nil and type(answer.data) == "table" then value = answer.data[name] end
  if value == json.null then return nil end
  return value
end

-- What is left of an answer when the facts about the session are taken away: nothing was said, perhaps.
local function is_silent(answer)
  for name in pairs(answer) do
    if name ~= "session_id" and name ~= "session_ended" and name ~= "success" then return false end
  end
  return true
end

--- Reads the answer to a turn.
---@param answer any decoded JSON; true: it was empty
---@return studio.five9.reply
function reply.read(answer)
  local messages, id, ended = {}, nil, nil
  if type(answer) == "table" then
    id, ended = field(answer, "session_id"), field(answer, "session_ended")
    local body = type(answer.data) == "table" and answer.data or answer
    if not is_silent(body) then collect(body, messages) end
  elseif type(answer) == "string" then
    collect(answer, messages)
  end
  local words = {}
  for _, message in ipairs(messages) do words[#words + 1] = message.text end
  return {
    text = #words > 0 and table.concat(words, "\n") or nil, messages = messages,
    session_id = (type(id) == "string" and id ~= "" or math.type(id) == "integer") and tostring(id) or nil,
    ended = ended == true, raw = answer,
  }
end

return reply
