--- A game loop that records: ten seconds of a game at 90 frames a second, live to Cognitive3D.
--- SPDX-License-Identifier: MIT

local here = arg[0]:match("^(.*)/[^/]*$") or "."
package.path = package.path .. (";%s/?.lua;%s/../lua/?.lua;%s/../lua/?/init.lua"):format(here, here, here)
package.cpath = package.cpath .. (";%s/../build/?.so"):format(here)

require "shared.usage"([[
usage: lua5.4 examples/game_loop.lua [SECONDS]         against a sandbox of its own, which stays away in the middle
       C3D_DATA_KEY=… C3D_SCENE=… C3D_VERSION=1 lua5.4 examples/game_loop.lua [SECONDS]     against your project

Records a game of so many seconds (10) live to Cognitive3D; figures come last. What is not sent to your project when the
game ends, or is killed, waits in game-loop-spool/ for the next start.
]], tonumber)

local studio = require "studio"

local SECONDS <const> = tonumber(arg[1]) or 10
local RATE <const> = 90 -- frames a second

-- ---- Where it goes ------------------------------------------------------------------------------------------------

local key, sandbox = os.getenv "C3D_DATA_KEY", nil
local options = {
  user = "example-headset", hmd = "none", spool = "game-loop-spool", properties = { ["example.level"] = "harbour" },
  flush_every = 1, -- a short game; five seconds are the default
  on_drop = function(drop) print(("given up: %d samples, %s"):format(drop.samples, drop.reason)) end,
}
if key then
  options.data_key, options.scene = key, os.getenv "C3D_SCENE"
  options.version_number = math.tointeger(tonumber(os.getenv "C3D_VERSION"))
else
  sandbox = assert(studio.sandbox.start())
  options.data_key, options.data_url, options.version_number = "data-sandbox", sandbox.cognitive3d_data_url, 1
  options.scene, options.retry_first, options.retry_cap = "0c9d7f34-5a1e-4c0b-9b8e-2f1d6a7c8e01", 0.5, 1
  -- the last game's sandbox is gone, and with it the address that its recordings were for
  options.spool = nil
end
local rec = assert(studio.cognitive3d.recorder(options))
rec:warm() -- a handshake now is none in the first frame

-- ---- The game -----------------------------------------------------------------------------------------------------

local THINGS <const> = { "boat", "left hand", "right hand" }

-- Somebody walks around a boat and looks at it.
local function frame_of_game(frame)
  local t = frame / RATE
  local head = { 2 * math.cos(t / 3), 1.7 + 0.03 * math.sin(6 * t), 2 * math.sin(t / 3) }
  local turn = { 0, math.sin(-t / 6), 0, math.cos(-t / 6) }
  rec:gaze { position = head, rotation = turn, gaze = { 0, 0.2 * math.sin(t), 0 }, object = "boat" }
  rec:sensor("fps", RATE)
  rec:sensor("pulse", 72 + 6 * math.sin(t / 4))
  for i, id in ipairs(THINGS) do
    rec:dynamic { id = id, position = { head[1] * (i - 1) / 2, 1, head[3] * (i - 1) / 2 }, rotation = turn }
  end
  if frame % RATE == 0 then rec:event("waved", head, { hand = frame % 2 == 0 and "left" or "right" }) end
  if frame % 30 == 0 then rec:fixation { position = { 0, 0, 0 }, duration = 0.2, radius = 0.05, object = "boat" } end
end

-- The network goes away for a while, where the sandbox is the network.
local function weather(frame, last)
  if not sandbox then return end
  if frame == last // 3 then
    print "the network is away"
    sandbox:set { faults = { { kind = "drop", server = "cognitive3d_data", effect = false } } }
  elseif frame == 2 * last // 3 then
    print(("the network is back; %d batches wait"):format(rec:stats().waiting.batches))
    sandbox:set { faults = {} }
  end
end

-- ---- The loop -----------------------------------------------------------------------------------------------------

for _, id in ipairs(THINGS) do rec:object { id = id, name = id, mesh = id:gsub(" ", "_") } end

local costs, last = {}, math.max(3, math.floor(SECONDS * RATE))
for frame = 1, last do
  weather(frame, last)
  local from = os.clock()
  frame_of_game(frame)
  studio.step(0)
  costs[frame] = os.clock() - from
  if not studio.sleep(1 / RATE) then break end -- where a game would draw
end
local done, err = rec:finish { wait = 30 }

-- ---- What it came to ----------------------------------------------------------------------------------------------

table.sort(costs)
local stats = rec:stats()
print(("%d frames; recording and sending took %.0f us of a frame, p99 %.0f us"):format(#costs,
  costs[(#costs + 1) // 2] * 1e6, costs[math.ceil(#costs * 0.99)] * 1e6))
print(("sent: %d batches, %d samples, %.0f KiB; %d tries failed; given up: %d samples"):format(stats.sent.batches,
  stats.sent.samples, stats.sent.bytes / 1024, stats.failures, stats.dropped.samples))
if sandbox then
  local ingested = sandbox:state().cognitive3d.ingested
  print(("the collector has: %d gaze, %d sensor values, %d moves, %d events, %d fixations"):format(ingested.gaze,
    ingested.sensors, ingested.dynamics, ingested.events, ingested.fixations))
  sandbox:stop()
end
if not done then
  print(err)
  os.exit(1)
end
