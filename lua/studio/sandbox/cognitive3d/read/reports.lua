-- Reports of sessions as PDF and by mail, and what else is said of one session. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.cognitive3d.answers"
local json = require "studio.sandbox.json"
local pdf = require "studio.sandbox.pdf"
local requests = require "studio.sandbox.cognitive3d.requests"

local value = requests.value

local PDF = { ["content-type"] = "application/pdf" }

local function report(_, _, session) return 200, pdf.page("Session " .. session.id), PDF end

-- The project and the scene, where a query or a body has to name them too.
local function names_both(from, session, visit)
  return tonumber(from.projectId) == session.project.id and from.sceneId == visit.scene.id
end

local function scene_report(_, req, session, visit)
  if not names_both(req.query, session, visit) then return answers.error(400, "projectId and sceneId are needed") end
  return 200, pdf.page(("Session %s in %s"):format(session.id, visit.scene.sceneName)), PDF
end

-- Of several sessions, by their ids.
local function reports(c3, req, version, project)
  local ids = value(req.json.sessionIds)
  if type(ids) ~= "table" or #ids == 0 then return answers.error(400, "sessionIds is empty") end
  for _, id in ipairs(ids) do
    if not c3:session(project, tostring(id)) then return answers.not_found "session" end
  end
  return 200, pdf.page(("%d sessions of version %d"):format(#ids, version.id)), PDF
end

-- Nothing leaves this machine; who would have got a mail is kept.
local function mail(c3, req, session, visit)
  local to = value(req.json.recipients)
  if not names_both(req.json, session, visit) then return answers.error(400, "projectId and sceneId are needed") end
  if type(to) ~= "table" or #to == 0 then return answers.error(400, "recipients is empty") end
  for _, address in ipairs(to) do
    if type(address) ~= "string" or not address:find "^[^@%s]+@[^@%s]+$" then
      return answers.error(400, "recipients: that is no address")
    end
  end
  local sent = c3:keep("mails", function() return json.array {} end)
  sent[#sent + 1] = { sessionId = session.id, recipients = to }
  return 200
end

local function metadata_row(session, visit)
  return { sdkId = session.id, sceneId = visit.scene.id, versionId = visit.version.id, duration = visit.to - visit.from,
    startTime = session.start + visit.from, participantId = session.participant or json.null,
    deviceId = session.device, friendlyName = session.friendly or json.null }
end

local function metadata(_, _, session, visit) return 200, metadata_row(session, visit) end

-- Of several: what is not there is left out.
local function lookups(c3, req, project)
  local wanted, found = value(req.json.sdkIdSceneIds), json.array {}
  if type(wanted) ~= "table" then return answers.error(400, "sdkIdSceneIds is needed") end
  for _, one in ipairs(wanted) do
    local session = c3:session(project, tostring(one.sdkId))
    for _, visit in ipairs(session and session.visits or {}) do
      if visit.scene.id == one.sceneId then found[#found + 1] = metadata_row(session, visit) end
    end
  end
  return 200, found
end

-- Samples of gaze in the form of old: seconds, and positions in the units of the scene.
local function gaze(_, _, session, visit)
  local rows, scale = json.array {}, visit.version.scale
  for _, sample in ipairs(session:rows "gaze") do
    if session:visit(sample.time - session.start) == visit then
      local p = sample.p
      rows[#rows + 1] = { time = sample.time / 1000, p = { p[1] * scale, p[2] * scale, p[3] * scale }, r = sample.r,
        g = sample.g, o = sample.o, f = sample.f }
    end
  end
  return 200, { timestamp = session.start // 1000, data = rows }
end

return function(add)
  local in_project, in_scene = "/projects/{project}/sessions/", "/versions/{version}/sessions/{session}/"
  add("GET", in_project .. "{session}/report.pdf", requests.on_session(report))
  add("GET", in_scene .. "report.pdf", requests.on_scene_session(scene_report))
  add("POST", "/versions/{version}/sessionsReport.pdf", requests.on_version(reports))
  add("POST", in_scene .. "reportEmails", requests.on_scene_session(mail), { writes = true })
  add("GET", in_scene .. "metadata", requests.on_scene_session(metadata))
  add("POST", in_project .. "metadataLookups", requests.on_project(lookups))
  add("GET", "/versions/{version}/gaze/{session}", requests.on_scene_session(gaze))
end
