-- The child of spec/support/cutter.lua: forwards bytes, and cuts where it is told to. SPDX-License-Identifier: MIT
--
-- lua5.4 cutter_server.lua HOST PORT: prints the control port and the port that leads to HOST:PORT. One control
-- connection, a line each, each answered by a line: "next up 12 rst" (the next connection that is accepted is cut when
-- 12 bytes have gone up, towards the server), "now down 0 fin" (so are those that are open, counted from now on),
-- "clear" (no more; answers with the number of cuts since the last "clear"), "stop".

local socket = require "socket"

local host, port = arg[1], tonumber(arg[2])
local plan                -- for the next connection
local cuts = 0
local ends = {}           -- socket -> { pair =, other =, way = "up" | "down" }
local draining = {}       -- half-closed towards the client: what still comes is read and dropped
local reading = {}        -- what select looks at

local function watch(sock) reading[#reading + 1] = sock end

local function forget(sock)
  for i = 1, #reading do
    if reading[i] == sock then
      table.remove(reading, i)
      break
    end
  end
  ends[sock], draining[sock] = nil, nil
end

local function listen()
  local listener = assert(socket.bind("127.0.0.1", 0, 256))
  local _, bound = listener:getsockname()
  io.stdout:write(bound, "\n")
  watch(listener)
  return listener
end

local function close(pair)
  for _, sock in ipairs { pair.client, pair.server } do
    if not draining[sock] then
      forget(sock)
      sock:close()
    end
  end
end

-- The server's side just ends; the client gets a reset, or an orderly end while it may still be sending.
local function cut(pair)
  cuts = cuts + 1
  local how = pair.plan.how
  if how == "rst" then
    pair.client:setoption("linger", { on = true, timeout = 0 })
  else
    pair.client:shutdown "send"
    ends[pair.client] = nil
    draining[pair.client] = true
  end
  close(pair)
end

local function accept(listener)
  local client = listener:accept()
  local server = assert(socket.connect(host, port))
  local pair = { client = client, server = server, plan = plan }
  plan = nil
  ends[client] = { pair = pair, other = server, way = "up" }
  ends[server] = { pair = pair, other = client, way = "down" }
  for _, sock in ipairs { client, server } do
    sock:setoption("tcp-nodelay", true)
    watch(sock)
  end
end

local function forward(sock)
  local from = ends[sock]
  local pair = from.pair
  local cutting = pair.plan and pair.plan.way == from.way and pair.plan
  if cutting and cutting.left == 0 then return cut(pair) end
  sock:settimeout(0)
  local data, why, rest = sock:receive(math.min(16384, cutting and cutting.left or 16384))
  data = data or rest
  if #data > 0 then
    from.other:settimeout(5)
    if not from.other:send(data) then return close(pair) end
    if cutting then
      cutting.left = cutting.left - #data
      if cutting.left == 0 then return cut(pair) end
    end
  end
  if why and why ~= "timeout" then close(pair) end
end

local function drain(sock)
  sock:settimeout(0)
  local _, why = sock:receive(16384)
  if why and why ~= "timeout" then
    forget(sock)
    sock:close()
  end
end

local function obey(control)
  local line = control:receive "*l"
  if not line or line == "stop" then os.exit(0) end
  local when, way, bytes, how = line:match "^(%a+) (%a+) (%d+) (%a+)$"
  if line == "clear" then
    plan = nil
    for _, e in pairs(ends) do e.pair.plan = nil end
  else
    local function new() return { way = way, left = tonumber(bytes), how = how } end
    if when == "next" then plan = new() end
    for _, e in pairs(when == "now" and ends or {}) do
      if e.way == "up" then e.pair.plan = new() end
    end
  end
  control:send(cuts .. "\n")
  if line == "clear" then cuts = 0 end
end

local control_listener = listen()
local listener = listen()
io.stdout:flush()
control_listener:settimeout(60)
local control = assert(control_listener:accept())
watch(control)
while true do
  for _, sock in ipairs((socket.select(reading, nil, 60))) do
    if sock == listener then accept(listener)
    elseif sock == control then obey(control)
    elseif draining[sock] then drain(sock)
    elseif ends[sock] then forward(sock) end -- else it was closed in this round
  end
end
