-- A scripted HTTP server for specs, in a process of its own, on a real socket. SPDX-License-Identifier: MIT
--
--   local server = echo.start { ["GET /projects"] = { { status = 200, body = '{"data":[]}' } } }
--   server.url, server:log() -> list of requests seen, server:stop()

local socket = require "cqueues.socket"

local echo = {}
local Server = {}
Server.__index = Server
Server.__name = "echo.server"

local function quote(value)
  if type(value) ~= "table" then return type(value) == "string" and ("%q"):format(value) or tostring(value) end
  local out = {}
  for k, v in pairs(value) do out[#out + 1] = "[" .. quote(k) .. "]=" .. quote(v) end
  return "{" .. table.concat(out, ",") .. "}"
end

--- Starts a server.
---@param script table<string, table[]> "METHOD /path" -> answers { status, headers, body, delay (seconds), close }
function echo.start(script)
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write("return ", quote(script))
  file:close()
  local here = debug.getinfo(1, "S").source:match "^@(.*)echo%.lua$"
  local lua = os.getenv "STUDIO_LUA" or "lua5.4"
  local pipe = assert(io.popen(("LD_PRELOAD= exec %s '%secho_server.lua' '%s'"):format(lua, here, path), "r"))
  local port = assert(pipe:read "n", "the scripted server did not start")
  os.remove(path)
  return setmetatable({ pipe = pipe, port = port, url = "http://127.0.0.1:" .. port }, Server)
end

-- Not through the library under test.
local function get(self, path)
  local connection = assert(socket.connect("127.0.0.1", self.port))
  connection:setmode("b", "bf")
  connection:onerror(function(_, _, code) return code end)
  connection:write("GET " .. path .. " HTTP/1.1\r\nHost: x\r\n\r\n")
  connection:flush()
  local size
  for line in connection:lines "*l" do
    size = size or tonumber(line:match "^[Cc]ontent%-[Ll]ength: (%d+)")
    if line == "\r" or line == "" then break end
  end
  local body = size and connection:read(size)
  connection:close()
  return body
end

--- The requests seen so far: method, target, path, headers (lower-case names), body.
function Server:log() return load(get(self, "/__log"))() end

function Server:stop()
  if not self.pipe then return end
  get(self, "/__stop")
  self.pipe:close()
  self.pipe = nil
end

-- Also when a spec failed half-way: closing the pipe would wait for the child.
Server.__gc = Server.stop

return echo
