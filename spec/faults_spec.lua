-- Each way in which a server can go wrong (the list is spec/support/faults.lua): the right error, nothing left open,
-- no wait beyond the deadline, and the next calls get their own answers. SPDX-License-Identifier: MIT

local core = require "studio.core"
local faults = require "spec.support.faults"
local peer = require "spec.support.peer"
local shell = require "spec.support.shell"
local support = require "spec.support.core"

local loop = core.loop()

-- One server for all: /fault/N goes wrong as the N-th of the list says; everything else is answered with its own
-- target, which holds the call's name, so that an answer can be told from another call's.
local function handler()
  local behaviours, early = {}, {}
  for i, fault in ipairs(faults) do
    behaviours[i] = ("[%d] = function(c, r) %s end,"):format(i, fault[2])
    early[i] = ("[%d] = %s,"):format(i, fault[3].early and "true" or "false")
  end
  return ([[function(c)
    local behaviours, early = { %s }, { %s }
    for r in function() return c:head() end do
      local i = math.tointeger(tonumber(r.target:match "^/fault/(%%d+)"))
      if not early[i] and not c:body(r) then return end
      if not i then
        c:answer(r.target)
      else
        local keep = behaviours[i](c, r)
        c:note(i)
        if not keep then return end
      end
    end
  end]]):format(table.concat(behaviours, "\n"), table.concat(early))
end

--- How many sockets of ours lead somewhere; nil where there is no /proc.
local function sockets()
  local _, text = shell.run "ls -l /proc/$PPID/fd"
  return text:find " %-> " and select(2, text:gsub("socket:", "")) or nil
end

-- What follows a GET's failure for a POST: nobody knows what became of it.
local unknown = { network = true, timeout = true, protocol = true }

local function check(method, expected, call)
  local response, failure = support.run(call)
  if expected.body then
    assert(response, failure and failure.message)
    assert.equal(expected.body, response.body)
    return
  end
  assert.is_nil(response, response and response.body)
  local kind = expected.kind
  if method == "POST" then kind = expected.post or unknown[kind] and "outcome_unknown" or kind end
  assert.equal(kind, failure.kind, failure.message)
  assert.equal(expected.status, expected.status and failure.status)
  if kind == expected.kind or kind == "outcome_unknown" then
    if expected.code then assert.equal(expected.code, failure.code, failure.message) end
    assert.truthy(failure.message:find(expected.says or "", 1, true), failure.message)
  end
end

describe("a server that", function()
  local server, idle
  setup(function()
    server = peer.start(handler())
    loop:disconnect()
    idle = sockets()
  end)
  teardown(function() server:stop() end)

  -- Calls that go well, two at once, each with its own name.
  local function good_calls(client, name)
    local calls = {}
    for k = 1, 2 do calls[k] = client:submit { path = ("/good?%s.%d"):format(name, k), deadline = 20 } end
    for k = 1, 2 do
      local response, failure = support.run(calls[k])
      assert(response, failure and failure.message)
      assert.equal(("/good?%s.%d"):format(name, k), response.body)
    end
  end

  local function submit(client, i, method, expected)
    local options = { path = ("/fault/%d?%s"):format(i, method), method = method, deadline = 20 }
    if method == "POST" then options.body = ("x"):rep(expected.early or 2) end
    for name, value in pairs(expected.options or {}) do options[name] = value end
    return client:submit(options)
  end

  local function count(i, method)
    local n = 0
    for _, request in ipairs(server:log().requests) do
      if request.target == ("/fault/%d?%s"):format(i, method) then n = n + 1 end
    end
    return n
  end

  for i, fault in ipairs(faults) do
    local name, expected = fault[1], fault[3]
    it(name, function()
      local limiter = core.limiter { name = "f", capacity = 1000, window = 60 }
      local options = { max_attempts = 1, limiters = { limiter } }
      for k, v in pairs(expected.client or {}) do options[k] = v end
      local client = support.client(server.url, options)
      good_calls(client, "before") -- leaves two connections, so that the faults hit kept ones
      local methods = expected.method and { expected.method } or { "GET", "POST" }
      local calls, started = {}, loop:now()
      for k, method in ipairs(methods) do
        calls[k] = submit(client, i, method, expected)
        if expected.lingers then
          check(method, expected, calls[k])
          support.until_(function() return server:log().notes[i] == k end, "the rest of what it has to say")
        end
      end
      for k, method in ipairs(methods) do check(method, expected, calls[k]) end
      assert.is_true(loop:now() - started < 10, "waited too long")
      good_calls(client, "after")
      good_calls(client, "later")
      for _, method in ipairs(methods) do
        assert.equal((expected.sent or {})[method] or 1, count(i, method), method)
      end
      assert.same({ 0, 0, 0 }, { loop:active(), client:stats().in_flight, limiter:explain().in_flight })
      loop:disconnect()
      assert.equal(idle, sockets())
    end)
  end

  it("is not there is told from one that fails", function()
    local gone = peer.start "function() end"
    gone:stop()
    for _, method in ipairs { "GET", "POST" } do
      local _, failure = support.get(support.client(gone.url, { max_attempts = 2 }), "/x", { method = method })
      assert.same({ "network", "connection_refused", "not_sent", 2 },
        { failure.kind, failure.code, failure.stage, failure.attempts })
    end
  end)
end)
