-- A session's raw data: as JSON, and all of it as a zip. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.cognitive3d.answers"
local json = require "studio.sandbox.json"
local pack = require "studio.sandbox.pack"
local requests = require "studio.sandbox.cognitive3d.requests"
local text = require "studio.sandbox.cognitive3d.stream_text"

local value = requests.value

local FLAGS = { "addGeo", "addMetadata", "addProperties", "separateSceneData", "indicateSceneOnDatum",
  "sessionRelativeTimestamps", "convertMillisToSeconds" }

local known = { sessionId = true, jsonType = true, sizeToConvertGapsToMillis = true, projectId = true, sceneId = true }
for _, name in ipairs(FLAGS) do known[name] = true end

local function complaint(body, session)
  for name in pairs(body) do
    if not known[name] then return ("there is no option '%s'"):format(name) end
  end
  for _, name in ipairs(FLAGS) do
    local flag = value(body[name])
    if flag ~= nil and type(flag) ~= "boolean" then return name .. " must be true or false" end
  end
  if body.sessionId ~= session.id then return "sessionId is not that of the path" end
  if not text.types[body.jsonType] then return "jsonType is none of GAZE, FIXATION, EVENTS, DYNAMICS, SENSORS, "
    .. "BOUNDARY, ALL" end
  local gap = value(body.sizeToConvertGapsToMillis) -- changes nothing: there are no gaps here
  if gap ~= nil and math.type(gap) ~= "integer" then return "sizeToConvertGapsToMillis must be a whole number" end
end

local function view_of(body, version)
  return { version = version, relative = body.sessionRelativeTimestamps == true,
    seconds = body.convertMillisToSeconds == true, scenes = body.indicateSceneOnDatum == true }
end

-- The data of each version under its id.
local function by_version(session, body, version)
  local pieces, seen = {}, {}
  for _, visit in ipairs(session.visits) do
    local id = visit.version.id
    if not seen[id] and (not version or version == visit.version) then
      pieces[#pieces + 1] = (next(seen) and "," or "{") .. ('"%d":'):format(id)
      pieces[#pieces + 1] = text.object(session, body.jsonType, view_of(body, visit.version))
      seen[id] = true
    end
  end
  pieces[#pieces + 1] = "}"
  return text.join(pieces)
end

-- What goes before the data.
local function extras(session, body)
  local all = {}
  if value(body.addGeo) then all.geo = { country = session:properties()["c3d.geo.country"] or json.null } end
  if value(body.addMetadata) then
    all.metadata = { sessionId = session.id, projectId = session.project.id, startTime = session.start,
      duration = session.duration, participantId = session.participant or json.null, deviceId = session.device }
  end
  if value(body.addProperties) then all.properties = answers.object(session:properties()) end
  return next(all) and json.encode(all):sub(1, -2) .. "," or "{"
end

local function raw(session, body, version)
  local wrong = complaint(body, session)
  if wrong then return answers.error(400, wrong) end
  local data = value(body.separateSceneData) and by_version(session, body, version)
    or text.object(session, body.jsonType, view_of(body, version))
  return 200, text.join { extras(session, body) .. '"data":', data, "}" }, { ["content-type"] = "application/json" }
end

local NAMES = { "GAZE", "FIXATION", "EVENTS", "DYNAMICS", "SENSORS", "BOUNDARY", "ALL" }

local function zipped(session, version)
  local files = {}
  for i, kind in ipairs(NAMES) do
    local data = text.object(session, kind, { version = version })
    files[i] = { name = kind:lower() .. ".json", data = '{"data":' .. tostring(data) .. "}" }
  end
  return 200, pack.zip(files), { ["content-type"] = "application/zip" }
end

return function(add)
  local on_session, on_scene_session = requests.on_session, requests.on_scene_session
  add("POST", "/projects/{project}/sessions/{session}/jsonRequests", on_session(function(_, req, session)
    return raw(session, req.json)
  end))
  add("POST", "/versions/{version}/sessions/{session}/jsonRequests", on_scene_session(function(_, req, session, visit)
    return raw(session, req.json, visit.version)
  end))
  add("GET", "/projects/{project}/sessions/{session}/jsonZipRequest", on_session(function(_, _, session)
    return zipped(session)
  end))
  add("GET", "/versions/{version}/sessions/{session}/jsonZipRequest", on_scene_session(function(_, _, session, visit)
    return zipped(session, visit.version)
  end))
end
