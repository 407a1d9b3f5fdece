-- A session as the slicer sees it: values of fields, and events when somebody asks. SPDX-License-Identifier: MIT

local fields = require "studio.sandbox.cognitive3d.slicer.fields"

---@class sandbox.slicer_view
---@field session sandbox.c3_session
---@field visit table?   the scene and version, for a scene session; nil: the whole session
---@field source sandbox.slicer_source
local view = {}
view.__index = view

--- What a query is about; `results` and `dates` are asked when a filter needs them.
---@class sandbox.slicer_source
---@field each fun(): fun(): sandbox.c3_session?, table?  the sessions: of scenes, each with its visit
---@field results fun(session: sandbox.c3_session): table<integer, table[]>?  { [objectiveVersionId] = { { step, … } } }
---@field dates fun(session: sandbox.c3_session): integer[]?  when the session's user was there, oldest first

---@param session sandbox.c3_session
---@param visit table?
---@param source table
---@return sandbox.slicer_view
function view.new(session, visit, source)
  return setmetatable({ session = session, visit = visit, source = source }, view)
end

--- The events, those of the scene alone for a scene session. Made when first asked for.
---@return table[]
function view:events()
  if not self.made then
    local all = self.session:rows "events"
    self.made = all
    if self.visit then
      self.made = {}
      for _, event in ipairs(all) do
        if event.version == self.visit.version.id then self.made[#self.made + 1] = event end
      end
    end
  end
  return self.made
end

-- Every session has the two tags, true or false: queries ask whether they are false.
local TAGS <const> = { ["c3d.session_tag.test"] = true, ["c3d.session_tag.junk"] = true }

--- A property, whatever its type.
---@param path string
function view:property(path)
  self.properties = self.properties or self.session:properties()
  local value = self.properties[path]
  if value == nil and TAGS[path] then return false end
  return value
end

--- Objective results by version.
---@return table<integer, table[]>
function view:results()
  self.scored = self.scored or self.source.results and self.source.results(self.session) or {}
  return self.scored
end

local function has(stream)
  return function(self) return (self.session.counts[stream] or 0) > 0 end
end

local session_fields = {
  date = function(self) return self.session.start + (self.visit and self.visit.from or 0) end,
  duration = function(self)
    return self.visit and self.visit.to - self.visit.from or self.session.duration
  end,
  participantId = function(self) return self.session.participant end,
  sessionId = function(self) return self.session.id end,
  organizationId = function(self) return self.session.project.organizationId end,
  projectId = function(self) return self.session.project.id end,
  userSessionNumber = function(self) return self.session.user_session end,
  sceneId = function(self) return self.visit and self.visit.scene.id end,
  versionId = function(self) return self.visit and self.visit.version.id end,
  gazeInterval = function() return 0.1 end,
  hasGazes = has "gaze", hasFixations = has "fixations", hasEvents = has "events", hasDynamics = has "dynamics",
  hasSensors = has "sensors",
}

local function since_start(self, event) return event.time - self.session.start end

local event_fields = {
  eventName = function(_, event) return event.name end,
  date = function(_, event) return event.time end,
  objectId = function(_, event) return event.dynamicId end,
  sessionRelativeDateTotal = since_start, sessionRelativeDateGapless = since_start, -- nobody pauses here
  xCoord = function(_, event) return event.point and event.point[1] end,
  yCoord = function(_, event) return event.point and event.point[2] end,
  zCoord = function(_, event) return event.point and event.point[3] end,
}

local LUA_TYPE <const> = { textual = "string", boolean = "boolean", numerical = "number" }

--- The value of a field, nil when there is none. A property of another type than its family's is in another family.
---@param field sandbox.slicer_field
---@param event table?  for fields of events
function view:value(field, event)
  if field.name then
    local read = field.parent == "event" and event_fields[field.name] or session_fields[field.name]
    return read and read(self, event)
  end
  local value
  if field.parent == "event" then
    value = event.properties and event.properties[field.path]
  else
    value = self:property(field.path)
  end
  if type(value) == LUA_TYPE[field.type] then return value end
end

--- A reference to a field that was checked before, read.
---@param given table
---@return sandbox.slicer_field
function view.field(given)
  local name = given.fieldName
  if type(name) == "string" then
    return { parent = given.fieldParent, name = name,
      type = fields[given.fieldParent][name] or fields.scene[name] }
  end
  local family = fields.families[given.nestedFieldName] or fields.families[given.unnestedFieldName]
  return { parent = family[1], type = family[2], path = given.path }
end

return view
