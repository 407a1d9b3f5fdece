-- What all services share: the client object, its options and its methods. SPDX-License-Identifier: MIT
--
-- A service is a definition (name, base URL, routes, how to log in, limits, resources); service.define
-- turns it into the constructor that users call. Everything that a client sends is made ready by prepare.lua and
-- goes through exchange.lua.

local check = require "studio.check"
local doors = require "studio.doors"
local errors = require "studio.error"
local exchange = require "studio.exchange"
local job = require "studio.job"
local limits = require "studio.limits"
local log = require "studio.log"
local merge = require "studio.merge"
local prepare = require "studio.prepare"
local route = require "studio.route"
local turns = require "studio.turns"

local service = {}

---@class studio.service.definition
---@field name string "mstudio": the module's name, and the first word of its errors
---@field family string? services of one family share limiters, where key, address and limit are the same
---@field base_url string|fun(options: table, what: string): string the second, where more options than base_url say
---  which; it is asked always
---@field options table<string, string|string[]> options beside the common ones, as for check.options
---@field connect fun(options: table, what: string): studio.service.connection
---@field routes studio.route[]
---@field resources table<string, table> name -> methods; each method finds its client in self.client
---@field headers table<string, string>?
---@field scopes string[]? names of scopes, to find slips of the finger
---@field explain fun(err: studio.error, client: table)? the service's own sentences
---@field refusal (fun(client: studio.client, r: studio.route): table?)? fields of an error: what this client must not
---  send, and why, in the service's words
---@field id_field string? the field of a row by which the service finds it again ("token"): where a path wants an id,
---  the row may stand
---@field id_fields table<string, string|string[]>? parameters whose rows have it in another field, or in one of several
---@field judge (fun(response: studio.core.response, r: studio.route): table?)? fields of an error: why an answer of
---  status 2xx is none
---@field methods table<string, function|table>? of its clients, beside those that every client has; and tables that
---  they have, which are the same for all

---@class studio.service.connection what a service makes of the options that say who logs in
---@field auth studio.core.auth? of a service with one door
---@field doors studio.door[]? the doors of one with several; routes name theirs. At least one has its key
---@field limits table[]? as for limits.make
---@field limit_key string? whose limit it is
---@field headers table<string, string>? sent with every call, beside the definition's: who is asking, and no secret
---@field params table<string, string|integer>? parameters that stand in the path of every route that has them, unless
---  the caller gives another
---@field facts table? what else the service wants to know of a client later: client.state.facts. No secret

-- Options that go to the core as they are; docs are at studio.options in types/studio.lua.
local core_options = {
  max_attempts = "integer", max_refusals = "integer", backoff_base = "seconds", backoff_cap = "seconds",
  max_redirects = "integer", user_agent = "string", insecure = "boolean", allow_http = "boolean", http2 = "boolean",
  ca_file = "string", cert_file = "string", key_file = "string", key_password = "string",
  proxy = { "string", "boolean" },
}

-- Options of a client that every one of its calls gets, unless the call has its own.
local call_defaults = { timeout = "seconds", deadline = "seconds", stall = "seconds", max_body = "integer" }

local common_options = {
  base_url = "string", headers = "table", routes = "table", read_only = "boolean", scopes = "table",
  limits = { "table", "boolean" }, limit_key = "string", poll = "table",
  state_dir = { "string", "boolean" },
}
for _, more in ipairs { core_options, call_defaults } do
  for name, kinds in pairs(more) do common_options[name] = kinds end
end

-- Making a client ---------------------------------------------------------------------------------

-- { "projects", "frames" } -> set; a near miss of a known scope is a slip, anything else may be new.
local function read_scopes(definition, list, what)
  if not list then return nil end
  local known, set = { ["*"] = true }, {}
  for _, scope in ipairs(definition.scopes or {}) do known[scope] = true end
  for _, scope in ipairs(list) do
    check.argument(what, "scope", scope, "string")
    local nearest = not known[scope] and check.nearest(scope, known)
    if nearest then check.fail("%s: unknown scope '%s'; did you mean '%s'?", what, scope, nearest) end
    set[scope] = true
  end
  return set
end

-- The core's clients hold the credentials, so they are let go when nothing needs them any more.
local function release(state)
  if state.closed and state.under_way == 0 and state.core then state.last_stats = doors.close(state) end
end

local function base_url_of(definition, options, what)
  local own = definition.base_url
  local url = type(own) == "function" and own(options, what) or options.base_url or own
  return (url:gsub("/+$", ""))
end

-- What goes to the core as it is, for every door.
local function settings_of(definition, plan, options, limiters)
  local settings = {
    base_url = options.base_url, limiters = limiters, account = options.limit_key, name = definition.name,
    headers = merge(definition.headers, plan.headers, options.headers),
  }
  for name in pairs(core_options) do settings[name] = options[name] end
  return settings
end

local function new_client(definition, class, resources, rules, options)
  local what = "studio." .. definition.name
  options = merge(check.options(what, options, rules))
  options.base_url = base_url_of(definition, options, what)
  prepare.headers(options.headers, what)
  local routes = route.table(definition.routes, options.routes)
  local scopes = read_scopes(definition, options.scopes, what)
  local poll = job.settings(what .. ": poll", options.poll)
  local plan = definition.connect(options, what)
  local limiters, classes = limits.make(definition, plan, options, what)
  local defaults = {}
  for name in pairs(call_defaults) do defaults[name] = options[name] end
  local state = merge({
    definition = definition, routes = routes, scopes = scopes, params = plan.params or {}, facts = plan.facts or {},
    id_field = definition.id_field, id_fields = definition.id_fields, limiters = limiters, classes = classes,
    read_only = options.read_only, poll = poll, defaults = defaults, turns = turns.new(), under_way = 0, closed = false,
  }, doors.open(plan, settings_of(definition, plan, options, limiters), what))
  local client = setmetatable({ state = state }, class)
  state.origin = state.core:origin()
  state.origins = table.concat(doors.origins(state), ", ")
  state.leave = setmetatable({}, { __close = function()
    state.under_way = state.under_way - 1
    release(state)
  end })
  for name, resource in pairs(resources) do client[name] = setmetatable({ client = client }, resource) end
  return client
end

-- Names of what stands in an envelope beside the thing itself, or is known to job.lua.
local beside = { errors = true, meta = true, links = true, job = true, generation_job = true, generation = true,
  response = true }

-- An answer that has its thing under another name than the route says.
local function warn_of_envelope(client, r, name)
  local service_name = client.state.definition.name
  log.warn_once("odd envelope " .. service_name .. r.name, ("the answer of %s %s has no '%s' but '%s', and is passed "
    .. "through as it came (routes = { [\"%s\"] = { unwrap = … } } says what to take out)"):format(
      service_name, r.name, r.unwrap, (name:gsub("[^%w_-]", "?")), r.name))
end

-- The thing in its envelope. An answer without an envelope is the thing itself; an envelope of another kind is passed
-- through, and that is told once.
local function unwrapped(client, r, value)
  if value[r.unwrap] ~= nil then return value[r.unwrap] end
  local field = r.id_field or client.state.id_field or "id"
  for name, inner in pairs(value[field] == nil and value or {}) do
    if type(name) == "string" and not beside[name] and type(inner) == "table" and inner[field] ~= nil then
      warn_of_envelope(client, r, name)
    end
  end
  return value
end

-- What is known of any client ---------------------------------------------------------------------

---@class studio.client
local methods = {}

--- Sends any request: the way to what has no method here.
---@param options table method (default GET, or POST with a body), path (below the base URL) or url, query, body (a Lua
---  value is sent as JSON; a string needs content_type; studio.file, studio.reader and studio.multipart make others),
---  headers, timeout, deadline (seconds), priority ("user", "submit", "poll"), save_to (file name), raw = true (the
---  body as it came), idempotency_key, repeatable, max_body, progress, class (of resources, where the service limits
---  each by itself), door (which host and key, where the service has several; default: the first that has its key)
---@return any value decoded JSON (no envelope is taken off), text, or true when the answer is empty; nil on failure
---@return table response_or_err kind "protocol" for a url that cannot be sent to
function methods:request(options)
  local request, label = prepare.request(self, options, self.state.definition.name .. ":request")
  local refused = exchange.refusal(self, request.method)
  if refused then return exchange.refuse(self, label, refused) end
  return exchange.perform(self, request, label)
end

--- Calls a route by its name; the methods of the resources are made of this.
---@param name string as in client:routes()
---@param params table<string, string|integer>? what stands in the path
---@param fields table? query of a route that reads, else the body
---@param options table? timeout, deadline (seconds), priority, headers, idempotency_key, repeatable, progress, save_to,
---  query (further fields of the query)
---@param whole boolean? leave the envelope on
---@return any value nil on failure
---@return table response_or_err
function methods:call(name, params, fields, options, whole)
  local request, r = prepare.call(self, name, params, fields, options)
  local refused = exchange.refusal(self, r.verb, r)
  if refused then return exchange.refuse(self, name, refused) end
  local value, response = exchange.perform(self, request, name, r)
  if r.unwrap and not whole and type(value) == "table" then value = unwrapped(self, r, value) end
  return value, response
end

--- What a call would send, as a curl command that can be pasted into a shell; nothing is sent, and no slot is taken.
--- Secrets are variables of the shell ($MSTUDIO_API_KEY): see docs/debugging.md. For what was sent there are
--- response:curl() and err:curl().
---@param what string|table the name of a route, then params, fields and options as for client:call; or the options of
---  client:request
---@param params table?
---@param fields table?
---@param options table?
---@return string? command nil when no command line can hold the body
---@return string? why
function methods:curl(what, params, fields, options)
  local label = self.state.definition.name .. ":curl"
  if type(what) == "table" then return exchange.hand_over(self, "curl", prepare.request(self, what, label), label) end
  check.argument(label, "route", what, { "string", "table" })
  return exchange.hand_over(self, "curl", prepare.call(self, what, params, fields, options), what)
end

--- An error of this client about an answer that came but cannot be used.
---@param name string the route that was called
---@param fields table kind, message …
---@return studio.error
function methods:problem(name, fields)
  local response = fields.response
  local r = self.state.routes[name]
  local all = merge(fields, {
    message = prepare.redact(self, fields.message), stage = "answered",
    attempts = response and response.attempts, status = response and response.status,
  })
  all.maybe_done = errors.maybe_done(all, r and (r.reads and "GET" or r.verb))
  all.advice = all.advice or r and errors.advise_on_write(all, {
    verb = r.verb, find_out = r.find_out, request = prepare.label(r.verb, r.path) })
  local _, err = exchange.refuse(self, name, all)
  return err
end

--- The routes in use, sorted by name, as copies; `from` says how far each can be trusted.
---@return studio.route[]
function methods:routes() return route.list(self.state.routes) end

--- Counts since the client was made: calls, attempts, retries, rate_limited (answers 429), waited
--- (seconds spent waiting for slots, summed over the calls), bytes_in, bytes_out, in_flight, queued,
--- connections; retry_tokens, what is left of the 500 that retries may take.
---@return table
function methods:stats()
  local state = self.state
  return state.core and doors.stats(state) or merge(state.last_stats)
end

--- What each limiter does now, and why: see studio.core.limiter:explain. Where the service limits classes of
--- resources by themselves, those that were called so far come last.
---@return table[]
function methods:limits()
  return limits.explain(self.state.limiters, self.state.classes)
end

--- Connects (name, TCP, TLS) without sending anything, so that the first call has no delay.
---@return boolean? connected
---@return studio.error? err
function methods:warm()
  prepare.check_open(self, "warm")
  local failure = doors.warm(self.state)
  if failure then return nil, errors.from_failure(failure, exchange.context(self, "warm")) end
  return true
end

--- Closes the client. Calls under way end by themselves; new ones raise. A second time does nothing.
function methods:close()
  self.state.closed = true
  release(self.state)
end

-- The same methods, which say so when they are called with a dot.
local function with_colon(what, list, class)
  local checked = {}
  for name, method in pairs(list) do
    checked[name] = type(method) ~= "function" and method or function(self, ...)
      check.method(what .. ":" .. name, self, class)
      return method(self, ...)
    end
  end
  return checked
end

-- Asked only for what is not in the list, so that what is costs nothing more.
local function catch_slips(what, list, known)
  return setmetatable(list, { __index = function(_, name) return check.slip(what, name, known) end })
end

--- Makes the constructor of a service.
---@param definition studio.service.definition
---@return fun(options: table): studio.client
function service.define(definition)
  local what = "studio." .. definition.name
  local rules = merge(common_options, definition.options)
  local class = { __name = what, __close = methods.close }
  for name in pairs(definition.methods or {}) do assert(not methods[name], "a client has that method already") end
  local own = with_colon(definition.name, merge(methods, definition.methods), class)
  class.__index = catch_slips(what, own, merge(own, definition.resources))
  function class:__tostring()
    return ("%s (%s)"):format(what, self.state.closed and "closed" or self.state.origins)
  end
  local resources = {}
  for name, list in pairs(definition.resources) do
    local resource = {}
    local checked = with_colon(definition.name .. "." .. name, list, resource)
    resource.__index = catch_slips(definition.name .. "." .. name, checked, list)
    resources[name] = resource
  end
  return function(options) return new_client(definition, class, resources, rules, options) end
end

return service
