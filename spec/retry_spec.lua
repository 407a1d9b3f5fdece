-- The retry budget over real sockets, and what an error says when nobody knows what was done.
-- SPDX-License-Identifier: MIT

local core = require "studio.core"
local peer = require "spec.support.peer"
local service = require "studio.service"
local support = require "spec.support.core"

local serial = 0
local function key() -- of its own for each spec: budgets are shared
  serial = serial + 1
  return core.auth { kind = "header", name = "X-Key", value = "sk_retry_" .. serial }
end

-- Calls, up to ten at a time, to their ends; returns how many attempts they took.
local function run_all(client, count, path)
  local attempts = 0
  for first = 1, count, 10 do
    local calls = {}
    for _ = first, math.min(first + 9, count) do calls[#calls + 1] = client:submit { path = path } end
    for _, call in ipairs(calls) do
      support.run(call)
      attempts = attempts + call:attempts()
    end
  end
  return attempts
end

local function dying(url, options)
  options = options or {}
  options.max_attempts, options.auth = 5, options.auth or key()
  options.backoff_base, options.backoff_cap = 0.001, 0.001
  return support.client(url, options)
end

describe("a service that is down", function()
  it("and answers 503 gets each call once, when the budget is used up", function()
    local server <close> = peer.start [[function(c) c:serve("busy", 503) end]]
    local client = dying(server.url)
    run_all(client, 60, "/x")
    local before = server:count()
    assert.equal(60 + 500 // 5, before)
    assert.equal(0, client:stats().retry_tokens)
    run_all(client, 200, "/x")
    assert.equal(200, server:count() - before)
    local _, failure = support.get(client, "/x")
    assert.same({ "server", 503, "retry_budget", 1 },
      { failure.kind, failure.status, failure.code, failure.attempts })
  end)

  it("and refuses connections is not knocked at more often either", function()
    local server = peer.start [[function() end]]
    server:stop()
    local client = dying(server.url)
    assert.equal(30 + 500 // 10, run_all(client, 30, "/x"))
    assert.equal(100, run_all(client, 100, "/x"))
    local _, failure = support.get(client, "/x", { method = "POST", body = "{}" })
    assert.same({ "network", "not_sent", "retry_budget" }, { failure.kind, failure.stage, failure.code })
  end)

  it("is asked again when it is back: what a success costs comes home", function()
    local server <close> = peer.start [[function(c)
      for request in function() return c:request() end do
        if request.target == "/die" then return end
        c:answer("ok", request.target == "/busy" and 503 or 200)
      end
    end]]
    local client = dying(server.url)
    run_all(client, 60, "/busy")
    assert.equal(0, client:stats().retry_tokens)
    run_all(client, 12, "/fine")
    assert.equal(12, client:stats().retry_tokens)
    local _, failure = support.get(client, "/die") -- 10 tokens: one retry
    assert.equal(2, failure.attempts)
    assert.equal(2, client:stats().retry_tokens)
  end)
end)

describe("the retry budget", function()
  it("is one for the clients of an origin and key, whatever becomes of the first", function()
    local busy = [[function(c) c:serve("busy", 503) end]]
    local server <close> = peer.start(busy, busy)
    local auth = key()
    local one, two = dying(server.url, { auth = auth }), dying(server.url .. "/v2", { auth = auth })
    run_all(one, 5, "/x")
    assert.equal(500 - 5 * 4 * 5, two:stats().retry_tokens)
    one:close()
    assert.equal(400, dying(server.url, { auth = auth }):stats().retry_tokens)
    assert.equal(500, dying(server.url):stats().retry_tokens) -- another key
    assert.equal(500, dying(server.urls[2], { auth = auth }):stats().retry_tokens) -- another origin
    local mine = dying(server.url, { account = "team" })
    run_all(mine, 1, "/x")
    assert.equal(480, dying(server.url, { account = "team" }):stats().retry_tokens)
  end)

  it("of another origin pays for what a redirect leads to", function()
    local server <close> = peer.start([[function(c)
      for _ in function() return c:request() end do c:answer("", 302, "Location: " .. c.urls[2] .. "/file") end
    end]], [[function(c) c:serve("busy", 503) end]])
    local client = dying(server.url)
    local before = core.client({ base_url = server.urls[2] })
    local tokens = before:stats().retry_tokens -- 500, but for an earlier spec whose server had the same port
    local _, failure = support.get(client, "/file")
    assert.equal(503, failure.status)
    assert.equal(500, client:stats().retry_tokens)
    assert.equal(tokens - 20, before:stats().retry_tokens) -- that origin's, of nobody in particular
  end)
end)

-- What a script's owner reads -----------------------------------------------------------------------------

local new = service.define {
  name = "toy",
  base_url = "https://toy.invalid/v1",
  options = {},
  connect = function() return { auth = key() } end,
  routes = {
    { name = "things.create", verb = "POST", path = "/things", from = "documented", find_out = "list the things" },
    { name = "things.start", verb = "POST", path = "/things/{thing_id}/start", from = "documented" },
    { name = "things.change", verb = "PATCH", path = "/things/{thing_id}", from = "documented" },
    { name = "things.put", verb = "PUT", path = "/things/{thing_id}", from = "documented" },
  },
  resources = {},
}

-- Answers with the status that the path ends in; a PUT for the first time with 500.
local handler = [[(function()
  local puts = 0
  return function(c)
    for request in function() return c:request() end do
      local status = request.target:match "/(%d+)$"
      if not status then return end
      local put = request.method == "PUT"
      if put then puts = puts + 1 end
      c:answer("{}", put and puts == 1 and 500 or tonumber(status), "Content-Type: application/json")
    end
  end
end)()]]

local function toy_of(server)
  return new { base_url = server.url .. "/v1", backoff_base = 0.001, backoff_cap = 0.001, max_attempts = 2 }
end

describe("an error about a write that may have been done", function()
  it("says where to look", function()
    local server <close> = peer.start(handler)
    local toy <close> = toy_of(server)
    local id = { thing_id = "a b" }
    for _, case in ipairs {
      { "To find out, list the things", toy:call("things.create", nil, {}) },
      { "To find out, look for what POST /things/a%20b/start would have made or started (GET /things/a%20b/start may "
        .. "show it) before sending it again", toy:call("things.start", id, {}) },
      { "To find out, read GET /things/a%20b again and compare before sending it once more",
        toy:call("things.change", id, {}) },
      { "To find out, look for what POST /raw would have made or started (GET /raw may show it) before sending it "
        .. "again", toy:request { method = "POST", path = "/raw?token=secret", body = {} } },
      { "To find out, read GET " .. server.url .. " again and compare before sending it once more",
        toy:request { method = "PATCH", url = server.url .. "/signed", body = {} } },
    } do
      local advice, value, err = table.unpack(case, 1, 3)
      assert.is_nil(value)
      assert.equal("outcome_unknown", err.kind)
      assert.is_true(err.maybe_done)
      assert.equal(advice, err.advice)
      assert.matches(advice, tostring(err), 1, true)
      assert.not_matches("secret", tostring(err))
    end
    local err = select(2, toy:request { method = "POST", path = "/503", body = {} })
    assert.equal("server", err.kind)
    assert.equal("It may have been done all the same: look for what POST /503 would have made or started "
      .. "(GET /503 may show it) before sending it again", err.advice)
    err = toy:problem("things.start", { kind = "protocol", message = "names no job" })
    assert.matches("It may have been done all the same: look for what POST /things/{thing_id}/start", tostring(err), 1,
      true)
    assert.is_nil(toy:problem("things.start", { kind = "invalid", message = "no", refused = true }).advice)
  end)

  it("does not forget an attempt that was answered 500 when the next is refused", function()
    for _, status in ipairs { 400, 404, 409 } do
      local server <close> = peer.start(handler)
      local toy <close> = toy_of(server)
      local value, err = toy:call("things.put", { thing_id = status }, {})
      assert.is_nil(value)
      assert.same({ status, 2, true, "unknown" }, { err.status, err.attempts, err.maybe_done, err.stage })
      assert.equal(("An earlier attempt may have been done all the same: read GET /things/%d again and compare "
        .. "before sending it once more"):format(status), err.advice)
    end
  end)

  it("says that a PUT or DELETE can be sent again without harm", function()
    local server <close> = peer.start(handler)
    local toy <close> = toy_of(server)
    local _, err = toy:call("things.put", { thing_id = 500 }, {})
    assert.is_true(err.maybe_done)
    assert.equal("It may have been done all the same; sending it again does no harm", err.advice)
  end)
end)

describe("an error of a call that was not repeated for want of budget", function()
  it("says that the service seems to be down", function()
    local server <close> = peer.start [[function(c) c:serve("{}", 503) end]]
    local toy <close> = toy_of(server)
    repeat
      local _, err = toy:request { path = "/x" }
      assert.equal(503, err.status)
    until toy:stats().retry_tokens < 5
    local _, err = toy:request { path = "/x" }
    assert.same({ "server", "retry_budget", 1 }, { err.kind, err.code, err.attempts })
    assert.matches("The retry budget is used up, the service seems to be down: try again later", tostring(err), 1, true)
  end)
end)
