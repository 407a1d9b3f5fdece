-- Starts an nginx of our own on a free loopback port, with a given configuration. SPDX-License-Identifier: MIT

local program = require "spec.support.program"
local shell = require "spec.support.shell"

local sh, write = shell.tool, shell.write

local nginx = {}
nginx.__index = nginx

local template = [[
daemon on;
worker_processes 1;
pid {dir}/pid;
error_log {dir}/error.log;
events { worker_connections 1024; }
http {
  access_log {dir}/access.log;
  client_body_temp_path {dir}/body;
  proxy_temp_path {dir}/proxy;
  fastcgi_temp_path {dir}/fastcgi;
  uwsgi_temp_path {dir}/uwsgi;
  scgi_temp_path {dir}/scgi;
  keepalive_requests 100000;
  {http}
  server { listen 127.0.0.1:{port}; root {dir}/www; {server} }
}
]]

--- Starts it; nil, reason when nginx is not installed.
---@param config { http: string?, server: string } text for the http and the server block
function nginx.start(config)
  if not sh "command -v nginx" then return nil, "nginx is not installed" end
  local ok, dir = sh "mktemp -d"
  assert(ok, dir)
  local self = setmetatable({ dir = dir:gsub("%s+$", ""), port = program.free_port() }, nginx)
  local values = { dir = self.dir, port = self.port, http = config.http or "", server = config.server }
  write(self.dir .. "/nginx.conf", (template:gsub("{(%l+)}", values)))
  assert(sh(("mkdir %s/www && chmod 755 %s %s/www"):format(self.dir, self.dir, self.dir)))
  write(self.dir .. "/www/index.html", "ok\n") -- "return 200" would answer before any limit is looked at
  local started, why = sh("nginx -c " .. self.dir .. "/nginx.conf -p " .. self.dir)
  assert(started, why)
  self.url = "http://127.0.0.1:" .. self.port
  return self
end

--- The answers' statuses in its log, counted.
---@return table<integer, integer>
function nginx:statuses()
  local counts = {}
  for line in io.lines(self.dir .. "/access.log") do
    local status = math.tointeger(tonumber(line:match '" (%d%d%d) '))
    if status then counts[status] = (counts[status] or 0) + 1 end
  end
  return counts
end

function nginx:stop()
  sh("kill $(cat " .. self.dir .. "/pid)")
  while sh("test -e " .. self.dir .. "/pid") do end -- it takes the file away when it has ended
  sh("rm -r " .. self.dir)
end

return nginx
