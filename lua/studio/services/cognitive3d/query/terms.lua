-- Metrics and slices as the service takes them. SPDX-License-Identifier: MIT

local check = require "studio.check"
local fields = require "studio.services.cognitive3d.query.fields"

local terms = {}

local function name_of(field) return fields.is(field) and field.name or field end

--- A metric as the service takes it.
---@param what string for messages
---@param metric studio.cognitive3d.metric
---@param name string
---@param session_type "project"|"scene"
---@return table operation
function terms.operation(what, metric, name, session_type)
  local operation = { name = name, type = metric.type, interval = metric.interval, groups = metric.groups }
  if metric.field then
    local kind
    local any = metric.type == "CustomGroups" and "text" or "number"
    operation.field, kind = fields.refer(what, metric.field, "any", any, session_type)
    if any == "number" and kind ~= "number" and kind ~= "date" then
      check.fail("%s: '%s' is not a number, so that it has no %s", what, name_of(metric.field), metric.type)
    end
  end
  return operation
end

-- What a slice's field must be, and what it may be besides.
local fitting = {
  date = { date = true }, number = { number = true, date = true },
  boolean = { boolean = true }, text = { text = true, number = true, boolean = true },
}

---@class studio.cognitive3d.column how rows.lua reads what a slice gives
---@field name string
---@field kind "date"|"number"|"text"|"boolean"
---@field textual boolean its buckets are texts
---@field time_zone string?

--- A slice as the service takes it.
---@param what string for messages
---@param one studio.cognitive3d.slice
---@param session_type "project"|"scene"
---@return table slice_by
---@return studio.cognitive3d.column column
function terms.slice_by(what, one, session_type)
  local reference, kind = fields.refer(what, one.field, "any", one.kind, session_type)
  if not fitting[one.kind][kind] then
    check.fail("%s: option 'slice': '%s' is no %s", what, name_of(one.field), one.kind)
  end
  local slice_by = { name = one.name, field = reference }
  for name, part in pairs(one.parts) do slice_by[name] = part end
  return slice_by, { name = one.name, kind = one.kind, textual = kind == "text", time_zone = one.time_zone }
end

return terms
