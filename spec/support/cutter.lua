-- A TCP proxy that breaks a connection after a given byte, in a process of its own. SPDX-License-Identifier: MIT
--
--   local cutter = cutter.start(port)         -- cutter.port leads to 127.0.0.1:port
--   cutter:next("up", 12, "rst")              -- the next connection: reset when 12 bytes went to the server
--   cutter:now("down", 0, "fin")              -- those that are open: an orderly end before the next byte comes back
--   cutter:clear() -> cuts                    -- none from here on; how many were made since the last time
--   cutter:stop()

local socket = require "socket"

local cutter = {}
cutter.__index = cutter

--- Starts it.
---@param port integer of the server behind, on 127.0.0.1
function cutter.start(port)
  local here = debug.getinfo(1, "S").source:match "^@(.*)cutter%.lua$"
  local lua = os.getenv "STUDIO_LUA" or "lua5.4"
  local pipe = assert(io.popen(("LD_PRELOAD= exec %s '%scutter_server.lua' 127.0.0.1 %d"):format(lua, here, port), "r"))
  local control = assert(pipe:read "n", "the cutter did not start")
  local self = { pipe = pipe, port = pipe:read "n" }
  self.control = assert(socket.connect("127.0.0.1", control))
  self.control:setoption("tcp-nodelay", true)
  return setmetatable(self, cutter) -- last, so that it is finalised before its socket: "stop" must get through
end

local function ask(self, ...)
  assert(self.control:send(table.concat({ ... }, " ") .. "\n"))
  return math.tointeger(tonumber(assert(self.control:receive "*l")))
end

function cutter:next(way, bytes, how) ask(self, "next", way, bytes, how) end

function cutter:now(way, bytes, how) ask(self, "now", way, bytes, how) end

function cutter:clear() return ask(self, "clear") end

function cutter:stop()
  if not self.pipe then return end
  self.control:send "stop\n"
  self.control:close()
  self.pipe:close()
  self.pipe = nil
end

cutter.__gc = cutter.stop
cutter.__close = cutter.stop

return cutter
