-- References to fields, as the slicer knows them: which there are, and of which type. SPDX-License-Identifier: MIT

local shape = require "studio.sandbox.cognitive3d.slicer.shape"
local unnested = require "studio.sandbox.cognitive3d.slicer.unnested"

local fields = {}

---@class sandbox.slicer_field
---@field parent "session"|"event"
---@field type "textual"|"numerical"|"integral"|"timestamp"|"boolean"
---@field name string?  of a built-in field
---@field path string?  of a property

--- Built-in fields of sessions; the second list is of scene sessions alone.
fields.session = {
  date = "timestamp", duration = "integral", participantId = "textual", sessionId = "textual",
  organizationId = "integral", projectId = "integral", userSessionNumber = "integral",
  hmdYawHistogram10degrees = "integral", hmdVirtualYawHistogram10degrees = "integral",
}
fields.scene = {
  sceneId = "textual", versionId = "integral", hasGazes = "boolean", hasFixations = "boolean", hasEvents = "boolean",
  hasDynamics = "boolean", hasSensors = "boolean", gazeInterval = "numerical",
}

--- Built-in fields of events.
fields.event = {
  eventName = "textual", date = "timestamp", objectId = "textual", sessionRelativeDateTotal = "timestamp",
  sessionRelativeDateGapless = "timestamp", xCoord = "numerical", yCoord = "numerical", zCoord = "numerical",
}

--- Families of properties: whose, and of which type.
fields.families = {
  textualSessionProp = { "session", "textual" }, numericalSessionProp = { "session", "numerical" },
  booleanSessionProp = { "session", "boolean" }, textualEventProp = { "event", "textual" },
  numericalEventProp = { "event", "numerical" }, booleanEventProp = { "event", "boolean" },
}

--- Can it be compared by size, and added up?
function fields.is_number(field)
  return field.type == "numerical" or field.type == "integral" or field.type == "timestamp"
end

local KNOWN = { fieldParent = true, fieldName = true, nestedFieldName = true, unnestedFieldName = true, path = true }

-- The family says whose property it is; fieldParent may say it once more, as in half of the vendor's examples.
local function property(given, where)
  local nested, flat = shape.given(given.nestedFieldName), shape.given(given.unnestedFieldName)
  if nested and flat then return nil, where .. " has both nestedFieldName and unnestedFieldName" end
  local family = fields.families[nested or flat]
  if not family then return nil, ("%s: there is no property family '%s'"):format(where, tostring(nested or flat)) end
  local complaint = shape.text(given.path, where .. ".path")
  if complaint then return nil, complaint end
  if flat and not unnested[given.path] and not shape.is_lenient() then
    return nil, ("%s: '%s' is not unnested, so unnestedFieldName gives wrong numbers: use nestedFieldName"):format(
      where, given.path)
  end
  local parent = shape.given(given.fieldParent)
  if parent and parent ~= family[1] then
    return nil, ("%s: %s belongs to a %s, not to '%s'"):format(where, nested or flat, family[1], tostring(parent))
  end
  return { parent = family[1], type = family[2], path = given.path }
end

local function built_in(given, mode, where)
  local parent, name = given.fieldParent, given.fieldName
  if parent ~= "session" and parent ~= "event" then
    return nil, where .. '.fieldParent must be "session" or "event"'
  end
  if shape.given(given.path) and not shape.is_lenient() then
    return nil, where .. ".path is ignored by the service beside fieldName"
  end
  local kind = fields[parent][name] or parent == "session" and fields.scene[name]
  if not kind then return nil, ("%s: a %s has no field '%s'"):format(where, parent, tostring(name)) end
  if parent == "session" and fields.scene[name] and mode == "project" then
    return nil, ("%s: '%s' is a field of scene sessions, and sessionType is \"project\""):format(where, name)
  end
  return { parent = parent, type = kind, name = name }
end

--- Reads a reference to a field.
---@param given any
---@param mode "project"|"scene"
---@param where string
---@param parent "session"|"event"|nil  whose it must be
---@return sandbox.slicer_field? field
---@return string? complaint
function fields.read(given, mode, where, parent)
  if not shape.is_object(given) then return nil, where .. " must be an object: a reference to a field" end
  local complaint = shape.no_more(given, KNOWN, where)
  if complaint then return nil, complaint end
  local field
  if shape.given(given.fieldName) then
    if shape.given(given.nestedFieldName) or shape.given(given.unnestedFieldName) then
      return nil, where .. " names a built-in field and a property"
    end
    field, complaint = built_in(given, mode, where)
  else
    field, complaint = property(given, where)
  end
  if field and parent and field.parent ~= parent then
    return nil, ("%s must be a field of a%s %s"):format(where, parent == "event" and "n" or "", parent)
  end
  return field, complaint
end

return fields
