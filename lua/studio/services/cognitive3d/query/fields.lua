-- What queries can refer to: fields that the service has, and properties that apps make. SPDX-License-Identifier: MIT
--
-- A name alone is a field of the service where it has one of that name, and else a property, whose type is that of the
-- value it is compared with. field.number "date" and its like say that a property is meant, and of which type. Whether
-- it is the session's or an event's is told by the place where it stands.

local check = require "studio.check"
local unnested = require "studio.services.cognitive3d.query.unnested"

local fields = {}

---@class studio.cognitive3d.field a field or property; what field.number and its like return
local Field = { __name = "studio.cognitive3d.field" }
Field.__index = Field

function Field:__tostring() return ("%s (%s)"):format(Field.__name, self.name) end

-- Types: "text", "number", "boolean", and "date": a moment, which is a number that can be written as a date.
local of_session = {
  date = "date", duration = "number", participantId = "text", sessionId = "text", organizationId = "number",
  projectId = "number", userSessionNumber = "number", sceneId = "text", versionId = "number", hasGazes = "boolean",
  hasFixations = "boolean", hasEvents = "boolean", hasDynamics = "boolean", hasSensors = "boolean",
  gazeInterval = "number",
}
local of_event = {
  eventName = "text", date = "date", objectId = "text", sessionRelativeDateTotal = "number",
  sessionRelativeDateGapless = "number", xCoord = "number", yCoord = "number", zCoord = "number",
}
local of_user = {
  latestSession = "date", earliestSession = "date", ["2ndLatestSession"] = "date", sessionDatesArray = "date",
}

local builtin = { session = of_session, event = of_event, user = of_user }

-- What only the sessions of one scene have.
local of_scene_only = { sceneId = true, versionId = true, hasGazes = true, hasFixations = true, hasEvents = true,
  hasDynamics = true, hasSensors = true, gazeInterval = true }

local families = { text = "textual", number = "numerical", boolean = "boolean" }

-- Making ----------------------------------------------------------------------------------------------------------

local function new(what, name, more)
  check.argument(what, "name", name, "string")
  if name == "" then check.fail("%s: name must not be an empty string", what) end
  more.name = name
  return setmetatable(more, Field)
end

for _, kind in ipairs { "text", "number", "boolean" } do
  --- A property of that type, also where the service has a field of the same name.
  ---@param name string
  ---@return studio.cognitive3d.field
  fields[kind] = function(name)
    return new("field." .. kind, name, { type = kind, property = true })
  end
end

--- A field or property of events, for metrics and slices.
---@param field string|studio.cognitive3d.field
---@return studio.cognitive3d.field
function fields.event(field)
  if not fields.is(field) then return new("field.event", field, { parent = "event" }) end
  return new("field.event", field.name, { type = field.type, property = field.property, parent = "event" })
end

--- A session's property that the service is known to keep unnested, which is faster to ask; any other name raises.
---@param name string
---@return studio.cognitive3d.field
function fields.unnested(name)
  local what = "field.unnested"
  local field = new(what, name, { type = unnested[name], property = true, unnested = true, parent = "session" })
  if not field.type then
    local nearest = check.nearest(name, unnested)
    check.fail("%s: '%s' is not known to be kept unnested, and asked for it in that way the service gives wrong "
      .. "numbers without an error; use the plain name%s", what, name, nearest and ("; did you mean '%s'?"):format(
      nearest) or "")
  end
  return field
end

--- Something that can be compared about an objective, for filters that stand in `objectives`.
---@param what string
---@param measure string in the vendor's words: "stepTime"
---@param version integer
---@param step integer?
---@return studio.cognitive3d.field
function fields.of_objective(what, measure, version, step)
  return new(what, measure, { type = "number", parent = "objective", version = version, step = step })
end

---@param value any
---@return boolean
function fields.is(value) return getmetatable(value) == Field end

-- Referring -------------------------------------------------------------------------------------------------------

local homes = {
  session = "filters", event = "events", user = "users", objective = "objectives",
}

local function other_place(name, place)
  for _, parent in ipairs { "session", "event", "user" } do
    if parent ~= place and builtin[parent][name] then return parent end
  end
end

-- The session, or event, that a field is of. `place` "any" is where metrics and slices stand.
local function parent_of(what, field, place)
  if place == "any" then
    if field.parent then return field.parent end
    return not field.property and of_event[field.name] and not of_session[field.name] and "event" or "session"
  elseif field.parent and field.parent ~= place then
    check.fail("%s: '%s' is of %s: it belongs in '%s', not in '%s'", what, field.name, field.parent .. "s",
      homes[field.parent], homes[place])
  end
  return place
end

local function builtin_reference(what, field, parent, session_type)
  if parent == "session" and of_scene_only[field.name] and session_type == "project" then
    check.fail("%s: only sessions of one scene have '%s': say session_type = \"scene\", with scene and version", what,
      field.name)
  end
  return { fieldParent = parent, fieldName = field.name }
end

local function property_reference(what, field, parent, kind)
  local family = families[kind]
  if kind == "date" then
    check.fail("%s: '%s' is a property, and no property is a date", what, field.name)
  elseif not family then
    check.fail("%s: of which type '%s' is cannot be told; say field.number, field.text or field.boolean", what,
      field.name)
  end
  family = family .. (parent == "event" and "EventProp" or "SessionProp")
  local reference = { fieldParent = parent, path = field.name }
  reference[field.unnested and "unnestedFieldName" or "nestedFieldName"] = family
  return reference
end

local function in_other_place(what, field, place)
  local other = not field.property and other_place(field.name, place)
  if not other then return end
  check.fail("%s: '%s' is a field of %ss: put the filter into '%s'%s", what, field.name, other, homes[other],
    place ~= "user" and (", or say field.number \"%s\" or its like where a property is meant"):format(field.name) or "")
end

--- How the service wants a field to be referred to.
---@param what string for messages
---@param field string|studio.cognitive3d.field
---@param place "session"|"event"|"user"|"any" where it stands
---@param kind "text"|"number"|"boolean"|"date"|nil what it is compared with, or must be
---@param session_type "project"|"scene"
---@return table|string reference
---@return "text"|"number"|"boolean"|"date" type
---@return "session"|"event"|"user" parent
function fields.refer(what, field, place, kind, session_type)
  if not fields.is(field) then field = new(what, field, {}) end
  local parent = parent_of(what, field, place)
  local known = not field.property and builtin[parent][field.name]
  if parent == "user" then
    in_other_place(what, field, place)
    if not known then
      check.fail("%s: users have no field '%s'%s", what, field.name, check.suggestion(field.name, of_user))
    end
    return field.name, known, parent
  elseif known then
    return builtin_reference(what, field, parent, session_type), known, parent
  end
  if not field.parent then in_other_place(what, field, parent) end
  return property_reference(what, field, parent, field.type or kind), field.type or kind, parent
end

return fields
