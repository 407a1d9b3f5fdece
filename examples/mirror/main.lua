--- The program of examples/mirror.lua, from its arguments to its exit status. SPDX-License-Identifier: MIT

local columns = require "studio.columns"
local options = require "mirror.options"
local process = require "shared.process"
local studio = require "studio"

local EXIT = { done = 0, failed = 1, usage = 2 }

-- For what is the world's fault: said in one line, without a traceback.
local function complain(what)
  io.stderr:write("mirror: ", columns.clean(tostring(what)), "\n")
  return EXIT.failed
end

-- A client; nil and a sentence.
local function open(settings)
  local key, id = os.getenv "FIVE9_API_KEY", os.getenv "FIVE9_SCOPE_ID"
  if (key or "") == "" or (id or "") == "" then return nil, "set FIVE9_API_KEY and FIVE9_SCOPE_ID (see --help)" end
  local ok, client = pcall(studio.five9, { region = settings.region, base_url = settings.base_url, api_key = key,
    scope_id = id, ca_file = settings.ca_file })
  if ok then return client end
  if process.is_interrupt(client) then error(client, 0) end
  return nil, (tostring(client):gsub("^.-%.lua:%d+: ", ""))
end

local function apply(plan)
  local report, err = plan:apply { progress = studio.progress }
  if not report then return complain(err) end
  io.stdout:write(("Inserted %d, updated %d.\n"):format(report.inserted, report.updated))
  for _, left in ipairs(report.left) do
    io.stdout:write("Left alone: ", columns.clean(left.key), ": ", left.why, "\n")
  end
  return report.complete and EXIT.done or EXIT.failed
end

--- Runs the program.
---@param arguments string[]
---@return integer status  for os.exit; raises "interrupted!" at Ctrl-C, and on its own mistakes
return function(arguments)
  local settings, wrong = options.parse(arguments)
  if not settings then
    io.stderr:write("mirror: ", wrong, "\nAll options: lua5.4 examples/mirror.lua --help\n")
    return EXIT.usage
  elseif settings.help then
    io.stdout:write(options.usage)
    return EXIT.done
  end
  local client, message = open(settings)
  if not client then return complain(message) end
  local _ <close> = client
  local plan, err = client.data_stores:mirror(settings.store, settings.path, { key = settings.key,
    partial = settings.partial, state = settings.state, progress = studio.progress })
  if not plan then return complain(err) end
  io.stdout:write(plan:table())
  if plan.insert + plan.update == 0 then return EXIT.done end
  if settings.apply then return apply(plan) end
  io.stdout:write "Nothing was written: --apply does it.\n"
  return EXIT.done
end
