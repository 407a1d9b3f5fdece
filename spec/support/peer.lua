-- A server that misbehaves as told, on raw sockets, in a process of its own. SPDX-License-Identifier: MIT
--
--   local server = peer.start [[ function(c) c:request() c:close() end ]]          -- plain, one port
--   server.url, server.urls[n], server:log() -> { connections =, requests = { … } }, server:stop()
--
-- The text is a Lua function (or several, a port for each) that is called in the child with every connection
-- that is accepted there; spec/support/peer_server.lua says what a connection can do. Every request whose head and
-- body were read is counted, whether it is answered or not: that is what "sent twice" is judged by.

local socket = require "cqueues.socket"

local peer = {}
local Server = {}
Server.__index = Server
Server.__name = "peer.server"

--- Starts a server.
---@param ... string the handlers, one for each port; one that begins with "tls" speaks TLS, with "tls h2" HTTP/2
function peer.start(...)
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write("return ", (("%q,"):rep(select("#", ...)):gsub(",$", "")):format(...))
  file:close()
  local here = debug.getinfo(1, "S").source:match "^@(.*)peer%.lua$"
  local lua = os.getenv "STUDIO_LUA" or "lua5.4"
  local pipe = assert(io.popen(("LD_PRELOAD= exec %s '%speer_server.lua' '%s'"):format(lua, here, path), "r"))
  local self = setmetatable({ pipe = pipe, urls = {}, ca_file = path }, Server)
  self.control = assert(pipe:read "n", "the peer did not start")
  for i = 1, select("#", ...) do
    self.urls[i] = pipe:read "n"
    self.urls[i] = (select(i, ...):find "^%s*tls" and "https" or "http") .. "://127.0.0.1:" .. self.urls[i]
  end
  self.url = self.urls[1]
  return self
end

local function ask(self, word)
  local connection = assert(socket.connect("127.0.0.1", self.control))
  connection:setmode("b", "bf")
  connection:onerror(function(_, _, code) return code end)
  connection:write(word, "\n")
  connection:flush()
  local text = connection:read "*a"
  connection:close()
  return text
end

--- What was seen so far: connections accepted, requests read (port, connection, method, target, headers, body), notes.
function Server:log() return load(ask(self, "log"))() end

--- How many requests were read; with a method, of that method.
function Server:count(method)
  local count = 0
  for _, request in ipairs(self:log().requests) do
    if not method or request.method == method then count = count + 1 end
  end
  return count
end

function Server:stop()
  if not self.pipe then return end
  ask(self, "stop")
  self.pipe:close()
  self.pipe = nil
  os.remove(self.ca_file)
end

Server.__gc = Server.stop
Server.__close = Server.stop

return peer
