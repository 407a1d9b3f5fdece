-- Answers queries by looking at each session: no index, and no guess. SPDX-License-Identifier: MIT
--
-- Bodies were checked before (validate.lua). Sessions come one after the other and none is kept, so a query over
-- 10,000 of them takes time and no memory.

local fields = require "studio.sandbox.cognitive3d.slicer.fields"
local json = require "studio.sandbox.json"
local match = require "studio.sandbox.cognitive3d.slicer.match"
local outputs = require "studio.sandbox.cognitive3d.slicer.outputs"
local shape = require "studio.sandbox.cognitive3d.slicer.shape"
local tallies = require "studio.sandbox.cognitive3d.slicer.tally"
local view = require "studio.sandbox.cognitive3d.slicer.view"

local evaluate = {}

--- The filters of a body as one question; for lists.
---@param body table
---@param source sandbox.slicer_source  `results` and `dates` of it
---@return fun(session: sandbox.c3_session, visit: table?): boolean
function evaluate.matcher(body, source)
  local passes = match.filters(body)
  return function(session, visit) return passes(view.new(session, visit, source)) end
end

--- Does a session pass the filters of a body? Whoever asks for many should make a matcher once.
function evaluate.matches(session, body, source, visit)
  return evaluate.matcher(body, source or {})(session, visit)
end

--- Each session that passes, with the question whether an event of it does.
---@param body table
---@param source sandbox.slicer_source
---@param look fun(seen: sandbox.slicer_view, passes: function)
function evaluate.each(body, source, look)
  local passes, event_passes = match.filters(body)
  for session, visit in source.each() do
    local seen = view.new(session, visit, source)
    if passes(seen) then look(seen, event_passes) end
  end
end

--- slicerQueries
---@param body table
---@param source sandbox.slicer_source
---@return table answer
function evaluate.aggregations(body, source)
  local all = {}
  for _, aggregation in ipairs(body.aggregations) do
    for _, operation in ipairs(aggregation.operations) do
      all[#all + 1] = { aggregation = aggregation, name = operation.name,
        tally = tallies.new(operation, aggregation.sliceBys) }
    end
  end
  evaluate.each(body, source, function(seen, passes)
    for _, one in ipairs(all) do one.tally:count(seen, passes) end
  end)
  local answer = {}
  for _, one in ipairs(all) do
    local name = one.aggregation.name
    answer[name] = answer[name] or {}
    answer[name][one.name] = outputs.of(one.tally, one.name, shape.given(one.aggregation.outputType) or "legacy")
  end
  return { aggregations = answer }
end

local FAMILY <const> = { session = { string = "textualSessionProp", number = "numericalSessionProp",
  boolean = "booleanSessionProp" }, event = { string = "textualEventProp", number = "numericalEventProp",
  boolean = "booleanEventProp" } }

local function collect(found, owner, properties)
  for name, value in pairs(properties or {}) do
    local family = FAMILY[owner][type(value)]
    if family then found[family][name] = true end
  end
end

local function sorted(set)
  local list = json.array {}
  for value in pairs(set) do list[#list + 1] = value end
  table.sort(list, function(a, b) return tostring(a) < tostring(b) end)
  return list
end

--- slicerPropertyNameQueries: the names that there are, by family.
---@return table<string, string[]>
function evaluate.property_names(body, source)
  local found = {}
  for family in pairs(fields.families) do found[family] = {} end
  evaluate.each(body, source, function(seen, passes)
    collect(found, "session", seen.session:properties())
    found.booleanSessionProp["c3d.session_tag.test"] = true
    found.booleanSessionProp["c3d.session_tag.junk"] = true
    for _, event in ipairs(seen:events()) do
      if passes(seen, event) then collect(found, "event", event.properties) end
    end
  end)
  for family, names in pairs(found) do found[family] = sorted(names) end
  return found
end

--- slicerFieldValuesQueries: the values that a field has, the most frequent ones first.
---@return table
function evaluate.field_values(body, source)
  local tally = tallies.new({ type = "sessionCount" }, { { field = body.field, maxTerms = body.maxTerms } })
  evaluate.each(body, source, function(seen, passes) tally:count(seen, passes) end)
  return json.array((tally:keys(1)))
end

return evaluate
