-- A server that answers every request after 50 ms, for bench/frames.lua. SPDX-License-Identifier: MIT
--
-- Prints the port it listens on (127.0.0.1 only). Speaks as much HTTP as our own GET needs: keep-alive, no bodies
-- in. run.sh ends it by its process id.

local cqueues = require "cqueues"
local socket = require "cqueues.socket"

local DELAY <const> = 0.05 -- seconds
local BODY <const> = '{"id":1,"title":"Shot 1: the harbour at dawn","state":"completed","progress":1}'
local ANSWER <const> = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " .. #BODY
  .. "\r\n\r\n" .. BODY

local function serve(connection)
  connection:setmode("b", "bf")
  connection:onerror(function(_, _, code) return code end) -- a client that goes away is no error here
  local line = connection:read "*L"
  while line do
    if line == "\r\n" then
      cqueues.sleep(DELAY)
      if not connection:write(ANSWER) or not connection:flush() then break end
    end
    line = connection:read "*L"
  end
  connection:close()
end

local queue = cqueues.new()
local listener = socket.listen { host = "127.0.0.1", port = 0 }
assert(listener:listen())
local _, _, port = listener:localname()
print(port)
io.stdout:flush()
queue:wrap(function()
  for connection in listener:clients() do queue:wrap(serve, connection) end
end)
assert(queue:loop())
