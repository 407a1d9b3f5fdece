-- studio.cognitive3d: three keys, two hosts, and answers that are none. SPDX-License-Identifier: MIT
--
-- Two scripted servers stand for the two hosts: what each of them has seen is what counts.

local echo = require "spec.support.echo"
local studio = require "studio"

local ORG, DEVELOPER, DATA = "orgkey-canary0123456789", "developercanary0123", "datacanary01234567"

local query_host, collector, c3

local JSON = { ["Content-Type"] = "application/json" }
local REAL = { ["Content-Type"] = "application/json", ["cvr-request-time"] = "1" }

local function start(options, query_script, data_script)
  query_host = echo.start(query_script or { ["*"] = { { body = '{"id":1}', headers = JSON } } })
  collector = echo.start(data_script or { ["*"] = { { body = '{"id":1}', headers = REAL } } })
  local all = {
    base_url = query_host.url, data_url = collector.url, state_dir = false, backoff_base = 0.001, backoff_cap = 0.001,
    organization_id = 1, project_id = 10,
  }
  for name, value in pairs(options) do all[name] = value end
  c3 = studio.cognitive3d(all)
  return c3
end

local function all_keys(more)
  local options = { org_key = ORG, developer_key = DEVELOPER, data_key = DATA }
  for name, value in pairs(more or {}) do options[name] = value end
  return options
end

after_each(function()
  if c3 then c3:close() end
  if query_host then query_host:stop() end
  if collector then collector:stop() end
  c3, query_host, collector = nil, nil, nil
end)

local function raised(options)
  local ok, message = pcall(studio.cognitive3d, options)
  assert.is_false(ok)
  return message
end

local function sent_as(options, call)
  start(options)
  call(c3)
  local request = query_host:log()[1] or collector:log()[1]
  c3:close()
  query_host:stop()
  collector:stop()
  return request.headers.authorization
end

describe("a key of Cognitive3D", function()
  local function whoami(client) return client.organizations:whoami() end
  local function verify(client) return client.collector:verify() end

  it("goes in the form that its kind wants, and never as a Bearer token", function()
    assert.equal(ORG, sent_as({ org_key = ORG }, whoami))
    assert.equal("APIKEY:ORGANIZATION oldkey", sent_as({ org_key = "oldkey" }, whoami))
    assert.equal("APIKEY:ORGANIZATION oldkey", sent_as({ org_key = "APIKEY:ORGANIZATION oldkey" }, whoami))
    assert.equal("APIKEY:DEVELOPER devkey", sent_as({ developer_key = "devkey" }, verify))
    assert.equal("APIKEY:DEVELOPER devkey", sent_as({ developer_key = "APIKEY:DEVELOPER devkey" }, verify))
  end)

  it("of another kind, or none, is refused before anything is made", function()
    local mistakes = {
      ["org_key is a key of another kind (APIKEY:DATA): it belongs in the option data_key"] =
        { org_key = "APIKEY:DATA k" },
      ["developer_key is a key of another kind (APIKEY:ORGANIZATION): it belongs in the option org_key"] =
        { developer_key = "APIKEY:ORGANIZATION k" },
      ["org_key is a key of another kind (APIKEY:DOMAIN)"] = { org_key = "APIKEY:DOMAIN k" },
      ["data_key is an organization key"] = { data_key = ORG },
      ["org_key begins with Bearer"] = { org_key = "Bearer abc" },
      ["org_key has a blank in it"] = { org_key = "two words" },
      ["org_key is empty"] = { org_key = "" },
      ["developer_key has a line break"] = { developer_key = "k\n" },
      ["give org_key (queries), developer_key (uploads) or data_key (live data)"] = {},
      ["there is no environment 'prod'"] = { org_key = ORG, environment = "prod" },
    }
    for message, options in pairs(mistakes) do
      local text = raised(options)
      assert.matches(message, text, 1, true)
      assert.matches("^spec/cognitive3d_client_spec.lua:%d+: ", text)
      assert.is_nil(text:find("canary", 1, true))
    end
  end)

  it("is shown nowhere, whichever door an answer came from", function()
    local echoing = ('{"message":"no key %s, %s or %s"}'):format(ORG, DEVELOPER, DATA)
    start(all_keys(), { ["*"] = { { status = 401, body = echoing, headers = JSON } } },
      { ["*"] = { { status = 401, body = echoing, headers = REAL } } })
    for _, method in ipairs { { c3.organizations, "whoami" }, { c3.collector, "verify" } } do
      local _, err = method[1][method[2]](method[1])
      assert.equal("unauthorized", err.kind)
      assert.matches("no key %*%*%*, %*%*%* or %*%*%*", tostring(err))
    end
    assert.is_nil((tostring(c3) .. c3:curl "collector.verify"):find("canary", 1, true))
    assert.matches("Authorization: $COGNITIVE3D_DEVELOPER_AUTHORIZATION", (c3:curl "collector.verify"), 1, true)
    assert.matches("Authorization: $COGNITIVE3D_ORGANIZATION_AUTHORIZATION", (c3:curl "projects.get"), 1, true)
  end)
end)

describe("the two hosts", function()
  local function origins(options)
    c3 = studio.cognitive3d(options)
    local text = tostring(c3)
    c3:close()
    return text:match "%((.*)%)"
  end

  it("are those of the environment, or of the private label, both named", function()
    assert.equal("https://api.cognitive3d.com", origins { org_key = ORG })
    assert.equal("https://api.cognitive3d.com, https://data.cognitive3d.com", origins(all_keys()))
    assert.equal("https://api.c3ddev.com, https://data.c3ddev.com", origins(all_keys { environment = "dev" }))
    assert.equal("https://data.c3ddev.com", origins { data_key = DATA, base_url = "https://api.c3ddev.com/v0/" })
    assert.equal("https://api.c3ddev.com", origins { org_key = ORG, data_url = "https://data.c3ddev.com" })
    assert.equal("https://api.xr.example, https://data.xr.example",
      origins(all_keys { base_url = "https://api.xr.example", data_url = "https://data.xr.example/" }))
    assert.matches("give data_url beside base_url", raised { data_key = DATA, base_url = "https://api.xr.example" })
    assert.matches("give base_url beside data_url", raised(all_keys { data_url = "https://data.xr.example" }))
    assert.matches("base_url is https://data.cognitive3d.com, and that is the other host",
      raised { org_key = ORG, base_url = "https://data.cognitive3d.com/v0" })
    assert.matches("data_url is https://api.c3ddev.com, and that is the other host",
      raised(all_keys { environment = "dev", data_url = "https://api.c3ddev.com" }))
    assert.matches("base_url is the origin alone %(https://xr.example%), without /api",
      raised { org_key = ORG, base_url = "https://xr.example/api" })
  end)

  it("each get their own keys and nothing else", function()
    start(all_keys())
    assert(c3.projects:get())
    assert(c3.collector:verify())
    assert(c3:request { path = "/v0/x", door = "data" })
    assert(c3:request { path = "/v0/x" })
    local there, here = query_host:log(), collector:log()
    assert.same({ "/v0/projects/10", ORG, "/v0/x", ORG },
      { there[1].target, there[1].headers.authorization, there[2].target, there[2].headers.authorization })
    assert.same({ "APIKEY:DEVELOPER " .. DEVELOPER, "APIKEY:DATA " .. DATA },
      { here[1].headers.authorization, here[2].headers.authorization })
    assert.same({ 2, 2 }, { #there, #here })
  end)

  it("do not get one another's keys by a redirect", function()
    start(all_keys())
    local away = { status = 302, headers = { Location = collector.url .. "/v0/stolen" } }
    c3:close()
    query_host:stop()
    query_host = echo.start { ["*"] = { away } }
    c3 = studio.cognitive3d(all_keys { base_url = query_host.url, data_url = collector.url, state_dir = false })
    c3.organizations:whoami()
    assert.equal("/v0/stolen", collector:log()[1].target)
    assert.is_nil(collector:log()[1].headers.authorization)
    assert(c3:request { url = collector.url .. "/v0/by-url" })
    assert.is_nil(collector:log()[2].headers.authorization)
  end)

  it("are warmed, counted, limited and closed together", function()
    start(all_keys())
    assert.is_true(c3:warm())
    assert(c3.organizations:whoami())
    assert(c3.collector:verify())
    assert.equal(2, c3:stats().attempts - 3) -- and one for each door that was warmed
    local limits = c3:limits()
    assert.same({ 1, 4, 0 }, { #limits, limits[1].max_in_flight, limits[1].capacity })
    assert.equal(2, limits[1].sent)
    c3:close()
    assert.equal("studio.cognitive3d (closed)", tostring(c3))
    assert.equal(5, c3:stats().attempts)
    assert.matches("the client is closed", select(2, pcall(c3.collector.verify, c3.collector)))
  end)

  it("share one bound of calls under way", function()
    start(all_keys { limits = { max_in_flight = 2 } },
      { ["*"] = { { body = '{"id":1}', headers = JSON, delay = 0.05 } } },
      { ["*"] = { { body = '{"id":1}', headers = REAL, delay = 0.05 } } })
    local most, done = 0, 0
    for i = 1, 8 do
      studio.spawn(function()
        assert(i % 2 == 0 and c3.organizations:whoami() or i % 2 == 1 and c3.collector:verify())
        done = done + 1
      end)
    end
    while studio.step(50) > 0 do most = math.max(most, c3:limits()[1].in_flight) end
    assert.same({ 2, 8 }, { most, done })
    assert.equal(8, c3:stats().calls)
  end)
end)

describe("a client of Cognitive3D", function()
  it("without the key for a call says which it needs, and sends nothing", function()
    start { org_key = ORG }
    local value, err = c3.collector:verify()
    assert.is_nil(value)
    assert.same({ "unauthorized", "missing_key", 0 }, { err.kind, err.code, err.attempts })
    assert.matches("collector.verify: unauthorized: it needs a developer_key, and this client has none: ",
      tostring(err), 1, true)
    assert.matches("it needs a developer_key", tostring(select(2, c3:curl "collector.verify")), 1, true)
    assert.matches("it needs a data_key", tostring(select(2, c3:request { path = "/x", door = "data" })), 1, true)
    assert.matches("there is no door 'dat'", select(2, pcall(c3.request, c3, { path = "/x", door = "dat" })), 1, true)
    assert.same({}, collector:log())
  end)

  it("that only reads writes nothing, to neither host", function()
    start(all_keys { read_only = true })
    assert.equal("refused", select(2, c3.tags:create(nil, { title = "x" })).kind)
    assert.equal("refused", select(2, c3.collector:rename("s", "x")).kind)
    assert(c3.collector:verify())
    assert.equal(0, #query_host:log())
    assert.equal(1, #collector:log())
  end)

  it("has its project and organization stand in, but never for what is deleted", function()
    start(all_keys())
    c3.projects:get()
    c3.projects:get { id = 12 }
    c3.tags:list()
    c3.projects:create { name = "New" }
    c3.tags:set(nil, { sdkSessionId = "17_abc" }, { title = "test" })
    local log = query_host:log()
    assert.same({ "/v0/projects/10", "/v0/projects/12", "/v0/organizations/1/tags" },
      { log[1].target, log[2].target, log[3].target })
    assert.same({ name = "New", type = "vr", organizationId = 1 }, studio.json.decode(log[4].body))
    assert.equal("/v0/projects/10/sessions/17_abc/tags/test", log[5].target)
    assert.equal("https://xr.example/v0/identify/sso/login?orgId=1", (function()
      local client <close> = studio.cognitive3d { org_key = ORG, base_url = "https://xr.example", organization_id = 1 }
      return client.organizations:sso_url()
    end)())
    assert.matches("projects:delete: project must be a string or an integer",
      select(2, pcall(c3.projects.delete, c3.projects)), 1, true)
    assert.equal(5, #query_host:log())
  end)
end)

describe("an answer that is none", function()
  local function answer(body, status, headers)
    start(all_keys(), { ["*"] = { { body = body, status = status, headers = headers or JSON } } },
      { ["*"] = { { body = body, status = status, headers = headers or REAL } } })
  end

  it("says so in its text, whatever its status says", function()
    local HTML = { ["Content-Type"] = "text/html", ["cvr-request-time"] = "1" }
    for _, case in ipairs {
      { "<html><body><h1>500 Internal Server Error</h1></body></html>", 201, HTML, "server" },
      { '"Internal Server Error"', 200, REAL, "server" },
      { "400 Bad Request", 200, { ["cvr-request-time"] = "1" }, "invalid" },
      { '{"message":"Internal Server Error"}', 200, REAL, "server" },
    } do
      answer(case[1], case[2], case[3])
      local value, err = c3.collector:rename("s1", "Hall")
      assert.is_nil(value, case[1])
      assert.same({ case[4], "false_success", case[2] }, { err.kind, err.code, err.status })
      assert.equal(case[4] == "server", err.maybe_done)
      c3:close()
      query_host:stop()
      collector:stop()
    end
  end)

  it("is left under no file's name", function()
    answer("<html><h1>Internal Server Error</h1></html>", 200, { ["Content-Type"] = "Text/HTML" })
    local path = os.tmpname()
    local value, err = c3.sessions:report("1_a", nil, { save_to = path })
    assert.is_nil(value)
    assert.same({ "server", "false_success" }, { err.kind, err.code })
    assert.is_nil(io.open(path))
  end)

  it("is not seen in data that speaks of errors", function()
    answer('{"id":1,"name":"Bad Request","message":"Internal Server Error"}')
    assert.equal("Bad Request", assert(c3.projects:get()).name)
    answer('[{"title":"Internal Server Error"}]')
    assert.equal(1, #assert(c3.tags:list()))
    answer('{"name":"a","description":"Internal Server Error"}')
    assert(c3.collector:scene "s1")
  end)

  it("comes from a captive portal when the collector's own header is not there", function()
    answer('{"id":1}', 200, JSON)
    local value, err = c3.collector:user()
    assert.is_nil(value)
    assert.same({ "protocol", "captive_portal" }, { err.kind, err.code })
    assert(c3.projects:get()) -- the other host never had it
    c3:close()
    c3 = studio.cognitive3d(all_keys { base_url = query_host.url, data_url = collector.url, state_dir = false,
      routes = { ["collector.user"] = { proof = false } } })
    assert(c3.collector:user())
  end)

  it("which is a web page is told in few words", function()
    local page = "<html><head><title>502 Bad Gateway</title></head><body>" .. ("x"):rep(5000) .. "</body></html>"
    start(all_keys { max_attempts = 1 },
      { ["*"] = { { status = 502, body = page, headers = { ["Content-Type"] = "text/html" } } } })
    local _, err = c3.projects:get()
    assert.equal("server", err.kind)
    assert.matches("an HTML page %(502 Bad Gateway%)", tostring(err))
    assert.is_true(#tostring(err) < 200)
  end)

  it("tells of an expired developer key, and of what a key may not", function()
    answer('{"message":"key expired"}', 401)
    assert.matches("The developer key has expired", tostring(select(2, c3.collector:user())))
    answer('{"message":"Forbidden"}', 403)
    assert.matches("The key may be read%-only", tostring(select(2, c3.tags:create(nil, { title = "x" }))))
  end)
end)

describe("files", function()
  it("go as a form, each part under the file's own name, with the version in the query", function()
    local folder = os.tmpname()
    os.remove(folder)
    assert(os.execute("mkdir " .. folder))
    for name, text in pairs { ["scene.gltf"] = '{"asset":{}}', ["scene.bin"] = "BIN" } do
      local file <close> = assert(io.open(folder .. "/" .. name, "wb"))
      file:write(text)
    end
    start(all_keys(), nil, {
      ["POST /v0/scenes"] = { { status = 201, body = '"0a1b"', headers = REAL } },
      ["*"] = { { headers = REAL } },
    })
    local files = { folder .. "/scene.gltf", studio.file(folder .. "/scene.bin") }
    assert.equal("0a1b", assert(c3.collector:create_scene(files, { sceneId = "0a1b", sdkType = "UNITY" })))
    assert.is_true((c3.collector:replace_files("0a1b", { versionNumber = 3 }, files)))
    assert.is_true((c3.collector:screenshot("0a1b", 3, folder .. "/scene.bin")))
    local log = collector:log()
    assert.equal("/v0/scenes?sceneId=0a1b&sdkType=UNITY", log[1].target)
    assert.matches("^multipart/form%-data; boundary=", log[1].headers["content-type"])
    assert.matches('name="scene.gltf"; filename="scene.gltf"\r\nContent%-Type: model/gltf%+json', log[1].body)
    assert.matches('name="scene.bin"; filename="scene.bin"', log[1].body, 1, true)
    assert.equal("PUT /v0/scenes/0a1b?force=true&version=3", log[2].method .. " " .. log[2].target)
    assert.matches('name="screenshot"; filename="scene.bin"', log[3].body, 1, true)
    assert.equal("/v0/scenes/0a1b/screenshot?version=3", log[3].target)
    os.execute("rm -r " .. folder)
  end)
end)
