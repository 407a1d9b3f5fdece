-- What a query computes: pure values, for the option `metrics`. SPDX-License-Identifier: MIT
--
--   metrics = { sessions = aggregate.count(), fps = aggregate.avg "c3d.metrics.fps_score" }

local check = require "studio.check"
local fields = require "studio.services.cognitive3d.query.fields"

---@class studio.cognitive3d.metrics
local aggregate = {}

---@class studio.cognitive3d.metric what this module's functions return
local Metric = { __name = "studio.cognitive3d.metric" }
Metric.__index = Metric

---@param value any
---@return boolean
function aggregate.is(value) return getmetatable(value) == Metric end

local sliced = { slice = true, slices = true, sliceBys = true, slice_by = true }

-- Whoever gives slices here has seen them inside an operation, where the service ignores them without a word.
local function read_options(what, options, rules)
  for name in pairs(type(options) == "table" and options or {}) do
    if sliced[name] then
      check.fail("%s: '%s' does not belong here, where the service would ignore it: slices are the option 'slice' of "
        .. "the query, beside 'metrics'", what, name)
    end
  end
  return check.options(what, options, rules)
end

--- How many sessions.
---@return studio.cognitive3d.metric
function aggregate.count(options)
  read_options("aggregate.count", options, {})
  return setmetatable({ type = "sessionCount", name = "count" }, Metric)
end

--- How many events.
---@return studio.cognitive3d.metric
function aggregate.events(options)
  read_options("aggregate.events", options, {})
  return setmetatable({ type = "eventCount", name = "events" }, Metric)
end

local function with_field(name, kind)
  local what = "aggregate." .. name
  return function(field, options)
    read_options(what, options, {})
    if not fields.is(field) then check.argument(what, "field", field, "string") end
    return setmetatable({ type = kind, name = name, field = field }, Metric)
  end
end

---@alias studio.cognitive3d.metric_of fun(field: string|studio.cognitive3d.field): studio.cognitive3d.metric

--- The average of a field or property that is a number: of sessions, or of events (filter.event "damage").
---@type studio.cognitive3d.metric_of
aggregate.avg = with_field("avg", "average")
---@type studio.cognitive3d.metric_of
aggregate.sum = with_field("sum", "sum")
---@type studio.cognitive3d.metric_of
aggregate.min = with_field("min", "min")
---@type studio.cognitive3d.metric_of
aggregate.max = with_field("max", "max")

--- Groups of values, each `interval` wide. The vendor names it and does not say what comes back: it is passed through.
---@param field string|studio.cognitive3d.field
---@param interval number
---@return studio.cognitive3d.metric
function aggregate.groups(field, interval)
  local metric = with_field("groups", "Groups")(field)
  check.argument("aggregate.groups", "interval", interval, "number")
  if not (interval > 0 and interval < math.huge) then check.fail("aggregate.groups: interval must be above 0") end
  metric.interval = interval
  return metric
end

--- Groups of values of one's own. The vendor names it, and says neither what a group looks like nor what comes back:
--- both are passed through.
---@param field string|studio.cognitive3d.field
---@param groups table a list
---@return studio.cognitive3d.metric
function aggregate.custom_groups(field, groups)
  local metric = with_field("custom_groups", "CustomGroups")(field)
  metric.groups = check.argument("aggregate.custom_groups", "groups", groups, "table")
  if #groups == 0 then check.fail("aggregate.custom_groups: groups must be a list, and not empty") end
  return metric
end

return aggregate
