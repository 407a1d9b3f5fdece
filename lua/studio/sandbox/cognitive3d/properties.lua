-- The properties of a generated session: no two sessions need have the same ones. SPDX-License-Identifier: MIT

local chance = require "studio.sandbox.chance"

local properties = {}

local COUNTRIES = { "Canada", "Germany", "Côte d'Ivoire", "Japan" }

local function devices(session, set, draw)
  set["c3d.device.hmd.type"], set["c3d.device.type"] = session.hmd, "Mobile"
  set["c3d.device.os"], set["c3d.device.memory"] = "Android OS 12", draw(4, 12)
  set["c3d.device.gpu"] = draw(0, 4) > 0 and "Adreno (TM) 740" or nil
  set["c3d.app.name"], set["c3d.app.version"] = session.project.name, ("1.%d"):format(draw(0, 4))
  set["c3d.app.engine"], set["c3d.app.engine.version"] = "Unity", "2022.3"
end

-- Performance and comfort go together: a session that stutters is no pleasure.
local function metrics(set, draw)
  local fps = 40 + 59 * draw()
  set["c3d.metrics.fps_score"] = math.floor(fps * 100 + 0.5) / 100
  set["c3d.metrics.comfort_score"] = math.floor((20 + fps * 0.7 + 8 * draw()) * 100 + 0.5) / 100
  set["c3d.metrics.app_performance"] = 50 -- constant these days; see fps_score
  if draw(0, 2) > 0 then set["c3d.metrics.presence_score"] = draw(30, 99) end
end

local function people(session, set, draw)
  if session.participant then
    set["c3d.participant.id"] = session.participant
    if draw(0, 1) == 0 then set["c3d.participant.age"] = draw(18, 70) end
    if draw(0, 2) == 0 then set["c3d.participant.experience"] = draw(0, 1) == 0 and "novice" or "expert" end
  end
  if draw(0, 3) > 0 then set["c3d.geo.country"] = COUNTRIES[draw(1, #COUNTRIES)] end
end

--- The set, by name. Values are texts, numbers and booleans, `build` once this and once that.
---@param session sandbox.c3_session
---@return table<string, string|number|boolean>
function properties.of(session)
  local draw = chance.stream(session.seed, "properties", session.number)
  local set = {}
  devices(session, set, draw)
  metrics(set, draw)
  people(session, set, draw)
  set.build = draw(0, 1) == 0 and draw(300, 400) or ("%d-rc"):format(draw(300, 400))
  if draw(0, 4) == 0 then set["cvr.vr.display.model"] = session.hmd end -- the name of old
  if draw(0, 3) == 0 then set.tutorialSkipped = draw(0, 1) == 0 end
  if draw(0, 5) == 0 then set["shop, \"layout\""] = draw(0, 1) == 0 and "A" or "B" end
  for _, tag in ipairs(session.tags) do set["c3d.session_tag." .. tag] = true end
  return set
end

return properties
