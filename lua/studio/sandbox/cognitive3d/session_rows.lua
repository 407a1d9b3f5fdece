-- What lists and single queries say of a session, and its events in their form. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.cognitive3d.answers"
local json = require "studio.sandbox.json"
local places = require "studio.sandbox.cognitive3d.places"

local rows = {}

-- An event of a list: as in the raw stream, under other names.
local function event_row(event)
  return { name = event.name, date = event.time, x = event.point[1], y = event.point[2], z = event.point[3],
    object = event.dynamicId or json.null, properties = answers.object(event.properties),
    parentSceneVersionId = event.version, eventHash = event.eventHash }
end

--- The events that a list shows: the first so many, of one version or of all.
---@param c3 sandbox.c3
---@param session sandbox.c3_session
---@param version table?
function rows.events(c3, session, version)
  local list = json.array {}
  for _, event in ipairs(session:rows("events", 1, c3.settings.event_cut)) do
    if not version or event.version == version.id then list[#list + 1] = event_row(event) end
  end
  return list
end

--- A session without its events.
---@param c3 sandbox.c3
---@param session sandbox.c3_session
---@param visit table?  in scene mode: the stay that the row is of
function rows.session(c3, session, visit)
  local counts, from, to = session.counts, 0, session.duration
  if visit then from, to = visit.from, visit.to end
  local row = {
    sessionId = session.id, sdkSessionId = session.id, projectId = session.project.id,
    organizationId = places.organization, participantId = session.participant or json.null,
    friendlyName = session.friendly or json.null, date = answers.iso(session.start + from),
    endDate = answers.iso(session.start + to), duration = to - from, startTime = session.start + from,
    createdAt = session.start + session.duration + 4000, gazeInterval = 0.1,
    hmd = json.null, -- of old; see c3d.device.hmd.type
    user = session.user, deviceId = session.device, userKey = session.user, tags = json.array(session.tags),
    hasGaze = counts.gaze > 0, hasFixation = counts.fixations > 0, hasEvent = counts.events > 0,
    hasDynamic = counts.dynamics > 0, hasSensor = counts.sensors > 0, hasBoundary = counts.boundary > 0,
    positionLimited = false, gazeLimited = false, fixationsLimited = false,
    eventsLimited = counts.events > c3.settings.event_cut, properties = answers.object(session:properties()),
  }
  if visit then row.sceneId, row.sceneVersionId = visit.scene.id, visit.version.id end
  return row
end

return rows
