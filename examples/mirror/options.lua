--- The command line of examples/mirror.lua. SPDX-License-Identifier: MIT

local command_line = require "shared.arguments"

local options = {}

options.usage = [[
usage: lua5.4 examples/mirror.lua --region NAME --store ID --key COLUMN FILE.csv [--apply]

Makes a data store of Five9 Studio 7 equal to a CSV file, whose first line names columns of the data store. Without
--apply it only shows what would be inserted and updated. Rows that only the data store has stay as they are. Killed,
it goes on when it is started again.

Keys come from the environment: FIVE9_API_KEY and FIVE9_SCOPE_ID (the account's id).

  --region NAME         where the instance is: us, eu, au, ca, uk
  --base-url URL        or its address
  --store ID            the data store's id
  --key COLUMN          the column by which rows are found; its values are unique
  --partial             the file need not have every column: others are left as they are
  --state FILE          where is kept what was asked for (default: FILE.csv.mirror)
  --apply               does it
  --ca-file FILE        certificates to trust instead of the system's
  --help                this text

exit status: 0 it was done, or shown; 1 it was not; 2 wrong use; 130 interrupted.
]]

local VALUES = { ["--region"] = "region", ["--base-url"] = "base_url", ["--store"] = "store", ["--key"] = "key",
  ["--state"] = "state", ["--ca-file"] = "ca_file" }
local SWITCHES = { ["--partial"] = "partial", ["--apply"] = "apply", ["--help"] = "help", ["-h"] = "help" }

--- Reads the arguments.
---@param arguments string[]
---@return table? settings
---@return string? message  what is wrong with them
function options.parse(arguments)
  local settings, rest = command_line.parse(arguments, { values = VALUES, switches = SWITCHES })
  if not settings then return nil, rest end
  if settings.help then return settings end
  if #rest ~= 1 then return nil, "give one CSV file" end
  if not settings.store or not settings.key then return nil, "--store and --key are needed" end
  if (settings.region and 1 or 0) + (settings.base_url and 1 or 0) ~= 1 then
    return nil, "give --region or --base-url"
  end
  settings.path = rest[1]
  settings.state = settings.state or settings.path .. ".mirror"
  settings.store = math.tointeger(tonumber(settings.store)) or settings.store
  return settings
end

return options
