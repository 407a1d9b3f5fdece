-- What apps send while somebody plays: POST /gaze, /events, /dynamics, /sensors, /fixations, /boundary.
-- SPDX-License-Identifier: MIT
--
-- A batch is told by its session, stream and part. One that comes a second time is answered like the first and counted,
-- but not taken again: what the real collector does then is not known. Sessions are listed as soon as something came;
-- counts go on for ever, rows are kept up to a bound.

local answers = require "studio.sandbox.cognitive3d.answers"
local envelopes = require "studio.sandbox.cognitive3d.envelopes"
local recording = require "studio.sandbox.cognitive3d.recording"

local MOST_ROWS <const> = 50000    -- kept in all
local MOST_SESSIONS <const> = 1000

local function ms(seconds) return math.floor(seconds * 1000 + 0.5) end

local function count(c3, name, n) c3.ingested[name] = (c3.ingested[name] or 0) + n end

-- The version of a scene that the address names; nil, status, body.
local function place_of(c3, req)
  local scene = c3:scene(req.args.scene)
  if not scene then return nil, answers.not_found "scene" end
  local number = math.tointeger(tonumber(req.query.version))
  for _, version in ipairs(scene.versions) do
    if version.versionNumber == number then return { scene = scene, version = version } end
  end
  return nil, answers.not_found "version of the scene"
end

local function session_of(c3, body, place)
  local known = c3.recorded_by_id[body.sessionid]
  if known then return known end
  local project = c3.projects[place.scene.projectId]
  local session = recording.new(body.sessionid, project, body.userid or body.name, body.timestamp or body.time)
  local sessions = c3:keep("recordings", function() return { count = 0, rows = 0 } end)
  if sessions.count < MOST_SESSIONS then
    sessions.count = sessions.count + 1
    c3:record(session)
  end
  return session
end

-- ---- rows ---------------------------------------------------------------------------------------------------------

-- Calls take(row) for each row of a body, with its time in ms; `line` tells rows apart whose times stand by themselves.
local function each_row(stream, body, take)
  for _, one in ipairs(body.data) do
    if stream == "sensors" then
      for _, pair in ipairs(one.data) do take({ name = one.name, time = ms(pair[1]), value = pair[2] }, one.name) end
    else
      local row = {}
      for name, value in pairs(one) do row[name] = value end
      row.time = ms(one.time)
      take(row, row.id or "")
    end
  end
  for _, shape in ipairs(body.shapes or {}) do take({ time = ms(shape.time), data = shape.points }, "shape") end
end

local function dress_event(c3, row, version)
  row.version, row.properties = version.id, row.properties or {}
  count(c3, "event_hashes", 1)
  row.eventHash = 1 << 62 | c3.ingested.event_hashes
end

local function take_rows(c3, session, stream, body, place)
  local bound = c3:keep("recordings", function() return { count = 0, rows = 0 } end)
  local last = session.last
  each_row(stream, body, function(row, line)
    count(c3, stream, 1)
    line = stream .. "\0" .. line
    if row.time < (last[line] or 0) then count(c3, "disordered", 1) end
    last[line] = row.time
    session:was_in(place.version, place.scene, row.time)
    if bound.rows >= MOST_ROWS then return end
    bound.rows = bound.rows + 1
    if stream == "events" then dress_event(c3, row, place.version) end
    session:add(stream, row)
  end)
end

-- ---- one batch ----------------------------------------------------------------------------------------------------

local function take(c3, stream, body, place)
  local session = session_of(c3, body, place)
  local parts = session.parts[stream]
  count(c3, "batches", 1)
  if parts[body.part] then return count(c3, "duplicates", 1) end
  if body.part ~= (parts.last or 0) + 1 then count(c3, "gaps", 1) end
  parts[body.part], parts.last = true, body.part
  for name, value in pairs(body.properties or {}) do session.set[name] = value end
  for id, about in pairs(body.manifest or {}) do session.manifest[id] = about end
  if body.hmdtype then session.hmd, session.set["c3d.device.hmd.type"] = body.hmdtype, body.hmdtype end
  if not session.visits[1] then session:was_in(place.version, place.scene, session.start) end
  take_rows(c3, session, stream, body, place)
  c3.revision = c3.revision + 1
end

local function handler(stream)
  return function(c3, req)
    local place, status, answer = place_of(c3, req)
    if not place then return status, answer end
    local complaint = envelopes.complaint(req.json, envelopes.rules[stream])
    if complaint then return answers.error(400, complaint) end
    take(c3, stream, req.json, place)
    return 200, nil, { ["cvr-request-time"] = tostring(c3:now()) }
  end
end

return function(add)
  for stream in pairs(envelopes.rules) do add("POST", "/" .. stream .. "/{scene}", "data", handler(stream)) end
end
