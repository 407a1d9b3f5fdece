-- Remote variables, their configurations and A/B tests: what they are. SPDX-License-Identifier: MIT
--
-- The query host changes them, the collector hands them out.

local collection = require "studio.sandbox.cognitive3d.collection"

local remote = {}

local TYPES = { valueInt = "int", valueString = "string", valueBoolean = "boolean" }

-- The type that a body's value has; of two or none there is a complaint.
local function type_of(body)
  local found
  for name, kind in pairs(TYPES) do
    if body[name] ~= nil then
      if found then return nil, "a variable has one value" end
      found = kind
    end
  end
  return found, not found and "a value is needed" or nil
end

---@type sandbox.c3_kind
remote.variables = {
  name = "remote variables", title = "remote variable", required = { "name" },
  fields = { name = "string", valueInt = "number", valueString = "string", valueBoolean = "boolean" },
  check = function(_, _, body, thing)
    local kind, wrong = type_of(body)
    if thing and not kind and wrong == "a value is needed" then return nil end
    if thing and kind and kind ~= thing.type then return "the type of a variable cannot change" end
    return wrong
  end,
  make = function(thing, body) thing.type, thing.valid = thing.type or type_of(body), true end,
  first = function(project)
    return { { id = project.id * 10 + 1, projectId = project.id, name = "basketColour", type = "string",
      valueString = "red", valid = true }, { id = project.id * 10 + 2, projectId = project.id, name = "enemies",
      type = "int", valueInt = 5, valid = true } }
  end,
}

-- That the variable which a body names is there.
local function refers(c3, project, body)
  local id = body.remoteVariableId
  if id ~= nil and not collection.find(c3, remote.variables, project, id) then
    return "remoteVariableId is none of the project's"
  end
end

---@type sandbox.c3_kind
remote.configurations = {
  name = "remote configurations", title = "remote configuration", required = { "name", "remoteVariableId" },
  fields = { name = "string", description = "string", remoteVariableId = "number", enabled = "boolean",
    overrideValueInt = "number", overrideValueString = "string", overrideValueBoolean = "boolean" },
  check = refers,
}

---@type sandbox.c3_kind
remote.tests = {
  name = "A/B tests", title = "A/B test", required = { "name", "remoteVariableId", "abTestVariables" },
  -- isSticky is a text in the only example that there is
  fields = { name = "string", remoteVariableId = "number", remoteVariableProbability = "number",
    isEnabled = "boolean", isSticky = "string", abTestVariables = "table" },
  check = function(c3, project, body)
    local sum = 0
    for _, one in ipairs(body.abTestVariables or {}) do sum = sum + (tonumber(one.probability) or 0) end
    if sum > 100 then return "the probabilities are above 100 together" end
    return refers(c3, project, body)
  end,
}

return remote
