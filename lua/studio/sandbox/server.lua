-- The HTTP side of the sandbox: requests, faults, answers and the log. SPDX-License-Identifier: MIT

local cqueues = require "cqueues"
local http_headers = require "http.headers"
local http_server = require "http.server"

local cdn = require "studio.sandbox.cdn"
local control = require "studio.sandbox.control"
local faults = require "studio.sandbox.faults"
local json = require "studio.sandbox.json"
local lazy = require "studio.sandbox.lazy"
local log = require "studio.sandbox.log"
local services = require "studio.sandbox.services"

local server = {}

local BODY_TIMEOUT = 60 -- seconds to wait for a request's body
local PIECE <const> = 65536 -- bytes of a body that goes on as it comes

local handlers, failures, receivers = {}, {}, {} -- by kind of listener

local function unescape(text)
  return (text:gsub("+", " "):gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end

local function parse_query(text)
  local query = {}
  for name, value in (text or ""):gmatch "([^&=]+)=?([^&]*)" do query[unescape(name)] = unescape(value) end
  return query
end

-- lua-http asks for all that is left of a body at once, and gets, and keeps, as much as is there: all of it, when the
-- client is fast.
local function read_in_pieces(stream)
  function stream.connection:read_body_by_length(length, timeout)
    return self.socket:xread(math.max(length, -PIECE), timeout)
  end
end

-- Hands over the body piece by piece; false when its end did not come.
local function read_body(stream, take)
  for chunk in function() return stream:get_next_chunk(BODY_TIMEOUT) end do take(chunk) end
  -- lua-http takes the end of a connection for the end of the body, and then waits for the rest without a pause.
  if (stream.body_read_left or 0) <= 0 then return true end
  local socket = stream.connection:take_socket()
  if socket then socket:close() end
  return false
end

local function read_request(world, kind, stream, origin)
  local headers = stream:get_headers(BODY_TIMEOUT)
  if not headers then return nil end
  local target = headers:get ":path" or "/"
  local path, query = target:match "^([^?#]*)%??([^#]*)"
  local req = {
    method = headers:get ":method", path = path, query_text = query ~= "" and query or nil, query = parse_query(query),
    header = function(name) return headers:get(name) end, headers = headers, url = origin() .. path,
    origin = origin(), peer = select(2, stream:peername()), bytes = 0,
  }
  local pieces, receive = {}, receivers[kind]
  local take = receive and receive(world, req)
  if take then read_in_pieces(stream) else take = function(chunk) pieces[#pieces + 1] = chunk end end
  local whole = read_body(stream, function(chunk)
    req.bytes = req.bytes + #chunk
    take(chunk)
  end)
  req.body = table.concat(pieces)
  return whole and req or nil
end

-- ---- answers: { status, headers, body (text, or a lazy one) } ------------------------------------------------------

local function json_answer(status, body, headers)
  local answer = { status = status, headers = headers or {}, body = "" }
  if type(body) == "string" or lazy.is(body) then
    answer.body = body
  elseif body ~= nil then
    answer.body = json.encode(body)
    answer.headers["content-type"] = answer.headers["content-type"] or "application/json"
  else
    answer.headers["content-type"] = nil
  end
  return answer
end

local HTML = "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>\n<body><h1>502 Bad Gateway</h1>"
  .. "<hr>nginx</body></html>\n"

-- The answers that stand in for the service's own.
local instead = {
  status = function(rule, _, failure)
    if rule.body then return { status = rule.status or 503, headers = rule.headers or {}, body = rule.body } end
    local status = rule.status or 503
    return json_answer(status, failure(status, "The service is unwell."), rule.headers)
  end,
  html = function(rule)
    return { status = rule.status or 502, headers = { ["content-type"] = "text/html" }, body = rule.body or HTML }
  end,
  redirect = function(rule)
    return { status = rule.status or 302, headers = { location = rule.location }, body = "" }
  end,
  bad_json = function(_, answer)
    answer.body = answer.body:sub(1, #answer.body // 2)
    return answer
  end,
  empty = function(_, answer) return { status = answer.status, headers = {}, body = "" } end,
}

-- Over HTTP/2 no header goes into the table that both ends keep of earlier ones: after a hundred different ones or so
-- libcurl could not read lua-http's any more, and ended the connection (COMPRESSION_ERROR) with all that was under way.
local NEVER_INDEX <const> = true

-- Status and headers; the length is always that of the whole body.
local function write_head(stream, answer, last)
  local headers = http_headers.new()
  headers:append(":status", tostring(answer.status), NEVER_INDEX)
  for name, value in pairs(answer.headers) do headers:append(name, value, NEVER_INDEX) end
  if answer.status ~= 204 then headers:append("content-length", tostring(#answer.body), NEVER_INDEX) end
  return stream:write_headers(headers, last)
end

local function write(stream, answer, head_only)
  local bare = head_only or #answer.body == 0 or answer.status == 204
  if not write_head(stream, answer, bare) or bare then return end
  for piece, last in lazy.pieces(answer.body) do
    if not stream:write_chunk(piece, last) then return end -- the client has gone away
  end
end

-- The first half of the body, or that share of it.
local function write_part(stream, answer, share)
  write_head(stream, answer, false)
  for piece in lazy.pieces(answer.body:sub(1, math.floor(#answer.body * (share or 0.5)))) do
    if not stream:write_chunk(piece, false) then return end
  end
end

local function hang_up(stream)
  stream.connection:flush(1)
  stream.connection.socket:shutdown "rw"
end

-- A reset instead of an orderly end: close with nothing left to linger for. cqueues cannot ask for that, luasocket can.
local function reset(stream)
  local found, luasocket = pcall(require, "socket")
  if not found then return hang_up(stream) end
  local connection = stream.connection:take_socket()
  local handle = luasocket.tcp4()
  handle:setfd(connection:pollfd())
  handle:setoption("linger", { on = true, timeout = 0 })
  handle:setfd(-1) -- the descriptor stays the connection's
  connection:close()
end

-- Bytes as they are, past everything that knows HTTP. Over HTTP/2 they are noise between frames.
local function write_raw(stream, text)
  local socket = stream.connection.socket
  stream.connection:flush(1)
  socket:xwrite(text, "bn", 1)
end

local function raw_head(answer, length)
  local lines = { ("HTTP/1.1 %d OK"):format(answer.status) }
  for name, value in pairs(answer.headers) do lines[#lines + 1] = name .. ": " .. value end
  lines[#lines + 1] = "content-length: " .. length
  return table.concat(lines, "\r\n") .. "\r\n"
end

local GARBAGE = "HTTP/1.1 200 OK\r\n\1\2 no header\r\nneither: \0\r\n\r\n"

local function stall(stream, rule)
  stream.connection:flush(1)
  cqueues.sleep(rule.seconds or 30)
  hang_up(stream)
end

-- The ways of answering that break off. Each leaves the connection unusable.
local broken = {
  drop = hang_up,
  reset = reset,
  cut = function(stream, answer, rule)
    write_part(stream, answer, rule.share)
    hang_up(stream)
  end,
  stall = function(stream, answer, rule)
    write_part(stream, answer, rule.share)
    stall(stream, rule)
  end,
  stall_head = function(stream, answer, rule)
    write_raw(stream, raw_head(answer, #answer.body))
    stall(stream, rule)
  end,
  length = function(stream, answer, rule)
    write_raw(stream, raw_head(answer, math.max(0, #answer.body + (rule.by or 10))) .. "\r\n" .. answer.body)
    hang_up(stream)
  end,
  garbage = function(stream, _, rule)
    write_raw(stream, rule.text or GARBAGE)
    hang_up(stream)
  end,
}

-- ---- one request --------------------------------------------------------------------------------------------------

for _, service in ipairs(services) do
  local base = service.base
  failures[service.kind], receivers[service.kind] = service.failure, service.receive
  handlers[service.kind] = function(world, req)
    if req.path:sub(1, #base) ~= base then return json_answer(404, service.failure(404, "Not found.")) end
    req.path = req.path:sub(#base + 1)
    local status, body, headers, about = service.handle(world, req)
    return json_answer(status, body, headers), about
  end
end

function failures.cdn(_, message) return { success = false, message = message } end

function handlers.cdn(world, req)
  local status, body, headers = cdn.handle(world, req)
  return { status = status, headers = headers, body = body }
end

function handlers.control(world, req) return json_answer(control.handle(world, req)) end

local function judge(world, kind, req)
  local ok, answer, about = xpcall(handlers[kind], debug.traceback, world, req)
  if ok then return answer, about end
  io.stderr:write("studio sandbox: ", answer, "\n") -- a bug of the sandbox's own
  return json_answer(500, { success = false, message = "The sandbox itself failed; see its standard error." })
end

local function record(world, kind, req, full_path, started, status, about, rule)
  local next_header, list = req.headers:each()
  local entry = {
    time = world.epoch(), server = kind, method = req.method, path = full_path, query = log.mask_query(req.query_text),
    status = status, ms = math.floor((world.now() - started) * 1000 + 0.5), fault = rule and rule.kind,
    headers = log.mask_headers(function() return next_header(list) end), bytes = req.bytes,
  }
  if about then entry.key, entry.used, entry.capacity = about.principal, about.used, about.capacity end
  world.log:add(entry)
  if world.on_request then world.on_request(entry) end
end

local function pause(world, setting)
  local seconds = world:draw(setting)
  if seconds > 0 then cqueues.sleep(seconds) end
end

local function serve(world, kind, stream, origin)
  local req = read_request(world, kind, stream, origin)
  if not req then return end
  local started, full_path = world.now(), req.path
  if kind ~= "control" then pause(world, world.options.lag) end
  local rule, effect
  if kind ~= "control" then
    rule, effect = faults.pick(world.options.faults, kind, req.method, req.path, world.random)
  end
  local answer, about
  if not rule or effect then answer, about = judge(world, kind, req) end
  answer = answer or json_answer(200, {})
  if rule and instead[rule.kind] then answer = instead[rule.kind](rule, answer, failures[kind]) end
  if kind ~= "control" then pause(world, world.options.latency) end
  local cut_off = rule and broken[rule.kind]
  if kind ~= "control" then
    -- in the log before the answer is out: who has the answer finds the request there
    record(world, kind, req, full_path, started, not cut_off and answer.status or nil, about, rule)
  end
  if rule and rule.kind == "slow" then cqueues.sleep(rule.seconds or 1) end
  if cut_off then return cut_off(stream, answer, rule) end
  write(stream, answer, req.method == "HEAD")
end

--- Listens on loopback.
---@param world sandbox.world
---@param kind string  of a service (see services.lua), "cdn" or "control"
---@param options table  cq, port, ctx (a TLS context; nil: plain)
---@return table listener
---@return string url
function server.listen(world, kind, options)
  local url
  local listener = assert(http_server.listen {
    host = "127.0.0.1", port = options.port, cq = options.cq, tls = options.ctx ~= nil, ctx = options.ctx,
    intra_stream_timeout = 3600, connection_setup_timeout = 60,
    onstream = function(_, stream)
      serve(world, kind, stream, function() return url end)
      stream:shutdown()
    end,
    onerror = function(_, _, operation, why)
      -- clients that go away are what a sandbox is for; a handler that raises is a bug of its own
      if operation == "onstream" then io.stderr:write("studio sandbox: ", tostring(why), "\n") end
    end,
  })
  local ok, why = listener:listen()
  if not ok then error(("cannot listen at 127.0.0.1:%d: %s"):format(options.port or 0, tostring(why)), 0) end
  local _, _, port = listener:localname()
  url = ("%s://127.0.0.1:%d"):format(options.ctx and "https" or "http", math.tointeger(port))
  return listener, url
end

return server
