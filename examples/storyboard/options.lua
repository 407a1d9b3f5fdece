--- The command line of examples/storyboard.lua. SPDX-License-Identifier: MIT

local command_line = require "shared.arguments"

local options = {}

options.usage = [[
usage: lua5.4 examples/storyboard.lua FILE.fountain [options]

Makes an mStudio project of a screenplay: a frame for each shot, an image for each frame, and a page that
shows them. The API key is read from the environment variable MSTUDIO_API_KEY.

  --out DIR            where images, storyboard.html and the state go (default: storyboard)
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
  local settings, rest = command_line.parse(arguments, { values = VALUES, switches = SWITCHES })
  if not settings then return nil, rest end
  if rest[2] then return nil, "one screenplay at a time: " .. rest[1] .. " or " .. rest[2] end
  settings.file, settings.out = rest[1], settings.out or "storyboard"
  if settings.limit_window then
    settings.limit_window = command_line.seconds(settings.limit_window)
    if not settings.limit_window then return nil, "--limit-window needs seconds above 0" end
  end
  if not settings.file and not settings.help then return nil, "no screenplay given" end
  return settings
end

return options
