--- The program of examples/chat.lua, from its arguments to its exit status. SPDX-License-Identifier: MIT

local studio = require "studio"
local columns = require "studio.columns"
local options = require "chat.options"
local process = require "shared.process"
local show = require "chat.show"

local EXIT = { done = 0, failed = 1, usage = 2 }

-- The sandbox's own bot.
local SANDBOX = { api_key = "f9-bot-key", task_key = "task-1" }

local function say(text)
  io.stdout:write(text, "\n")
  io.stdout:flush()
end

-- For what is the world's fault: said in one line, without a traceback.
local function complain(what) io.stderr:write("chat: ", columns.clean(tostring(what)), "\n") end

local function keys_of(settings)
  if settings.sandbox then return SANDBOX end
  local keys = { api_key = os.getenv "FIVE9_CHAT_API_KEY", task_key = os.getenv "FIVE9_CHAT_TASK_KEY",
    chat_path = settings.chat_path }
  if (keys.api_key or "") == "" or (keys.task_key or "") == "" then
    return nil, "set FIVE9_CHAT_API_KEY and FIVE9_CHAT_TASK_KEY (see --help)"
  end
  return keys
end

-- A client and its bot; nil and a sentence.
local function open(settings, base_url)
  local keys, message = keys_of(settings)
  if not keys then return nil, message end
  local ok, client, bot = pcall(function()
    local client = studio.five9 { region = settings.region, base_url = base_url or settings.base_url,
      ca_file = settings.ca_file, timeout = settings.timeout }
    return client, client.chatbot(keys)
  end)
  if ok then return client, bot end
  if process.is_interrupt(client) then error(client, 0) end
  return nil, (tostring(client):gsub("^.-%.lua:%d+: ", ""))
end

-- What a line says: a text, a message for the task, or "quit"; nil and a sentence.
local function read_line(line, choices)
  if line:find "^%s*/quit%s*$" then return "quit" end
  local json = line:match "^%s*/json%s+(.*)$"
  if not json then
    if line:find "^%s*/" then return nil, "there are /json and /quit; other lines do not begin with a slash" end
    return "text", choices[tonumber(line:match "^%s*(%d+)%s*$")] or line
  end
  local message = studio.json.decode(json)
  if type(message) ~= "table" then return nil, "/json wants an object, such as {\"order\": 7}" end
  return "message", message
end

-- One turn; the replies that may be chosen next, or nil and whether it failed: what was typed may be no message.
local function turn(session, said)
  local ok, reply, err = pcall(session.say, session, said)
  if not ok then
    if process.is_interrupt(reply) then error(reply, 0) end
    complain((tostring(reply):gsub("^.-%.lua:%d+: ", ""):gsub("^session:say: ", "")))
    return nil, false
  elseif not reply then
    complain(err)
    return nil, true
  end
  local lines, choices = show.lines(reply)
  for _, line in ipairs(lines) do say(line) end
  return choices
end

-- A keyboard is asked for each line; of a file the lines are shown.
local function is_keyboard() return os.execute "test -t 0" == true end

local function converse(session)
  local asked, status = is_keyboard(), EXIT.done
  local choices = turn(session, nil)
  if not choices then return EXIT.failed end
  while not session.ended do
    if asked then
      io.stdout:write "you> "
      io.stdout:flush()
    end
    local line = io.stdin:read "l"
    if not line then break end
    line = line:gsub("\r$", "")
    if line:find "%S" then
      if not asked then say("you> " .. columns.clean(line)) end
      local what, said = read_line(line, choices)
      if what == "quit" then break end
      if what then
        local offered, failed = turn(session, said)
        if failed then status = EXIT.failed end
        choices = offered or choices
      else
        complain(said)
      end
    end
  end
  if session.ended then say "(The bot has ended the conversation.)" end
  return status
end

--- Runs the program.
---@param arguments string[]
---@return integer status  for os.exit; raises "interrupted!" at Ctrl-C, and on its own mistakes
return function(arguments)
  local settings, wrong = options.parse(arguments)
  if not settings then
    io.stderr:write("chat: ", wrong, "\nAll options: lua5.4 examples/chat.lua --help\n")
    return EXIT.usage
  elseif settings.help then
    io.stdout:write(options.usage)
    return EXIT.done
  end
  local sandbox, err
  if settings.sandbox then
    sandbox, err = studio.sandbox.start()
    if not sandbox then
      complain(err)
      return EXIT.failed
    end
  end
  local _ <close> = sandbox
  local client, bot = open(settings, sandbox and sandbox.five9_url)
  if not client then
    complain(bot)
    return EXIT.failed
  end
  local _ <close> = client
  return converse(assert(bot:start()))
end
