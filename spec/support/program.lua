-- Servers that nobody here wrote, in the foreground of a process of their own. SPDX-License-Identifier: MIT
--
--   local server = program.start("microsocks -i 127.0.0.1 -p %d", port)    -- returns when the port answers
--   server:stop()

local shell = require "spec.support.shell"
local socket = require "socket"

local program = {}
program.__index = program
program.__close = function(self) self:stop() end

--- A port that was free a moment ago, for programs that cannot choose one themselves and tell.
---@param host string?
---@return integer
function program.free_port(host)
  local listener = assert(socket.bind(host or "127.0.0.1", 0))
  local _, port = listener:getsockname()
  listener:close()
  return math.tointeger(tonumber(port))
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
