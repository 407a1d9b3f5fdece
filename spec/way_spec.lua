-- The way to a service: names, addresses of both families, ports, and time. SPDX-License-Identifier: MIT

local core = require "studio.core"
local nginx = require "spec.support.nginx"
local peer = require "spec.support.peer"
local program = require "spec.support.program"
local socket = require "socket"
local studio = require "studio"
local support = require "spec.support.core"

-- A POST that cannot have been sent, and is therefore tried again.
local function failure_of(url, options, attempts)
  options = options or {}
  options.method, options.body = "POST", "{}"
  local client = support.client(url, { max_attempts = attempts or 2, allow_http = true, insecure = true })
  local response, failure = support.get(client, "/", options)
  assert.is_nil(response)
  assert.equal("not_sent", failure.stage)
  assert.equal(attempts or 2, failure.attempts)
  return failure
end

local function says(failure, ...)
  for _, words in ipairs { ... } do
    assert.truthy(failure.message:find(words, 1, true), failure.message)
  end
end

local function has_ipv6()
  local listener = socket.bind("::1", 0)
  if listener then listener:close() end
  return listener ~= nil
end

describe("a service that cannot be reached", function()
  it("because its name is unknown", function()
    local failure = failure_of "https://api.invalid"
    assert.same({ "network", "resolve" }, { failure.kind, failure.code })
    says(failure, "name of api.invalid:443", "resolved")
  end)

  it("because nothing listens at its port", function()
    local port = program.free_port()
    for scheme, host in pairs { http = "127.0.0.1", https = "localhost" } do
      local failure = failure_of(("%s://%s:%d"):format(scheme, host, port))
      assert.same({ "network", "connection_refused" }, { failure.kind, failure.code })
      says(failure, host .. ":" .. port, "refused")
    end
  end)

  it("because there is no route", function()
    local failure = failure_of "http://224.0.0.1:81" -- a group of hosts: TCP leads to none, network or not
    assert.same({ "network", "unreachable" }, { failure.kind, failure.code })
    says(failure, "224.0.0.1:81", "no route")
  end)

  it("because it accepts nobody", function()
    local listener = assert(socket.tcp4())
    assert(listener:bind("127.0.0.1", 0))
    assert(listener:listen(0))
    local _, port = listener:getsockname()
    local waiting = {}
    for i = 1, 8 do -- fills the kernel's list of those that wait to be accepted: further ones hear nothing
      waiting[i] = socket.tcp4()
      waiting[i]:settimeout(0)
      waiting[i]:connect("127.0.0.1", port)
    end
    local failure = failure_of("http://127.0.0.1:" .. port, { timeout = 0.5 })
    assert.same({ "timeout", "connect" }, { failure.kind, failure.code })
    says(failure, "the timeout of 0.500 s was over before a connection to 127.0.0.1:" .. port .. " was made")
    failure = failure_of("http://127.0.0.1:" .. port, { deadline = 1 }, 1)
    assert.same({ "timeout", "deadline" }, { failure.kind, failure.code })
    says(failure, "127.0.0.1:" .. port)
    for i = 1, 8 do waiting[i]:close() end
    listener:close()
  end)

  it("because it does not take part in the handshake", function()
    local silent <close> = peer.start "function(c) sleep(60) end"
    local failure = failure_of((silent.url:gsub("http:", "https:")), { timeout = 1 }, 1)
    assert.same({ "timeout", "handshake" }, { failure.kind, failure.code })
    says(failure, "the TLS handshake with " .. silent.url:match "//(.*)")
    local rude <close> = peer.start "function(c) c:close() end"
    failure = failure_of((rude.url:gsub("http:", "https:")))
    assert.same({ "tls", "handshake" }, { failure.kind, failure.code })
  end)

  it("is a matter on which there is advice", function()
    for url, words in pairs { ["https://api.invalid"] = "base_url",
                              ["http://127.0.0.1:" .. program.free_port()] = "host and port" } do
      local ms <close> = studio.mstudio { api_key = "sk_x", base_url = url, max_attempts = 1 }
      local _, err = ms.projects:create { name = "x" }
      assert.is_false(err.maybe_done)
      assert.truthy(err.advice:find(words, 1, true), tostring(err))
    end
  end)
end)

describe("both families of addresses", function()
  it("are spoken: [::1]", function()
    if not has_ipv6() then return pending "this machine has no ::1" end
    local port = program.free_port "::1"
    local server = assert(nginx.start {
      http = ("server { listen [::1]:%d; root www; }"):format(port), server = "",
    })
    local url = ("http://[::1]:%d"):format(port)
    local response = support.get(support.client(url), "/")
    local url_told = response and response.url
    server:stop()
    assert.equal("ok\n", response.body)
    assert.equal(url .. "/", url_told)
    core.loop():disconnect()
    says(failure_of(url), ("[::1]:%d"):format(port), "refused")
  end)

  it("are tried in turn, and the one that answers is taken", function()
    local server = assert(nginx.start { server = "" }) -- 127.0.0.1 only: at ::1 nothing listens
    local response = support.get(support.client("http://localhost:" .. server.port), "/")
    server:stop()
    assert.equal("ok\n", response.body)
  end)
end)
