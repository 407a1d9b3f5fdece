-- Faults of HTTP/2: streams that the server resets, connections that it gives up. By a server of hand-made frames, and
-- by nginx. SPDX-License-Identifier: MIT

local core = require "studio.core"
local nginx = require "spec.support.nginx"
local peer = require "spec.support.peer"
local pki = require "spec.support.pki"
local program = require "spec.support.program"
local support = require "spec.support.core"

local loop = core.loop()

local function broken(says) return { kind = "network", says = says } end

-- name, what the server does with a request on /fault/N (`s` is its stream), what a GET comes to. A POST comes to
-- outcome_unknown where a GET fails.
local faults = {
  { "refuses the stream", "s:reset(7)", broken "before an answer came" },
  { "resets the stream before an answer", "s:reset(2)", broken "the server broke the answer off" },
  { "resets the stream behind the headers", "s:headers() s:reset(2)", broken "the server broke the answer off" },
  { "resets the stream in the body", "s:headers() s:data('half') s:reset(2)",
    broken "the server broke the answer off" },
  { "cancels the stream", "s:headers() s:data('half') s:reset(8)", broken "the server broke the answer off" },
  { "gives the connection up before an answer", "s:goaway(2) s:close()", broken "" },
  { "closes without a word", "s:close()", broken "" },
  { "closes in the body", "s:headers() s:data('half') s:close()", broken "before the whole answer had come" },
  { "breaks the framing", "s:raw(('\\255'):rep(100))", broken "" },
  { "sends a body that is shorter than it says", "s:headers('9') s:data('half', true)",
    broken "the server broke the answer off" },
  { "stalls in the body", "s:headers() s:data('half')",
    { kind = "timeout", says = "the answer stalled: no byte for 0.1 s", stall = 0.15 } },
  { "says GOAWAY and answers all the same", "s:goaway(0) s:answer('well')", { body = "well" } },
}

local function handler()
  local behaviours = {}
  for i, fault in ipairs(faults) do behaviours[i] = ("[%d] = function(s) %s end,"):format(i, fault[2]) end
  return ([[tls h2 function(c)
    local behaviours = { %s }
    for s in c:streams() do
      local i = math.tointeger(tonumber(s.target:match "^/fault/(%%d+)"))
      if i then behaviours[i](s) else s:answer(s.target) end
    end
  end]]):format(table.concat(behaviours, "\n"))
end

describe("an HTTP/2 server that", function()
  local server
  setup(function() server = peer.start(handler()) end)
  teardown(function() server:stop() end)

  local function good_calls(client, name)
    local calls = {}
    for k = 1, 3 do calls[k] = client:submit { path = ("/good?%s.%d"):format(name, k), deadline = 20 } end
    for k = 1, 3 do
      local response, failure = support.run(calls[k])
      assert(response, failure and failure.message)
      assert.same({ ("/good?%s.%d"):format(name, k), 2.0 }, { response.body, response.http_version })
    end
  end

  for i, fault in ipairs(faults) do
    for _, method in ipairs { "GET", "POST" } do
      it(fault[1] .. ", to a " .. method, function()
        local expected = fault[3]
        local client = support.client(server.url, { max_attempts = 1, ca_file = server.ca_file })
        good_calls(client, "before")
        local call = client:submit { path = ("/fault/%d?%s"):format(i, method), method = method, stall = expected.stall,
                                     body = method == "POST" and "{}" or nil, deadline = 20 }
        local response, failure = support.run(call)
        if expected.body then
          assert.equal(expected.body, response and response.body, failure and failure.message)
        else
          assert.is_nil(response)
          assert.equal(method == "POST" and "outcome_unknown" or expected.kind, failure.kind, failure.message)
          assert.truthy(failure.message:find(expected.says, 1, true), failure.message)
          assert.equal("unknown", failure.stage)
        end
        local count = 0
        for _, request in ipairs(server:log().requests) do
          if request.target == ("/fault/%d?%s"):format(i, method) then count = count + 1 end
        end
        assert.equal(1, count)
        good_calls(client, "after")
        assert.same({ 0, 0 }, { loop:active(), client:stats().in_flight })
        loop:disconnect()
      end)
    end
  end
end)

describe("nginx over HTTP/2", function()
  local authority, upstream, server, url
  setup(function()
    authority = pki.new()
    authority:leaf("good", {})
    upstream = peer.start [[function(c)
      c:request()
      c:send "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"
    end]]
    local port = program.free_port()
    url = "https://127.0.0.1:" .. port
    server = assert(nginx.start { server = "", http = ([[server { listen 127.0.0.1:%d ssl http2; keepalive_requests 3;
      ssl_certificate %s/good.pem; ssl_certificate_key %s/good.key;
      location / { return 200 "$request_uri"; }
      location /cut { proxy_pass %s; } }]]):format(port, authority.dir, authority.dir, upstream.url) })
  end)
  teardown(function()
    if server then server:stop() end
    upstream:stop()
    authority:stop()
  end)

  it("ends the connection after every third request (GOAWAY), and no call suffers", function()
    local client = support.client(url, { ca_file = authority.ca_file })
    for i = 1, 20 do
      local method = i % 2 == 0 and "GET" or "POST"
      local response, failure = support.get(client, "/" .. i, { method = method, deadline = 20 })
      assert(response, failure and failure.message)
      assert.same({ "/" .. i, 2.0 }, { response.body, response.http_version })
    end
    assert.is_true(client:stats().connections >= 6)
    -- many at once meet the end of their connection unanswered, and go again
    client = support.client(url, { ca_file = authority.ca_file, max_attempts = 10 })
    local calls = {}
    for i = 1, 9 do calls[i] = client:submit { path = "/together/" .. i, deadline = 20 } end
    for i = 1, 9 do
      local response, failure = support.run(calls[i])
      assert(response, failure and failure.message)
      assert.matches("/" .. i .. "$", response.body)
    end
  end)

  it("resets the stream when what is behind it breaks off (RST_STREAM)", function()
    local client = support.client(url, { ca_file = authority.ca_file, max_attempts = 2 })
    local _, failure = support.get(client, "/cut", { deadline = 20 })
    assert.same({ "network", "unknown", 2 }, { failure.kind, failure.stage, failure.attempts })
    assert.equal("/next", support.get(client, "/next").body)
  end)
end)
