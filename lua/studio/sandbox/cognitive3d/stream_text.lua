-- A session's raw streams as JSON texts, made while they are sent. SPDX-License-Identifier: MIT

local json = require "studio.sandbox.json"
local lazy = require "studio.sandbox.lazy"
local samples = require "studio.sandbox.cognitive3d.samples"

local text = {}

local BLOCK <const> = 256    -- rows that are made at a time
local SHORT <const> = 4096   -- rows of which the text is made at once

-- What the body of a request can ask for.
---@class sandbox.c3_view
---@field version table?    only what happened in that version
---@field relative boolean? times from the session's start
---@field seconds boolean?  times in seconds
---@field scenes boolean?   each datum says where it happened

local function time_of(view, session, ms)
  local at = ms - (view.relative and session.start or 0)
  if view.seconds then return at / 1000 end
  return at
end

local function shown(row, session, view)
  local visit = (view.version or view.scenes) and session:visit(row.time - session.start)
  if view.version and visit.version ~= view.version then return nil end
  if view.scenes then row.sceneId, row.sceneVersionId = visit.scene.id, visit.version.id end
  row.time = time_of(view, session, row.time)
  row.version = nil
  if row.properties and not next(row.properties) then row.properties = json.raw "{}" end
  return row
end

-- Rows `from` to `to` without brackets; `before` tells whether something stands before them.
local function rows_text(session, stream, view, from, to, before)
  local out = {}
  for _, row in ipairs(session:rows(stream, from, to)) do
    local one = shown(row, session, view)
    if one then out[#out + 1] = json.encode(one) end
  end
  local made = table.concat(out, ",")
  return before and made ~= "" and "," .. made or made
end

-- A list too long for one text: its blocks are made twice, once to learn how long they are.
local function long_list(session, stream, view)
  local count, starts, size = session.counts[stream], {}, 1
  local function block(n, before)
    return rows_text(session, stream, view, (n - 1) * BLOCK + 1, math.min(count, n * BLOCK), before)
  end
  for n = 1, (count + BLOCK - 1) // BLOCK do
    starts[n] = size
    size = size + #block(n, size > 1)
  end
  starts[#starts + 1] = size
  local last, last_text -- the one that was made last serves the next piece too
  return lazy.new(size + 1, function(from, to)
    local out = { from <= 1 and "[" or "" }
    for n = 1, #starts - 1 do
      local first, after = starts[n] + 1, starts[n + 1] + 1 -- its first byte, and the first of the next
      if first <= to and after > from then
        if last ~= n then last, last_text = n, block(n, starts[n] > 1) end
        out[#out + 1] = last_text:sub(math.max(1, from - first + 1), to - first + 1)
      end
    end
    if to > size then out[#out + 1] = "]" end
    return table.concat(out)
  end)
end

local function list(stream)
  return function(session, view)
    if session.counts[stream] > SHORT then return long_list(session, stream, view) end
    return "[" .. rows_text(session, stream, view, 1, session.counts[stream], false) .. "]"
  end
end

-- Values of one sensor stand together: { name, data: [[time, value], …] }
local function sensors(session, view)
  local by_name, order = {}, json.array {}
  for _, row in ipairs(session:rows "sensors") do
    local name = row.name
    local one = shown(row, session, view)
    if one then
      if not by_name[name] then
        by_name[name] = { name = name, data = json.array {} }
        order[#order + 1] = by_name[name]
      end
      table.insert(by_name[name].data, { one.time, one.value })
    end
  end
  return json.encode(order)
end

local function manifest(session, view)
  if session.manifest then return json.encode(session.manifest) end
  local all = {}
  for _, visit in ipairs(session.visits) do
    if not view.version or view.version == visit.version then
      for id, facts in pairs(samples.manifest(visit.version)) do all[id] = facts end
    end
  end
  return next(all) and json.encode(all) or "{}"
end

--- By jsonType: parts, each { name, how to make it (session, view) }.
---@type table<string, table[]>
text.types = {
  GAZE = { { "gaze", list "gaze" } },
  FIXATION = { { "fixations", list "fixations" } },
  EVENTS = { { "events", list "events" } },
  DYNAMICS = { { "dynamics", list "dynamics" }, { "dynamics.manifest", manifest } },
  SENSORS = { { "sensors", sensors } },
  BOUNDARY = { { "boundary", list "boundary" } },
}

text.types.ALL = {}
for _, name in ipairs { "GAZE", "FIXATION", "EVENTS", "DYNAMICS", "SENSORS", "BOUNDARY" } do
  for _, part in ipairs(text.types[name]) do table.insert(text.types.ALL, part) end
end

--- One text of several, some of which may be lazy.
---@param pieces (string|sandbox.lazy)[]
---@return string|sandbox.lazy
function text.join(pieces)
  local size, plain = 0, true
  for _, piece in ipairs(pieces) do
    size, plain = size + #piece, plain and type(piece) == "string"
  end
  if plain then return table.concat(pieces) end
  return lazy.new(size, function(from, to)
    local out, before = {}, 0
    for _, piece in ipairs(pieces) do
      local first, last = from - before, to - before
      if last >= 1 and first <= #piece then out[#out + 1] = tostring(piece:sub(math.max(1, first), last)) end
      before = before + #piece
    end
    return table.concat(out)
  end)
end

--- The parts of a jsonType as an object.
---@param session sandbox.c3_session
---@param kind string
---@param view sandbox.c3_view
---@return string|sandbox.lazy
function text.object(session, kind, view)
  local pieces = {}
  for i, part in ipairs(text.types[kind]) do
    pieces[#pieces + 1] = (i == 1 and "{" or ",") .. '"' .. part[1] .. '":'
    pieces[#pieces + 1] = part[2](session, view)
  end
  pieces[#pieces + 1] = "}"
  return text.join(pieces)
end

return text
