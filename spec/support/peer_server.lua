-- The child of spec/support/peer.lua: runs a handler for each connection. SPDX-License-Identifier: MIT
--
-- lua5.4 peer_server.lua FILE: FILE returns the handlers' texts, and is overwritten with the CA's certificate. Prints
-- the control port and the others, then serves until "stop", or a minute after the last connection.

package.path = package.path .. ";/usr/share/lua/5.3/?.lua;/usr/share/lua/5.3/?/init.lua;/usr/share/lua/5.1/?.lua" ..
               ";./lua/?.lua;./lua/?/init.lua"

local cqueues = require "cqueues"
local luasocket = require "socket"
local signal = require "cqueues.signal"
local socket = require "cqueues.socket"

signal.ignore(signal.SIGPIPE)

local queue = cqueues.new()
local log = { connections = 0, requests = {}, notes = {} }
local urls = {}
local last_seen = cqueues.monotime()

local function listen()
  local listener = socket.listen { host = "127.0.0.1", port = 0 }
  local _, _, port = listener:localname()
  io.stdout:write(port, "\n")
  return listener, port
end

-- cqueues cannot set all options of a socket, luasocket can.
local function set_option(connection, name, value)
  local handle = luasocket.tcp4()
  handle:setfd(connection:pollfd())
  handle:setoption(name, value)
  handle:setfd(-1) -- the descriptor stays the connection's
end

-- ---- What a handler can do with its connection ---------------------------------------------------------

local Connection = {}
Connection.__index = Connection

--- Reads one whole request and counts it; nil when the client has gone.
function Connection:request()
  local request = self:head()
  return request and self:body(request)
end

--- Reads the body behind a head and counts the request; nil when the client has gone.
function Connection:body(request)
  local size = tonumber(request.headers["content-length"] or 0)
  request.body = size > 0 and self.socket:read(size) or ""
  if not request.body then return nil end
  log.requests[#log.requests + 1] = request
  return request
end

--- Reads the head of a request only, and does not count it; nil when the client has gone.
function Connection:head()
  local line = self.socket:read "*l"
  local method, target = (line or ""):match "^(%S+) (%S+)"
  if not method then return nil end
  local headers = {}
  while true do
    local field = self.socket:read "*l"
    if field == "\r" or field == "" then break end
    local name, value = (field or ""):match "^([^:]+):%s*(.-)\r$"
    if not name then return nil end -- the head was cut
    headers[name:lower()] = value
  end
  return { port = self.port, connection = self.n, method = method, target = target, headers = headers, body = "" }
end

--- False when the client has gone.
function Connection:send(...)
  return self.socket:write(...) ~= nil and self.socket:flush() ~= nil
end

--- Resets the connection, whatever was sent on it.
function Connection:abort()
  set_option(self.socket, "linger", { on = true, timeout = 0 })
  self.socket:close()
end

--- Reads a request's first line only, counts it, and resets the connection: what is unread makes the kernel do that.
function Connection:reset()
  local method, target = (self.socket:read "*l" or ""):match "^(%S+) (%S+)"
  if not method then return end
  log.requests[#log.requests + 1] = { port = self.port, connection = self.n, method = method, target = target }
  self.socket:close()
end

--- Counts under that name, for who reads the log.
function Connection:note(name) log.notes[name] = (log.notes[name] or 0) + 1 end -- luacheck: ignore 212

--- A good answer of so many MB of zeros, packed a thousand times smaller.
function Connection:bomb(megabytes)
  local pipe = assert(io.popen(("head -c %d /dev/zero | gzip -9"):format(megabytes << 20)))
  self:answer(pipe:read "a", 200, "Content-Encoding: gzip")
  pipe:close()
end

--- A good answer with that body and further header lines ("Name: value").
function Connection:answer(body, status, ...)
  local lines = { ("HTTP/1.1 %d X"):format(status or 200), "Content-Length: " .. #body, ... }
  self:send(table.concat(lines, "\r\n"), "\r\n\r\n", body)
end

function Connection:close()
  self.closed = true
  self.socket:close()
end

--- The requests of an HTTP/2 connection: see peer_http2.lua.
function Connection:streams()
  return dofile(arg[0]:match "^(.*)peer_server%.lua$" .. "peer_http2.lua")(self, function(request)
    request.port, request.connection = self.port, self.n
    log.requests[#log.requests + 1] = request
  end)
end

--- Answers everything with `body` until the client goes.
function Connection:serve(body, status, ...)
  while self:request() do self:answer(body, status, ...) end
end

-- ---- Ports ---------------------------------------------------------------------------------------------

local function quote(value)
  if type(value) ~= "table" then return type(value) == "string" and ("%q"):format(value) or tostring(value) end
  local out = {}
  for k, v in pairs(value) do out[#out + 1] = "[" .. quote(k) .. "]=" .. quote(v) end
  return "{" .. table.concat(out, ",") .. "}"
end

local function accept(listener, port, handler, context)
  for client in listener:clients() do
    log.connections = log.connections + 1
    last_seen = cqueues.monotime()
    client:setmode("b", "bf")
    client:onerror(function(_, _, code) return code end)
    set_option(client, "tcp-nodelay", true) -- what was sent has been sent, and does not wait for an acknowledgement
    local connection = setmetatable({ socket = client, port = port, n = log.connections, urls = urls }, Connection)
    queue:wrap(function()
      if not context or client:starttls(context) then handler(connection, connection.n) end
      client:close()
    end)
  end
end

local function control(listener)
  for client in listener:clients() do
    client:setmode("b", "bf")
    if client:read "*l" == "stop" then os.exit(0) end
    client:write("return ", quote(log))
    client:flush()
    client:close()
  end
end

local env = setmetatable({ sleep = cqueues.sleep }, { __index = _G })
local handlers = table.pack(assert(loadfile(arg[1]))())
queue:wrap(control, (listen()))
for i, text in ipairs(handlers) do
  local context
  text = text:gsub("^%s*tls%s+(h?2?)%s*", function(h2)
    local ctx, pem = require("studio.sandbox.tls").new {}
    local file = assert(io.open(arg[1], "w"))
    file:write(pem)
    file:close()
    ctx:setAlpnSelect(function() return h2 == "h2" and "h2" or "http/1.1" end)
    context = ctx
    return ""
  end)
  local handler = assert(load("return " .. text, "=handler " .. i, "t", env))()
  local listener, port = listen()
  urls[i] = (context and "https" or "http") .. "://127.0.0.1:" .. port
  queue:wrap(accept, listener, i, handler, context)
end
io.stdout:flush()

repeat
  local ok, why = queue:step(5)
  if not ok then io.stderr:write("peer: ", tostring(why), "\n") end
until cqueues.monotime() - last_seen > 60
