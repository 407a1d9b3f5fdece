-- TLS against servers that nobody here wrote: nginx, and openssl s_server. SPDX-License-Identifier: MIT

local core = require "studio.core"
local nginx = require "spec.support.nginx"
local pki = require "spec.support.pki"
local program = require "spec.support.program"
local shell = require "spec.support.shell"
local studio = require "studio"
local support = require "spec.support.core"

local PASSWORD = "sesame_canary"

-- name -> what its certificate is like; each gets an nginx server of its own.
local LEAVES = {
  good = {}, expired = { from = -10, to = -1 }, future = { from = 2, to = 30 }, own = { ca = false },
  stranger = { ca = "other" }, host = { names = "DNS:other.example" }, whole = { ca = "mid", chain = "mid" },
  broken = { ca = "mid" },
}

local authority, server, ports, me, locked

local function block(name, more)
  ports[name] = program.free_port()
  local leaf = LEAVES[name] and name or "good"
  return ([[server { listen 127.0.0.1:%d ssl http2; root www; access_log %s.log seen; ssl_certificate %s/%s.pem;
    ssl_certificate_key %s/%s.key; %s }]])
    :format(ports[name], name, authority.dir, leaf, authority.dir, leaf, more or "")
end

setup(function()
  authority, ports = pki.new(), {}
  authority:authority("mid", "ca")
  local http = { "log_format seen '$connection $server_protocol $request_method $request_uri';" }
  for name, options in pairs(LEAVES) do
    authority:leaf(name, options)
    http[#http + 1] = block(name, name == "good" and "location /slow { limit_rate_after 9k; limit_rate 9; }" or nil)
  end
  me = authority:leaf("me", {})
  locked = authority:leaf("locked", { password = PASSWORD })
  local wants = ("ssl_verify_client on; ssl_client_certificate %s;"):format(authority.ca_file)
  http[#http + 1] = block("members", wants .. "add_header X-Who $ssl_client_s_dn;")
  http[#http + 1] = block("once", "keepalive_timeout 0;")
  server = assert(nginx.start { http = table.concat(http, "\n"), server = "" })
  shell.write(server.dir .. "/www/slow", ("x"):rep(100000))
end)

teardown(function()
  if server then server:stop() end
  authority:stop()
end)

local function url(name) return "https://127.0.0.1:" .. ports[name] end

local function client_of(name, options)
  options = options or {}
  options.ca_file = options.ca_file or authority.ca_file
  return support.client(url(name), options)
end

-- { connection, protocol, method, uri } of each request that a server of nginx has answered.
local function seen(name)
  local found = {}
  for line in (shell.read(server.dir .. "/" .. name .. ".log") or ""):gmatch "[^\n]+" do
    local connection, protocol, method, uri = line:match "^(%d+) (%S+) (%S+) (%S+)"
    found[#found + 1] = { connection = connection, protocol = protocol, method = method, uri = uri }
  end
  return found
end

-- nginx writes its log after it has answered.
local function seen_at_least(name, count)
  support.until_(function() return #seen(name) >= count end, count .. " requests in the log of " .. name)
  return seen(name)
end

local function connections(requests)
  local set, count = {}, 0
  for _, request in ipairs(requests) do
    if not set[request.connection] then count = count + 1 end
    set[request.connection] = true
  end
  return count
end

-- A write that must fail before anything of it is sent; once, since the same would come of it again.
local function refused(client, ...)
  local response, failure = support.get(client, "/", { method = "POST" })
  assert.is_nil(response)
  assert.equal("tls", failure.kind)
  assert.equal("not_sent", failure.stage)
  assert.equal(1, failure.attempts)
  for _, words in ipairs { ... } do
    assert.truthy(failure.message:find(words, 1, true), failure.message)
  end
  return failure
end

describe("a certificate", function()
  for name, case in pairs {
    expired = { "certificate_expired", "has expired" },
    future = { "certificate_not_yet_valid", "not valid yet" },
    own = { "certificate_self_signed", "self-signed" },
    stranger = { "certificate_unknown_ca", "authority that is not known here" },
    broken = { "certificate_unknown_ca", "leaves out a certificate of the chain" },
    host = { "certificate_wrong_host", "is for another host" },
  } do
    it("that is not to be trusted is refused, and the error says why: " .. name, function()
      local failure = refused(client_of(name), case[2], "127.0.0.1:" .. ports[name])
      assert.equal(case[1], failure.code)
      assert.same({}, seen(name))
    end)
  end

  it("that is good is accepted, from an authority or by way of another", function()
    assert.equal("ok\n", support.get(client_of "good", "/").body)
    assert.equal("ok\n", support.get(client_of "whole", "/").body)
    assert.equal("ok\n", support.get(client_of("stranger", { ca_file = authority.other_ca_file }), "/").body)
  end)

  it("is verified on a new connection though another client has one without", function()
    assert.equal("ok\n", support.get(client_of("own", { insecure = true }), "/").body)
    assert.equal("certificate_self_signed", refused(client_of "own").code)
  end)

  it("must be in a PEM file, as its key must: another file is refused before the first call", function()
    local function make(options)
      options.base_url = url "good"
      return pcall(core.client, options)
    end
    for _, options in ipairs { { ca_file = "README.md" }, { ca_file = authority.dir .. "/good.key" },
      { cert_file = authority.dir .. "/good.key" } } do
      local ok, message = make(options)
      assert.is_false(ok)
      assert.matches("is no PEM file: no line in it is %-+BEGIN CERTIFICATE", message)
    end
    local ok, message = make { cert_file = authority.dir .. "/good.pem", key_file = authority.dir .. "/good.pem" }
    assert.is_false(ok)
    assert.matches("bad option 'key_file' .*no line in it is %-+BEGIN PRIVATE KEY", message)
    assert.is_true((make { cert_file = authority.dir .. "/good.pem", key_file = authority.dir .. "/good.key" }))
  end)

  it("that is refused comes with advice", function()
    for name, words in pairs { stranger = "ca_file", expired = "clock", host = "base_url" } do
      local ms <close> = studio.mstudio { api_key = "sk_x", base_url = url(name), ca_file = authority.ca_file }
      local _, err = ms.projects:list()
      assert.is_true(err:is "tls")
      assert.truthy(err.advice:find(words, 1, true), tostring(err))
    end
  end)
end)

describe("a server", function()
  local function s_server(flags)
    local port = program.free_port()
    local command = "openssl s_server -www -quiet -accept 127.0.0.1:%d -cert %s/good.pem -key %s/good.key %s"
    return program.start(command:format(port, authority.dir, authority.dir, flags), port)
  end

  local function client_at(other, options)
    options = options or {}
    options.ca_file = authority.ca_file
    return support.client("https://127.0.0.1:" .. other.port, options)
  end

  it("that speaks TLS 1.1 at most is refused", function()
    local old <close> = s_server "-tls1_1 -cipher ALL:@SECLEVEL=0"
    assert.equal("tls_version", refused(client_at(old), "1.2 is the least").code)
  end)

  it("that speaks TLS 1.2 is good enough", function()
    local other <close> = s_server "-tls1_2"
    assert.equal(200, support.get(client_at(other), "/").status)
  end)

  it("that speaks no TLS at all is told from one that fails", function()
    local client = support.client("https://127.0.0.1:" .. server.port, { ca_file = authority.ca_file })
    assert.equal("not_tls", refused(client, "does not speak TLS").code)
  end)

  for _, version in ipairs { "-tls1_2", "-tls1_3" } do
    it("that wants a certificate of the client says so, and gets it: " .. version, function()
      local members <close> = s_server(version .. " -Verify 1 -verify_return_error -CAfile " .. authority.ca_file)
      refused(client_at(members), "certificate of the client")
      local client = client_at(members, { cert_file = me.cert, key_file = me.key })
      assert.equal(200, support.get(client, "/").status)
    end)
  end
end)

describe("the client's own certificate", function()
  it("is wanted by nginx after the handshake, and the advice says so", function()
    local ms <close> = studio.mstudio { api_key = "sk_x", base_url = url "members", ca_file = authority.ca_file }
    local _, err = ms.projects:list()
    assert.equal(400, err.status)
    assert.truthy(err.advice:find("cert_file", 1, true), tostring(err))
  end)

  it("is shown, also with a key that a password protects", function()
    for _, options in ipairs {
      { cert_file = me.cert, key_file = me.key },
      { cert_file = locked.cert, key_file = locked.key, key_password = PASSWORD },
    } do
      local response = support.get(client_of("members", options), "/")
      assert.equal("ok\n", response.body)
      assert.truthy(response:header("X-Who"):find "CN=")
    end
  end)

  it("is not shown to another origin", function()
    local client = client_of("good", { cert_file = me.cert, key_file = me.key })
    local _, failure = support.run(client:submit { url = url "members" .. "/" })
    assert.equal("answered", failure.stage)
    assert.equal(400, failure.status)
  end)

  it("fails at once with a wrong key or password, and asks nobody at the terminal", function()
    core.loop():disconnect() -- one that was made with the right key would do for the same certificate
    for _, options in ipairs {
      { cert_file = me.cert, key_file = authority.dir .. "/good.key" },
      { cert_file = locked.cert, key_file = locked.key, key_password = "wrong_canary" },
      { cert_file = locked.cert, key_file = locked.key },
      { cert_file = me.cert },
    } do
      local failure = refused(client_of("members", options), "cert_file")
      assert.equal("client_certificate", failure.code)
      assert.is_nil(failure.message:find "canary")
    end
  end)

  it("is checked for slips when the client is made", function()
    local function message(options)
      options.base_url = url "good"
      local ok, why = pcall(core.client, options)
      assert.is_false(ok)
      assert.is_nil(why:find "canary", why)
      return why
    end
    for _, name in ipairs { "ca_file", "cert_file", "key_file" } do
      for _, path in ipairs { "/nowhere/x.pem", "/tmp", "" } do
        assert.truthy(message({ [name] = path }):find("bad option '" .. name .. "'", 1, true))
      end
    end
    assert.truthy(message({ key_file = me.key }):find("needs cert_file", 1, true))
    assert.truthy(message({ key_password = PASSWORD }):find("needs cert_file", 1, true))
    assert.truthy(message({ cert_file = me.cert, key_password = PASSWORD .. "\0" }):find("key_password", 1, true))
    assert.has_error(function() studio.mstudio { api_key = "x", ca_file = "/nowhere/x.pem" } end)
  end)

  it("keeps its password to itself", function()
    local client = client_of("good", { cert_file = locked.cert, key_file = locked.key, key_password = PASSWORD })
    assert.is_nil(tostring(client):find(PASSWORD, 1, true))
    assert.equal("it is ***", client:redact("it is " .. PASSWORD))
  end)
end)

describe("HTTP/2", function()
  local function run_many(client, count)
    local calls = {}
    for i = 1, count do calls[i] = client:submit { path = "/?" .. i } end
    for i = 1, count do assert.equal("ok\n", support.run(calls[i]).body) end
  end

  it("takes one connection for fifty calls at once, where it is offered", function()
    local before = #seen "whole"
    local client = client_of "whole"
    core.loop():disconnect()
    run_many(client, 50)
    local requests = table.move(seen_at_least("whole", before + 50), before + 1, before + 50, 1, {})
    assert.equal(1, connections(requests))
    assert.equal("HTTP/2.0", requests[1].protocol)
    assert.equal(1, client:stats().connections)
  end)

  it("is not used where the client says so", function()
    local before = #seen "whole"
    local client = client_of("whole", { http2 = false })
    run_many(client, 10)
    local requests = table.move(seen_at_least("whole", before + 10), before + 1, before + 10, 1, {})
    assert.equal("HTTP/1.1", requests[1].protocol)
    assert.is_true(connections(requests) > 1) -- calls at once cannot share one
  end)

  it("carries a POST beside a call that is under way, but not on a connection that was idle", function()
    local client = client_of "good"
    core.loop():disconnect()
    local before = #seen "good"
    local slow = client:submit { path = "/slow" } -- nginx sends it by the drop
    support.until_(function() return slow:progress().received > 0 end, "the first byte")
    support.get(client, "/", { method = "POST", body = "{}" })
    slow:cancel()
    support.get(client, "/")
    local idle = core.loop():now() + 2.2
    support.until_(function() return core.loop():now() > idle end)
    support.get(client, "/", { method = "POST", body = "{}" })
    local requests = table.move(seen_at_least("good", before + 4), before + 1, before + 4, 1, {})
    assert.equal(2, connections(requests))
    assert.equal("POST", requests[4].method)
    assert.not_equal(requests[1].connection, requests[4].connection)
  end)
end)

describe("a fresh connection", function()
  -- Processor time of a number of calls, each on a connection of its own.
  local function cost(ca_file, count)
    local client = client_of("once", { ca_file = ca_file, http2 = false })
    support.get(client, "/")
    collectgarbage()
    local before = os.clock()
    for _ = 1, count do support.get(client, "/") end
    local used = os.clock() - before
    assert.equal(count + 1, client:stats().connections)
    return used / count
  end

  it("does not read the system's authorities again", function()
    local bundle = shell.read "/etc/ssl/certs/ca-certificates.crt" or shell.read "/etc/ssl/cert.pem"
      or shell.read "/etc/pki/tls/certs/ca-bundle.crt"
    assert(bundle and #bundle > 100000, "no bundle of authorities on this machine")
    local path = authority.dir .. "/bundle.pem"
    shell.write(path, bundle .. shell.read(authority.ca_file))
    local with, without = cost(path, 30), cost(authority.ca_file, 30)
    -- reading it costs some thirty times as much as a handshake
    assert.is_true(with < 5 * without, ("%.2f ms with the bundle, %.2f without"):format(with * 1e3, without * 1e3))
  end)
end)
