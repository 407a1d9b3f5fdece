-- Calls through proxies: real ones that work, and ones that record what they are told. SPDX-License-Identifier: MIT

local core = require "studio.core"
local nginx = require "spec.support.nginx"
local peer = require "spec.support.peer"
local pki = require "spec.support.pki"
local program = require "spec.support.program"
local proxies = require "spec.support.proxies"
local shell = require "spec.support.shell"
local studio = require "studio"
local support = require "spec.support.core"

local KEY, PASSWORD = "sk_canary_key", "canary+pass word"
local IN_URL = "canary%2Bpass%20word"

local authority, server, https_url

setup(function()
  authority = pki.new()
  authority:leaf("good", {})
  local port = program.free_port()
  https_url = "https://127.0.0.1:" .. port
  server = assert(nginx.start {
    http = ([[server { listen 127.0.0.1:%d ssl http2; root www;
      ssl_certificate %s/good.pem; ssl_certificate_key %s/good.key; }]]):format(port, authority.dir, authority.dir),
    server = "",
  })
end)

teardown(function()
  server:stop()
  authority:stop()
end)

local function client_of(url, proxy, options)
  options = options or {}
  options.proxy, options.ca_file = proxy, authority.ca_file
  options.auth = core.auth { kind = "header", name = "X-API-Key", value = KEY }
  return support.client(url, options)
end

-- A POST that the proxy keeps from being sent.
local function barred(client, attempts, ...)
  local response, failure = support.get(client, "/", { method = "POST", body = "{}" })
  assert.is_nil(response)
  assert.same({ "proxy", "not_sent", attempts }, { failure.code, failure.stage, failure.attempts })
  assert.is_true(failure.kind == "network" or failure.kind == "timeout", failure.kind)
  assert.is_nil(failure.status)
  for _, words in ipairs { "proxy", ... } do
    assert.truthy(failure.message:find(words, 1, true), failure.message)
  end
  assert.is_nil(failure.message:find("canary", 1, true), failure.message)
  return failure
end

-- Answers CONNECT, or what a proxy gets of plain http, as the text says.
local function recorder(answer) return peer.start("function(c) while c:request() do " .. answer .. " end end") end

describe("an HTTP proxy", function()
  local open, locked
  setup(function()
    open, locked = proxies.http(), proxies.http { user = "me", password = "canarypass" }
  end)
  teardown(function()
    open:stop()
    locked:stop()
  end)

  it("forwards plain http", function()
    local response = support.get(client_of(server.url, "http://" .. open.address), "/")
    assert.equal("ok\n", response.body)
    assert.truthy(response:header("Via"):find "tinyproxy")
  end)

  it("opens a tunnel for https, in which it reads nothing", function()
    for _, address in ipairs { "http://" .. open.address, open.address } do
      local response = support.get(client_of(https_url, address), "/")
      assert.equal("ok\n", response.body)
      assert.is_nil(response:header "Via")
    end
    assert.truthy(open:log():find "CONNECT 127.0.0.1:%d+")
  end)

  it("is given the user name and password that are for it", function()
    for _, url in ipairs { server.url, https_url } do
      assert.equal("ok\n", support.get(client_of(url, "http://me:canarypass@" .. locked.address), "/").body)
    end
  end)

  it("that wants others says so, and that is no word of the service", function()
    barred(client_of(server.url, "http://" .. locked.address), 1, "answered 407", locked.address, "user name")
    for _, user in ipairs { "", "me:wrong_canary@" } do
      barred(client_of(https_url, "http://" .. user .. locked.address), 1, "answered 40", locked.address, "user name")
    end
    local ms <close> = studio.mstudio { api_key = KEY, base_url = https_url, ca_file = authority.ca_file,
                                        proxy = "http://me:wrong_canary@" .. locked.address }
    local _, err = ms.projects:list()
    assert.is_true(err:is "network")
    assert.truthy(err.advice:find("option proxy", 1, true))
    assert.is_nil(tostring(err):find "canary")
  end)

  it("that cannot reach the service fails the call, which may be sent again", function()
    local port = program.free_port()
    barred(client_of("https://127.0.0.1:" .. port, "http://" .. open.address), 3, "answered 5", "127.0.0.1:" .. port)
  end)
end)

describe("a SOCKS proxy", function()
  local open, locked
  setup(function()
    open, locked = proxies.socks(), proxies.socks { user = "me", password = "canarypass" }
  end)
  teardown(function()
    open:stop()
    locked:stop()
  end)

  for _, scheme in ipairs { "socks5", "socks5h" } do
    it("leads to http and https: " .. scheme, function()
      for _, url in ipairs { server.url, https_url } do
        assert.equal("ok\n", support.get(client_of(url, scheme .. "://" .. open.address), "/").body)
        local with = scheme .. "://me:canarypass@" .. locked.address
        assert.equal("ok\n", support.get(client_of(url, with), "/").body)
      end
    end)
  end

  it("looks the name up itself", function()
    local before = #open:log()
    local failure = barred(client_of("https://service.invalid", "socks5h://" .. open.address), 3, open.address)
    assert.truthy(failure.message:find("service.invalid:443", 1, true))
    assert.truthy(#open:log() >= before)
  end)

  it("that wants a user name and a password, or others, says so", function()
    for _, user in ipairs { "", "me:wrong_canary@" } do
      barred(client_of(https_url, "socks5://" .. user .. locked.address), 1, locked.address)
    end
  end)

  it("that finds nobody there fails the call, which may be sent again", function()
    local port = program.free_port()
    barred(client_of("http://127.0.0.1:" .. port, "socks5://" .. open.address), 3, open.address, "127.0.0.1:" .. port)
  end)
end)

describe("a proxy", function()
  it("that is not there is told from a service that is not", function()
    local port = program.free_port()
    for _, scheme in ipairs { "http", "socks5", "socks5h", "https" } do
      barred(client_of(https_url, scheme .. "://127.0.0.1:" .. port), 3, "127.0.0.1:" .. port, "refused")
    end
    barred(client_of(https_url, "http://proxy.invalid:3128"), 3, "proxy.invalid:3128", "name of the proxy")
  end)

  it("that says nothing, or nonsense, is named", function()
    local silent <close> = peer.start "function(c) c:request() sleep(60) end"
    local client = client_of(https_url, silent.url, { max_attempts = 1 })
    local _, failure = support.get(client, "/", { timeout = 1 })
    assert.same({ "timeout", "proxy", "not_sent" }, { failure.kind, failure.code, failure.stage })
    assert.truthy(failure.message:find("the proxy " .. silent.url:match "//(.*)", 1, true), failure.message)
    local rude <close> = peer.start "function(c) c:request() c:send('what?\\r\\n\\r\\n') end"
    barred(client_of(https_url, rude.url, { max_attempts = 1 }), 1, rude.url:match "//(.*)")
  end)

  it("is not told what is for the service", function()
    local proxy <close> = recorder [[c:answer("no", 403)]]
    local named = "http://me:" .. IN_URL .. "@" .. proxy.url:match "//(.*)"
    local client = client_of(https_url, named, { headers = { Mine = "canary" } })
    barred(client, 1, "403", "127.0.0.1")
    local requests = proxy:log().requests
    assert.equal(1, #requests)
    assert.equal("CONNECT", requests[1].method)
    for name, value in pairs(requests[1].headers) do
      assert.is_nil(value:find("canary", 1, true), name)
    end
    local basic = requests[1].headers["proxy-authorization"]
    assert.equal("Basic bWU6Y2FuYXJ5K3Bhc3Mgd29yZA==", basic) -- me:canary+pass word
  end)

  it("that fails gets a POST again, since nothing of it was sent", function()
    for _, answer in ipairs { [[c:answer("", 502)]], [[c:answer("", 503)]], [[c:close() return]] } do
      local proxy <close> = recorder(answer)
      barred(client_of(https_url, proxy.url), 3)
      assert.equal(3, proxy:count "CONNECT")
    end
  end)

  it("that is reached by TLS is verified, and told from the service when that fails", function()
    -- nginx is no proxy, but has a certificate, and an answer to CONNECT
    barred(client_of(https_url, https_url), 1, "answered 4", https_url:match "//(.*)")
    local client = support.client(https_url, { proxy = https_url, ca_file = authority.other_ca_file })
    local _, failure = support.get(client, "/")
    assert.same({ "tls", "certificate_unknown_ca", 1 }, { failure.kind, failure.code, failure.attempts })
    assert.truthy(failure.message:find("of the proxy " .. https_url:match "//(.*)", 1, true), failure.message)
  end)

  it("is passed the key in the clear only where that was allowed", function()
    for _, scheme in ipairs { "http", "socks5" } do
      local ok, why = pcall(client_of, server.url, scheme .. "://me:" .. IN_URL .. "@192.0.2.1:3128")
      assert.is_false(ok)
      assert.truthy(why:find("bad option 'proxy'", 1, true), why)
      assert.is_nil(why:find("canary", 1, true), why)
    end
    client_of(server.url, "http://192.0.2.1:3128", { allow_http = true })
    client_of(https_url, "http://192.0.2.1:3128")
  end)

  it("must be one that can be used, and a slip shows no password", function()
    for _, proxy in ipairs { "ftp://me:canary@h:1", "http://me:canary@h:port", "http://", "file:///x", true, 1 } do
      local ok, why = pcall(client_of, https_url, proxy)
      assert.is_false(ok, tostring(proxy))
      assert.truthy(why:find("'proxy'", 1, true), why)
      assert.is_nil(why:find("canary", 1, true), why)
    end
  end)

  it("may be none, and the option says so to every client", function()
    local ms <close> = studio.mstudio { api_key = KEY, base_url = https_url, ca_file = authority.ca_file,
                                        proxy = false }
    assert.equal("ok\n", (ms:request { path = "/", raw = true }))
    assert.has_error(function() studio.mstudio { api_key = KEY, proxy = true } end)
  end)

  it("keeps its password to itself", function()
    local client = client_of(https_url, "http://me:" .. IN_URL .. "@127.0.0.1:1")
    assert.equal("it is *** and ***", client:redact("it is " .. PASSWORD .. " and " .. IN_URL))
    assert.is_nil(tostring(client):find "canary")
  end)
end)

-- Another process, since the environment of this one is what it is.
describe("the environment", function()
  local script

  setup(function()
    script = os.tmpname()
    shell.write(script, ("package.path, package.cpath = %q, %q\n"):format(package.path, package.cpath) .. [[
      local core, support = require "studio.core", require "spec.support.core"
      local options = { max_attempts = 1, allow_http = arg[2] == "allow_http", ca_file = os.getenv "CA" }
      if arg[2] == "none" then options.proxy = false elseif arg[2]:find "//" then options.proxy = arg[2] end
      local response, failure = support.get(support.client(arg[1], options), "/")
      print(response and response.body or (failure.code or "") .. ": " .. failure.message)]]) -- "" for a status
  end)
  teardown(function() os.remove(script) end)

  local function fetch(environment, url, how)
    local command = ("env -u http_proxy -u https_proxy -u HTTPS_PROXY -u all_proxy -u ALL_PROXY "
      .. "-u no_proxy -u NO_PROXY CA=%s %s %s %s %s %s"):format(authority.ca_file, environment,
      os.getenv "STUDIO_LUA" or "lua5.4", script, url, how or "-")
    local ok, text = shell.run(command)
    assert(ok, text)
    return text
  end

  it("names the proxy, as it does for curl", function()
    local proxy <close> = recorder [[c:answer("no", 403)]]
    local barred_words, count = "the proxy " .. proxy.url:match "//(.*)" .. " answered 403", 0
    for _, variable in ipairs { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" } do
      local text = fetch(variable .. "=" .. proxy.url, "https://service.invalid")
      assert.truthy(text:find(barred_words, 1, true), text)
      count = count + 1
    end
    assert.equal(count, proxy:count "CONNECT")
    local plain = "http://service.invalid"
    assert.equal(": the service answered 403\n", fetch("http_proxy=" .. proxy.url, plain, "allow_http"))
    -- in a web server's child that variable is the visitor's
    assert.truthy(fetch("HTTP_PROXY=" .. proxy.url, plain, "allow_http"):find("^resolve:"))
  end)

  it("names the hosts that go without", function()
    local proxy <close> = recorder [[c:answer("no", 403)]]
    for _, hosts in ipairs { "service.invalid", ".invalid", "other.example,invalid", "'*'" } do
      for _, variable in ipairs { "no_proxy", "NO_PROXY" } do
        local environment = ("https_proxy=%s %s=%s"):format(proxy.url, variable, hosts)
        assert.truthy(fetch(environment, "https://service.invalid"):find("^resolve:"))
      end
    end
    assert.equal(0, proxy:count())
    local text = fetch("no_proxy=other.example https_proxy=" .. proxy.url, "https://service.invalid")
    assert.truthy(text:find("^proxy:"), text)
    text = fetch("no_proxy=other.example https_proxy=http://127.0.0.1:1", "https://service.invalid")
    assert.truthy(text:find("^proxy: no connection to the proxy 127.0.0.1:1"), text)
    text = fetch("no_proxy=224.0.0.1 https_proxy=http://127.0.0.1:1", "https://224.0.0.1")
    assert.truthy(text:find("^unreachable: no connection to 224.0.0.1:443"), text)
  end)

  it("has no say where the client names its proxy, or none", function()
    local proxy <close> = recorder [[c:answer("no", 403)]]
    assert.truthy(fetch("https_proxy=" .. proxy.url, "https://service.invalid", "none"):find("^resolve:"))
    assert.equal(0, proxy:count())
    local environment = "no_proxy=service.invalid https_proxy=http://127.0.0.1:1"
    assert.truthy(fetch(environment, "https://service.invalid", proxy.url):find("answered 403", 1, true))
  end)

  it("is not asked for this machine itself", function()
    local environment = "http_proxy=http://127.0.0.1:1 https_proxy=http://127.0.0.1:1 ALL_PROXY=http://127.0.0.1:1"
    assert.equal("ok\n\n", fetch(environment, https_url))
    assert.equal("ok\n\n", fetch(environment, https_url:gsub("127.0.0.1", "localhost")))
    assert.equal("ok\n\n", fetch(environment, server.url))
    assert.equal("ok\n\n", fetch(environment, server.url, "allow_http"))
  end)

  it("that names a proxy which nobody can use is not passed over", function()
    local text = fetch("https_proxy=ftp://me:canary@127.0.0.1:1", "https://service.invalid")
    assert.is_nil(text:find("^resolve:"), text)
    assert.is_nil(text:find("canary", 1, true), text)
  end)
end)
