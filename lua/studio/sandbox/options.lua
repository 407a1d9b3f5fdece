-- What a sandbox can be told: names, defaults and checks. SPDX-License-Identifier: MIT
--
-- The same for sandbox.start, the command and sandbox:set.

local faults = require "studio.sandbox.faults"
local limits = require "studio.sandbox.limits"

local options = {}

--- name -> { default, type, may it be changed while running?, what it is }
options.list = {
  keys = { { { key = "sk_live_sandbox", scopes = { "*" } } }, "table", false,
    "API keys: { key=, scopes=, name=, user= }" },
  tokens = { {}, "table", false, "bearer tokens: { token=, user= }" },
  limit = { 60, "number", true, "requests of one key in a window" },
  user_limit = { 120, "number", true, "requests of one user's tokens in a window" },
  window = { 60, "number", true, "seconds" },
  algorithm = { "sliding", "string", false, "how requests are counted: sliding, fixed, first_hit, gcra, two_window" },
  burst = { false, "number", false, "bucket of gcra; default: the limit" },
  resolution = { 0, "number", false, "the limit's clock shows multiples of so many seconds" },
  headers = { "none", "string", true, "limit headers: none, retry_after, x_ratelimit, both, ietf" },
  job_seconds = { 2, "number|table", true, "how long a generation takes: seconds, or { from, to }" },
  fail_rate = { 0, "number", true, "share of generations that fail" },
  oddity = { false, "string", true, "a state no client has heard of, shown while a job is at work" },
  instant = { false, "boolean", true, "generations answer with the result at once instead of a job" },
  wallet = { false, "number", true, "generations that the account can still pay for; false: no end" },
  closed_to_keys = { {}, "table", true, "path patterns that are not open to API keys" },
  lag = { 0, "number|table", true, "delay before a request is counted: seconds, or { from, to }" },
  latency = { 0, "number|table", true, "delay between counting a request and answering it: seconds, or { from, to }" },
  url_ttl = { 3600, "number", true, "seconds for which a result's URL is good" },
  faults = { {}, "table", true, "see faults.lua" },
  seed = { 1, "number", false, "of everything that is left to chance" },
  port = { 0, "number", false, "0: the system chooses" },
  log_size = { 20000, "number", false, "requests kept in the log" },
  names = { {}, "table", false, "further host names in the TLS certificate" },
}

local function type_fits(kinds, value)
  for kind in kinds:gmatch "[^|]+" do
    if type(value) == kind then return true end
  end
  return false
end

local function complaint_of(name, value)
  if name == "algorithm" and not limits.algorithms[value] then return ("no algorithm is called '%s'"):format(value) end
  if name == "headers" and not limits.styles[value] then return ("no header style is called '%s'"):format(value) end
  if (name == "window" or name == "limit" or name == "user_limit") and (value <= 0 or value ~= value) then
    return ("option '%s' must be above 0"):format(name)
  end
  if type(value) == "table" and options.list[name][2] == "number|table" then
    local from, to = value[1], value[2]
    if type(from) ~= "number" or type(to) ~= "number" or from > to then
      return ("option '%s' must be a number or { from, to }"):format(name)
    end
  end
  if name == "port" and (math.type(value) ~= "integer" or value < 0 or value > 65535) then
    return "option 'port' must be a whole number from 0 to 65535"
  end
  if name == "faults" then
    for _, rule in ipairs(value) do
      local complaint = faults.complaint(rule)
      if complaint then return complaint end
    end
  end
end

--- Checks options.
---@param given table
---@param running boolean?  only those that may change while the sandbox runs
---@return string|nil complaint
function options.complaint(given, running)
  for name, value in pairs(given) do
    local option = options.list[name]
    if not option then return ("unknown option '%s'"):format(tostring(name)) end
    if running and not option[3] then return ("option '%s' cannot change while the sandbox runs"):format(name) end
    -- false stands for "none" where that is the default
    if not (value == false and option[1] == false) then
      if not type_fits(option[2], value) then
        return ("option '%s' must be a %s, not a %s"):format(name, option[2]:gsub("|", " or "), type(value))
      end
      local complaint = complaint_of(name, value)
      if complaint then return complaint end
    end
  end
end

--- The given options with the defaults for the rest.
---@param given table
---@return table
function options.complete(given)
  local all = {}
  for name, option in pairs(options.list) do
    if given[name] ~= nil then all[name] = given[name] else all[name] = option[1] end
  end
  return all
end

return options
