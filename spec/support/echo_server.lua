-- The child of spec/support/echo.lua: a scripted HTTP/1.1 server on loopback. SPDX-License-Identifier: MIT
--
-- lua5.4 echo_server.lua FILE: FILE returns { ["GET /path"] = { answer, answer … }, … }. Prints its
-- port, then serves. Answers are given in turn, the last one for ever. `*` matches every path. The
-- words {base} and {n} in a body or header become the server's origin and the count of this route's
-- requests. Ends at GET /__stop, or a minute after the last request.

local cqueues = require "cqueues"
local socket = require "cqueues.socket"

local script = assert(loadfile(arg[1]))()
local log, counts = {}, {}
local last_seen = cqueues.monotime()

local listener = socket.listen { host = "127.0.0.1", port = 0 }
local _, _, port = listener:localname()
local base = "http://127.0.0.1:" .. port
io.stdout:write(port, "\n")
io.stdout:flush()

local function fill(text, n) return (text:gsub("{base}", base):gsub("{n}", tostring(n))) end

local function read_request(connection)
  local line = connection:read "*l"
  if not line then return nil end
  local method, target = line:match "^(%S+) (%S+)"
  local headers = {}
  for header in function() return connection:read "*l" end do
    header = header:gsub("\r$", "")
    if header == "" then break end
    local name, value = header:match "^([^:]+):%s*(.*)$"
    headers[name:lower()] = value
  end
  local size = tonumber(headers["content-length"] or 0)
  local body = size > 0 and connection:read(size) or ""
  return { method = method, target = target, path = target:match "^[^?]*", headers = headers, body = body }
end

local function answer_to(request)
  local key = request.method .. " " .. request.path
  local answers = script[key] or script[request.method .. " *"] or script["*"] or { { status = 404, body = "{}" } }
  counts[key] = (counts[key] or 0) + 1
  return answers[math.min(counts[key], #answers)], counts[key]
end

local function write_answer(connection, answer, n)
  if answer.delay then cqueues.sleep(answer.delay) end
  if answer.close then return false end
  local body = fill(answer.body or "", n)
  local out = { ("HTTP/1.1 %d Whatever\r\nContent-Length: %d\r\n"):format(answer.status or 200, #body) }
  local headers = answer.headers or {}
  if body ~= "" and not headers["Content-Type"] then out[#out + 1] = "Content-Type: application/json\r\n" end
  for name, value in pairs(headers) do out[#out + 1] = name .. ": " .. fill(value, n) .. "\r\n" end
  connection:write(table.concat(out), "\r\n", body)
  return true
end

-- The log, a request a line: method, target, body and headers, all quoted so that Lua can read them back.
local function dump_log()
  local out = { "return {" }
  for _, request in ipairs(log) do
    out[#out + 1] = ("{method=%q,target=%q,path=%q,body=%q,headers={"):format(
      request.method, request.target, request.path, request.body)
    for name, value in pairs(request.headers) do out[#out + 1] = ("[%q]=%q,"):format(name, value) end
    out[#out + 1] = "}},"
  end
  out[#out + 1] = "}"
  return table.concat(out)
end

local function serve(connection)
  connection:setmode("b", "bf")
  for request in function() return read_request(connection) end do
    last_seen = cqueues.monotime()
    if request.path == "/__stop" then os.exit(0) end
    local alive
    if request.path == "/__log" then
      local text = dump_log()
      connection:write("HTTP/1.1 200 OK\r\nContent-Length: " .. #text .. "\r\n\r\n" .. text)
      alive = true
    else
      log[#log + 1] = request
      alive = write_answer(connection, answer_to(request))
    end
    if not alive then break end
  end
  connection:close()
end

local queue = cqueues.new()
queue:wrap(function()
  for connection in listener:clients() do
    connection:onerror(function(_, _, code) return code end)
    queue:wrap(serve, connection)
  end
end)
repeat
  assert(queue:step(5))
until cqueues.monotime() - last_seen > 60
