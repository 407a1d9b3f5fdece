-- What a game pays for its recorder: one record call, and the step of a frame. SPDX-License-Identifier: MIT
--
-- usage: recorder.lua [seconds, default 5]
-- Starts a sandbox of its own, which is the collector. First each call in a loop, beside a function that does nothing
-- and beside what a program without us would do: encode the sample with lua-cjson, and append the text to a list.
-- Then a game of 90 frames a second with ten streams (gaze, four sensors, three things that move, events, fixations),
-- in which every frame is measured: its record calls together, and its studio.step(0), which writes and sends.

local cjson = require "cjson"
local socket = require "socket"
local studio = require "studio"

local seconds = tonumber(arg[1]) or 5
local FRAME <const> = 1 / 90
local CALLS <const> = 50000

local sandbox = assert(studio.sandbox.start { cognitive3d = { sessions = 1 } })
local folder = os.tmpname()
os.remove(folder)

local function new_recorder(spool)
  return assert(studio.cognitive3d.recorder {
    data_key = "data-sandbox", data_url = sandbox.cognitive3d_data_https_url, ca_file = sandbox.ca_file,
    scene = "0c9d7f34-5a1e-4c0b-9b8e-2f1d6a7c8e01", version_number = 1, user = "bench", hmd = "bench", spool = spool,
  })
end

local function share_of(sorted, share) return sorted[math.max(1, math.ceil(#sorted * share))] end

-- ---- One call -----------------------------------------------------------------------------------------------------

local position, rotation, hit = { 1.2345678, 1.7, -3.14159 }, { 0.1, 0.2, 0.3, 0.9 }, { 4.5, 1.25, 0.125 }
local gaze = { position = position, rotation = rotation, gaze = hit }
local moved = { id = "basket", position = position, rotation = rotation }
local rested = { position = position, duration = 0.25, radius = 0.02 }
local properties = { hand = "left", score = 17 }

-- Means of CALLS calls, with the collector as it comes; what each allocates, with it stopped; the p99 of single calls.
local function measure(call)
  for i = 1, 1000 do call(i) end
  collectgarbage()
  local from = os.clock()
  for i = 1, CALLS do call(i) end
  local mean = (os.clock() - from) / CALLS
  local single = {}
  for i = 1, CALLS // 10 do
    local at = socket.gettime()
    call(i)
    single[i] = socket.gettime() - at
  end
  table.sort(single)
  collectgarbage()
  collectgarbage "stop"
  local before = collectgarbage "count"
  for i = 1, 1000 do call(i) end
  local bytes = (collectgarbage "count" - before) * 1024 / 1000
  collectgarbage "restart"
  return mean, share_of(single, 0.99), bytes
end

local function calls_table()
  local rec = new_recorder()
  rec:object { id = "basket", name = "Basket", mesh = "basket" }
  local batch = { n = 0 }
  local function plain(i)
    batch.n = batch.n % 256 + 1
    batch[batch.n] = cjson.encode { time = 1764000000.25 + i, p = position, r = rotation, g = hit }
  end
  local rows = {
    { "an empty function", function() end },
    { "cjson.encode, append", plain },
    { "recorder:gaze", function() rec:gaze(gaze) end },
    { "recorder:sensor", function(i) rec:sensor("fps", 90 - i % 7 / 3) end },
    { "recorder:dynamic", function() rec:dynamic(moved) end },
    { "recorder:event", function() rec:event("grabbed", position, properties) end },
    { "recorder:fixation", function() rec:fixation(rested) end },
  }
  print(("%-24s %8s %8s %8s %10s %10s"):format("one call", "mean us", "p99 us", "bytes", "to empty", "to cjson"))
  local empty, encode
  for i, row in ipairs(rows) do
    local mean, p99, bytes = measure(row[2])
    if i == 1 then empty = mean elseif i == 2 then encode = mean end
    print(("%-24s %8.2f %8.2f %8.0f %10.1f %10.2f"):format(row[1], mean * 1e6, p99 * 1e6, bytes, mean / empty,
      mean / (encode or mean)))
  end
  print "aim: 5 us"
  rec:finish { wait = 0 } -- nobody wants these
end

-- ---- Frames -------------------------------------------------------------------------------------------------------

local function play(rec, frame)
  position[1] = math.sin(frame / 90)
  rec:gaze(gaze)
  for _, name in ipairs { "fps", "pulse", "pitch", "yaw" } do rec:sensor(name, 60 + frame % 31) end
  for _, id in ipairs { "basket", "left", "right" } do
    moved.id = id
    rec:dynamic(moved)
  end
  if frame % 45 == 0 then rec:event("grabbed", position, properties) end
  if frame % 30 == 0 then rec:fixation(rested) end
end

local function show(label, list)
  table.sort(list)
  print(("%-24s %8.0f %8.0f %8.0f"):format(label, share_of(list, 0.5) * 1e6, share_of(list, 0.99) * 1e6,
    list[#list] * 1e6))
end

local function frames(label, collect_between)
  local rec = new_recorder(folder)
  for _, id in ipairs { "basket", "left", "right" } do rec:object { id = id, name = id, mesh = id } end
  assert(rec:warm())
  for frame = 1, 90 do
    play(rec, frame)
    studio.step(2)
  end
  if collect_between then collectgarbage "stop" end
  local recording, stepping, own = {}, {}, {}
  local due = socket.gettime()
  for frame = 1, math.floor(seconds / FRAME) do
    due = due + FRAME
    local at = socket.gettime()
    play(rec, frame)
    local recorded, processor = socket.gettime(), os.clock()
    studio.step(0)
    own[frame], stepping[frame] = os.clock() - processor, socket.gettime() - recorded
    recording[frame] = recorded - at
    if collect_between then collectgarbage "step" end
    socket.sleep(math.max(0, due - socket.gettime()))
  end
  collectgarbage "restart"
  show(label .. ": record", recording)
  show("  step(0), wall", stepping)
  show("  step(0), processor", own)
  assert(rec:finish { wait = 30 })
  local stats = rec:stats()
  assert(stats.dropped.samples == 0)
  print(("  %d batches, %d samples, %.0f bytes a sample"):format(stats.sent.batches, stats.sent.samples,
    stats.sent.bytes / stats.sent.samples))
end

calls_table()
print(("\n%-24s %8s %8s %8s"):format("us a frame, 90 a second", "median", "p99", "longest"))
frames("collector as it comes", false)
frames("collector between", true)
print "aim: p99 of step(0) below 1000"
sandbox:stop()
os.execute("rm -rf '" .. folder .. "'")
