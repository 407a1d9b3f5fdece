-- A game of ten minutes at 90 frames a second, three of them without a network: nothing is lost, and order is kept.
-- SPDX-License-Identifier: MIT
--
-- Game time is wound by hand, so it takes as long as recording, sending and the sandbox take. What each frame cost is
-- printed; bench/recorder.lua measures the same at the pace of a game.

local shell = require "spec.support.shell"
local socket = require "socket"
local studio = require "studio"
local support = require "spec.support.recorder"

local FRAMES <const> = 90 * 600
local CUT_FROM <const>, CUT_TO <const> = 90 * 240, 90 * 420

local THINGS <const> = { "basket", "hand-left", "hand-right" }
local SENSORS <const> = { "fps", "pulse", "pitch", "yaw" }

local function share_of(sorted, share) return sorted[math.max(1, math.ceil(#sorted * share))] * 1e6 end

local function show(label, list)
  table.sort(list)
  print(("  %-22s us a frame: median %.0f, p99 %.0f, longest %.0f"):format(label, share_of(list, 0.5),
    share_of(list, 0.99), list[#list] * 1e6))
end

-- What one frame records, in ten streams.
local function play(rec, frame)
  local at = frame / 90
  local head = { math.sin(at), 1.7, math.cos(at) }
  rec:gaze { position = head, rotation = { 0, math.sin(at / 2), 0, math.cos(at / 2) }, gaze = { frame, 0, 1 } }
  for i, name in ipairs(SENSORS) do rec:sensor(name, frame + i) end
  for i, id in ipairs(THINGS) do
    rec:dynamic { id = id, position = { head[1] + i, 1, head[3] }, rotation = { 0, 0, 0, 1 } }
  end
  if frame % 45 == 0 then rec:event("grabbed", head, { frame = frame, hand = "left" }) end
  if frame % 30 == 0 then rec:fixation { position = head, duration = 0.2, radius = 0.05 } end
end

describe("examples/game_loop.lua #soak", function()
  it("records its game, network away or not, and says what it took", function()
    local ok, text = shell.run((os.getenv "STUDIO_LUA" or "lua5.4") .. " examples/game_loop.lua 4")
    assert(ok, text)
    assert.matches("the network is away\nthe network is back; %d+ batches wait", text)
    assert.matches("360 frames; recording and sending took %d+ us of a frame", text)
    assert.matches("2176 samples, %d+ KiB; %d+ tries failed; given up: 0 samples", text)
    assert.matches("360 gaze, 720 sensor values, 1080 moves, 4 events, 12 fixations", text)
  end)
end)

describe("a recorder in a long game #soak", function()
  local sb, folder

  setup(function()
    sb = assert(studio.sandbox.start { cognitive3d = { sessions = 1 } })
    folder = support.folder()
  end)
  teardown(function()
    sb:stop()
    support.remove(folder)
  end)

  it("loses nothing while the network is away, keeps order, and costs its frames little", function()
    -- Of the answers one in fifty is lost after the batch was taken.
    local lost = { kind = "drop", server = "cognitive3d_data", rate = 0.02 }
    local away = { kind = "drop", server = "cognitive3d_data", effect = false }
    sb:set { faults = { lost } }
    local clock = support.clock()
    local rec = assert(support.of(sb, { spool = folder, clock = clock.now, retry_first = 0.05, retry_cap = 0.2 }))
    for _, id in ipairs(THINGS) do rec:object { id = id, name = id, mesh = id } end
    local recording, stepping, most = {}, {}, 0
    collectgarbage()
    local memory, from = collectgarbage "count", socket.gettime()
    for frame = 1, FRAMES do
      clock.at = clock.at + 1 / 90
      if frame == CUT_FROM then sb:set { faults = { away } } end
      if frame == CUT_TO then sb:set { faults = { lost } } end
      local began = os.clock()
      play(rec, frame)
      local recorded = os.clock()
      studio.step(0)
      recording[frame], stepping[frame] = recorded - began, os.clock() - recorded
      if frame % 900 == 0 then
        -- Ten minutes go by in seconds: now and then the game waits until what is full was written, as it would be.
        support.step_until(function() return rec:stats().unwritten == 0 end)
        most = math.max(most, rec:stats().waiting.batches)
      end
    end
    local played = socket.gettime() - from
    collectgarbage()
    local grown = collectgarbage "count" - memory
    assert(rec:finish { wait = 600 })
    local stats, state = rec:stats(), sb:state().cognitive3d.ingested
    local sent = stats.sent
    print(("\n  %d frames in %.1f s, sent after %.1f s; %d batches of %.0f KiB, up to %d waited, %d tries failed")
      :format(FRAMES, played, socket.gettime() - from, sent.batches, sent.bytes / sent.batches / 1024, most,
      stats.failures))
    show("record (ten streams)", recording)
    show("studio.step(0)", stepping)
    print(("  Lua's memory grew by %.0f KiB (its own list of figures is %.0f)"):format(grown, FRAMES * 32 / 1024))
    assert.equal(0, stats.dropped.samples)
    assert.is_true(most > 30) -- the network was away
    for stream, count in pairs(stats.recorded) do
      if count > 0 then assert.equal(count, state[stream], stream) end
    end
    assert.same({ gaze = FRAMES, sensors = 4 * FRAMES, dynamics = 3 * FRAMES, events = FRAMES // 45,
      fixations = FRAMES // 30, boundary = 0 }, stats.recorded)
    assert.same({ nil, nil }, { state.gaps, state.disordered })
    assert.equal(stats.sent.batches + (state.duplicates or 0), state.batches)
  end)
end)
