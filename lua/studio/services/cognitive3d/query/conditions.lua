-- Filters as the service takes them: four lists, each for what it is about. SPDX-License-Identifier: MIT
--
-- Used by queries, by lists of sessions and by results of objectives. What the service would ignore without a word,
-- or answer with an error after a long time, raises here and names the option.

local check = require "studio.check"
local dates = require "studio.services.cognitive3d.query.dates"
local fields = require "studio.services.cognitive3d.query.fields"
local filter = require "studio.services.cognitive3d.query.filter"
local json = require "studio.json"

local conditions = {}

---@class studio.cognitive3d.conditions options that say which sessions are meant; see conditions.options
---@field filters studio.cognitive3d.filter|studio.cognitive3d.filter[]|nil about sessions; all must hold
---@field events studio.cognitive3d.filter|studio.cognitive3d.filter[]|nil about events; where sessions are counted or
---  listed: those that have at least one such event
---@field users studio.cognitive3d.filter|studio.cognitive3d.filter[]|nil about latestSession, earliestSession,
---  2ndLatestSession and sessionDatesArray of the session's user
---@field objectives studio.cognitive3d.filter|studio.cognitive3d.filter[]|nil made by filter.passed and its like
---@field from string|number|osdate|nil sessions that began then or later; with `to`
---@field to string|number|osdate|nil sessions that began before; with `from`. To "2026-02-01" is to the end of January
---@field exclude_tags boolean|string[]|nil leave out sessions with these tags; true: test and junk. Nothing is left out
---  by itself

--- The options, for check.options.
---@type table<string, string|string[]>
conditions.options = {
  filters = "table", events = "table", users = "table", objectives = "table",
  from = { "string", "number", "table" }, to = { "string", "number", "table" },
  exclude_tags = { "boolean", "table" },
}

-- Comparisons -----------------------------------------------------------------------------------------------------

local kinds = { string = "text", number = "number", boolean = "boolean", table = "date" }
local words = { text = "a text", number = "a number", boolean = "a boolean", date = "a date" }

local function name_of(field) return fields.is(field) and field.name or field end

-- The one type of all values; nil for null alone.
local function kind_of(what, node)
  local kind
  for _, value in pairs(node.values or { node.value, node.min, node.max }) do
    if value ~= json.null then
      local own = kinds[type(value)]
      if kind and own ~= kind then
        check.fail("%s: the values for '%s' are of several types", what, name_of(node.field))
      end
      kind = own
    end
  end
  return kind
end

local function readable(what, name, value, kind)
  if value == nil or value == json.null then return value end
  if kind == "date" then return dates.read(what, "the value for '" .. name .. "'", value) end
  local own = kinds[type(value)]
  if own ~= kind then
    check.fail("%s: '%s' is %s, and is compared with %s", what, name, words[kind], words[own])
  end
  return value
end

-- One comparison as { field, op, value | values | min, max }.
local function compare(what, node, reference, kind)
  local name = name_of(node.field)
  if node.ordered and (kind == "text" or kind == "boolean") then
    check.fail("%s: '%s' is %s, which the service cannot order; use eq, neq, in_ or not_in", what, name, words[kind])
  end
  local leaf = { field = reference, op = node.op, value = readable(what, name, node.value, kind),
    min = readable(what, name, node.min, kind), max = readable(what, name, node.max, kind) }
  if leaf.min and leaf.max and leaf.min > leaf.max then
    check.fail("%s: the range for '%s' ends before it begins", what, name)
  end
  if node.values then
    leaf.values = {}
    for i, value in ipairs(node.values) do leaf.values[i] = readable(what, name, value, kind) end
  end
  return leaf
end

local function refuse_objective(what, node, option)
  if node.objective or fields.is(node.field) and node.field.parent == "objective" then
    check.fail("%s: option '%s': a filter about an objective belongs in 'objectives'", what, option)
  end
end

local function condition(what, node, place, option, session_type)
  refuse_objective(what, node, option)
  if node.children then
    if place == "user" then
      check.fail("%s: option '%s': the service joins filters about users by \"and\" only; give them as a list", what,
        option)
    end
    local children = {}
    for i, child in ipairs(node.children) do children[i] = condition(what, child, place, option, session_type) end
    return { op = node.op, children = children }
  end
  local at = ("%s: option '%s'"):format(what, option)
  local reference, kind = fields.refer(at, node.field, place, kind_of(at, node), session_type)
  return compare(at, node, reference, kind)
end

-- What can be compared about an objective, and whether it was reached: of its own shape, and never joined.
local function objective(what, node, option)
  if node.objective then return { objectiveVersionId = node.objective, type = node.type, step = node.step } end
  local at = ("%s: option '%s'"):format(what, option)
  if node.children then
    check.fail("%s: the service joins filters about objectives by \"and\" only; give them as a list", at)
  elseif not (fields.is(node.field) and node.field.parent == "objective") then
    check.fail("%s: only filters about objectives (filter.passed and its like) belong here", at)
  elseif not (node.value and kinds[type(node.value)] == "number") then
    check.fail("%s: '%s' can be compared with one number only", at, node.field.name)
  end
  return { objectiveVersionId = node.field.version, type = node.field.name, step = node.field.step, op = node.op,
    value = node.value }
end

-- Dates without an end --------------------------------------------------------------------------------------------

-- A date that is bounded on one side only makes the service give up (502) on a big project. Which sides a filter bounds
-- can depend on the way through its "or": so what is computed are all ways, as a set. A way is the sum of the sides
-- that it bounds (1: from, 2: to), and a set of ways the sum of 2^way.
local FROM <const>, TO <const> = 1, 2
local FREE <const> = 1 << 0 -- the set of the one way that bounds nothing

local sides = { gt = FROM, gte = FROM, lt = TO, lte = TO, eq = FROM | TO, ["in"] = FROM | TO }
local sides_of_opposite = { gt = TO, gte = TO, lt = FROM, lte = FROM, outsideRange = FROM | TO }

local function ways_of_leaf(leaf, negated)
  local field = leaf.field
  if field.fieldName ~= "date" or field.fieldParent ~= "session" then return FREE end
  local bounded = (negated and sides_of_opposite or sides)[leaf.op] or 0
  if leaf.op == "range" and not negated then bounded = (leaf.min and FROM or 0) | (leaf.max and TO or 0) end
  return 1 << bounded
end

-- The ways of two filters that must both hold.
local function both(a, b)
  local ways = 0
  for m = 0, 3 do
    for n = 0, 3 do
      if a >> m & 1 == 1 and b >> n & 1 == 1 then ways = ways | 1 << (m | n) end
    end
  end
  return ways
end

-- `negated`: the opposite must hold, by which "or" becomes "and", and the other way round.
local function ways_of(node, negated)
  if not node.children then return ways_of_leaf(node, negated) end
  local opposite = negated ~= (node.op == "none")
  local all_hold = (node.op == "and") ~= negated
  if node.op == "none" then all_hold = not negated end
  local ways = all_hold and FREE or 0
  for _, child in ipairs(node.children) do
    local of_child = ways_of(child, opposite)
    if all_hold then ways = both(ways, of_child) else ways = ways | of_child end
  end
  return ways
end

local function refuse_open(what, list)
  local ways = ways_of({ op = "and", children = list }, false)
  for missing, bounded in pairs { beginning = TO, ["end"] = FROM } do
    if ways >> bounded & 1 == 1 then
      check.fail("%s: option 'filters': the session's date has no %s; give both from and to, since an open range ends "
        .. "in 502 on a big project", what, missing)
    end
  end
end

-- Reading ---------------------------------------------------------------------------------------------------------

-- An option that holds a filter or a list of them.
local function list_of(what, options, option)
  local given = options[option]
  if given == nil then return {} end
  if filter.is(given) then return { given } end
  local list = {}
  for i, node in ipairs(given) do
    if not filter.is(node) then
      check.fail("%s: option '%s': %d was not made by c3.filter", what, option, i)
    end
    list[i] = node
  end
  if next(given, #list > 0 and #list or nil) ~= nil then
    check.fail("%s: option '%s' must be a filter, or a list of filters", what, option)
  end
  return list
end

local date = { fieldParent = "session", fieldName = "date" }

local function add_dates(what, options, list)
  if options.from == nil and options.to == nil then return end
  if options.from == nil or options.to == nil then
    check.fail("%s: option '%s' is missing: give both from and to, since an open range ends in 502 on a big project",
      what, options.from == nil and "from" or "to")
  end
  local from = dates.read(what, "option 'from'", options.from)
  local to = dates.read(what, "option 'to'", options.to)
  if from >= to then check.fail("%s: option 'to' must be later than 'from'", what) end
  list[#list + 1] = { field = date, op = "gte", value = from }
  list[#list + 1] = { field = date, op = "lte", value = to - 1 } -- `to` is not included, and time goes in milliseconds
end

local function add_tags(what, options, list)
  local tags = options.exclude_tags
  if tags == true then tags = { "test", "junk" } end
  for i, tag in ipairs(tags or {}) do
    check.argument(what, ("option 'exclude_tags': tag %d"):format(i), tag, "string")
    list[#list + 1] = { op = "eq", value = false, field = {
      fieldParent = "session", nestedFieldName = "booleanSessionProp", path = "c3d.session_tag." .. tag } }
  end
end

--- The filters of some options as the service takes them.
---@param what string for messages: "cognitive3d:query"
---@param options studio.cognitive3d.conditions
---@param session_type "project"|"scene"
---@return table lists sessionFilters, eventFilters, userFilters, objectiveFilters; without those that would be empty
function conditions.read(what, options, session_type)
  local lists = { sessionFilters = {}, eventFilters = {}, userFilters = {}, objectiveFilters = {} }
  add_dates(what, options, lists.sessionFilters)
  for option, to in pairs { filters = "session", events = "event", users = "user" } do
    local list = lists[to .. "Filters"]
    for _, node in ipairs(list_of(what, options, option)) do
      list[#list + 1] = condition(what, node, to, option, session_type)
    end
  end
  for i, node in ipairs(list_of(what, options, "objectives")) do
    lists.objectiveFilters[i] = objective(what, node, "objectives")
  end
  add_tags(what, options, lists.sessionFilters)
  refuse_open(what, lists.sessionFilters)
  for name, list in pairs(lists) do
    if #list == 0 then lists[name] = nil end
  end
  return lists
end

return conditions
