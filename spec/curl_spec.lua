-- A call as a curl command: the real curl sends what we sent, byte for byte, and no secret is shown.
-- SPDX-License-Identifier: MIT

local core = require "studio.core"
local peer = require "spec.support.peer"
local service = require "studio.service"
local shell = require "spec.support.shell"
local studio = require "studio"
local support = require "spec.support.core"

local KEY = "sk_live_canary/5c0ffee+=$HOME"

-- Answers with the very bytes of the request; /missing with 404, /gone by hanging up.
local ECHO = [[function(c)
  while true do
    local lines, size = {}, 0
    for line in function() return c.socket:read "*L" end do
      lines[#lines + 1] = line
      size = tonumber(line:lower():match "^content%-length: (%d+)") or size
      if line == "\r\n" then break end
    end
    if #lines == 0 then return end
    if lines[1]:find "/gone" then return end
    local whole = table.concat(lines) .. (size > 0 and c.socket:read(size) or "")
    c:answer(whole, lines[1]:find "/missing" and 404 or 200)
  end
end]]

-- Runs the command as a person would, with the variables set; what the server saw.
local function paste(command, variables)
  local given = {}
  for name, value in pairs(variables or {}) do given[#given + 1] = name .. "=" .. shell.quote(value) end
  local script = os.tmpname()
  shell.write(script, command:gsub("^curl ", "curl -sS "))
  local ok, text = shell.tool("env " .. table.concat(given, " ") .. " sh " .. script)
  os.remove(script)
  assert(ok, text)
  return text
end

describe("call:curl()", function()
  local server, client

  setup(function()
    server = peer.start(ECHO)
    client = support.client(server.url .. "/api", {
      name = "mstudio", auth = core.auth { kind = "header", name = "X-API-Key", value = KEY },
      headers = { Accept = "application/json", ["X-Team"] = "se'cret" },
    })
  end)
  teardown(function() server:stop() end)

  local secrets = { MSTUDIO_API_KEY = KEY, HEADER_X_TEAM = "se'cret" }

  local function assert_same(options, variables)
    local call = client:submit(options)
    local command = assert(call:curl())
    local mine = assert(support.run(call)).body
    local all = {}
    for _, from in ipairs { secrets, variables or {} } do
      for name, value in pairs(from) do all[name] = value end
    end
    assert.equal(mine, paste(command, all))
    for _, secret in pairs(all) do assert.is_nil(command:find(secret, 1, true), command) end
    return command
  end

  it("reads well", function()
    local plain = support.client(server.url .. "/api", { name = "mstudio", headers = { Accept = "application/json" },
      auth = core.auth { kind = "header", name = "X-API-Key", value = KEY } })
    local command = plain:curl { path = "/projects", query = { page = 2 } }
    assert.equal((([[
curl "BASE/api/projects?page=2" \
  -H "X-API-Key: $MSTUDIO_API_KEY" \
  -H "Accept: application/json" \
  -A "lua-studio/VERSION" \
  --compressed \
  --max-time "60"]]):gsub("BASE", server.url):gsub("VERSION", core.version)), command)
  end)

  local json = { ["Content-Type"] = "application/json" }
  local bodies = {
    ["quotes"] = [[{"title":"it's \"quoted\" \\ $HOME `id` $(id)"}]],
    ["a line break"] = "one\ntwo\r\nthree\n",
    ["an exclamation mark"] = "what!! !1 !ls",
    ["other scripts"] = "ë 漢字 🎬 \u{202E}",
    ["a leading @"] = "@/etc/passwd",
    ["control characters"] = "\1\2\27[31m\127\t",
    ["bytes that are no text"] = "\xff\xfe\x80",
    ["nothing in it"] = "",
    ["only quotes"] = "'''",
    ["a backslash at the end"] = "x\\",
    ["many bytes"] = ("0123456789"):rep(9000),
  }
  for what, body in pairs(bodies) do
    it("sends a body with " .. what, function()
      assert_same { method = "POST", path = "/x", body = body }
      assert_same { method = "PUT", path = "/x", body = body, headers = json }
    end)
  end

  it("sends every method, with and without a body", function()
    for _, method in ipairs { "GET", "POST", "PUT", "PATCH", "DELETE" } do
      assert_same { method = method, path = "/x" }
      assert_same { method = method, path = "/x", body = '{"a":1}', headers = json }
    end
    assert.matches("%-%-head", client:curl { method = "HEAD", path = "/x" })
  end)

  it("sends a file by its name", function()
    local path = os.tmpname()
    finally(function() os.remove(path) end)
    shell.write(path, "bytes\0of a file")
    local command = assert_same { method = "PUT", path = "/x", body = { { file = path } } }
    assert.is_truthy(command:find('--data-binary "@' .. path .. '"', 1, true))
  end)

  it("makes secrets in the query, header and body variables", function()
    assert_same({ path = "/x", query = { token = "t0ken&1", page = 1, ["X-Signature"] = "sig" } },
      { QUERY_TOKEN = "t0ken%261", QUERY_X_SIGNATURE = "sig" })
    assert_same({ path = "/x", headers = { ["X-Mine"] = "mine-secret", Accept = "a!b" } },
      { HEADER_X_MINE = "mine-secret" })
    local command = assert_same({ method = "POST", path = "/x", headers = json,
      body = [[{"user":"u","password" : "p\"w","n":{"client_secret":{"a":["deep"]},"max_tokens":5,"pin":1234}}]] },
      { BODY_PASSWORD = 'p\\"w', BODY_CLIENT_SECRET = '{"a":["deep"]}', BODY_PIN = "1234" })
    assert.is_truthy(command:find('"user":"u"', 1, true))
    assert.is_truthy(command:find('"max_tokens":5', 1, true))
    assert_same({ method = "POST", path = "/x", headers = { ["Content-Type"] = "application/x-www-form-urlencoded" },
      body = "user=u&password=hidden%21&grant=x" }, { BODY_PASSWORD = "hidden%21" })
  end)

  it("shows JSON that is none without harm", function()
    for _, body in ipairs { '{"', '{"password"', '{"password":', '{"password":"', '{"a":{"token":[', "[\\", '{"a\\' } do
      local call = client:submit { method = "POST", path = "/x", body = body }
      assert(call:curl())
      support.run(call)
    end
  end)

  it("never shows the credentials, wherever they are", function()
    local command = client:curl { method = "POST", path = "/keys/" .. core.escape(KEY), query = { a = KEY },
      body = '{"a":"' .. KEY .. '"}', headers = { Accept = KEY } }
    assert.is_nil(command:find("canary", 1, true), command)
  end)

  it("names the variable of each way to log in", function()
    local function shown(auth)
      local c = support.client(server.url, { name = "five9", auth = core.auth(auth) })
      local response = assert(support.get(c, "/x"))
      return response:curl(), response.body
    end
    for header, case in pairs {
      ['-H "Authorization: Bearer $FIVE9_TOKEN"'] = { { kind = "bearer", token = "tok" }, { FIVE9_TOKEN = "tok" } },
      ['-H "Authorization: Basic $FIVE9_BASIC"'] = { { kind = "basic", user = "u", password = "pw" },
        { FIVE9_BASIC = "dTpwdw==" } },
      ['-H "Authorization: $FIVE9_AUTHORIZATION"'] = { { kind = "authorization", value = "raw key" },
        { FIVE9_AUTHORIZATION = "raw key" } },
      ['-H "X-Org-Id: $FIVE9_ORG_ID"'] = { { kind = "headers", fields = { ["X-Org-Id"] = "17xx" } },
        { FIVE9_ORG_ID = "17xx" } },
    } do
      local command, body = shown(case[1])
      assert.is_truthy(command:find(header, 1, true), command)
      assert.equal(body, paste(command, case[2]))
    end
  end)

  it("hides all of a URL elsewhere but its origin, and sends no credentials there", function()
    local other <close> = peer.start(ECHO)
    local call = client:submit { url = other.url .. "/signed/abc?sig=def", headers = { Accept = "*/*" } }
    local command = call:curl()
    assert.equal(assert(support.run(call)).body, paste(command, { URL_PATH = "/signed/abc?sig=def" }))
    assert.is_nil(command:find("abc", 1, true) or command:find("def", 1, true) or command:find("KEY", 1, true))
  end)

  it("says what no command line can hold", function()
    for body, why in pairs { ["a\0b"] = "zero byte", [("x"):rep(200000)] = "too long",
                             [{ "a", { file = "/etc/passwd" } }] = "put together" } do
      local command, reason = client:curl { method = "POST", path = "/x", body = body }
      assert.is_nil(command)
      assert.matches(why, reason)
    end
  end)

  it("tells the way there: proxy, certificates, protocol, file, time", function()
    local ca = os.tmpname()
    finally(function() os.remove(ca) end)
    shell.write(ca, "-----BEGIN CERTIFICATE-----\n")
    local c = core.client { base_url = "https://api.example", ca_file = ca, insecure = true, http2 = false,
      proxy = "http://me:hidden@127.0.0.1:9" }
    local command = c:curl { path = "/x", save_to = "a file", timeout = 1.5 }
    for _, part in ipairs { '--proxy "$STUDIO_PROXY"', '--cacert "' .. ca .. '"', "--insecure", "--http1.1",
                            '-o "a file"' } do
      assert.is_truthy(command:find(part, 1, true), part .. " in " .. command)
    end
    assert.is_nil(command:find("hidden", 1, true))
    assert.is_truthy(c:curl({ path = "/x", timeout = 1.5 }):find('--max-time "1.500"', 1, true))
    c = core.client { base_url = "https://api.example", proxy = "" }
    assert.is_truthy(c:curl({ path = "/x" }):find("--noproxy '*'", 1, true))
  end)
end)

describe("a client's curl", function()
  local server, define

  setup(function()
    server = peer.start(ECHO)
    define = service.define {
      name = "toy", base_url = server.url, options = { key = "string" },
      routes = {
        { name = "things.make", verb = "POST", path = "/things/{id}", from = "documented", wrapper = "thing" },
        { name = "things.missing", verb = "GET", path = "/missing", from = "documented" },
        { name = "things.gone", verb = "POST", path = "/gone", from = "documented" },
      },
      resources = {},
      connect = function(o) return { auth = core.auth { kind = "bearer", token = o.key } } end,
    }
  end)
  teardown(function() server:stop() end)

  it("shows a route without sending it", function()
    local toy = define { key = KEY }
    local command = toy:curl("things.make", { id = "a b" }, { title = "T" })
    assert.is_truthy(command:find(server.url .. "/things/a%20b", 1, true), command)
    assert.is_truthy(command:find([[--data-raw '{"thing":{"title":"T"}}']], 1, true), command)
    assert.is_truthy(command:find('-H "Authorization: Bearer $TOY_TOKEN"', 1, true), command)
    assert.same({ 0, 0 }, { toy:stats().calls, toy:stats().attempts })
    assert.matches("curl", toy:curl { path = "/other" })
    assert.error_matches(function() toy:curl "things.mak" end, "did you mean 'things.make'")
    assert.error_matches(function() toy:curl(3) end, "toy:curl: route must be a string or a table")
    toy:close()
  end)

  it("comes from an answer and from an error too", function()
    local toy = define { key = KEY, backoff_base = 0.001, backoff_cap = 0.001 }
    local _, response = toy:request { path = "/other" }
    assert.equal(response.body, paste(response:curl(), { TOY_TOKEN = KEY }))
    local _, err = toy:call "things.missing"
    assert.matches('curl "' .. server.url:gsub("%p", "%%%0") .. "/missing", err:curl())
    _, err = toy:call "things.gone" -- no answer at all
    assert.equal("outcome_unknown", err.kind)
    assert.matches("/gone", err:curl())
    local nothing, why = toy:problem("things.make", { kind = "protocol", message = "x" }):curl()
    assert.is_nil(nothing)
    assert.matches("not about a request", why)
    toy:close()
    assert.is_nil(studio.mstudio { api_key = KEY }:curl("projects.list"):find("canary", 1, true))
  end)
end)
