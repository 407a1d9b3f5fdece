-- One request: refuse it, or submit it to the core, wait, judge, decode. SPDX-License-Identifier: MIT

local check = require "studio.check"
local doors = require "studio.doors"
local errors = require "studio.error"
local json = require "studio.json"
local limits = require "studio.limits"
local merge = require "studio.merge"
local prepare = require "studio.prepare"
local task = require "studio.task"
local timers = require "studio.timers"
local transfer = require "studio.transfer"
local upload = require "studio.upload"

local exchange = {}

local reading = { GET = true, HEAD = true }

-- The verb that says what a request does: a POST that only asks is like a GET.
local function acts_as(verb, r) return r and r.reads and "GET" or verb end

--- What the error funnel needs to know about a call.
---@param client studio.client
---@param label string
---@param r studio.route?
---@param request table? what the core was asked for
---@return studio.error.context
function exchange.context(client, label, r, request)
  local state = client.state
  local explain = state.definition.explain
  return {
    service = state.definition.name, route = label, from = r and r.from, find_out = r and r.find_out,
    where = task.origin(), verb = request and acts_as(request.method, r),
    request = request and prepare.label(request.method, request.path, request.url),
    redact = function(text) return prepare.redact(client, text) end,
    explain = explain and function(err) explain(err, client) end,
  }
end

--- nil, err: something that was never sent.
---@param client studio.client
---@param label string
---@param fields table kind, message …
---@return nil
---@return studio.error
function exchange.refuse(client, label, fields)
  local err = errors.new(merge({ attempts = 0, stage = "not_sent" }, fields,
    { service = client.state.definition.name, route = label }))
  err.where = err.where or task.origin()
  return nil, err
end

--- Why this client must not send a call.
---@param client studio.client
---@param verb string
---@param r studio.route?
---@return table? fields of the error; nil: it may be sent
function exchange.refusal(client, verb, r)
  local state = client.state
  if state.read_only and not reading[acts_as(verb, r)] then
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
  local own = r and state.definition.refusal
  local refused = own and own(client, r)
  if refused then return refused end
  if task.is_cancelled() then return { kind = "cancelled", message = "the task was cancelled" } end
end

-- An error about an answer that came, and cannot be used. `invalid`: the service itself says that it was not done.
local function unusable(client, label, r, request, response, why)
  return errors.from_failure({
    kind = why.kind, code = why.code, status = response.status, message = why.message, attempts = response.attempts,
    stage = "answered", refused = why.kind == "invalid", response = response,
  }, exchange.context(client, label, r, request), response)
end

-- nil, and fields of an error.
local function no_good(kind, message) return nil, { kind = kind, message = message } end

local function decode_json(response, verb, strict)
  local body = response.body
  local kind = (response:header "content-type" or ""):lower()
  local is_json = kind:find("json", 1, true) ~= nil
  if not (is_json or body:find "^%s*[{%[]") then
    if not strict then return body end
    return no_good("protocol", "the answer is not JSON but " .. (kind ~= "" and kind or "something else"))
  end
  local value, why = json.decode(body)
  if value == nil then
    if not (is_json or strict) then return body end
    return no_good("protocol", "the answer is not readable JSON: " .. why)
  end
  if strict and value == json.null and not reading[verb] then return true end
  if strict and (value == json.null or value == false) then return no_good("protocol", "the answer is " .. body) end
  if type(value) == "table" and value.success == false then
    return no_good("invalid", "the service says that it was not done, and not why")
  end
  return value
end

-- An answer of status < 400 to a Lua value; nil and fields of an error when it cannot be used. `answer`, as of a route:
-- "json" must be that; of "any" text is a value too. Where nothing was to be read, null is no worse than an empty one.
local function decode(response, verb, answer)
  if response.path then return response.path end
  if response.status >= 400 then return true end -- a repeated DELETE finds nothing any more: it is done
  local body = response.body
  if answer == "file" then return body or "" end
  if body == nil or not body:find "%S" then
    if answer == "any" or verb ~= "GET" then return true end
    return no_good("protocol", "the answer is empty, and something was to be read")
  end
  if answer == "text" then return body:match '^%s*"([^"\\]*)"%s*$' or body:match "^%s*(.-)%s*$" end
  return decode_json(response, verb, answer == "json")
end

-- The value of an answer that came, or an error: the service itself may know that it is none.
local function judge(client, label, r, request, response, answer)
  local judges = r and client.state.definition.judge
  local why = judges and judges(response, r)
  local value
  if not why then value, why = decode(response, acts_as(request.method, r), answer) end
  if value == nil then return nil, unusable(client, label, r, request, response, why) end
  return value, response
end

-- What of a request is ours and not the core's.
local own_fields = { "answer", "progress", "name", "class", "door" }

--- Hands a request to the core. A URL that cannot be sent to is the world's failure and no mistake: as a rule it is
--- a service's word (the next page, a result).
---@param client studio.client
---@param how string "submit": it is sent; "curl": it is shown
---@param request table
---@param label string
---@return any? call or the command; nil, err on failure
---@return any more
function exchange.hand_over(client, how, request, label)
  local state = client.state
  local door, refused = doors.find(state, request.door, label)
  if not door then return exchange.refuse(client, label, refused) end
  request.class_limiter = limits.of_class(state.classes, request.class)
  for _, field in ipairs(own_fields) do request[field] = nil end
  request.label = label
  for option, value in pairs(state.defaults) do
    if request[option] == nil then request[option] = value end
  end
  for _, option in ipairs { "timeout", "deadline", "stall" } do
    if request[option] then request[option] = math.min(request[option], timers.LONGEST) end
  end
  local ok, call, more = pcall(door[how], door, request)
  if ok then return call, more end
  local why = tostring(call)
  if not (request.url and why:find "URL cannot be used") then check.fail("%s: %s", label, why) end
  return exchange.refuse(client, label, { kind = "protocol", message = why })
end

--- Sends one request and waits for its answer.
---@param client studio.client
---@param request table what core's submit takes, and answer, progress, name, class, door
---@param label string for errors: what the request is called
---@param r studio.route? for errors
---@return any value nil on failure
---@return table response_or_err
function exchange.perform(client, request, label, r)
  local state = client.state
  local answer, progress, name = request.answer, request.progress, request.name
  local uploads = type(request.body) == "table"
  if uploads then upload.begin(request.body, label) end
  local call, refused = exchange.hand_over(client, "submit", request, label)
  if not call then return nil, refused end
  state.under_way = state.under_way + 1
  local _ <close> = state.leave
  local response, failure = transfer.watch(call, progress, name or label, uploads)
  if not response then
    return nil, errors.from_failure(failure, exchange.context(client, label, r, request), call)
  end
  return judge(client, label, r, request, response, answer)
end

return exchange
