-- A few sessions that a person can count, in the shape that the sandbox's generator has. SPDX-License-Identifier: MIT

local HOUR <const>, DAY <const> = 3600000, 86400000
local MONDAY <const> = 1733702400000 -- 2024-12-09

local support = { monday = MONDAY, day = DAY, hour = HOUR }

local Session = {}
Session.__index = Session

function Session:rows(stream) return stream == "events" and self.events or {} end
function Session:properties() return self.set end

local shop = { scene = { id = "0c9d7f34-5a1e-4c0b-9b8e-2f1d6a7c8e01" }, version = { id = 101 } }
local store = { scene = { id = "7be2a1f0-43d6-4f7a-8c55-91e0b2d3c402" }, version = { id = 201 } }

-- number, start, minutes, participant, its how-manieth, properties, events { name, minute, properties, object }
local FACTS = {
  { 0, 5, "ann", 1, { build = "a", fps = 60, tested = true }, { { "open", 1, { hand = "left" } },
    { "score", 2, { points = 10 } }, { "score", 3, { points = 30 } } } },
  { 1 * DAY, 12, "bob", 1, { build = "a", fps = 72 }, { { "open", 1, { hand = "right" } },
    { "score", 2, { points = "n/a" } } } },
  { 1 * DAY + HOUR, 25, "ann", 2, { build = "b", fps = 90, ["c3d.session_tag.test"] = true },
    { { "open", 1, {}, "till" }, { "open", 2, {} } } },
  { 6 * DAY, 8, nil, 1, { fps = 50 }, {} },
  { 8 * DAY, 41, "ann", 3, { build = "b", fps = 80, tested = false }, { { "score", 4, { points = 50 } } } },
}

--- The five sessions of project 10: the first on a Monday, the fourth on the Sunday after it.
---@return table[]
function support.sessions()
  local list = {}
  for i, facts in ipairs(FACTS) do
    local start, duration = MONDAY + facts[1], facts[2] * 60000
    local session = setmetatable({ id = ("%d_dev%d"):format(start // 1000, i), start = start, duration = duration,
      project = { id = 10, organizationId = 1 }, participant = facts[3], user_session = facts[4], set = facts[5],
      events = {}, tags = {}, counts = { events = #facts[6] }, device = "dev" .. i, user = facts[3] or "nobody",
      visits = { { scene = shop.scene, version = shop.version, from = 0, to = duration } } }, Session)
    if i == 3 then -- goes from the shop to the store
      session.visits[1].to = duration // 5
      session.visits[2] = { scene = store.scene, version = store.version, from = duration // 5, to = duration }
    end
    for n, event in ipairs(facts[6]) do
      session.events[n] = { name = event[1], time = start + event[2] * 60000, properties = event[3],
        dynamicId = event[4], point = { n, 0, -n }, version = i == 3 and n == 2 and 201 or 101 }
    end
    list[i] = session
  end
  return list
end

--- A source of them for the slicer; with a version, of its scene sessions.
---@param version integer?
function support.source(version)
  local sessions = support.sessions()
  local source = {}
  function source.each()
    return coroutine.wrap(function()
      for _, session in ipairs(sessions) do
        if not version then coroutine.yield(session) end
        for _, visit in ipairs(session.visits) do
          if visit.version.id == version then coroutine.yield(session, visit) end
        end
      end
    end)
  end
  function source.dates(session)
    local dates = {}
    for _, other in ipairs(sessions) do
      if other.user == session.user then dates[#dates + 1] = other.start end
    end
    return dates
  end
  -- of objective version 7, for those of ann: two steps, at the first and third minute, the second done twice of three
  function source.results(session)
    if session.participant ~= "ann" then return {} end
    local second = session.user_session < 3 and "succeeded" or "failed"
    return { [7] = { { step = 1, timestamp = 60000, duration = 60000, result = "succeeded" },
      { step = 2, timestamp = 180000, duration = 120000, result = second } } }
  end
  return source
end

return support
