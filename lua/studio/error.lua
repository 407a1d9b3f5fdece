-- The one error type, and the one place where failures become errors. SPDX-License-Identifier: MIT
--
-- What the world does wrong is returned as `nil, err`, and err is made here, whether the network failed, the
-- service refused, or a job ended badly. tostring(err) is one line that a person can act on:
--
--   mstudio images.generate: 402 payment required: Your wallet is empty (request req_12, storyboard.lua:41)
--
-- Kinds are a closed list, and the C core has it: studio.core.kinds.

local check = require "studio.check"
local core = require "studio.core"
local json = require "studio.json"
local where = require "studio.where"

local errors = {}

--- kind -> true, for every kind there is.
---@type table<string, boolean>
errors.kinds = {}
for _, kind in ipairs(core.kinds) do errors.kinds[kind] = true end

---@class studio.error
local methods = {}
local Error = { __name = "studio.error", __index = methods }

-- Texts of a service go to terminals and logs: one line, no control characters, not endless.
local function one_line(text, most)
  text = text:gsub("[%c\127]+", " "):gsub("\xC2[\x80-\x9F]", " ")
  text = text:gsub("  +", " "):gsub("^ ", ""):gsub(" $", "")
  if #text <= most then return text end
  return (text:sub(1, most):gsub("[\192-\255][\128-\191]*$", "")) .. "…"
end

--- Is this error of the kind, or of one of the kinds?
---@param ... string kinds; an unknown one raises, since it could never match
---@return boolean
function methods:is(...)
  for i = 1, select("#", ...) do
    local kind = select(i, ...)
    if not errors.kinds[kind] then
      check.fail("err:is: there is no kind '%s'%s", tostring(kind), check.suggestion(kind, errors.kinds))
    end
    if self.kind == kind then return true end
  end
  return false
end

-- What each error is about, by error: a call or a response of the core, which can tell how it was sent.
local sent = setmetatable({}, { __mode = "k" })

--- The failed call as a curl command that can be pasted into a shell; secrets are variables of the shell.
---@return string? command nil when nothing was to be sent, or no command line can hold the body
---@return string? why
function methods:curl()
  if not sent[self] then return nil, "this error is not about a request" end
  return sent[self]:curl()
end

-- Full stops only between sentences: the line goes on in parentheses.
local function sentences(message, advice)
  message = message:gsub("%.$", "")
  if not advice then return message end
  return message .. (message:find "[!?]$" and " " or ". ") .. advice:gsub("%.$", "")
end

--- What an error says for people, without where it comes from: its message, and what to do about it.
---@param err studio.error
---@return string
function errors.sentences(err) return sentences(err.message, err.advice) end

function Error:__tostring()
  local head = {}
  if self.service then head[#head + 1] = self.service end
  if self.route then head[#head + 1] = self.route end
  local parts = {}
  if #head > 0 then parts[1] = table.concat(head, " ") end
  parts[#parts + 1] = (self.status and self.status .. " " or "") .. self.kind:gsub("_", " ")
  parts[#parts + 1] = sentences(self.message, self.advice)
  local facts = {}
  if self.request_id then facts[#facts + 1] = "request " .. self.request_id end
  if (self.attempts or 0) > 1 then facts[#facts + 1] = self.attempts .. " attempts" end
  if self.where then facts[#facts + 1] = self.where end
  return table.concat(parts, ": ") .. (#facts > 0 and " (" .. table.concat(facts, ", ") .. ")" or "")
end

function Error.__concat(a, b) return tostring(a) .. tostring(b) end

--- Makes an error.
---@param fields table kind and message are needed; see studio.error for the rest
---@return studio.error
function errors.new(fields)
  assert(errors.kinds[fields.kind], "no such kind")
  fields.message = one_line(fields.message, 400)
  fields.maybe_done = fields.maybe_done or false
  fields.where = fields.where or where()
  return setmetatable(fields, Error)
end

--- Is this an error object of ours?
---@param value any
---@return boolean
function errors.is(value) return getmetatable(value) == Error end

-- Words of a service ------------------------------------------------------------------------------

local function text_of(value)
  if type(value) == "string" then
    if value:find "%S" then return value end
  elseif type(value) == "table" then
    return text_of(value.message) or text_of(value.text) or text_of(value.detail) or text_of(value[1])
  end
end

-- One sentence out of an `errors` field: {title = {"is required"}}, {"…"}, {{field = "title", message =
-- "…"}}.
local function fields_of(list, already)
  if type(list) ~= "table" then return nil end
  local found = {}
  for field, value in pairs(list) do
    local text = text_of(value)
    if text and not (already and already:find(text, 1, true)) then
      local name = type(field) == "string" and field or type(value) == "table" and text_of(value.field)
      found[#found + 1] = name and name .. ": " .. text or text
    end
  end
  table.sort(found)
  if #found > 3 then found[4] = ("and %d more"):format(#found - 3) end
  return #found > 0 and table.concat(found, "; ", 1, math.min(#found, 4)) or nil
end

local function read_json(body)
  local value = json.decode(body)
  if type(value) ~= "table" then return nil end
  local inner = type(value.error) == "table" and value.error or {}
  local list = value.errors or inner.details
  -- A message that is a table of fields: {"message": {"name": ["is too long"]}}.
  if list == nil and type(value.message) == "table" and not text_of(value.message) then list = value.message end
  local message = text_of(value.message) or text_of(value.error) or text_of(value.error_description)
    or text_of(value.detail) or text_of(value.title)
  local details = fields_of(list, message)
  if details then message = message and sentences(message, details) or details end
  local code = value.code or value.error_code or inner.code
  local meta = type(value.meta) == "table" and value.meta or {}
  return {
    message = message,
    code = (type(code) == "string" or math.type(code) == "integer") and tostring(code) or nil,
    errors = type(list) == "table" and list or nil,
    request_id = text_of(value.request_id) or text_of(meta.request_id),
  }
end

local function read_html(body)
  local start = body:sub(1, 8192)
  local title = start:match "<[Tt][Ii][Tt][Ll][Ee][^>]*>(.-)</[Tt][Ii][Tt][Ll][Ee]"
  title = title and title:find "%S" and one_line(title, 80)
  return { message = "the server answered with an HTML page" .. (title and " (" .. title .. ")" or ""), html = true }
end

--- What a service says in the body of an answer.
---@param body string?
---@param content_type string?
---@return table? words message, code, errors, request_id (each may be nil), html = true for a web page
function errors.read_body(body, content_type)
  if type(body) ~= "string" or not body:find "%S" then return nil end
  local first = body:match "^%s*(.)"
  if (first == "{" or first == "[") and #body <= 1048576 then
    local words = read_json(body)
    if words then return words end
  end
  local kind = (content_type or ""):lower()
  if first == "<" and (kind:find("html", 1, true) or body:sub(1, 512):lower():find("<html", 1, true)
    or body:sub(1, 512):lower():find("<!doctype html", 1, true)) then
    return read_html(body)
  end
  if kind:find("^text/plain") and #body <= 2000 then return { message = body } end
  return nil
end

-- Many calls ---------------------------------------------------------------------------------------

local ending <const> = { unauthorized = true, payment_required = true, forbidden = true, refused = true, tls = true,
  cancelled = true, file = true, internal = true }

--- Calls a function, and gives an error object that it raises as nil, err. What else is raised goes on.
---@param fn function
---@param ... any for fn
---@return any ... what fn returns; nil, err
function errors.catch(fn, ...)
  local results = table.pack(pcall(fn, ...))
  if results[1] then return table.unpack(results, 2, results.n) end
  if not errors.is(results[2]) then error(results[2], 0) end
  return nil, results[2]
end

--- Would the next of many calls fare no better? Then work that consists of them ends: nobody lets us in, nothing can be
--- put on record, or somebody called it off.
---@param err studio.error
---@return boolean
function errors.ends_work(err) return ending[err.kind] or false end

-- The funnel --------------------------------------------------------------------------------------

local reading = { GET = true, HEAD = true }

--- May a failed call have been carried out by the service all the same? Nobody may then repeat it blindly. It
--- may not when it was never sent, only reads, or was clearly refused: by a status 4xx, or in so many words.
---@param failure table kind, status, stage ("unknown" if that of any attempt was); refused: the answer says so
---@param verb string? of HTTP
---@return boolean
function errors.maybe_done(failure, verb)
  if not verb or reading[verb] then return false end
  if failure.kind == "outcome_unknown" or failure.stage == "unknown" then return true end
  if failure.stage == "not_sent" or failure.refused then return false end
  local status = failure.status or 0
  return not (status >= 400 and status < 500) or status == 408 -- 408: it read some of the request, or all
end

-- "Frame not found.": the route is there, and says of what it knows nothing.
local function names_an_object(err)
  local what = err.status == 404 and err.message:lower():match "^(.-) not found"
  return what and not (what:find "route" or what:find "endpoint" or what:find "page" or what:find "url")
end

local find_out = {
  POST = "look for what POST {place} would have made or started (GET {place} may show it) before sending it again",
  DELETE = "see whether GET {place} still finds it",
}
local compare = "read GET {place} again and compare before sending it once more"

-- How to see whether a write was done: the route's own words, else what its path leads to.
local function look_first(context)
  if context.find_out then return context.find_out end
  local verb, place = (context.request or ""):match "^(%u+) (.+)$"
  if not verb then return "look at the service before sending it again" end
  return ((find_out[verb] or compare):gsub("{place}", { ["{place}"] = place }))
end

-- What to do about a write of which nobody knows whether it was done.
local function advise_on_write(err, context)
  if err.kind == "outcome_unknown" then return "To find out, " .. look_first(context) end
  if not err.maybe_done then return nil end
  local refused = err.status and err.status >= 400 and err.status < 500 and err.status ~= 408
  local which = refused and "An earlier attempt" or "It"
  if refused or context.verb == "POST" or context.verb == "PATCH" then
    return which .. " may have been done all the same: " .. look_first(context)
  end
  return "It may have been done all the same; sending it again does no harm"
end

-- What to do about a way to the service that is barred, by the core's code.
local barred = {
  certificate_expired = "If it is not the server's fault, this machine's clock is wrong",
  certificate_not_yet_valid = "If it is not the server's fault, this machine's clock is wrong",
  certificate_wrong_host = "Look at base_url: is that the name the server goes by?",
  client_certificate = "The options cert_file, key_file and key_password say who this client is",
  tls_version = "The server wants an update; older versions of TLS are not spoken here",
  not_tls = "Look at base_url: its port, and whether it should begin with http://",
  ca_file = "Look at the option ca_file, or the environment variable SSL_CERT_FILE",
  proxy = "Look at the option proxy (false: none), or HTTPS_PROXY and NO_PROXY in the environment",
  resolve = "Look at base_url and at this machine's network",
  connection_refused = "Look at base_url: host and port",
  unreachable = "Look at this machine's network, or at base_url",
}

-- What to do next, where the kind or the code alone tells.
local function advise(err, context)
  local on_write = advise_on_write(err, context)
  if on_write then
    return on_write
  elseif err.kind == "rate_limited" then
    return err.retry_after and ("Try again in %.0f s"):format(math.ceil(err.retry_after)) or nil
  elseif err.route and context.from == "assumed" and (err.status == 404 or err.status == 405)
    and not names_an_object(err) then
    return ("Note: the route %s is assumed, nobody has documented it; routes = { [\"%s\"] = \"VERB /path\" } "
      .. "replaces it, client:routes() lists all (or is base_url wrong?)"):format(err.route, err.route)
  elseif err.kind == "tls" then
    return barred[err.code] or "The option ca_file names the authority of a server of your own"
  elseif err.kind == "network" or err.kind == "timeout" then
    return barred[err.code]
  elseif err.status == 400 and err.message:find "SSL certificate" then -- nginx, which lets the handshake pass
    return barred.client_certificate
  end
end

local function redact_all(value, redact)
  if type(value) == "string" then return redact(value) end
  if type(value) ~= "table" then return value end
  local clean = {}
  for k, v in pairs(value) do clean[redact_all(k, redact)] = redact_all(v, redact) end
  return setmetatable(clean, getmetatable(value))
end

---@class studio.error.context what the error funnel may know about a call
---@field service string?
---@field route string? name of the route, or "VERB /path"
---@field from string? the route's `from`
---@field verb string? of HTTP
---@field request string? "POST /projects": what was sent, and where
---@field find_out string? how to find out whether a call of unknown outcome was done
---@field where string? the user's line, for code that runs in a task without a frame of the user's
---@field redact (fun(text: string): string)? takes credentials out of a text
---@field explain fun(err: studio.error)? the service's own sentences: may set advice, missing_scope …

--- What to do about a write that may have been done; nil when it was not.
errors.advise_on_write = advise_on_write

-- A refusal is told in the service's words. An answer that cannot be used is told in ours: its text ("it works!", a
-- page to log in) was never meant to explain that, but may help.
local function sentence_of(failure, words)
  local own = failure.message or "no reason was given"
  if not words.message then return own end
  return failure.kind == "protocol" and own .. ": " .. words.message or words.message
end

--- Turns a failure of the core into an error.
---@param failure table kind, status, message, code, retry_after, attempts, stage, response; refused: see maybe_done
---@param context studio.error.context
---@param call table? the call or response of the core that it is about
---@return studio.error
function errors.from_failure(failure, context, call)
  local response = failure.response
  local words = response and errors.read_body(response.body, response:header "content-type") or {}
  local err = errors.new {
    kind = failure.kind,
    status = failure.status ~= 0 and failure.status or nil,
    message = sentence_of(failure, words),
    code = words.code or (failure.code ~= "" and failure.code or nil),
    errors = words.errors,
    service = context.service,
    route = context.route,
    attempts = failure.attempts,
    retry_after = failure.retry_after,
    request_id = response and response.request_id or words.request_id,
    response = response,
    stage = failure.stage,
    maybe_done = errors.maybe_done(failure, context.verb),
    where = where() or context.where,
  }
  sent[err] = call
  err.advice = advise(err, context)
  if failure.code == "retry_budget" then
    err.advice = "The retry budget is used up, the service seems to be down: try again later"
      .. (err.advice and ". " .. err.advice or "")
  end
  if context.explain then context.explain(err) end
  if context.redact then
    for _, field in ipairs { "message", "advice", "code", "errors", "request_id" } do
      err[field] = redact_all(err[field], context.redact)
    end
  end
  return err
end

return errors
