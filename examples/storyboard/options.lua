--- The command line of examples/storyboard.lua. SPDX-License-Identifier: MIT

local command_line = require "shared.arguments"

local options = {}

options.usage = [[
usage: lua5.4 examples/storyboard.lua FILE.fountain [options]

Makes an mStudio project of a screenplay: a frame for each shot, an image for each frame, and as you say videos,
voices and the film; and a page that shows it all. The API key is read from the environment variable MSTUDIO_API_KEY.

  --videos WHICH       shots that become videos: all, none, or numbers like 1,4-6 (default: none)
  --voices             dialogue is spoken: voices from the library in turn, and each character keeps its own
  --voice NAME=ID      this character has this voice (implies --voices; may be given more than once)
  --export             the film is made when everything else is there
  --no-takes           leaves out older takes, comments and reviews: three requests less for each shot

  --dry-run            sends nothing; says how many calls and generations it would take, and how long
  --max-generations N  asks for no more than N generations, over all runs
  --retry-failed       ask again for what failed in an earlier run
  --resubmit-unknown   ask again for what an earlier run cannot tell whether it asked for (may be charged twice)

  --out DIR            where media, storyboard.html and the state go (default: storyboard)
  --base-url URL       another address of the service (a sandbox, say)
  --ca-file FILE       certificates to trust instead of the system's
  --limit-window S     seconds in which the service lets 60 requests pass (default: its documented 60)
  --help               this text

Run it again with the same DIR to go on where it stopped: what was asked for is not asked for twice.

exit status: 0 all done; 1 nothing could be done; 2 wrong use; 3 something is missing; 130 interrupted
]]

local KNOWN = {
  values = { ["--out"] = "out", ["--base-url"] = "base_url", ["--ca-file"] = "ca_file",
    ["--limit-window"] = "limit_window", ["--videos"] = "videos", ["--max-generations"] = "max_generations" },
  lists = { ["--voice"] = "chosen" },
  switches = { ["--voices"] = "voices", ["--export"] = "export", ["--no-takes"] = "no_takes",
    ["--dry-run"] = "dry_run", ["--retry-failed"] = "retry_failed", ["--resubmit-unknown"] = "resubmit_unknown",
    ["--help"] = "help", ["-h"] = "help" },
}

local MOST_SHOTS = 10000  -- "1-9999999999" is a slip

-- "1,4-6" as numbers; nil when it is none of that.
local function shots_of(text)
  local list = {}
  for part in (text .. ","):gmatch "(.-)," do
    local first, last = part:match "^(%d+)%-?(%d*)$"
    first, last = tonumber(first), tonumber(last ~= "" and last or first)
    if not first or part:find "%-$" or first < 1 or last < first or last > MOST_SHOTS then return nil end
    for n = first, last do list[#list + 1] = math.tointeger(n) end
  end
  return list
end

-- Characters' names are written in capitals in a screenplay; ids stay what they are.
local function voices_of(chosen)
  local voices = {}
  for _, pair in ipairs(chosen) do
    local name, id = pair:match "^([^=]+)=(.+)$"
    if not name then return nil end
    voices[name] = math.tointeger(tonumber(id)) or id
  end
  return voices
end

local function complaint(settings, rest)
  if rest[2] then return "one screenplay at a time: " .. rest[1] .. " or " .. rest[2] end
  if settings.limit_window then
    settings.limit_window = command_line.seconds(settings.limit_window)
    if not settings.limit_window then return "--limit-window needs seconds above 0" end
  end
  if settings.videos and settings.videos ~= "all" and settings.videos ~= "none" then
    settings.videos = shots_of(settings.videos)
    if not settings.videos then return "--videos needs all, none, or numbers of shots like 1,4-6" end
  end
  if settings.max_generations then
    local most = settings.max_generations
    settings.max_generations = most:find "^%d+$" and math.tointeger(tonumber(most))
    if not settings.max_generations then return "--max-generations needs a whole number" end
  end
  if settings.chosen then
    settings.voices = voices_of(settings.chosen)
    if not settings.voices then return "--voice needs NAME=ID" end
  end
end

--- Reads the arguments.
---@param arguments string[]
---@return { file: string, out: string, base_url: string?, ca_file: string?, limit_window: number?,
---          videos: "all"|"none"|integer[]|nil, voices: boolean|table|nil, export: boolean?, no_takes: boolean?,
---          dry_run: boolean?, max_generations: integer?, retry_failed: boolean?, resubmit_unknown: boolean?,
---          help: boolean? }? settings
---@return string? message  what is wrong with them
function options.parse(arguments)
  local settings, rest = command_line.parse(arguments, KNOWN)
  if not settings then return nil, rest end
  local wrong = complaint(settings, rest)
  if wrong then return nil, wrong end
  settings.file, settings.out = rest[1], settings.out or "storyboard"
  if not settings.file and not settings.help then return nil, "no screenplay given" end
  return settings
end

return options
