-- Servers that nobody here wrote, in the foreground of a process of their own. SPDX-License-Identifier: MIT
--
--   local server = program.start("microsocks -i 127.0.0.1 -p %d", port)    -- returns when the port answers
--   server:stop()

local shell = require "spec.support.shell"
local socket = require "socket"

local program = {}
program.__index = program
program.__close = function(self) self:stop() end

-- Ports below all that a kernel gives away by itself (from 32768 on Linux, from 49152 elsewhere): one of these stays
-- free until its program has started, whatever connects or listens meanwhile.
local FIRST <const>, COUNT <const> = 20000, 12000

local given = {}

--- A port that is free, and given once, for programs that cannot choose one themselves and tell.
---@param host string?
---@return integer
function program.free_port(host)
  local random <close> = assert(io.open("/dev/urandom", "rb")) -- not Lua's: spec files run side by side
  for _ = 1, 1000 do
    local port = FIRST + ("I4"):unpack(random:read(4)) % COUNT
    local listener = not given[port] and socket.bind(host or "127.0.0.1", port)
    if listener then
      listener:close()
      given[port] = true
      return port
    end
  end
  error "no port is free"
end

local function answers(host, port)
  local connection = socket.connect(host, port)
  if connection then connection:close() end
  return connection ~= nil
end

--- Starts it, and waits until it takes connections.
---@param command string
---@param port integer
---@param host string?
function program.start(command, port, host)
  local ok, out = shell.tool "mktemp"
  assert(ok, out)
  out = out:gsub("%s+$", "")
  -- a shell that says its number, becomes the program, and leaves our own pipes alone
  local self = setmetatable({ log_file = out, port = port }, program)
  self.pipe = assert(io.popen(("unset LD_PRELOAD; echo $$; exec %s >%s 2>&1 </dev/null"):format(command, out), "r"))
  self.pid = assert(self.pipe:read "n")
  for _ = 1, 600 do -- a minute, for machines under load
    if answers(host or "127.0.0.1", port) then return self end
    if not shell.run("kill -0 " .. self.pid) then break end
    socket.sleep(0.1)
  end
  local text = shell.read(out)
  self:stop()
  error(command .. " did not start: " .. tostring(text))
end

--- What it wrote so far.
function program:log() return shell.read(self.log_file) or "" end

function program:stop()
  if not self.pipe then return end
  shell.run("kill " .. self.pid)
  self.pipe:close()
  self.pipe = nil
  os.remove(self.log_file)
end

return program
