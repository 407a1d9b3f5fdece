-- Bots to talk with: client.chatbot. SPDX-License-Identifier: MIT
--
-- Documented (the ChatBot API guide): the body's fields, that the key is in the body and in no header, that the first
-- answer has the session's id, that message_json is one level deep. Assumed: the path, and most of the answer.

local check = require "studio.check"
local core = require "studio.core"
local json = require "studio.json"
local kept = require "studio.services.five9.kept"
local log = require "studio.log"
local merge = require "studio.merge"
local reply = require "studio.services.five9.reply"
local side = require "studio.services.five9.side"

local chatbot = {}

-- The bot's client and keys, by bot; who looks at a bot or a session must not see them.
local inside = setmetatable({}, { __mode = "k" })

-- Bots -----------------------------------------------------------------------------------------------

---@class studio.five9.bot
local bot_methods = {}
local Bot = { __name = "studio.five9.bot", __index = bot_methods }

---@class studio.five9.bot_options
---@field api_key string a key of the account; the service takes no keys of service providers here
---@field task_key string from the details of the ChatBot task
---@field chat_path string? where turns are sent: a path below the base URL, or a whole URL, as the task's "API Info"
---  shows it; default: a guess

local bot_rules = { api_key = "string", task_key = "string", chat_path = "string" }

-- Where the turns go: options of the bot's client. A turn is not repeated elsewhere, so no redirect is followed.
local function place_of(client, options, what)
  local path = options.chat_path
  if not path then return { max_redirects = 0 } end
  local origin, rest = path:match "^(%a[%w+.-]*://[^/]+)(/.*)$"
  if not origin and path:sub(1, 1) ~= "/" then
    check.fail("%s: chat_path must be a path that begins with /, or a whole URL", what)
  end
  local routes = merge(kept.options(client).routes)
  routes["chatbot.turn"] = "POST " .. (rest or path)
  return { base_url = origin, routes = routes, max_redirects = 0 }
end

--- A bot of a ChatBot task.
---@param client studio.five9.client
---@param options studio.five9.bot_options
---@return studio.five9.bot
function chatbot.new(client, options)
  local what = "five9.chatbot"
  check.options(what, options, bot_rules)
  for _, name in ipairs { "api_key", "task_key" } do
    if (options or {})[name] == nil or options[name] == "" then
      check.fail("%s: %s is missing (is the environment variable set?)", what, name)
    end
  end
  if client.state.closed then check.fail("%s: the client is closed", what) end
  local keys = { api_key = options.api_key, task_key = options.task_key }
  local plan = {
    auth = core.auth { kind = "headers", fields = {}, hide = side.hidden { keys.api_key, keys.task_key } },
    limits = { { name = "five9 chat" } }, limit_key = keys.api_key,
  }
  local bot = setmetatable({}, Bot)
  inside[bot] = { client = side.client(client, plan, place_of(client, options, what)), keys = keys, parent = client }
  return bot
end

function Bot:__tostring() return ("%s (%s)"):format(Bot.__name, inside[self].client.state.origin) end

--- What a turn would send, as a curl command; nothing is sent.
---@param text string?
---@return string? command
---@return string? why
function bot_methods:curl(text)
  check.method("bot:curl", self, Bot)
  local own = inside[self]
  return own.client:curl("chatbot.turn", nil, merge(own.keys, { session_id = "", text = text }))
end

-- Sessions -------------------------------------------------------------------------------------------

---@class studio.five9.session
---@field session_id string? from the first answer on
---@field turns integer turns that were answered
---@field ended boolean the bot has said that the conversation is over
---@field doubtful { turn: integer, said: any, err: studio.error? }? the last turn of which nobody knows whether the bot
---  got it
local session_methods = {}
local Session = { __name = "studio.five9.session", __index = session_methods }

function Session:__tostring()
  return ("%s (%d turn%s)"):format(Session.__name, self.turns, self.turns == 1 and "" or "s")
end

--- Begins a conversation.
---@param first string|table|nil what is said first, as for session:say; nil: nothing is sent yet
---@param options studio.five9.say_options?
---@return studio.five9.session? session nil, err when the first turn failed
---@return studio.five9.reply|studio.error|nil reply to what was said first
function bot_methods:start(first, options)
  check.method("bot:start", self, Bot)
  local session = setmetatable({ turns = 0, sent = 0, ended = false }, Session)
  inside[session] = inside[self]
  if first == nil then return session end
  local answer, err = session:say(first, options)
  if not answer then return nil, err end
  return session, answer
end

-- A message for the task: an object of plain values. What lies deeper is undefined at the service.
local function check_message(what, message)
  for name, value in pairs(message) do
    if type(name) ~= "string" then
      check.fail("%s: the message must be an object, { name = value, … }, and no list", what)
    end
    local kind = type(value)
    if value ~= json.null and kind ~= "string" and kind ~= "number" and kind ~= "boolean" then
      check.fail("%s: the message is one level deep, and '%s' is a %s: the service leaves open what becomes of that",
        what, name, kind)
    end
  end
  return message
end

-- What is said, as fields of the body.
local function said_as(session, said, options)
  local what = "session:say"
  local message = options.message_json
  if type(said) == "table" then
    if message then check.fail("%s: the message is given twice, also as message_json", what) end
    said, message = nil, said
  elseif said ~= nil then
    check.argument(what, "text", said, "string")
  elseif session.sent > 0 and not message then
    check.fail("%s: what is to be said is missing (only a first turn may be silent)", what)
  end
  if message then check_message(what, check.argument(what, "message_json", message, "table")) end
  if message and next(message) == nil then check.fail("%s: the message is empty", what) end
  return { text = said, message_json = message, session_id = session.session_id or "" }
end

-- Sends a turn. An answer without a word about the session is none: nobody knows what the bot made of it.
local function send_turn(client, fields, options)
  local answer, response = client:call("chatbot.turn", nil, fields, options)
  if answer ~= true then return answer, response end
  return nil, client:problem("chatbot.turn", {
    kind = "protocol", message = "the answer is empty", response = response,
  })
end

---@class studio.five9.say_options: studio.call_options
---@field message_json table? a message for the task beside the text: { name = value, … }, one level deep

--- Says something, and gives what the bot answers. It is sent once: when nobody knows whether it arrived, that is the
--- error (err.maybe_done, session.doubtful), and the conversation can go on. One turn at a time: a second call while
--- one is under way raises.
---@param said string|table|nil a text; a message for the task; nil, for the first turn: nothing, to be greeted
---@param options studio.five9.say_options?
---@return studio.five9.reply? reply nil, err on failure
---@return table response_or_err
function session_methods:say(said, options)
  check.method("session:say", self, Session)
  local own = inside[self]
  if own.parent.state.closed then check.fail("session:say: the client is closed") end
  if own[self] then check.fail("session:say: the turn before this one is still under way") end
  options = merge(options)
  local fields = merge(own.keys, said_as(self, said, options))
  options.message_json = nil
  own[self] = true
  local _ <close> = setmetatable({}, { __close = function() own[self] = nil end })
  self.sent = self.sent + 1
  local before = self.doubtful
  self.doubtful = { turn = self.sent, said = said } -- until something is known, also when Ctrl-C ends this
  local answer, response = send_turn(own.client, fields, options)
  if answer == nil and response.maybe_done then
    self.doubtful.err = response
    return nil, response
  end
  self.doubtful = before
  if answer == nil then return nil, response end
  local read = reply.read(answer)
  self.turns = self.turns + 1
  self.session_id = read.session_id or self.session_id
  self.ended = read.ended
  if not self.session_id then
    log.warn_once("chat session", "the bot's answer has no session_id: each turn begins a conversation of its own")
  end
  return read, response
end

return chatbot
