--- `make demo`: a screenplay becomes a storyboard and a film, against a sandbox. SPDX-License-Identifier: MIT

local here = arg[0]:match("^(.*)/[^/]*$") or "."
package.path = package.path .. (";%s/?.lua;%s/../lua/?.lua;%s/../lua/?/init.lua"):format(here, here, here)
package.cpath = package.cpath .. (";%s/../build/?.so"):format(here)

require "shared.usage"([[
usage: lua5.4 examples/demo.lua [FOLDER]     (make demo)

Starts a sandbox and makes a storyboard and a film of a screenplay in FOLDER (default: out), which takes half a minute.
]], function() return true end)

local sandbox = require "studio.sandbox"
local studio = require "studio"

io.stdout:setvbuf "line"  -- in order with what the script says

local DOCUMENTED = 60  -- seconds in which mStudio lets 60 requests of a key pass
local WINDOW = 3       -- seconds that the sandbox and the client of this demo take for them
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
local started = os.time()

-- Runs the script; ends the demo when it fails.
local function run()
  print("$ " .. command .. "\n")
  local ok, how, status = os.execute(command)
  if ok then return end
  server:stop()
  print(("\nThe script ended with %s %d."):format(how, status))
  os.exit(how == "exit" and status or 1)
end

-- What colleagues do at the service meanwhile: another take of a shot, and comments.
local function review()
  local ms <close> = studio.mstudio {
    api_key = KEY, base_url = server.mstudio_https_url, ca_file = server.ca_file, limits = { window = WINDOW },
    poll = { first = 0.5 },
  }
  local frames = assert(ms.frames:list(assert(ms.projects:list())[1], { per_page = 100 }))
  assert(ms.comments:create(frames[3], { text = "Still too near: she must be the smallest thing in the frame." }))
  assert(ms.comments:create(frames[9], { text = "The umbrellas are perfect. Keep this one." }))
  assert(assert(ms.images:generate(frames[3], { prompt = "A figure, far away, crosses an empty concourse" })):wait())
end

run()
print("\nSomebody else asks for another take of shot 3, and comments on two shots. The same command again asks for")
print("nothing that is there, and its page shows these:\n")
review()
run()
server:stop()
local seconds = os.time() - started
print(("\nDone in %d s; with the documented window it takes about %d times as long.")
  :format(seconds, DOCUMENTED // WINDOW))
print(("Look at %s/storyboard.html"):format(OUT))
