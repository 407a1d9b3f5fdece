-- Cancel, deadline and time limits in every state of a call; afterwards the client goes on as before.
-- SPDX-License-Identifier: MIT

local core = require "studio.core"
local luasocket = require "socket"
local peer = require "spec.support.peer"
local support = require "spec.support.core"

local loop = core.loop()

-- What /PATH does: hangs after the request, stalls in the body, refuses for now, or answers.
local handler = [[function(c)
  for request in function() return c:request() end do
    if request.target == "/hang" then sleep(20)
    elseif request.target == "/early" then c:send "HTTP/1.1 102 Processing\r\n\r\n" sleep(20)
    elseif request.target == "/slow" then
      c:send "HTTP/1.1 102 Processing\r\n\r\n" sleep(0.15) c:send "HTTP/1.1 103 Early Hints\r\n\r\n"
      sleep(0.15) c:answer "late"
    elseif request.target == "/stall" then c:send "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf" sleep(20)
    elseif request.target == "/drip" then
      c:send "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n"
      for i = 1, 20 do c:send "x" sleep(0.02) end
    elseif request.target == "/busy" then c:answer("later", 503, "Retry-After: 20")
    elseif request.target == "/429" then c:answer("later", 429, "Retry-After: 20")
    else c:answer "ok" end
  end
end]]

-- A listener whose queue is full: a connection to it is never made, and never refused.
local function full_listener()
  local listener = assert(luasocket.tcp())
  assert(listener:bind("127.0.0.1", 0))
  assert(listener:listen(0))
  local _, port = listener:getsockname()
  local held = { listener }
  for i = 2, 5 do
    held[i] = luasocket.tcp()
    held[i]:settimeout(0)
    held[i]:connect("127.0.0.1", port)
  end
  return "http://127.0.0.1:" .. port, function()
    for _, socket in ipairs(held) do socket:close() end
  end
end

-- How a call gets into each state: options, and when it is there. `stage` of a cancelled or late one.
local states = {
  auth = { path = "/ok", stage = "not_sent" },
  queued = { path = "/ok", stage = "not_sent" },
  backoff = { path = "/busy", stage = "answered" },
  connecting = { path = "/ok", stage = "not_sent", connecting = true },
  waiting = { path = "/hang", stage = "unknown" },
  body = { path = "/stall", stage = "unknown" },
}

local function there(call, name)
  if name == "body" then return call:progress().received > 0 end
  if name == "waiting" then return call:state() == "sending" and call:progress().sent > 0 end
  if name == "connecting" then return call:state() == "sending" end
  return call:state() == name
end

describe("a call that is", function()
  local server, blocked, unblock

  setup(function()
    server = peer.start(handler)
    blocked, unblock = full_listener()
  end)
  teardown(function()
    server:stop()
    unblock()
  end)

  -- A client whose next call comes to rest in that state, and that call's options.
  local function prepare(name)
    local state = states[name]
    local limiter = core.limiter { name = "one", capacity = name == "queued" and 1 or 50, window = 30 }
    local options = { limiters = { limiter } }
    if name == "auth" then
      options.auth = core.auth { kind = "provider", provider = function()
        return { kind = "bearer", token = "token" }
      end }
    end
    local client = support.client(state.connecting and blocked or server.url, options)
    if name == "queued" then assert(support.get(client, "/ok")) end
    return client, limiter, { path = state.path, method = "POST", body = "{}", repeatable = name == "backoff" }
  end

  for name, state in pairs(states) do
    it(name .. " can be cancelled at once", function()
      local client, limiter, options = prepare(name)
      local call = client:submit(options)
      support.until_(function() return there(call, name) end)
      local before = loop:now()
      assert.is_true(call:cancel())
      assert.is_true(loop:now() - before < 5) -- nothing else would end it for longer
      assert.is_true(call:done())
      assert.is_false(call:cancel())
      local _, failure = call:result()
      assert.equal("cancelled", failure.kind)
      assert.equal(state.stage, failure.stage)
      support.until_(function() return loop:active() == 0 end)
      local report = limiter:explain()
      assert.same({ 0, 0, 0 }, { report.in_flight, report.held, report.waiting })
      assert.equal((state.stage ~= "not_sent" or name == "queued") and 1 or 0, report.cooling)
      if name ~= "queued" and not state.connecting then assert(support.get(client, "/ok")) end
    end)

    -- a provider is asked at once, so nothing stays in "auth"
    if name ~= "auth" then
      it(name .. " ends at its deadline", function()
        local client, limiter, options, failure, took
        for _, deadline in ipairs { 0.15, 4 } do -- the second where the first was over before the call got there
          client, limiter, options = prepare(name)
          options.deadline = deadline
          local before = loop:now()
          failure = select(2, support.get(client, options.path, options))
          took = loop:now() - before
          if failure.stage == state.stage then break end
        end
        local unknown = name == "waiting" or name == "body"
        assert.equal(unknown and "outcome_unknown" or "timeout", failure.kind)
        assert.equal(state.stage, failure.stage)
        assert.is_true(took < 10, took)
        -- what cannot be in time fails at once, and says how long it would have needed
        if name == "queued" or name == "backoff" then assert.is_true(failure.retry_after > 10) end
        assert.same({ 0, 0 }, { limiter:explain().in_flight, limiter:explain().held })
        assert.same({ 0, 0 }, { client:stats().in_flight, client:stats().queued })
        if name ~= "queued" and not state.connecting then assert(support.get(client, "/ok")) end
      end)
    end
  end

  it("queued behind a pause that outlasts its deadline ends when the pause begins", function()
    local limiter = core.limiter { name = "paused", capacity = 5, window = 1, max_in_flight = 1 }
    local client = support.client(server.url, { limiters = { limiter } })
    local first = client:submit { path = "/429" }
    local second = client:submit { path = "/ok", deadline = 5, priority = "poll" }
    local _, failure = support.run(second)
    assert.equal("timeout", failure.kind)
    assert.is_true(failure.retry_after > 10)
    first:cancel()
  end)

  it("sent by GET and times out is sent again, and its slots are counted", function()
    local limiter = core.limiter { name = "t", capacity = 50, window = 30 }
    local client = support.client(server.url, { limiters = { limiter } })
    local _, failure = support.get(client, "/hang", { timeout = 0.1 })
    assert.equal("timeout", failure.kind)
    assert.equal(3, failure.attempts)
    assert.equal(3, limiter:explain().sent)
  end)

  for _, save_to in ipairs { false, true } do
    local to = save_to and " to a file" or ""
    local path = save_to and os.tmpname() or nil
    if path then teardown(function() os.remove(path) end) end

    it("stalled in the body" .. to .. " is given up after the stall time, then sent again", function()
      local client = support.client(server.url)
      local _, failure = support.get(client, "/stall", { stall = 0.1, save_to = path })
      assert.same({ "timeout", "stall", 3 }, { failure.kind, failure.code, failure.attempts })
      _, failure = support.get(client, "/stall", { stall = 0.1, save_to = path, method = "POST", body = "" })
      assert.same({ "outcome_unknown", "stall", 1 }, { failure.kind, failure.code, failure.attempts })
    end)

    it("answered byte by byte" .. to .. " does not stall", function()
      local response = assert(support.get(support.client(server.url), "/drip", { stall = 0.3, save_to = path }))
      assert.equal(path, response.path)
      assert.equal(not save_to and ("x"):rep(20) or nil, response.body)
    end)

    it("answered with a 1xx only" .. to .. " has its whole timeout", function()
      local client = support.client(server.url, { max_attempts = 1 })
      local response = assert(support.get(client, "/slow", { stall = 0.05, timeout = 5, save_to = path }))
      assert.equal(200, response.status)
      local _, failure = support.get(client, "/early", { stall = 0.05, timeout = 0.2, save_to = path })
      assert.same({ "timeout", "attempt" }, { failure.kind, failure.code })
    end)
  end

  it("to be saved has no limit in all, and one for its first byte", function()
    local path = os.tmpname()
    local client = support.client(server.url, { max_attempts = 1 })
    assert(support.get(client, "/drip", { timeout = 0.35, save_to = path })) -- takes 0.4 s and more
    local _, failure = support.get(client, "/hang", { timeout = 0.1, save_to = path })
    assert.same({ "timeout", "attempt" }, { failure.kind, failure.code })
    assert(support.get(client, "/drip", { timeout = 0, stall = 0, save_to = path })) -- 0: none
    os.remove(path)
  end)

  it("dropped by the script goes on", function()
    local client = support.client(server.url)
    local before = server:count()
    client:submit { path = "/ok" }
    client = nil -- luacheck: ignore 311
    collectgarbage()
    collectgarbage()
    support.until_(function() return loop:active() == 0 end)
    assert.equal(before + 1, server:count())
  end)

  it("closed cannot be asked any more, and a closed client takes no call but ends what it has", function()
    local client = support.client(server.url)
    local call, other = client:submit { path = "/ok" }, client:submit { path = "/ok" }
    client:close()
    client:close()
    assert.error_matches(function() client:submit { path = "/x" } end, "client is closed")
    assert.equal(200, support.run(call).status)
    other:close()
    assert.has_error(function() other:done() end)
    support.until_(function() return loop:active() == 0 end)
    local response = call:result()
    response:close()
    assert.has_error(function() return response.status end)
  end)
end)

describe("a finaliser that closes what is in use", function()
  it("is harmless", function()
    local server <close> = peer.start [[function(c) c:serve "ok" end]]
    for _ = 1, 30 do
      local client = support.client(server.url, { headers = { A = "b" } })
      local limiter = core.limiter { name = "f", capacity = 5, window = 1 }
      -- runs somewhere inside the calls below
      for _ = 1, 3 do setmetatable({}, { __gc = function() client:close() limiter:close() end }) end
      collectgarbage("incremental", 1, 1000)
      pcall(client.submit, client, { path = "/x", query = { a = { 1, 2 }, b = true }, headers = { B = "c" } })
      pcall(client.redact, client, ("x"):rep(100))
      pcall(client.stats, client)
      pcall(limiter.explain, limiter)
      pcall(client.warm, client)
      collectgarbage()
    end
    collectgarbage "generational"
    collectgarbage("incremental", 200, 100) -- Lua 5.4's own settings: the torture ends here
    support.until_(function() return loop:active() == 0 end)
  end)
end)
