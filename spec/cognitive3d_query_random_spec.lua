-- What the query builder makes, and what the sandbox knows of the grammar, were written apart: they agree.
-- SPDX-License-Identifier: MIT

local aggregate = require "studio.services.cognitive3d.query.aggregate"
local body = require "studio.services.cognitive3d.query.body"
local evaluate = require "studio.sandbox.cognitive3d.slicer.evaluate"
local filter = require "studio.services.cognitive3d.query.filter"
local json = require "studio.json"
local queries = require "spec.support.cognitive3d_queries"
local sandbox_json = require "studio.sandbox.json"
local sessions = require "spec.support.cognitive3d_sessions"
local slice = require "studio.services.cognitive3d.query.slice"
local validate = require "studio.sandbox.cognitive3d.slicer.validate"

local QUERIES <const> = 300

-- What the sandbox says of the body that the builder makes of options; also whether the query can be answered.
local function judged(options)
  local text = json.encode((body.make("cognitive3d:query", options, "10")))
  local read = assert(sandbox_json.decode(text))
  local status, message = validate.body("slicer", read)
  if status then return ("%d %s: %s"):format(status, message, text) end
  local answer = evaluate.aggregations(read, sessions.source())
  if not next(answer.aggregations) then return "no answer: " .. text end
  return "fine"
end

-- ---- random queries: each function takes draw(n), from 1 to n ------------------------------------------------------

local function pick(draw, list) return list[draw(#list)] end

local NUMBERS <const> = { "duration", "userSessionNumber", "c3d.metrics.fps_score", "fps" }
local TEXTS <const> = { "participantId", "sessionId", "build", "c3d.device.hmd.type" }

local function leaf(draw, of_event)
  local wrap = of_event and filter.event or function(name) return name end
  local numbers = of_event and { "xCoord", filter.event "points" } or NUMBERS
  local words = of_event and { "eventName", "objectId", wrap "hand" } or TEXTS
  return pick(draw, {
    function() return filter[pick(draw, { "gt", "gte", "lt", "lte", "eq", "neq" })](pick(draw, numbers), draw(100)) end,
    function() return filter[pick(draw, { "eq", "neq" })](pick(draw, words), "w" .. draw(9)) end,
    function() return filter[pick(draw, { "in_", "not_in" })](pick(draw, words), { "a", "b" .. draw(9) }) end,
    function() return filter[pick(draw, { "range", "outside" })](pick(draw, numbers), draw(9), 9 + draw(9)) end,
    function() return filter.eq(wrap "tested", draw(2) == 1) end,
  })()
end

local function tree(draw, of_event, depth)
  if depth == 0 or draw(3) > 1 then return leaf(draw, of_event) end
  local children = {}
  for i = 1, draw(3) do children[i] = tree(draw, of_event, depth - 1) end
  return filter[pick(draw, { "and_", "or_", "none" })](children)
end

local function metric(draw)
  return pick(draw, {
    aggregate.count, aggregate.events,
    function() return aggregate[pick(draw, { "avg", "sum", "min", "max" })](pick(draw, NUMBERS)) end,
    function() return aggregate.sum(filter.event "points") end,
  })()
end

local function cut(draw, name)
  return pick(draw, {
    function()
      local unit = pick(draw, { "day", "week", "month", "quarter", "year" })
      return slice.by_date(unit, { count = draw(4), week_starts = unit == "week" and draw(7) - 1 or nil, name = name })
    end,
    function() return slice.by_text(pick(draw, TEXTS), { max_terms = draw(1024), name = name }) end,
    function() return slice.by_text("eventName", { name = name }) end,
    function() return slice.by_number(pick(draw, NUMBERS), draw(1000) / 4, { name = name }) end,
    function() return slice.by_boolean("tested", { name = name }) end,
  })()
end

local function query(draw)
  local options = { metrics = metric(draw) }
  if draw(2) == 1 then options.filters = tree(draw, false, 3) end
  if draw(3) == 1 then options.events = tree(draw, true, 2) end
  if draw(4) == 1 then options.users = filter.gte("latestSession", 1700000000000 + draw(9)) end
  if draw(4) == 1 then options.objectives = filter.lte(filter.step_time(7, draw(3)), 1000 * draw(300)) end
  if draw(3) == 1 then options.from, options.to = "2024-01-0" .. draw(9), "2025-01-0" .. draw(9) end
  local slices = draw(3) - 1
  if slices == 1 then options.slice = cut(draw, "a") end
  if slices == 2 then options.slice = { cut(draw, "a"), cut(draw, "b") } end
  -- of two slices, not every shape says which is which
  local shapes = { "json0_list", "json0_keyed", slices < 2 and "legacy" or nil }
  options.output = shapes[draw(4)]
  return options
end

describe("the builder's queries and the sandbox's grammar:", function()
  it("what was written by hand from the vendor's texts is what the sandbox takes", function()
    for i, case in ipairs(queries.list) do assert.equal("fine", judged(case[1]), i) end
  end)

  it(("%d random queries are taken, and answered"):format(QUERIES), function()
    local state = 20261122
    local function draw(n)
      state = (state * 1103515245 + 12345) & 0x7FFFFFFF
      return (state >> 8) % n + 1
    end
    for i = 1, QUERIES do assert.equal("fine", judged(query(draw)), i) end
  end)
end)
