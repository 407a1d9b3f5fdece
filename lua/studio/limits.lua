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

--- The limiters of an account. Clients with the same key share them: see core.limiter.
---@param definition studio.service.definition
---@param plan table what definition.connect answered: { limits = {…}, limit_key = }
---@param options table the client's; base_url is set
---@param what string for messages
---@return table[] limiters none when the user wants none
function limits.make(definition, plan, options, what)
  local wanted = options.limits
  if wanted == false then return {} end
  local changes = check.options(what .. ": limits", type(wanted) == "table" and wanted or nil, limit_options)
  local key = options.limit_key or plan.limit_key
  local folder = key and plan.limits and state.folder(options.state_dir, what) or nil
  local limiters = {}
  for i, default in ipairs(plan.limits or {}) do
    local limit = i == 1 and with(default, changes) or default
    if limit.requests and limit.requests < 1 then check.fail("%s: limits: requests must be 1 or more", what) end
    local asked = core_limit(limit)
    asked.key = key and table.concat({ definition.name, options.base_url, limit.name, key }, "\n")
    asked.state_dir = folder
    limiters[i] = check.guarded(what, core.limiter, asked)
    local report = limiters[i]:explain()
    if report.store_trouble then state.warn(report.store_trouble) end
    if key then check_same(report, limit, what) end
  end
  return limiters
end

return limits
