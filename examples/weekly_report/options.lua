--- The command line of examples/weekly_report.lua. SPDX-License-Identifier: MIT

local command_line = require "shared.arguments"
local moment = require "studio.moment"

local options = {}

options.usage = [[
usage: lua5.4 examples/weekly_report.lua [options]

Writes a page about seven days of a project at Cognitive3D: sessions, frame rate, comfort and length day by day and
beside the seven days before, devices, objectives with their steps, and what people answered (ExitPoll). It is one
HTML file that needs no network. Nothing is changed at the service; it takes about 15 calls, whatever the number of
sessions.

The key comes from the environment: C3D_ORG_KEY, an organization key (one that may only read is enough).

  --project ID      the project (default: C3D_PROJECT of the environment)
  --to DATE         the seven days end before this one, as 2026-11-22 (default: today; days are of UTC)
  --with-tests      count sessions that are tagged test or junk as well; without it they are left out, and the page
                    says how many there were
  --out FILE        the page (default: weekly-report.html)

  --sandbox         an example: a sandbox is started, and its project reported on; needs no key
  --dev             the vendor's dev environment, with a key of its own
  --base-url URL    another address of the service
  --ca-file FILE    certificates to trust instead of the system's
  --help            this text

exit status: 0 the page is there; 1 it is not; 2 wrong use; 3 it is there, and parts of it could not be read; 130
interrupted.
]]

local VALUES = { ["--project"] = "project", ["--to"] = "to", ["--out"] = "out", ["--base-url"] = "base_url",
  ["--ca-file"] = "ca_file" }
local SWITCHES = { ["--with-tests"] = "with_tests", ["--sandbox"] = "sandbox", ["--dev"] = "dev", ["--help"] = "help",
  ["-h"] = "help" }

--- Reads the arguments.
---@param arguments string[]
---@return table? settings  `to` as seconds since 1970
---@return string? message  what is wrong with them
function options.parse(arguments)
  local settings, rest = command_line.parse(arguments, { values = VALUES, switches = SWITCHES })
  if not settings then return nil, rest end
  if rest[1] then return nil, "what is '" .. rest[1] .. "' for?" end
  if settings.project then
    settings.project = math.tointeger(tonumber(settings.project))
    if not settings.project then return nil, "--project needs a number" end
  end
  if settings.to then
    settings.to = moment.read(settings.to .. "T00:00:00Z")
    if not settings.to then return nil, "--to needs a date such as 2026-11-22" end
  end
  settings.out = settings.out or "weekly-report.html"
  return settings
end

return options
