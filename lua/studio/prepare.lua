-- What a caller asks for, as the core takes it: checks, headers, the body and its place. SPDX-License-Identifier: MIT
--
-- Here ends what is the programmer's mistake; exchange.lua sends what is made here.

local check = require "studio.check"
local doors = require "studio.doors"
local json = require "studio.json"
local merge = require "studio.merge"
local route = require "studio.route"
local upload = require "studio.upload"

local prepare = {}

local reading = { GET = true, HEAD = true }

-- Options of one call, for every method that sends something.
local call_options = {
  timeout = "seconds", deadline = "seconds", priority = "string", headers = "table", idempotency_key = "string",
  repeatable = "boolean", progress = "callable", save_to = "string", query = "table",
}

local request_options = {
  method = "string", path = "string", url = "string", content_type = "string",
  raw = "boolean", max_body = "integer", class = "string", door = "string",
  body = { "string", "table", "number", "boolean", "userdata" },
}
for name, kinds in pairs(call_options) do request_options[name] = kinds end

--- Checks an option `headers`.
---@param headers table?
---@param what string for messages
---@return table<string, string>?
function prepare.headers(headers, what)
  for name, value in pairs(headers or {}) do
    if type(name) ~= "string" or type(value) ~= "string" then
      check.fail("%s: option 'headers' must map header names to strings", what)
    end
  end
  return headers
end

--- Takes a client's secrets out of a text.
---@param client studio.client
---@param text string
---@return string
function prepare.redact(client, text)
  return doors.redact(client.state, text)
end

--- "GET /projects", or "GET https://host" without what may be secret in a URL.
---@param verb string
---@param path string?
---@param url string? where there is no path
---@return string
function prepare.label(verb, path, url)
  return verb .. " " .. (path and path:match "^[^?]*" or url:match "^%a+://[^/?#@]+" or "a URL")
end

--- Raises when the client cannot send anything (any more).
---@param client studio.client
---@param label string what the call is called
function prepare.check_open(client, label)
  if client.state.closed then check.fail("%s: the client is closed", label) end
  if doors.asked(client.state) then
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

local function has_header(headers, name)
  for known in pairs(headers) do
    if known:lower() == name then return true end
  end
  return false
end

-- `accept`: what the route asks for, unless the caller asks for something else.
local function headers_of(options, content_type, label, accept)
  if not (content_type or options.headers or options.idempotency_key or accept) then return nil end
  local headers = merge(prepare.headers(options.headers, label))
  if accept and not has_header(headers, "accept") then headers.Accept = accept end
  if content_type then headers["Content-Type"] = content_type end
  if options.idempotency_key then headers["Idempotency-Key"] = options.idempotency_key end
  return headers
end

--- What client:request was asked for, as exchange.perform wants it, and its label.
---@param client studio.client
---@param options table as for client:request
---@param what string for messages
---@param accept string? what is asked for, unless the caller asks for something else
---@return table request
---@return string label
function prepare.request(client, options, what, accept)
  options = check.options(what, options, request_options)
  if (options.path == nil) == (options.url == nil) then check.fail("%s: give either 'path' or 'url'", what) end
  if options.path and options.path:sub(1, 1) ~= "/" then check.fail("%s: 'path' must begin with /", what) end
  local verb = options.method and options.method:upper() or (options.body ~= nil and "POST" or "GET")
  local label = prepare.redact(client, prepare.label(verb, options.path, options.url))
  prepare.check_open(client, label)
  local body, content_type = encode(options.body, options.content_type, label)
  return {
    method = verb, path = options.path, url = options.url, query = options.query, body = body,
    headers = headers_of(options, content_type, label, accept), save_to = options.save_to, timeout = options.timeout,
    deadline = options.deadline, priority = options.priority, repeatable = options.repeatable,
    max_body = options.max_body, answer = options.raw and "file" or "any", progress = options.progress,
    class = options.class, door = options.door,
    name = options.save_to and options.save_to:match "[^/]*$",
  }, label
end

-- The fields that a route sends in its query although it has a body, and the others.
local function split(r, fields)
  if not (r.query and fields) or upload.is(fields) then return nil, fields end
  local query, rest = nil, merge(fields)
  for _, name in ipairs(r.query) do
    if rest[name] ~= nil then
      query = query or {}
      query[name], rest[name] = rest[name], nil
    end
  end
  return query, rest
end

-- Where a route's fields go: the query when it only reads, else a JSON body, in its wrapper.
local function place(r, fields, label)
  if reading[r.verb] or (r.verb == "DELETE" and not r.wrapper) then return fields end
  local query, rest = split(r, fields)
  if rest == nil or next(rest) == nil then
    if r.query and not r.wrapper then return query end
    rest = {}
  end
  if r.wrapper then rest = { [r.wrapper] = rest } end
  return query, encode(rest, nil, label)
end

--- What client:call was asked for, as exchange.perform wants it, and its route.
---@param client studio.client
---@param name string of the route
---@param params table?
---@param fields table?
---@param options table?
---@return table request
---@return studio.route route
function prepare.call(client, name, params, fields, options)
  local state = client.state
  local r = state.routes[name]
  if not r then check.fail("there is no route '%s'%s", tostring(name), check.suggestion(name, state.routes)) end
  options = check.options(name, options, call_options)
  prepare.check_open(client, name)
  local path, rest = route.path(r, params or {}, fields, state)
  local query, body, content_type = place(r, route.fields(r, rest), name)
  if options.query then query = merge(query, options.query) end
  local repeatable = options.repeatable
  if repeatable == nil then repeatable = r.repeatable or r.reads end
  return {
    method = r.verb, path = path, query = query, body = body,
    headers = headers_of(options, content_type, name, r.accept),
    timeout = options.timeout, deadline = options.deadline, priority = options.priority or r.priority,
    repeatable = repeatable, progress = options.progress, answer = r.answer or "json", door = r.door,
    class = state.classes and (r.class or name:match "^[^.]+"), save_to = options.save_to,
    name = options.save_to and options.save_to:match "[^/]*$",
  }, r
end

return prepare
