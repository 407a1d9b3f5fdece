-- A POST whose outcome is unknown is sent once, not even libcurl repeats it; a GET is repeated by us. On real
-- sockets, judged by what the server has read. SPDX-License-Identifier: MIT

local core = require "studio.core"
local peer = require "spec.support.peer"
local support = require "spec.support.core"

-- What the server does with a request to /die, after it has read it.
local deaths = {
  ["closes"] = [[]],
  ["sends half a status line and closes"] = [[c:send "HTTP/1.1 20"]],
  ["sends half of the headers and closes"] = [[c:send "HTTP/1.1 200 OK\r\nX-Half: 1\r\n"]],
  ["sends headers without their body and closes"] = [[c:send "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"]],
  ["sends half of the body and closes"] = [[c:send "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"]],
  ["sends a chunk that is cut"] = [[c:send "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"]],
  ["sends a 100 only and closes"] = [[c:send "HTTP/1.1 100 Continue\r\n\r\n"]],
  ["sends something that is no HTTP"] = [[c:send "220 mail.example ready\r\n"]],
}

local handler = [[function(c)
  for request in function() return c:request() end do
    if request.target == "/die" then
      %s
      return
    end
    c:answer "ok"
  end
end]]


local cases = {}
for name, code in pairs(deaths) do cases[#cases + 1] = { name = name, handler = handler:format(code) } end
table.sort(cases, function(a, b) return a.name < b.name end)
cases[#cases + 1] = { name = "resets the connection", reset = true }

for _, case in ipairs(cases) do
  describe("a server that " .. case.name, function()
    local function server_for(connection)
      if not case.reset then return peer.start(case.handler) end
      local first = connection == "reused" and "if c.n == 1 then c:request() c:answer 'ok' end" or ""
      return peer.start("function(c) " .. first .. " c:reset() end")
    end

    for _, connection in ipairs { "fresh", "reused" } do
      local function make(server)
        local limiter = core.limiter { name = "test", capacity = 100, window = 60 }
        local client = support.client(server.url, { limiters = { limiter } })
        if connection == "reused" then assert(support.get(client, "/ok")) end
        return client, limiter
      end
      local padding = { ["X-Padding"] = ("x"):rep(case.reset and 60000 or 1) }

      it("gets a POST once, on a " .. connection .. " connection", function()
        local server <close> = server_for(connection)
        local client, limiter = make(server)
        local response, failure = support.get(client, "/die", { method = "POST", body = "{}", headers = padding })
        assert.is_nil(response)
        assert.equal("outcome_unknown", failure.kind)
        assert.equal("unknown", failure.stage)
        assert.equal(1, failure.attempts)
        assert.equal(1, server:count "POST")
        local requests = server:log().requests
        assert.equal(1, requests[#requests].connection) -- the reused one was reused indeed
        local sent = connection == "reused" and 2 or 1
        assert.equal(sent, limiter:explain().sent)
        assert.equal(sent, limiter:explain().cooling)
        assert.equal(0, limiter:explain().in_flight)
      end)

      it("gets a GET again, each time with a slot, on a " .. connection .. " connection", function()
        local server <close> = server_for(connection)
        local client, limiter = make(server)
        local response, failure = support.get(client, "/die", { headers = padding })
        assert.is_nil(response)
        assert.equal(3, failure.attempts)
        assert.equal("unknown", failure.stage)
        assert.equal(connection == "reused" and 4 or 3, server:count "GET")
        assert.equal(limiter:explain().sent, server:count "GET")
        assert.equal(limiter:explain().sent, client:stats().attempts)
      end)
    end
  end)
end

describe("the same server", function()
  it("gets a POST twice from libcurl left to itself", function()
    local server <close> = peer.start(handler:format "")
    local program = os.tmpname()
    assert(os.execute("cc -o " .. program .. " spec/support/twice.c $(pkg-config --cflags --libs libcurl)"))
    os.execute(("%s %s/ok %s/die >/dev/null"):format(program, server.url, server.url))
    os.remove(program)
    assert.equal(3, server:count "POST") -- one to /ok, two to /die: what the guard is for
  end)

  it("gets a POST that has an idempotency key again", function()
    local server <close> = peer.start(handler:format "if c.n > 1 then c:answer 'done' end")
    local client = support.client(server.url)
    local response = assert(support.get(client, "/die", { method = "POST", body = "{}", repeatable = true }))
    assert.equal("done", response.body)
    assert.equal(2, server:count "POST")
  end)

  it("gets a POST again that was never sent", function()
    local server = peer.start(handler:format "")
    server:stop() -- nobody listens
    local _, failure = support.get(support.client(server.url), "/x", { method = "POST", body = "{}" })
    assert.equal("network", failure.kind)
    assert.equal("not_sent", failure.stage)
    assert.equal(3, failure.attempts)
  end)
end)

describe("a connection that was idle for two seconds", function()
  it("serves a GET, but no POST", function()
    local server <close> = peer.start([[function(c) c:serve "ok" end]], [[function(c) c:serve "ok" end]])
    local reads, writes = support.client(server.urls[1]), support.client(server.urls[2])
    local loop = core.loop()
    assert(support.get(reads, "/1"))
    local before = loop:now()
    assert(support.get(writes, "/1"))
    assert(support.get(writes, "/2", { method = "POST", body = "{}" })) -- at once: the same connection
    local made = server:log().connections
    if loop:now() - before < 1 then assert.equal(2, made) end -- a machine may stand still for longer
    local stop = loop:now() + 2.05
    support.until_(function() return loop:now() > stop end)
    assert(support.get(reads, "/2"))
    assert.equal(made, server:log().connections)
    assert(support.get(writes, "/3", { method = "POST", body = "{}" }))
    assert.equal(made + 1, server:log().connections)
  end)
end)
