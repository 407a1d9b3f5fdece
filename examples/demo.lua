--- `make demo`: a screenplay becomes a storyboard and a film, against a sandbox. SPDX-License-Identifier: MIT

local here = arg[0]:match("^(.*)/[^/]*$") or "."
package.path = package.path .. (";%s/../lua/?.lua;%s/../lua/?/init.lua"):format(here, here)
package.cpath = package.cpath .. (";%s/../build/?.so"):format(here)

local sandbox = require "studio.sandbox"

io.stdout:setvbuf "line"  -- in order with what the script says

local DOCUMENTED = 60  -- seconds in which mStudio lets 60 requests of a key pass
local WINDOW = 4       -- seconds that the sandbox and the client of this demo take for them
local VIDEOS = "all"   -- shots that become videos: numbers like 1,4-6, too
local KEY = "sk_live_sandbox"
local OUT = arg[1] or "out"

local function quote(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

-- The Lua that runs this, for the script that it starts.
local function interpreter()
  local i = 0
  while arg[i - 1] do i = i - 1 end
  return arg[i]
end

local server <close> = assert(sandbox.start {
  keys = { { key = KEY, scopes = { "*" } } }, window = WINDOW, job_seconds = 2, wallet = 1000,
})
print(("A sandbox that behaves like mStudio listens at %s"):format(server.mstudio_https_url))
print(("Its limit of 60 requests is per %d s instead of the documented %d s: %d times shorter, on both "
  .. "sides."):format(WINDOW, DOCUMENTED, DOCUMENTED // WINDOW))

-- What an earlier demo knew lived in a sandbox that is gone. A state of any other service is not ours to forget:
-- it knows what was paid for.
local function forget_earlier_demo()
  local file = io.open(OUT .. "/storyboard.journal")
  if not file then return end
  local text = file:read "a"
  file:close()
  if not text:find('"service"%s*:%s*"[^"]*//127%.0%.0%.1') then
    io.stderr:write("The storyboard in ", OUT, " was made at another service: move it, the demo needs that folder.\n")
    server:stop()
    os.exit(1)
  end
  os.remove(OUT .. "/storyboard.journal")
end

forget_earlier_demo()

local command = table.concat({
  "MSTUDIO_API_KEY=" .. KEY, quote(interpreter()), quote(here .. "/storyboard.lua"),
  quote(here .. "/screenplay/lost-property.fountain"), "--out", quote(OUT),
  "--base-url", quote(server.mstudio_https_url), "--ca-file", quote(server.ca_file),
  "--limit-window", WINDOW, "--videos", VIDEOS, "--voices", "--export",
}, " ")
print("$ " .. command .. "\n")
local started = os.time()
local ok, how, status = os.execute(command)
server:stop()
if not ok then
  print(("\nThe script ended with %s %d."):format(how, status))
  os.exit(how == "exit" and status or 1)
end
local seconds = os.time() - started
print(("\nDone in %d s; with the documented window it takes about %d times as long.")
  :format(seconds, DOCUMENTED // WINDOW))
print(("Look at %s/storyboard.html"):format(OUT))
