-- The limiters of an account: what a service publishes, changed by what the user says. SPDX-License-Identifier: MIT
--
-- The limiters themselves live in the core. Here is decided which ones a client has, and by which key others find them.

local check = require "studio.check"
local core = require "studio.core"
local state = require "studio.state"

local limits = {}

local limit_options = {
  requests = "integer", window = "seconds", guard = "seconds", spacing = "seconds", linger = "seconds",
  max_in_flight = "integer",
}

local function core_limit(limit)
  return {
    name = limit.name, capacity = limit.requests, window = limit.window, guard = limit.guard, spacing = limit.spacing,
    linger = limit.linger, max_in_flight = limit.max_in_flight,
  }
end

-- Raises when a limiter that was there before is another than this client wants. What is wanted is read from
-- a fresh one, so that defaults and rounding are the core's alone.
local function check_same(found, limit, what)
  local fresh = core.limiter(core_limit(limit))
  local wanted = fresh:explain()
  fresh:close()
  for _, name in ipairs { "configured", "window", "guard", "spacing", "linger", "max_in_flight" } do
    -- Refusals that nothing explains have taught a limiter of this key a wider guard and spacing.
    local learnt = (name == "guard" or name == "spacing") and found.learnt and found[name] > wanted[name]
    if found[name] ~= wanted[name] and not learnt then
      local option = name == "configured" and "requests" or name
      check.fail("%s: limits: this program already has a client of that key, with %s = %.7g and not %.7g; clients of a "
        .. "key share one budget (option limit_key keeps them apart)", what, option, found[name], wanted[name])
    end
  end
end

-- The service's own limit with what the user changed in it.
local function with(default, changes)
  local limit = {}
  for name, value in pairs(default) do limit[name] = value end
  for name, value in pairs(changes or {}) do limit[name] = value end
  return limit
end

local function key_of(whose, name, key)
  return key and table.concat({ whose, name, key }, "\n")
end

local function make_one(limit, key, folder, what)
  local asked = core_limit(limit)
  asked.key = key
  asked.state_dir = folder
  local limiter = check.guarded(what, core.limiter, asked)
  local report = limiter:explain()
  if report.store_trouble then state.warn(report.store_trouble) end
  return limiter, report
end

--- The limiters of an account. Clients with the same key share them: see core.limiter. A limit with `classes = true`
--- is one whose headers speak of a class of resources: see limits.of_class.
---@param definition studio.service.definition
---@param plan table what definition.connect answered: { limits = {…}, limit_key = }
---@param options table the client's; base_url is set
---@param what string for messages
---@return table[] limiters none when the user wants none
---@return table? classes what of_class needs; nil: the service has no classes
function limits.make(definition, plan, options, what)
  local wanted = options.limits
  if wanted == false then return {} end
  local changes = check.options(what .. ": limits", type(wanted) == "table" and wanted or nil, limit_options)
  local key = options.limit_key or plan.limit_key
  -- Not `options`: what makes the limiters of classes later would hold the secrets among them.
  local whose = (definition.family or definition.name) .. "\n" .. options.base_url
  local folder = key and plan.limits and state.folder(options.state_dir, what) or nil
  local limiters, classes = {}, nil
  for i, default in ipairs(plan.limits or {}) do
    local limit = i == 1 and with(default, changes) or default
    if limit.requests and limit.requests < 1 then check.fail("%s: limits: requests must be 1 or more", what) end
    local report
    limiters[i], report = make_one(limit, key_of(whose, limit.name, key), folder, what)
    if key then check_same(report, limit, what) end
    if limit.classes then
      classes = { made = {}, make = function(class)
        local name = limit.name .. ", class " .. class
        return (make_one(
          { name = name, requests = limit.requests, window = limit.window, guard = limit.guard, linger = limit.linger },
          key_of(whose, name, key), folder, what))
      end }
    end
  end
  return limiters, classes
end

--- The limiter of a class of resources, beside the account's. It begins as wide as that one, so that it changes
--- nothing until an answer's headers tell the limit of the class.
---@param classes table? from limits.make
---@param class string? "reports"
---@return table? limiter nil where there are no classes
function limits.of_class(classes, class)
  if not (classes and class) then return nil end
  if not classes.made[class] then classes.made[class] = classes.make(class) end
  return classes.made[class]
end

--- What every limiter does now: the account's, then the classes' by name.
---@param limiters table[]
---@param classes table?
---@return table[]
function limits.explain(limiters, classes)
  local result, names = {}, {}
  for i, limiter in ipairs(limiters) do result[i] = limiter:explain() end
  for name in pairs(classes and classes.made or {}) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do result[#result + 1] = classes.made[name]:explain() end
  return result
end

--- The least seconds that so many calls take under a limit, when nothing was spent of it yet.
---@param calls integer
---@param limit table? one of client:limits()
---@return number seconds
function limits.least_seconds(calls, limit)
  if calls < 1 or not limit then return 0 end
  local spaced = (calls - 1) * (limit.spacing or 0)
  local capacity = limit.capacity or 0
  if capacity < 1 then return spaced end
  return math.max(spaced, (calls - 1) // capacity * ((limit.window or 0) + (limit.guard or 0)))
end

return limits
