-- What sandbox.start runs in the child: reads options, tells where it listens, serves. SPDX-License-Identifier: MIT
--
-- usage: lua -e 'package.path, package.cpath = …' child.lua OPTIONS_FILE PROCESS_ID

local json = require "studio.sandbox.json"

local function start()
  local main = require "studio.sandbox.main"
  local file = assert(io.open(arg[1]))
  local text = file:read "a"
  file:close()
  return main, main.start(assert(json.decode(text)))
end

local ok, main, running = pcall(start)
os.remove(arg[1]) -- it holds the keys
local facts = { pid = math.tointeger(arg[2]) }
if ok then
  facts.ca_file = running.ca_file
  for name, url in pairs(running.urls) do facts[name] = url end
else
  facts.error = tostring(main):match "[^\n]*"
end
io.stdout:write(json.encode(facts), "\n")
io.stdout:flush()
if ok then main.run(running, true) end
