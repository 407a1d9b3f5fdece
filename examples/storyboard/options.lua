--- The command line of examples/storyboard.lua. SPDX-License-Identifier: MIT

local options = {}

options.usage = [[
usage: lua5.4 examples/storyboard.lua FILE.fountain [options]

Makes an mStudio project of a screenplay: a frame for each shot, an image for each frame, and a page that
shows them. The API key is read from the environment variable MSTUDIO_API_KEY.

  --out DIR            where images, storyboard.html and the state go (default: out)
  --base-url URL       another address of the service (a sandbox, say)
  --ca-file FILE       certificates to trust instead of the system's
  --limit-window S     seconds in which the service lets 60 requests pass (default: its documented 60)
  --retry-failed       ask again for images whose job failed in an earlier run
  --resubmit-unknown   ask again for images of which an earlier run cannot tell whether it asked
  --help               this text

Run it again with the same DIR to go on where it stopped: what was asked for is not asked for twice.

exit status: 0 all done; 1 nothing could be done; 2 wrong use; 3 some images are missing; 130 interrupted
]]

local VALUES = { ["--out"] = "out", ["--base-url"] = "base_url", ["--ca-file"] = "ca_file",
  ["--limit-window"] = "limit_window" }
local SWITCHES = { ["--retry-failed"] = "retry_failed", ["--resubmit-unknown"] = "resubmit_unknown",
  ["--help"] = "help", ["-h"] = "help" }

--- Reads the arguments.
---@param arguments string[]
---@return { file: string, out: string, base_url: string?, ca_file: string?, limit_window: number?,
---          retry_failed: boolean?, resubmit_unknown: boolean?, help: boolean? }? settings
---@return string? message  what is wrong with them
function options.parse(arguments)
  local settings = { out = "storyboard" }
  local i, only_files = 1, false
  while arguments[i] do
    local word = arguments[i]
    local name, value = word:match("^(%-%-[%w-]+)=(.*)$")
    name = name or word
    if only_files or word:sub(1, 1) ~= "-" or word == "-" then
      if settings.file then return nil, "one screenplay at a time: " .. settings.file .. " or " .. word end
      settings.file = word
    elseif word == "--" then
      only_files = true
    elseif SWITCHES[word] then
      settings[SWITCHES[word]] = true
    elseif VALUES[name] then
      if not value then
        i = i + 1
        value = arguments[i]
      end
      if not value or value == "" then return nil, name .. " needs a value" end
      settings[VALUES[name]] = value
    else
      return nil, "unknown option " .. word
    end
    i = i + 1
  end
  if settings.limit_window then
    local seconds = tonumber(settings.limit_window)
    if not seconds or seconds <= 0 or seconds > 86400 then
      return nil, "--limit-window needs seconds above 0"
    end
    settings.limit_window = seconds
  end
  if not settings.file and not settings.help then return nil, "no screenplay given" end
  return settings
end

return options
