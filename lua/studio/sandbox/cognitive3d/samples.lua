-- What a headset reports many times a second: gaze, sensors, moving objects … SPDX-License-Identifier: MIT
--
-- Each row is a function of its session and number. Somebody walks about a room of 6 x 6 m (a sum of slow waves, so
-- that a place is known without the steps to it), and every two seconds looks at another thing. Keys are those of the
-- ingest envelopes; `time` is ms since 1970.

local chance = require "studio.sandbox.chance"

local samples = {}

local STEP <const> = 100       -- ms between two samples of gaze
local LOOK <const> = 20        -- samples for which one thing is looked at
local SECOND <const> = 10      -- samples of gaze in a second: sensors and dynamics have one row for each

local SENSORS = { "c3d.fps.avg", "HeartRate", "c3d.hmd.pitch" }
local MOVING = { 4, 5, 6 }     -- of a version's objects: the basket and both hands

local function round(x) return math.floor(x * 1000 + 0.5) / 1000 end

-- The waves of this person's way.
local function way(session)
  if not session.way then
    local draw = chance.stream(session.seed, "way", session.number)
    session.way = { draw() * 6.28, draw() * 6.28, 0.1 + draw() * 0.1, 0.07 + draw() * 0.1, 1.5 + draw() * 0.35 }
  end
  return session.way
end

--- Where the head is.
---@param at number  ms from the start
---@return number[]
function samples.place(session, at)
  local w, t = way(session), at / 1000
  return { round(2.2 * math.sin(w[3] * t + w[1]) + 0.3 * math.sin(0.9 * t)),
    round(w[5] + 0.04 * math.sin(2.1 * t)), round(2.2 * math.cos(w[4] * t + w[2]) + 0.3 * math.cos(1.1 * t)) }
end

-- What is looked at: an object (two times in three), a wall, or nothing.
local function target(session, look)
  local kept = session.look
  if not (kept and kept.n == look) then
    local draw = chance.stream(session.seed, "look", session.number * 8191 + look)
    local kind, objects = draw(1, 12), session:visit(look * LOOK * STEP).version.objects
    kept = { n = look, object = kind <= 8 and objects[draw(1, 4)] or nil, nothing = kind == 12,
      wall = { round(draw() * 6 - 3), round(draw() * 2.5), 3 }, length = draw(4, LOOK),
      radius = round(0.1 + draw() * 0.4) }
    session.look = kept
  end
  return kept
end

local function facing(session, at)
  local w = way(session)
  local yaw = w[1] + 0.4 * math.sin(at / 3000) + at / 20000
  return { 0.0, round(math.sin(yaw / 2)), 0.0, round(math.cos(yaw / 2)) }
end

--- A sample of gaze.
function samples.gaze(session, k)
  local at = (k - 1) * STEP
  local seen = target(session, (k - 1) // LOOK)
  local row = { time = session.start + at, p = samples.place(session, at), r = facing(session, at) }
  if seen.object then -- where on the object
    row.o = seen.object.sdkId
    row.g = { round(0.2 * math.sin(k)), round(0.2 * math.cos(k * 1.3)), 0.1 }
  elseif not seen.nothing then
    row.g = seen.wall
  end
  if k % 50 == 1 then row.f = { row.p[1], 0.0, row.p[3] } end
  return row
end

function samples.fixation_count(gaze) return (gaze + LOOK - 1) // LOOK end

--- A fixation.
function samples.fixations(session, k)
  local seen, at = target(session, k - 1), (k - 1) * LOOK * STEP
  return { time = session.start + at, duration = seen.length * STEP, maxradius = seen.radius,
    p = seen.object and { 0.0, 0.1, 0.0 } or seen.wall, objectid = seen.object and seen.object.sdkId }
end

local function seconds(gaze) return (gaze + SECOND - 1) // SECOND end

function samples.sensor_count(gaze) return #SENSORS * seconds(gaze) end

local measure = {
  function(draw, t) return round(72 - 6 * draw() - (t % 40 == 7 and 30 or 0)) end,
  function(draw, t) return math.floor(74 + 12 * math.sin(t / 25) + 4 * draw()) end,
  function(draw, t) return round(15 * math.sin(t / 4) + draw()) end,
}

--- One value of one sensor, with its name; who answers puts those of one name together.
function samples.sensors(session, k)
  local each = seconds(session.counts.gaze)
  local which, second = (k - 1) // each + 1, (k - 1) % each
  local draw = chance.stream(session.seed, "sensor", session.number * 65521 + k)
  return { name = SENSORS[which], time = session.start + second * 1000, value = measure[which](draw, second) }
end

function samples.dynamic_count(gaze) return #MOVING * seconds(gaze) end

--- A snapshot of a moving object.
function samples.dynamics(session, k)
  local second, which = (k - 1) // #MOVING, (k - 1) % #MOVING + 1
  local at = second * 1000
  local object = session:visit(at).version.objects[MOVING[which]]
  local head = samples.place(session, at)
  local row = { id = object.sdkId, time = session.start + at, r = facing(session, at + which * 500),
    p = { round(head[1] + 0.3 * which - 0.6), round(head[2] - 0.4), head[3] } }
  if object.isController then row.properties = { { grip = k % 10 * 10 } } end
  return row
end

local ROOM = { { -3.0, 0.0, -3.0 }, { 3.0, 0.0, -3.0 }, { 3.0, 0.0, 3.0 }, { -3.0, 0.0, 3.0 } }

--- The room's outline.
function samples.boundary(session) return { time = session.start, data = ROOM }
end

--- The objects that snapshots of a version name.
function samples.manifest(version)
  local list = {}
  for _, n in ipairs(MOVING) do
    local object = version.objects[n]
    if object then
      list[object.sdkId] = { name = object.name, mesh = object.meshName, fileType = "gltf",
        controllerType = object.isController and object.meshName or nil }
    end
  end
  return list
end

return samples
