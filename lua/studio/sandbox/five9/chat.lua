-- Chat bots: turns of conversations that follow a small script. SPDX-License-Identifier: MIT
--
-- Documented: api_key, task_key, session_id, text and message_json in the body, a first reply that gives the session
-- id, messages of the form { payload = { contentType, object }, attachments }, and that service providers' keys are
-- refused. The path, the list `messages` around these, and `session_ended` are assumed.

local answers = require "studio.sandbox.five9.answers"
local chance = require "studio.sandbox.chance"
local json = require "studio.sandbox.json"

local KEY, TASK = "f9-bot-key", "task-1"

local function text(message, children, attachments)
  return { payload = { contentType = "TEXT", object = { message = message, children = children } },
    attachments = attachments }
end

-- What the bot says to a word: a list of messages, and whether that is the end.
local script = {}

function script.buttons()
  return { text("Read or write?", json.array {
    { type = "LINK_BUTTON", text = "Our hours", url = "https://example.com/hours", default = true },
  }), text("Choose one.", json.array {
    { type = "REPLY_BUTTON", text = "Yes", response = "yes" },
    { type = "REPLY_BUTTON", text = "No", response = "no", image = "attachment://file-2" },
  }, json.array { "file-2" }) }
end

function script.postback()
  return { text("Shall we call?", json.array { { type = "POSTBACK_BUTTON", text = "Call me", postback = "call" } }) }
end

function script.image()
  return { { payload = { contentType = "IMAGE", object = { message = "This is our shop.", title = "The shop",
    image = "attachment://file-1" } }, attachments = json.array { "file-1" } } }
end

function script.attachments() return { text("Two files for you.", nil, json.array { "file-1", "file-2" }) } end

-- A shape that no client has heard of, and text that does harm where it is shown as it is.
function script.strange()
  return { { payload = { contentType = "CAROUSEL", object = { slides = json.array { 1, 2 } } } },
    { note = "no payload" } }
end

function script.nasty() return { text "\27[2J\27]0;title\7<script>alert(1)</script>\r\nnext" } end

function script.silence() return {} end

script["end"] = function() return { text "Goodbye." }, true end

-- One level is told as it came; what lies deeper is undefined.
local function flat(object)
  local out = {}
  for name, value in pairs(object) do out[name] = type(value) == "table" and json.null or value end
  return out
end

local function reply(said, object)
  local made, ended = {}, false
  if object then made[1] = text("I got: " .. json.encode(flat(object))) end
  if said then
    local scene = script[said:lower():match "^%s*(.-)%s*$"]
    local list = { text("You said: " .. said) }
    if scene then list, ended = scene() end
    table.move(list, 1, #list, #made + 1, made)
  end
  return made, ended
end

-- The object of message_json, which may come as its text; or nil and what is wrong.
local function read_object(body)
  local object = body.message_json
  if object == nil or object == json.null or object == "" then return nil end
  if type(object) == "string" then object = json.decode(object) end
  if type(object) ~= "table" or json.is_array(object) or object == json.null then
    return nil, "The message json must be a JSON object."
  end
  return object
end

local function refused(body)
  if body.api_key == "f9-sp-key" then return answers.forbidden() end
  if body.api_key ~= KEY then return answers.unauthenticated() end
  if body.task_key ~= TASK then return answers.not_found "Task" end
  if body.text ~= nil and body.text ~= json.null and type(body.text) ~= "string" then
    return answers.invalid { text = "The text must be a text." }
  end
end

local function turn(instance, req)
  local body = req.json
  local status, answer = refused(body)
  if status then return status, answer end
  local object, why = read_object(body)
  if why then return answers.invalid { message_json = why } end
  local id, said = body.session_id, type(body.text) == "string" and body.text ~= "" and body.text or nil
  local session = instance.chats[id or ""]
  if id ~= nil and id ~= "" and id ~= json.null and (not session or session.ended) then
    return answers.not_found "Session"
  end
  local messages, ended = reply(said, object)
  if not session then
    instance:tell "chats"
    id = ("chat-%s"):format(chance.token(instance.seed, "chat", instance.counts.chats))
    session = { turns = json.array {} }
    instance.chats[id] = session
    table.insert(messages, 1, text "Hello. How can I help?")
  end
  instance:tell "turns"
  session.turns[#session.turns + 1] = said or object and json.encode(object) or ""
  session.ended = ended
  return 200, { session_id = id, messages = json.array(messages), session_ended = ended }
end

return function(add) add("POST", "/chatbot", nil, turn) end
