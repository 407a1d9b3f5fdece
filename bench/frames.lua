-- How long one frame's step takes with 100 calls in flight, as in a game at 60 frames a second.
-- SPDX-License-Identifier: MIT
--
-- usage: frames.lua URL [seconds, default 4], URL being that of bench/slow_server.lua
-- Each call takes 50 ms and is followed by another: more than a frame has time for, so every step is a full one. Rows:
-- the core by its binding (loop:step(0); results are taken and new calls submitted outside the timed part), the
-- whole SDK (studio.step(0), in which tasks wake, decode JSON and call again), and the SDK once more in a host that
-- runs Lua's collector between frames, as games do: a step of the collector may take longer than one of ours.
-- The time is the wall's, and the process's own: where others keep the machine busy, only the second is ours.

local socket = require "socket"
local core = require "studio.core"
local studio = require "studio"

local url, seconds = arg[1], tonumber(arg[2]) or 4
local IN_FLIGHT <const> = 100
local FRAME <const> = 1 / 60

local function share_of(sorted, share)
  return sorted[math.max(1, math.ceil(#sorted * share))]
end

local function show(label, wall, processor, ended)
  table.sort(wall)
  table.sort(processor)
  local function line(kind, list)
    print(("%-26s %-10s %8.0f %8.0f %8.0f"):format(label, kind, share_of(list, 0.5) * 1e6,
      share_of(list, 0.99) * 1e6, list[#list] * 1e6))
    label = ""
  end
  line("wall", wall)
  line("processor", processor)
  print(("%-26s %d frames, %d calls ended, %.1f in a frame"):format("", #wall, ended, ended / #wall))
end

-- Draws frames for `length` seconds; step() is what is timed, between() is not.
local function frames(length, step, between)
  local wall, processor = {}, {}
  local from = socket.gettime()
  local due = from
  while due - from < length do
    due = due + FRAME
    local t, p = socket.gettime(), os.clock()
    step()
    processor[#processor + 1] = os.clock() - p
    wall[#wall + 1] = socket.gettime() - t
    between()
    socket.sleep(math.max(0, due - socket.gettime()))
  end
  return wall, processor
end

local function by_binding()
  local loop = core.loop()
  local client = core.client { base_url = url, auth = core.auth { kind = "bearer", token = "bench" } }
  local ended, done = 0, {}
  local function submit() client:submit { path = "/projects/1" } end
  for _ = 1, IN_FLIGHT do submit() end
  local function step() done = loop:step(0) end
  local function between()
    for _, call in ipairs(done) do
      assert(call:result().body)
      ended = ended + 1
      submit()
    end
  end
  frames(0.5, step, between) -- the connections
  ended = 0
  local wall, processor = frames(seconds, step, between)
  show("core, loop:step(0)", wall, processor, ended)
  while loop:active() > 0 do loop:step(1) end
end

local function by_sdk(label, collect_outside)
  local ms = studio.mstudio { token = "bench", base_url = url, limits = false }
  local ended, stop = 0, false
  for _ = 1, IN_FLIGHT do
    studio.spawn(function()
      while not stop do
        assert(ms.projects:get(1))
        ended = ended + 1
      end
    end)
  end
  local function step() studio.step(0) end
  local function between()
    if collect_outside then collectgarbage "step" end
  end
  if collect_outside then collectgarbage "stop" end
  frames(0.5, step, between)
  ended = 0
  local wall, processor = frames(seconds, step, between)
  show(label, wall, processor, ended)
  collectgarbage "restart"
  stop = true
  while studio.step(100) > 0 do end -- luacheck: ignore 542
end

print(("%-26s %-10s %8s %8s %8s"):format("microseconds a step", "clock", "median", "p99", "longest"))
by_binding()
by_sdk("SDK, studio.step(0)", false)
by_sdk("SDK, collector between", true)
print "aim: p99 below 1000"
