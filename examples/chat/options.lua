--- The command line of examples/chat.lua. SPDX-License-Identifier: MIT

local command_line = require "shared.arguments"

local options = {}

options.usage = [[
usage: lua5.4 examples/chat.lua [options]            talk with a bot; each line is a turn
       printf 'hello\nend\n' | lua5.4 examples/chat.lua [options]

Talks with a ChatBot task of Five9 Studio 7. Where the bot offers replies, their number may be typed. Lines that
begin with a slash are for the program:
  /json {"order": 7}    sends a message for the task (one level deep), which sees it as LAST_MESSAGE_JSON
  /quit                 ends it; so does the end of the input

Keys come from the environment: FIVE9_CHAT_API_KEY (a key of the account) and FIVE9_CHAT_TASK_KEY (from the details of
the ChatBot task).

  --sandbox             a sandbox is started, and its bot talked with; needs no keys. It knows the words buttons,
                        image, attachments and end
  --region NAME         where the instance is: us, eu, au, ca, uk
  --base-url URL        or its address
  --chat-path PATH      where turns are sent: the path, or the whole URL that "API Info" of the task shows. What is sent
                        to without this is a guess
  --ca-file FILE        certificates to trust instead of the system's
  --timeout S           seconds that an answer may take (default: 60)
  --help                this text

exit status: 0 all turns were answered; 1 one was not; 2 wrong use; 130 interrupted.
]]

local VALUES = { ["--region"] = "region", ["--base-url"] = "base_url", ["--chat-path"] = "chat_path",
  ["--ca-file"] = "ca_file", ["--timeout"] = "timeout" }
local SWITCHES = { ["--sandbox"] = "sandbox", ["--help"] = "help", ["-h"] = "help" }

--- Reads the arguments.
---@param arguments string[]
---@return table? settings
---@return string? message  what is wrong with them
function options.parse(arguments)
  local settings, rest = command_line.parse(arguments, { values = VALUES, switches = SWITCHES })
  if not settings then return nil, rest end
  if rest[1] then return nil, "what is '" .. rest[1] .. "' for?" end
  if settings.timeout then
    settings.timeout = command_line.seconds(settings.timeout)
    if not settings.timeout then return nil, "--timeout needs seconds above 0" end
  end
  -- An address of the bot says where the instance is.
  if not settings.region then
    settings.base_url = settings.base_url or (settings.chat_path or ""):match "^%a[%w+.-]*://[^/]+"
  end
  local places = (settings.sandbox and 1 or 0) + (settings.region and 1 or 0) + (settings.base_url and 1 or 0)
  if not settings.help and places ~= 1 then
    return nil, "give one of --sandbox, --region and --base-url (or a whole URL as --chat-path)"
  end
  return settings
end

return options
