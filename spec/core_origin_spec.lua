-- Credentials, client headers and slots stay at the client's own origin; TLS. Judged by what the other side
-- has received. SPDX-License-Identifier: MIT

local core = require "studio.core"
local peer = require "spec.support.peer"
local support = require "spec.support.core"

local KEY = "sk_canary_0123456789"

-- Port 1 sends to where the path says; port 2 is another origin.
local own = [[function(c)
  for request in function() return c:request() end do
    local status, where = request.target:match "^/go/(%d+)/(.*)"
    if where == "away" then c:answer("", tonumber(status), "Location: " .. c.urls[2] .. "/there")
    elseif where == "back" then c:answer("", tonumber(status), "Location: " .. c.urls[2] .. "/back")
    elseif where == "home" then c:answer("", tonumber(status), "Location: /here")
    elseif where == "round" then c:answer("", tonumber(status), "Location: " .. request.target)
    elseif where == "none" then c:answer("", tonumber(status))
    elseif where then c:answer("", tonumber(status), "Location: " .. where)
    else c:answer("own") end
  end
end]]
local other = [[function(c)
  for request in function() return c:request() end do
    if request.target == "/back" then c:answer("", 302, "Location: " .. c.urls[1] .. "/here")
    else c:answer "other" end
  end
end]]

local function make(server, options)
  local limiter = core.limiter { name = "own", capacity = 100, window = 60 }
  options = options or {}
  options.limiters = { limiter }
  options.auth = core.auth { kind = "header", name = "X-API-Key", value = KEY }
  options.headers = { ["X-Client"] = "canary-client" }
  return support.client(server.url, options), limiter
end

local mine = { headers = { ["X-Mine"] = "canary-call", Accept = "image/png", Cookie = "canary" } }

-- The one request that port 2 got; nothing in it may be ours but what says which form is wanted.
local function seen_elsewhere(server)
  local found = {}
  for _, request in ipairs(server:log().requests) do
    if request.port == 2 then found[#found + 1] = request end
  end
  assert.equal(1, #found)
  for name, value in pairs(found[1].headers) do assert.is_nil(value:find "canary", name) end
  return found[1]
end

-- What another process, with that in its environment, gets from the URL.
local function fetch_with(environment, url)
  local script = os.tmpname()
  local file = assert(io.open(script, "w"))
  file:write(("package.path, package.cpath = %q, %q\n"):format(package.path, package.cpath),
             'local support = require "spec.support.core"\n',
             ('print(support.get(support.client(%q), "/x").body)'):format(url))
  file:close()
  local lua = os.getenv "STUDIO_LUA" or "lua5.4"
  local pipe = assert(io.popen(("%s %s %s 2>&1"):format(environment, lua, script)))
  local text = pipe:read "a"
  pipe:close()
  os.remove(script)
  return text
end

describe("credentials", function()
  it("go to the own origin with the client's and the call's headers", function()
    local server <close> = peer.start(own, other)
    local client, limiter = make(server)
    assert(support.get(client, "/x", { headers = mine.headers }))
    local headers = server:log().requests[1].headers
    assert.equal(KEY, headers["x-api-key"])
    assert.equal("canary-client", headers["x-client"])
    assert.equal("canary-call", headers["x-mine"])
    assert.equal(1, limiter:explain().sent)
  end)

  it("do not follow a redirect to another port, and no slot is taken there", function()
    local server <close> = peer.start(own, other)
    local client, limiter = make(server)
    local response = assert(support.get(client, "/go/302/away", { headers = mine.headers }))
    assert.equal("other", response.body)
    assert.equal(server.urls[2] .. "/there", response.url)
    assert.equal("image/png", seen_elsewhere(server).headers.accept)
    assert.equal(1, limiter:explain().sent)
  end)

  it("do not go to an absolute URL elsewhere; its own headers do", function()
    local server <close> = peer.start(own, other)
    local client, limiter = make(server)
    local options = { url = server.urls[2] .. "/x", headers = { ["X-Ticket"] = "t" } }
    local response = assert(support.run(client:submit(options)))
    assert.equal("other", response.body)
    assert.equal("t", seen_elsewhere(server).headers["x-ticket"])
    assert.equal(0, limiter:explain().sent)
  end)

  it("come back with the call to the own origin, with a slot for each request there", function()
    local server <close> = peer.start(own, other)
    local client, limiter = make(server)
    assert.equal("own", assert(support.get(client, "/go/302/back", { headers = mine.headers })).body)
    seen_elsewhere(server)
    local requests = server:log().requests
    assert.equal(KEY, requests[3].headers["x-api-key"])
    assert.is_nil(requests[3].headers["x-mine"]) -- somebody else has chosen that URL
    assert.equal(2, limiter:explain().sent)
  end)

  it("are never a caller's to override, and shown to nobody", function()
    local server <close> = peer.start(own, other)
    local client = make(server)
    assert(support.get(client, "/x", { headers = { ["x-api-key"] = "another" } }))
    assert.equal(KEY, server:log().requests[1].headers["x-api-key"])
    local text = tostring(client) .. tostring(core.auth { kind = "bearer", token = KEY })
    assert.is_nil(text:find(KEY, 1, true))
    assert.equal("a *** b", client:redact("a " .. KEY .. " b"))
  end)

  it("are refused where they could add header lines", function()
    assert.has_error(function() core.auth { kind = "header", name = "X-Key", value = "a\r\nX-Other: b" } end)
    assert.has_error(function() core.auth { kind = "header", name = "X Key", value = "a" } end)
    assert.has_error(function() core.client { base_url = "http://127.0.0.1", headers = { ["X-A"] = "a\nb" } } end)
  end)
end)

describe("a redirect", function()
  local refusals = {
    { "GET", 302, "file:///etc/passwd", "file" },
    { "GET", 302, "ftp://127.0.0.1/x", "another scheme" },
    { "GET", 302, "http://user:pass@127.0.0.1/", "a URL with a password" },
    { "GET", 302, "http://192.0.2.1/", "plain http elsewhere" },
    { "GET", 302, "none", "nowhere" },
    { "GET", 302, "round", "itself" },
    { "POST", 302, "home", "its own origin, of a POST" },
    { "POST", 307, "away", "another origin, of a POST" },
    { "DELETE", 308, "away", "another origin, of a DELETE" },
  }
  for _, case in ipairs(refusals) do
    local method, status, where, what = table.unpack(case)
    it(("(%d) to %s is not followed"):format(status, what), function()
      local server <close> = peer.start(own, other)
      local client = make(server)
      local _, failure = support.get(client, ("/go/%d/%s"):format(status, where), { method = method })
      assert.equal("protocol", failure.kind)
      assert.equal("redirect", failure.code)
      assert.equal("answered", failure.stage)
      assert.equal(status, failure.status)
      assert.is_nil(failure.message:find "pass@")
      assert.equal(where == "round" and 6 or 1, server:count())
    end)
  end

  it("within the origin repeats a POST when the service says 307, and fetches after 303", function()
    local server <close> = peer.start(own, other)
    local client = make(server)
    assert(support.get(client, "/go/307/home", { method = "POST", body = "abc" }))
    assert(support.get(client, "/go/303/home", { method = "POST", body = "abc" }))
    local requests = server:log().requests
    assert.same({ "POST", "POST", "POST", "GET" },
                { requests[1].method, requests[2].method, requests[3].method, requests[4].method })
    assert.equal("abc", requests[2].body)
    assert.equal("", requests[4].body)
  end)

  it("from https to http is not followed", function()
    local server <close> = peer.start("tls " .. own, other)
    local client = make(server, { ca_file = server.ca_file })
    local _, failure = support.get(client, "/go/302/away")
    assert.equal("redirect", failure.code)
    assert.equal(1, server:count())
  end)
end)

describe("a URL", function()
  it("must be one that may be sent to", function()
    local client = support.client "http://127.0.0.1:9"
    for _, url in ipairs { "file:///etc/passwd", "ftp://127.0.0.1/", "http://192.0.2.1/x", "https://u:p@127.0.0.1/",
                           "http://127.0.0.1\\@192.0.2.1/", "//127.0.0.1/", "" } do
      assert.has_error(function() client:submit { url = url } end)
      assert.has_error(function() core.client { base_url = url } end)
    end
    assert.has_no_error(function() core.client { base_url = "http://192.0.2.1/", allow_http = true } end)
  end)

  it("of this machine goes past a proxy of the environment", function()
    local server <close> = peer.start([[function(c) c:serve "direct" end]], [[function(c) c:serve "proxy" end]])
    assert.equal("direct\n", fetch_with("http_proxy=" .. server.urls[2], server.url))
    -- but one that the client names is used
    assert.equal("proxy", support.get(support.client(server.url, { proxy = server.urls[2] }), "/x").body)
  end)
end)

describe("TLS", function()
  local server
  setup(function() server = peer.start [[tls function(c) c:serve "safe" end]] end)
  teardown(function() server:stop() end)

  local function failure_of(url, options)
    local _, failure = support.get(support.client(url, options), "/x", { method = "POST", body = "{}" })
    return failure
  end

  it("refuses an authority that nobody knows, before anything is sent", function()
    local before = server:count()
    local failure = failure_of(server.url)
    assert.equal("tls", failure.kind)
    assert.equal("not_sent", failure.stage)
    assert.equal(1, failure.attempts)
    assert.equal(before, server:count())
  end)

  it("accepts the client's own authority, or none where it is told so", function()
    assert.equal("safe", support.get(support.client(server.url, { ca_file = server.ca_file }), "/x").body)
    assert.equal("safe", support.get(support.client(server.url, { insecure = true }), "/x").body)
    -- and the connection made without a check is not used by a client that wants one
    assert.equal("tls", failure_of(server.url).kind)
  end)

  it("refuses a certificate for another host", function()
    local failure = failure_of((server.url:gsub("127.0.0.1", "127.0.0.2")), { ca_file = server.ca_file })
    -- nobody listens there; a name that leads here is what counts
    assert.equal("not_sent", failure.stage)
    failure = failure_of((server.url:gsub("127.0.0.1", "ip6-localhost.localhost")), { ca_file = server.ca_file })
    assert.equal("tls", failure.kind)
    assert.equal("not_sent", failure.stage)
  end)

  it("takes the authorities of SSL_CERT_FILE", function()
    assert.equal("safe\n", fetch_with("SSL_CERT_FILE=" .. server.ca_file, server.url))
  end)
end)
