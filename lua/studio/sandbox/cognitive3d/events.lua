-- What happens in a generated session, with properties that differ from event to event. SPDX-License-Identifier: MIT

local chance = require "studio.sandbox.chance"
local samples = require "studio.sandbox.cognitive3d.samples"

local events = {}

local COMMENTS = { "=1+1", "a, \"b\"\nc", "<script>alert(1)</script>", "größer als 10 €", "" }

-- One of these for each draw: its name, whether it is done to an object, and its properties. `score` is a number, or
-- the text that somebody once sent instead; `note` is there now and then: such sets are what clients have to take.
local kinds = {
  function(draw)
    return "Button Pressed", false, { hand = draw(0, 1) == 0 and "left" or "right", heldMs = draw(20, 900) }
  end,
  function(draw) return "Item Picked Up", true, { weight = draw(1, 500) / 10, fragile = draw(0, 3) == 0 } end,
  function(draw)
    local score = draw(0, 9) == 0 and "n/a" or draw(0, 100)
    return "Task Completed", false, { task = draw(1, 5), score = score, note = draw(0, 7) == 0 and "late" or nil }
  end,
  function(draw) return "Teleport", false, { distance = draw(5, 80) / 10 } end,
  function(draw) return "Comment", false, { text = COMMENTS[draw(1, #COMMENTS)] } end,
}

-- Older clients wrote cvr., newer ones c3d.
local function exitpoll(session, draw)
  return session.index % 2 == 0 and "cvr.exitpoll" or "c3d.exitpoll", false,
    { userId = session.user, questionSetId = "after_visit:2", hook = "after_visit", Answer0 = draw(0, 1),
      Answer1 = draw(0, 10) }
end

-- Nineteen digits, as the service's are: more than a double holds.
local function hash(session, k)
  local high = chance.stream(session.seed, "hash", session.number * 1000003 + k)(0, 1 << 61)
  return (1 << 62) | high
end

local function what(session, k, draw)
  if k == 1 then return "c3d.sessionStart", false, {} end
  if k == session.counts.events then
    return "c3d.sessionEnd", false, { Reason = "Quit from script", sessionlength = session.duration / 1000 }
  end
  if k == session.counts.events - 1 then return exitpoll(session, draw) end
  return kinds[draw(1, #kinds)](draw)
end

--- An event: name, time (ms since 1970), point, dynamicId (of what it was done to), properties, version, eventHash.
---@param session sandbox.c3_session
---@param k integer
function events.row(session, k)
  local draw = chance.stream(session.seed, "event", session.number * 1000003 + k)
  local at = math.floor((k - 1 + draw()) * session.duration / session.counts.events)
  local name, with_object, set = what(session, k, draw)
  local visit = session:visit(at)
  local object = with_object and visit.version.objects[draw(1, 4)]
  return { name = name, time = session.start + at, point = samples.place(session, at),
    dynamicId = object and object.sdkId or nil, properties = set, version = visit.version.id,
    eventHash = hash(session, k) }
end

return events
