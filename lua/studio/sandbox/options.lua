-- What a sandbox can be told: names, defaults and checks. SPDX-License-Identifier: MIT
--
-- The same for sandbox.start, the command and sandbox:set.

local cognitive3d = require "studio.sandbox.cognitive3d.settings"
local faults = require "studio.sandbox.faults"
local five9 = require "studio.sandbox.five9.setup"
local limits = require "studio.sandbox.limits"
local tokens = require "studio.sandbox.analyst.tokens"
local workspace = require "studio.sandbox.analyst.workspace"

local options = {}

--- name -> { default, type, may it be changed while running?, what it is }
options.list = {
  -- mStudio
  keys = { { { key = "sk_live_sandbox", scopes = { "*" } } }, "table", false,
    "API keys: { key=, scopes=, name=, user= }" },
  tokens = { {}, "table", false, "bearer tokens: { token=, user= }" },
  limit = { 60, "number", true, "requests of one key in a window" },
  user_limit = { 120, "number", true, "requests of one user's tokens in a window" },
  window = { 60, "number", true, "seconds" },
  headers = { "none", "string", true, "limit headers: none, retry_after, x_ratelimit, x_ratelimit_bare, both, ietf" },
  job_seconds = { 2, "number|table", true, "how long a generation takes: seconds, or { from, to }" },
  kind_seconds = { {}, "table", true,
    "for kinds that take another time: { image=, video=, voice=, sfx=, script=, export= }" },
  fail_rate = { 0, "number", true, "share of generations that fail" },
  oddity = { false, "string", true, "a state no client has heard of, shown while a job is at work" },
  instant = { false, "boolean", true, "generations answer with the result at once instead of a job" },
  wallet = { false, "number", true, "generations that the account can still pay for; false: no end" },
  envelope = { "data", "string", true, "around what was asked for: data, bare (none), job (jobs in data.job)" },
  paging = { "laravel", "string", true, "what a page says of itself: laravel, meta, top, pagination, cursor" },
  upload_limit = { 64 << 20, "number", true, "bytes of all uploads together: they are kept in memory" },
  closed_to_keys = { {}, "table", true, "path patterns that are not open to API keys" },
  url_ttl = { 3600, "number", true, "seconds for which a result's URL is good" },
  port = { 0, "number", false, "of mStudio; 0: the system chooses" },
  -- Analyst Studio
  workspace = { {}, "table", true, "what there is: reports, collections, seed …; see analyst/generate.lua" },
  analyst_tokens = { tokens.default, "table", false, "{ token=, secret=, kind=workspace|member|personal, user= }" },
  analyst_limit = { 40, "number", true, "requests of one user in a window" },
  analyst_window = { 10, "number", true, "seconds" },
  analyst_headers = { "x_ratelimit_bare", "string", true, "limit headers, as for `headers`" },
  analyst_classes = { {}, "table", true,
    "classes of resources with a budget of their own: { reports = { limit=, window= } }" },
  analyst_bodies = { "wrapped", "string", true, "form of bodies whose sources differ: wrapped, flat, either" },
  run_seconds = { 2, "number|table", true, "how long a run or a PDF takes: seconds, or { from, to }" },
  run_fail_rate = { 0, "number", true, "share of runs that fail; so does one with a parameter whose value is FAIL" },
  results = { "csv", "string", true, "how a run's CSV comes: csv, gzip (encoded), zip (a file for each query)" },
  result_rows = { 100, "number", true, "rows of a result; a million is 60 MB, made while it is sent" },
  analyst_port = { 0, "number", false, "of Analyst Studio; 0: the system chooses" },
  -- Cognitive3D
  cognitive3d = { {}, "table", true, "what there is: sessions, events, seed …; see cognitive3d/settings.lua" },
  cognitive3d_port = { 0, "number", false, "of Cognitive3D's query host; 0: the system chooses" },
  cognitive3d_data_port = { 0, "number", false, "of its collector; 0: the system chooses" },
  -- Five9 Studio
  five9 = { {}, "table", true, "rows, columns, lock_after, seed …; see five9/setup.lua" },
  five9_port = { 0, "number", false, "of Five9 Studio; 0: the system chooses" },
  -- all
  algorithm = { "sliding", "string", false, "how requests are counted: sliding, fixed, first_hit, gcra, two_window" },
  burst = { false, "number", false, "bucket of gcra; default: the limit" },
  resolution = { 0, "number", false, "the limit's clock shows multiples of so many seconds" },
  lag = { 0, "number|table", true, "delay before a request is counted: seconds, or { from, to }" },
  latency = { 0, "number|table", true, "delay between counting a request and answering it: seconds, or { from, to }" },
  faults = { {}, "table", true, "see faults.lua" },
  seed = { 1, "number", false, "of everything that is left to chance" },
  log_size = { 20000, "number", false, "requests kept in the log" },
  names = { {}, "table", false, "further host names in the TLS certificate" },
}

local function type_fits(kinds, value)
  for kind in kinds:gmatch "[^|]+" do
    if type(value) == kind then return true end
  end
  return false
end

-- ---- checks of what a type does not say: (value, name) -> complaint -----------------------------------------------

local function above_zero(value, name)
  if value <= 0 or value ~= value then return ("option '%s' must be above 0"):format(name) end
end

local function header_style(value)
  if not limits.styles[value] then return ("no header style is called '%s'"):format(value) end
end

local function port(value, name)
  if math.type(value) ~= "integer" or value < 0 or value > 65535 then
    return ("option '%s' must be a whole number from 0 to 65535"):format(name)
  end
end

local function classes(value)
  for name, own in pairs(value) do
    local fits = type(own) == "table" and type(own.limit) == "number" and own.limit > 0
      and (own.window == nil or type(own.window) == "number" and own.window > 0)
    if not fits then return ("analyst_classes.%s must be { limit=, window= }, both above 0"):format(name) end
  end
end

local function whole(value, name)
  if math.type(value) ~= "integer" or value < 0 then return ("option '%s' must be a whole number"):format(name) end
end

local function one_of(...)
  local words = {}
  for _, word in ipairs { ... } do words[word] = true end
  return function(value, name)
    if not words[value] then return ("option '%s' knows no '%s'"):format(name, value) end
  end
end

local KINDS = { image = true, video = true, voice = true, sfx = true, script = true, export = true }

local function kinds(value, name)
  for kind, seconds in pairs(value) do
    local fits = type(seconds) == "number" or type(seconds) == "table" and type(seconds[1]) == "number"
      and type(seconds[2]) == "number" and seconds[1] <= seconds[2]
    if not KINDS[kind] then return ("option '%s' knows no kind '%s'"):format(name, kind) end
    if not fits then return ("%s.%s must be a number or { from, to }"):format(name, kind) end
  end
end

local bodies = { wrapped = true, flat = true, either = true }

local results = { csv = true, gzip = true, zip = true }

local checks = {
  limit = above_zero, user_limit = above_zero, window = above_zero, analyst_limit = above_zero,
  analyst_window = above_zero, headers = header_style, analyst_headers = header_style, port = port, analyst_port = port,
  cognitive3d_port = port, cognitive3d_data_port = port, cognitive3d = cognitive3d.complaint,
  five9 = five9.complaint, five9_port = port,
  analyst_tokens = tokens.complaint, analyst_classes = classes, workspace = workspace.complaint,
  algorithm = function(value)
    if not limits.algorithms[value] then return ("no algorithm is called '%s'"):format(value) end
  end,
  result_rows = whole, kind_seconds = kinds, envelope = one_of("data", "bare", "job"),
  paging = one_of("laravel", "meta", "top", "pagination", "cursor"),
  results = function(value)
    if not results[value] then return ("no form of results is called '%s'"):format(value) end
  end,
  analyst_bodies = function(value)
    if not bodies[value] then return ("no form of bodies is called '%s'"):format(value) end
  end,
  faults = function(value)
    for _, rule in ipairs(value) do
      local complaint = faults.complaint(rule)
      if complaint then return complaint end
    end
  end,
}

local function complaint_of(name, value)
  if type(value) == "table" and options.list[name][2] == "number|table" then
    local from, to = value[1], value[2]
    if type(from) ~= "number" or type(to) ~= "number" or from > to then
      return ("option '%s' must be a number or { from, to }"):format(name)
    end
  end
  local check = checks[name]
  return check and check(value, name)
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
