-- Proxies that nobody here wrote: tinyproxy (HTTP, CONNECT) and microsocks (SOCKS 5). SPDX-License-Identifier: MIT
--
--   local proxy = proxies.http { user = "u", password = "p" }     -- both may be left out
--   proxy.address ("127.0.0.1:port"), proxy:log(), proxy:stop()

local program = require "spec.support.program"
local shell = require "spec.support.shell"

local proxies = {}

local TINY = [[
Listen 127.0.0.1
Port %d
Timeout 60
LogLevel Connect
MaxClients 50
Allow 127.0.0.1
%s
]]

local function started(self)
  self.address = "127.0.0.1:" .. self.port
  return self
end

--- tinyproxy: forwards plain http, and opens tunnels by CONNECT.
---@param options { user: string?, password: string? }?
function proxies.http(options)
  local port, path = program.free_port(), os.tmpname()
  local auth = options and ("BasicAuth %s %s"):format(options.user, options.password) or ""
  shell.write(path, TINY:format(port, auth))
  local self = started(program.start("tinyproxy -d -c " .. path, port))
  os.remove(path)
  return self
end

--- microsocks: SOCKS 5, names looked up here or there.
---@param options { user: string?, password: string? }?
function proxies.socks(options)
  local port = program.free_port()
  local auth = options and ("-u %s -P %s"):format(options.user, options.password) or ""
  return started(program.start(("microsocks -i 127.0.0.1 -p %d %s"):format(port, auth), port))
end

return proxies
