-- What all services share: the client object, its options, and the way of one request. SPDX-License-Identifier: MIT
--
-- A service is a definition (name, base URL, routes, how to log in, limits, resources); service.define
-- turns it into the constructor that users call. Everything a client does goes through `perform` below:
-- refuse, encode, submit to the core, wait, judge, decode.

local check = require "studio.check"
local core = require "studio.core"
local errors = require "studio.error"
local job = require "studio.job"
local json = require "studio.json"
local limits = require "studio.limits"
local route = require "studio.route"
local task = require "studio.task"
local timers = require "studio.timers"
local transfer = require "studio.transfer"
local upload = require "studio.upload"

local service = {}

---@class studio.service.definition
---@field name string "mstudio": the module's name, and the first word of its errors
---@field base_url string
---@field options table<string, string|string[]> options beside the common ones, as for check.options
---@field connect fun(options: table, what: string): table { auth =, limits = {…}, limit_key = }
---@field routes studio.route[]
---@field resources table<string, table> name -> methods; each method finds its client in self.client
---@field headers table<string, string>?
---@field scopes string[]? names of scopes, to find slips of the finger
---@field explain fun(err: studio.error, client: table)? the service's own sentences

-- Options that go to the core as they are; docs are at studio.options in types.lua.
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

-- Options of one call, for every method that sends something.
local call_options = {
  timeout = "seconds", deadline = "seconds", priority = "string", headers = "table", idempotency_key = "string",
  repeatable = "boolean", progress = "callable",
}

local request_options = {
  method = "string", path = "string", url = "string", query = "table", content_type = "string", save_to = "string",
  raw = "boolean", max_body = "integer", class = "string",
  body = { "string", "table", "number", "boolean", "userdata" },
}
for name, kinds in pairs(call_options) do request_options[name] = kinds end

local reading = { GET = true, HEAD = true }

-- Making a client ---------------------------------------------------------------------------------

local function merge(...)
  local result = {}
  for i = 1, select("#", ...) do
    for k, v in pairs((select(i, ...)) or {}) do result[k] = v end
  end
  return result
end

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

local function read_headers(headers, what)
  for name, value in pairs(headers or {}) do
    if type(name) ~= "string" or type(value) ~= "string" then
      check.fail("%s: option 'headers' must map header names to strings", what)
    end
  end
  return headers
end

-- The core client holds the credentials, so it is let go when nothing needs it any more.
local function release(state)
  if state.closed and state.under_way == 0 and state.core then
    state.last_stats = state.core:stats()
    state.core:close()
    state.core = nil
  end
end

local function new_client(definition, class, resources, rules, options)
  local what = "studio." .. definition.name
  options = merge(check.options(what, options, rules))
  options.base_url = (options.base_url or definition.base_url):gsub("/+$", "")
  read_headers(options.headers, what)
  local routes = route.table(definition.routes, options.routes)
  local scopes = read_scopes(definition, options.scopes, what)
  local poll = job.settings(what .. ": poll", options.poll)
  local plan = definition.connect(options, what)
  local limiters, classes = limits.make(definition, plan, options, what)
  local settings = {
    base_url = options.base_url, auth = plan.auth, limiters = limiters,
    headers = merge(definition.headers, options.headers), account = options.limit_key, name = definition.name,
  }
  for name in pairs(core_options) do settings[name] = options[name] end
  local defaults = {}
  for name in pairs(call_defaults) do defaults[name] = options[name] end
  local client = setmetatable({
    state = {
      core = check.guarded(what, core.client, settings), definition = definition, routes = routes, scopes = scopes,
      limiters = limiters, classes = classes, read_only = options.read_only, poll = poll, defaults = defaults,
      polling = 0, under_way = 0, closed = false,
    },
  }, class)
  local state = client.state
  state.origin = state.core:origin()
  state.leave = setmetatable({}, { __close = function()
    state.under_way = state.under_way - 1
    release(state)
  end })
  for name, resource in pairs(resources) do client[name] = setmetatable({ client = client }, resource) end
  return client
end

-- One request -------------------------------------------------------------------------------------

local function redact(client, text)
  local core_client = client.state.core
  return core_client and core_client:redact(text) or text
end

-- "GET /projects", or "GET https://host" without what may be secret in a URL.
local function label_of(verb, path, url)
  return verb .. " " .. (path and path:match "^[^?]*" or url:match "^%a+://[^/?#@]+" or "a URL")
end

-- What the error funnel needs to know about a call; `request`: what the core was asked for.
local function context_of(client, label, r, request)
  local state = client.state
  local explain = state.definition.explain
  return {
    service = state.definition.name, route = label, from = r and r.from, find_out = r and r.find_out,
    where = task.origin(), verb = request and request.method,
    request = request and label_of(request.method, request.path, request.url),
    redact = function(text) return redact(client, text) end,
    explain = explain and function(err) explain(err, client) end,
  }
end

local function refuse(client, label, fields)
  local err = errors.new(merge({ attempts = 0, stage = "not_sent" }, fields,
    { service = client.state.definition.name, route = label }))
  err.where = err.where or task.origin()
  return nil, err
end

-- Calls that this client must not send. Returns nil when it may be sent.
local function refusal(client, verb, r)
  local state = client.state
  if state.read_only and not reading[verb] then
    return { kind = "refused", message = "this client is read-only, so " .. verb .. " was not sent" }
  end
  local scope = r and r.scope
  if scope and state.scopes and not state.scopes["*"] and not state.scopes[scope] then
    local have = {}
    for name in pairs(state.scopes) do have[#have + 1] = name end
    table.sort(have)
    return {
      kind = "forbidden", missing_scope = scope,
      message = ("the key was declared to have %s; this needs %s"):format(
        #have == 0 and "no scopes" or "the scopes " .. table.concat(have, ", "), scope),
      advice = "Not sent; make a key with that scope, or add it to the option 'scopes'",
    }
  end
  if task.is_cancelled() then return { kind = "cancelled", message = "the task was cancelled" } end
end

-- An error about an answer that came, and cannot be used. `invalid`: the service itself says that it was not done.
local function unusable(client, label, r, request, response, kind, message)
  return errors.from_failure({
    kind = kind, status = response.status, message = message, attempts = response.attempts,
    stage = "answered", refused = kind == "invalid", response = response,
  }, context_of(client, label, r, request), response)
end

-- An answer of status < 400 to a Lua value; nil, kind, message when it cannot be used. `strict`: it
-- must be JSON; else text is a value too. Where nothing was to be read, null is no worse than an empty answer.
local function decode(response, verb, strict)
  if response.path then return response.path end
  if response.status >= 400 then return true end -- a repeated DELETE finds nothing any more: it is done
  local body = response.body
  if body == nil or not body:find "%S" then
    if not (strict and verb == "GET") then return true end
    return nil, "protocol", "the answer is empty, and something was to be read"
  end
  local kind = (response:header "content-type" or ""):lower()
  local is_json = kind:find("json", 1, true) ~= nil
  if not (is_json or body:find "^%s*[{%[]") then
    if not strict then return body end
    return nil, "protocol", "the answer is not JSON but " .. (kind ~= "" and kind or "something else")
  end
  local value, why = json.decode(body)
  if value == nil then
    if not (is_json or strict) then return body end
    return nil, "protocol", "the answer is not readable JSON: " .. why
  end
  if strict and value == json.null and not reading[verb] then return true end
  if strict and (value == json.null or value == false) then return nil, "protocol", "the answer is " .. body end
  if type(value) == "table" and value.success == false then
    return nil, "invalid", "the service says that it was not done, and not why"
  end
  return value
end

-- What of a request is ours and not the core's.
local own_fields = { "raw", "strict", "progress", "name", "class" }

-- Hands a request to the core, to be sent (`submit`) or shown (`curl`). A URL that cannot be sent to is the
-- world's failure and no mistake: as a rule it is a service's word (the next page, a result).
local function hand_over(client, how, request, label)
  local state = client.state
  request.class_limiter = limits.of_class(state.classes, request.class)
  for _, field in ipairs(own_fields) do request[field] = nil end
  request.label = label
  for option, value in pairs(state.defaults) do
    if request[option] == nil then request[option] = value end
  end
  for _, option in ipairs { "timeout", "deadline", "stall" } do
    if request[option] then request[option] = math.min(request[option], timers.LONGEST) end
  end
  local ok, call, more = pcall(state.core[how], state.core, request)
  if ok then return call, more end
  local why = tostring(call)
  if not (request.url and why:find "URL cannot be used") then check.fail("%s: %s", label, why) end
  return refuse(client, label, { kind = "protocol", message = why })
end

-- Sends one request. `request` is what core's submit takes, and raw, strict, progress, name. `label`
-- and `r` are for errors: what the request is called, and its route, if it has one.
local function perform(client, request, label, r)
  local state = client.state
  local raw, strict, progress, name = request.raw, request.strict, request.progress, request.name
  local uploads = type(request.body) == "table"
  if uploads then upload.begin(request.body, label) end
  local call, refused = hand_over(client, "submit", request, label)
  if not call then return nil, refused end
  state.under_way = state.under_way + 1
  local _ <close> = state.leave
  local response, failure = transfer.watch(call, progress, name or label, uploads)
  if not response then
    return nil, errors.from_failure(failure, context_of(client, label, r, request), call)
  end
  if raw then return response.body or response.path or "", response end
  local value, kind, message = decode(response, request.method, strict)
  if value == nil then return nil, unusable(client, label, r, request, response, kind, message) end
  return value, response
end

local function check_open(client, label)
  if client.state.closed then check.fail("%s: the client is closed", label) end
  if task.asks(client.state.core) then
    check.fail("%s: a credential provider cannot use its own client: that would wait for the credentials", label)
  end
end

-- A body to text and its content type.
local function encode(body, content_type, label)
  if body == nil then return nil end
  if upload.is(body) then return upload.take(body, content_type, label) end
  if type(body) == "string" then
    if not content_type then check.fail("%s: a body of text needs the option 'content_type'", label) end
    return body, content_type
  end
  local text, why = json.try_encode(body)
  if not text then check.fail("%s: the body cannot be written as JSON: %s", label, why) end
  return text, content_type or "application/json"
end

local function headers_of(options, content_type, label)
  if not (content_type or options.headers or options.idempotency_key) then return nil end
  local headers = merge(read_headers(options.headers, label))
  if content_type then headers["Content-Type"] = content_type end
  if options.idempotency_key then headers["Idempotency-Key"] = options.idempotency_key end
  return headers
end

-- What client:request was asked for, as `perform` wants it, and its label.
local function plan_request(client, options, what)
  options = check.options(what, options, request_options)
  if (options.path == nil) == (options.url == nil) then check.fail("%s: give either 'path' or 'url'", what) end
  if options.path and options.path:sub(1, 1) ~= "/" then check.fail("%s: 'path' must begin with /", what) end
  local verb = options.method and options.method:upper() or (options.body ~= nil and "POST" or "GET")
  local label = redact(client, label_of(verb, options.path, options.url))
  check_open(client, label)
  local body, content_type = encode(options.body, options.content_type, label)
  return {
    method = verb, path = options.path, url = options.url, query = options.query, body = body,
    headers = headers_of(options, content_type, label), save_to = options.save_to, timeout = options.timeout,
    deadline = options.deadline, priority = options.priority, repeatable = options.repeatable,
    max_body = options.max_body, raw = options.raw, progress = options.progress, class = options.class,
    name = options.save_to and options.save_to:match "[^/]*$",
  }, label
end

-- Where a route's fields go: the query when it only reads, else a JSON body, in its wrapper.
local function place(r, fields, label)
  if reading[r.verb] or (r.verb == "DELETE" and not r.wrapper) then return fields end
  if fields == nil or next(fields) == nil then fields = {} end
  if r.wrapper then fields = { [r.wrapper] = fields } end
  return nil, encode(fields, nil, label)
end

-- What client:call was asked for, as `perform` wants it, and its route.
local function plan_call(client, name, params, fields, options)
  local routes = client.state.routes
  local r = routes[name]
  if not r then check.fail("there is no route '%s'%s", tostring(name), check.suggestion(name, routes)) end
  options = check.options(name, options, call_options)
  check_open(client, name)
  local path, rest = route.path(r, params or {}, fields)
  local query, body, content_type = place(r, route.fields(r, rest), name)
  local repeatable = options.repeatable
  if repeatable == nil then repeatable = r.repeatable end
  return {
    method = r.verb, path = path, query = query, body = body, headers = headers_of(options, content_type, name),
    timeout = options.timeout, deadline = options.deadline, priority = options.priority or r.priority,
    repeatable = repeatable, progress = options.progress, strict = true,
    class = client.state.classes and (r.class or name:match "^[^.]+"),
  }, r
end

-- What is known of any client ---------------------------------------------------------------------

---@class studio.client
local methods = {}

--- Sends any request: the way to what has no method here.
---@param options table method (default GET, or POST with a body), path (below the base URL) or url, query, body (a Lua
---  value is sent as JSON; a string needs content_type; studio.file, studio.reader and studio.multipart make others),
---  headers, timeout, deadline (seconds), priority ("user", "submit", "poll"), save_to (file name), raw = true (the
---  body as it came), idempotency_key, repeatable, max_body, progress, class (of resources, where the service limits
---  each by itself)
---@return any value decoded JSON (no envelope is taken off), text, or true when the answer is empty; nil on failure
---@return table response_or_err kind "protocol" for a url that cannot be sent to
function methods:request(options)
  local request, label = plan_request(self, options, self.state.definition.name .. ":request")
  local refused = refusal(self, request.method)
  if refused then return refuse(self, label, refused) end
  return perform(self, request, label)
end

--- Calls a route by its name; the methods of the resources are made of this.
---@param name string as in client:routes()
---@param params table<string, string|integer>? what stands in the path
---@param fields table? query of a route that reads, else the body
---@param options table? timeout, deadline (seconds), priority, headers, idempotency_key, repeatable
---@param whole boolean? leave the envelope on
---@return any value nil on failure
---@return table response_or_err
function methods:call(name, params, fields, options, whole)
  local request, r = plan_call(self, name, params, fields, options)
  local refused = refusal(self, r.verb, r)
  if refused then return refuse(self, name, refused) end
  local value, response = perform(self, request, name, r)
  if r.unwrap and not whole and type(value) == "table" and value[r.unwrap] ~= nil then value = value[r.unwrap] end
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
  if type(what) == "table" then return hand_over(self, "curl", plan_request(self, what, label), label) end
  check.argument(label, "route", what, { "string", "table" })
  return hand_over(self, "curl", plan_call(self, what, params, fields, options), what)
end

--- An error of this client about an answer that came but cannot be used.
---@param name string the route that was called
---@param fields table kind, message …
---@return studio.error
function methods:problem(name, fields)
  local response = fields.response
  local r = self.state.routes[name]
  local all = merge(fields, {
    message = redact(self, fields.message), stage = "answered",
    attempts = response and response.attempts, status = response and response.status,
  })
  all.maybe_done = errors.maybe_done(all, r and r.verb)
  all.advice = all.advice or r and errors.advise_on_write(all, {
    verb = r.verb, find_out = r.find_out, request = label_of(r.verb, r.path) })
  local _, err = refuse(self, name, all)
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
  return state.core and state.core:stats() or merge(state.last_stats)
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
  check_open(self, "warm")
  local call = check.guarded("warm", self.state.core.warm, self.state.core)
  local _, failure = task.await(call)
  if failure then return nil, errors.from_failure(failure, context_of(self, "warm")) end
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

--- Makes the constructor of a service.
---@param definition studio.service.definition
---@return fun(options: table): studio.client
function service.define(definition)
  local what = "studio." .. definition.name
  local rules = merge(common_options, definition.options)
  local class = { __name = what, __close = methods.close }
  class.__index = with_colon(definition.name, methods, class)
  function class:__tostring()
    return ("%s (%s)"):format(what, self.state.closed and "closed" or self.state.origin)
  end
  local resources = {}
  for name, list in pairs(definition.resources) do
    local resource = {}
    resource.__index = with_colon(definition.name .. "." .. name, list, resource)
    resources[name] = resource
  end
  return function(options) return new_client(definition, class, resources, rules, options) end
end

return service
