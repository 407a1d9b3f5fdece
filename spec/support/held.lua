-- Calls that are held in each state on their way, for the specs of cancel and deadline. SPDX-License-Identifier: MIT
--
--   local held = require "spec.support.held"
--   local case = held.start("queued", urls)      -- urls: what held.serve() gave
--   studio.spawn(case.run, options); case.there() -> true once it rests in that state
--
-- As a program, it ends in the middle of that: lua5.4 held.lua STATE exit|int|deadline FILE URL…. With "int" it says
-- "there" and waits to be interrupted; with "exit" it closes the Lua state with everything running; with "deadline" it
-- tells how a deadline ends it.

local core = require "studio.core"
local studio = require "studio"

local held = {}
local count = 0 -- of clients: each has a budget of its own

-- The service: it holds the call at the place that the path names.
held.handlers = { [[function(c)
  while true do
    local r = c:head()
    if not r then return end
    local path = r.target:match "^[^?]*"
    if path == "/swallow" then sleep(30) end
    c.socket:read(tonumber(r.headers["content-length"] or 0))
    local json = "Content-Type: application/json"
    if path:find "/look" or path == "/hang" or r.target:find "page=2" then sleep(30)
    elseif path == "/half" then c:send "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf" sleep(30)
    elseif path == "/busy" then c:answer("{}", 503, "Retry-After: 25")
    elseif path == "/projects" then
      c:answer('{"data":[{"id":1}],"meta":{"current_page":1,"last_page":3}}', 200, json)
    elseif path:find "/generation%-jobs/" then c:answer('{"id":"wait","status":"processing"}', 200, json)
    else c:answer('{"ok":true}', 200, json) end
  end
end]], "function(c) sleep(30) end" } -- the second never shakes hands

--- Starts what the calls go to; returns the peer and its URLs as held.start wants them: service, silent TLS, full
--- listener (a connection to it is neither made nor refused).
function held.serve()
  local peer, socket = require "spec.support.peer", require "socket"
  local server = peer.start(table.unpack(held.handlers))
  local listener = assert(socket.tcp())
  assert(listener:bind("127.0.0.1", 0))
  assert(listener:listen(0))
  local _, port = listener:getsockname()
  local sockets = { listener }
  for i = 2, 5 do
    sockets[i] = socket.tcp()
    sockets[i]:settimeout(0)
    sockets[i]:connect("127.0.0.1", port)
  end
  return { server.urls[1], (server.urls[2]:gsub("^http", "https")), ("http://127.0.0.1:%d"):format(port) }, function()
    server:stop()
    for _, s in ipairs(sockets) do s:close() end
  end
end

local function posts(path) return { method = "POST", path = path, body = { a = 1 } } end

-- How a call gets to its state: `request`, or `run`; `base`, which of the URLs; `stage` of a call that ends there, nil
-- when there is no call at that moment; `code` of its deadline's error if that is not "deadline".
held.states = {
  credentials = { request = posts "/ok", stage = "not_sent", provider = true },
  queued = { request = posts "/ok", stage = "not_sent", full = true },
  backoff = { request = { path = "/busy" }, stage = "answered" },
  resolving = { request = posts "/ok", stage = "not_sent", base = "https://hangs.example" },
  connecting = { request = posts "/ok", stage = "not_sent", base = 3 },
  handshake = { request = posts "/ok", stage = "not_sent", base = 2 },
  sending = { request = { method = "POST", path = "/swallow", body = ("x"):rep(16 << 20), content_type = "text/plain" },
    stage = "unknown" },
  waiting = { request = posts "/hang", stage = "unknown" },
  body = { request = { path = "/half" }, stage = "unknown" },
  file = { request = { path = "/half" }, stage = "unknown", file = true },
  looking = { stage = "unknown", path = "/look$", run = function(ms, options)
    local job = assert(ms.jobs:get "wait")
    job.id = "look"
    return job:wait(options)
  end },
  pausing = { pause = true, run = function(ms, options)
    return assert(ms.jobs:get "wait"):wait(options)
  end },
  walking = { stage = "unknown", page = 2, run = function(ms, options)
    local pages = ms.projects:pages(nil, options)
    while true do
      local items, err = pages()
      if not items then return nil, err end
    end
  end },
}

local function is_there(state, call, provider)
  if not call then return false end
  if state.pause then return call:done() and call:attempts() > 0 and "pausing" end
  local at, progress = call:state(), call:progress()
  if state.provider then return provider.asked and at == "auth" end
  if state.full then return at == "queued" end
  if state.request and state.request.path == "/busy" then return at == "backoff" end
  if at ~= "sending" then return false end
  if state.request and state.request.path == "/half" then return progress.received > 0 end
  if state.request and state.request.path == "/swallow" then return progress.sent > 0 end
  return call:is_sent() == (state.stage == "unknown")
end

--- A client with a call that comes to rest in that state once `run` was called.
---@param name string
---@param urls string[]
---@param path string? of the file, for the state "file"
function held.start(name, urls, path)
  count = count + 1
  local state, provider, last, right = held.states[name], {}, nil, nil
  local other = studio.mstudio { api_key = "other", base_url = urls[1] }
  local ms = studio.mstudio {
    base_url = type(state.base) == "string" and state.base or urls[state.base or 1],
    poll = { first = state.pause and 30 or 0.001 },
    api_key = state.provider and function()
      provider.asked = true
      provider.task = studio.spawn(other.request, other, { path = "/hang" })
      provider.task:await()
      return "late"
    end or "sk_held",
    state_dir = false, limit_key = "held " .. count,
    limits = { requests = state.full and 1 or 600, window = state.full and 60 or 6 },
  }
  if state.full then assert(ms:request { path = "/ok" }) end
  -- The service layer's calls, as they are submitted.
  local real = ms.state.core
  ms.state.core = setmetatable({ submit = function(_, request)
    last = real:submit(request)
    right = (not state.path or request.path:find(state.path)) and
            (not state.page or request.query and request.query.page == state.page)
    return last
  end }, { __index = function(_, method) return function(_, ...) return real[method](real, ...) end end })
  local function run(options)
    if state.run then return state.run(ms, options) end
    local request = {}
    for _, from in ipairs { state.request, options or {} } do
      for k, v in pairs(from) do request[k] = v end
    end
    if state.file then request.save_to = path end
    return ms:request(request)
  end
  return {
    state = state, run = run, client = ms, other = other, verb = state.request and state.request.method or "GET",
    there = function() return right and is_there(state, last, provider) end,
    release = function() -- what a provider waits for
      if provider.task then provider.task:cancel() end
      studio.step(0)
    end,
  }
end

local function main(name, action, path, ...)
  local case = held.start(name, { ... }, path)
  if action == "exit" then
    studio.spawn(case.run)
    while not case.there() do studio.step(50) end
    os.exit(0, true)
  end
  if action == "deadline" then
    local _, err = case.run { deadline = 0.1 }
    print(("%s %s %s"):format(err.kind, err.code, err.stage))
    os.exit(0)
  end
  studio.spawn(function()
    while not case.there() do studio.sleep(0.002) end
    io.stdout:write "there\n"
    io.stdout:flush()
  end)
  print(case.run()) -- never comes
end

if arg and arg[0] and arg[0]:find "held%.lua$" then
  assert(core.version)
  main(...)
end

return held
