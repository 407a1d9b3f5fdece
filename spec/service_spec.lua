-- The shared client: options, refusals, decoding, secrets, closing; on real sockets. SPDX-License-Identifier: MIT

local core = require "studio.core"
local echo = require "spec.support.echo"
local errors = require "studio.error"
local service = require "studio.service"
local task = require "studio.task"

local KEY = "sk_canary_1234567890"

local things = {}
function things:list(query, options) return self.client:call("things.list", nil, query, options) end
function things:create(fields, options) return self.client:call("things.create", nil, fields, options) end
function things:get(id, options) return self.client:call("things.get", { thing_id = id }, nil, options) end
function things:put(id, fields) return self.client:call("things.put", { thing_id = id }, fields) end
function things:delete(id) return self.client:call("things.delete", { thing_id = id }) end

-- A service made for these specs: what the four real ones share must not hang on any of them.
local new = service.define {
  name = "toy",
  base_url = "https://toy.invalid/v1",
  options = { key = "string" },
  connect = function(options)
    return {
      auth = core.auth { kind = "header", name = "X-Key", value = options.key or KEY },
      limits = { { name = "toy key", requests = 1000, window = 1 } },
      limit_key = options.key or KEY,
    }
  end,
  headers = { Accept = "application/json" },
  scopes = { "read", "write" },
  routes = {
    { name = "things.list", verb = "GET", path = "/things", from = "documented" },
    { name = "things.create", verb = "POST", path = "/things", from = "assumed", scope = "write", wrapper = "thing",
      unwrap = "data", find_out = "list the things" },
    { name = "things.get", verb = "GET", path = "/things/{thing_id}", from = "assumed", unwrap = "data" },
    { name = "things.put", verb = "PUT", path = "/things/{thing_id}", from = "assumed", scope = "write" },
    { name = "things.delete", verb = "DELETE", path = "/things/{thing_id}", from = "assumed", scope = "write" },
  },
  resources = { things = things },
}

local server, toy

local function start(script, options)
  server = echo.start(script)
  options = options or {}
  options.base_url = options.base_url or server.url .. "/v1/"
  options.backoff_base, options.backoff_cap = 0.001, 0.001
  toy = new(options)
  return toy
end

after_each(function()
  if toy then toy:close() end
  if server then server:stop() end
  toy, server = nil, nil
end)

local function raised(fn, ...)
  local ok, message = pcall(fn, ...)
  assert.is_false(ok)
  return message
end

describe("a request", function()
  it("sends credentials, headers, query and a JSON body, and decodes the answer", function()
    start { ["POST /v1/things"] = { { status = 201, body = '{"data":{"id":1,"big":9007199254740993}}' } } }
    local value, response = toy.things:create({ name = "é", list = {} }, { headers = { ["X-More"] = "1" } })
    assert.same({ id = 1, big = 9007199254740993 }, value)
    assert.equal("integer", math.type(value.big))
    assert.equal(201, response.status)
    local seen = server:log()[1]
    assert.equal('{"thing":{', seen.body:sub(1, 10))
    assert.equal(KEY, seen.headers["x-key"])
    assert.equal("application/json", seen.headers["accept"])
    assert.equal("application/json", seen.headers["content-type"])
    assert.equal("1", seen.headers["x-more"])
    assert.matches("^lua%-studio/", seen.headers["user-agent"])
  end)

  it("of a route that reads puts its fields into the query", function()
    start { ["GET /v1/things"] = { { body = "[]" } } }
    assert.same({}, (toy.things:list { page = 2, q = "a b&c", on = true }))
    assert.equal("/v1/things?on=true&page=2&q=a%20b%26c", server:log()[1].target)
  end)

  it("without fields still sends an object where a body is expected, and none on DELETE", function()
    start { ["*"] = { { body = "{}" } } }
    toy.things:put(1)
    toy.things:delete(1)
    local log = server:log()
    assert.equal("{}", log[1].body)
    assert.equal("", log[2].body)
  end)

  it("that writes may have fields in its query, and then has no body unless something is left for it", function()
    local routes = { ["things.put"] = { query = { "day", "hard" } } }
    start({ ["*"] = { { body = "{}" } } }, { routes = routes })
    toy.things:put(1, { day = "2026-01-31", hard = false })
    toy.things:put(1, { day = "2026-01-31", more = 1 })
    toy.things:put(1)
    local log = server:log()
    assert.same({ "/v1/things/1?day=2026-01-31&hard=false", "" }, { log[1].target, log[1].body })
    assert.is_nil(log[1].headers["content-type"])
    assert.same({ "/v1/things/1?day=2026-01-31", '{"more":1}' }, { log[2].target, log[2].body })
    assert.same({ "/v1/things/1", "" }, { log[3].target, log[3].body })
  end)

  it("may be any, below the base URL or by its address", function()
    start { ["GET /v1/odd"] = { { body = '{"data":[1]}' } }, ["POST /v1/odd"] = { { body = "[true]" } },
      ["PUT /v1/odd"] = { { status = 204 } },
      ["GET /else"] = { { body = "plain", headers = { ["Content-Type"] = "text/plain" } } } }
    assert.same({ data = { 1 } }, (toy:request { path = "/odd" }))
    assert.same({ true }, (toy:request { path = "/odd", body = { a = 1 } }))
    assert.equal(true, (toy:request { path = "/odd", method = "put", body = "a,b", content_type = "text/csv" }))
    assert.equal("plain", (toy:request { url = server.url .. "/else" }))
    assert.equal('{"data":[1]}', (toy:request { path = "/odd", raw = true }))
    local log = server:log()
    assert.equal("text/csv", log[3].headers["content-type"])
    assert.equal("a,b", log[3].body)
  end)

  it("saves a body to a file and tells how far it is", function()
    local path = os.tmpname()
    start { ["GET /v1/file"] = { { body = ("x"):rep(100000), headers = { ["Content-Type"] = "image/png" } } } }
    local last
    local value = toy:request { path = "/file", save_to = path, progress = function(event) last = event end }
    assert.equal(path, value)
    local file = assert(io.open(path, "rb"))
    assert.equal(100000, #file:read "a")
    file:close()
    os.remove(path)
    assert.equal(100000, last.received)
    assert.equal(100000, last.total)
    assert.equal(path:match "[^/]*$", last.name)
  end)

  it("to an address that cannot be sent to is an error, since services hand such out, and no mistake", function()
    start { ["*"] = { { body = "{}" } } }
    for _, url in ipairs { "http://cdn.invalid/x?sig=canary", "ftp://cdn.invalid/x", "things", "https://h h/" } do
      local value, err = toy:request { url = url }
      assert.is_nil(value)
      assert.equal("protocol", err.kind)
      assert.equal("not_sent", err.stage)
      assert.matches("the URL cannot be used: .*spec/service_spec.lua:%d+%)$", tostring(err))
      assert.not_matches("canary", tostring(err))
    end
    assert.equal(0, #server:log())
  end)

  it("sends an idempotency key only when it is given", function()
    start { ["*"] = { { body = "{}" } } }
    toy.things:create({}, { idempotency_key = "k1" })
    toy.things:create {}
    local log = server:log()
    assert.equal("k1", log[1].headers["idempotency-key"])
    assert.is_nil(log[2].headers["idempotency-key"])
  end)

  it("names the wrong argument at the caller's line", function()
    start {}
    assert.matches("^spec/service_spec.lua:%d+: toy:request: unknown option 'pth'; did you mean 'path'",
      raised(function() toy:request { pth = "/x" } end))
    assert.matches("give either 'path' or 'url'", raised(function() toy:request {} end))
    assert.matches("'path' must begin with /", raised(function() toy:request { path = "x" } end))
    assert.matches("needs the option 'content_type'", raised(function() toy:request { path = "/x", body = "x" } end))
    assert.matches("cannot be written as JSON: .*inf", raised(function() toy.things:create { x = math.huge } end))
    assert.matches("^spec/service_spec.lua:%d+: things.get: thing_id must be", raised(function() toy.things:get() end))
    assert.matches("unknown option 'timout'; did you mean 'timeout'",
      raised(function() toy.things:get(1, { timout = 1 }) end))
    assert.matches("no route 'things.gett'; did you mean 'things.get'", raised(function() toy:call "things.gett" end))
    assert.matches("^spec/service_spec.lua:%d+: GET /x: .*priority", raised(function()
      toy:request { path = "/x", priority = "high" }
    end))
    assert.equal(0, #server:log())
  end)
end)

describe("an answer", function()
  local function answer(a)
    start { ["GET /v1/things/1"] = { a } }
    return toy.things:get(1)
  end

  it("without a body is true, but where something was to be read", function()
    start { ["GET /v1/things/1"] = { { status = 204 }, { body = " \n" }, { status = 304 }, { status = 204 } },
      ["DELETE /v1/things/1"] = { { status = 204 } } }
    for _, status in ipairs { 204, 200, 304 } do
      local value, err = toy.things:get(1)
      assert.is_nil(value)
      assert.equal("protocol", err.kind)
      assert.matches(status .. " protocol: the answer is empty", tostring(err))
    end
    assert.equal(true, (toy:request { path = "/things/1" }))
    assert.equal(true, (toy.things:delete(1)))
  end)

  it("without an envelope is the value", function() assert.same({ id = 1 }, (answer { body = '{"id":1}' })) end)

  it("is JSON when it looks like it, whatever its type says", function()
    assert.same({ id = 1 }, (answer { body = ' {"data":{"id":1}}', headers = { ["Content-Type"] = "text/html" } }))
  end)

  it("that cannot be read is a protocol error", function()
    local value, err = answer { body = '{"data":' }
    assert.is_nil(value)
    assert.equal("protocol", err.kind)
    assert.matches("^toy things.get: 200 protocol: the answer is not readable JSON: ", tostring(err))
    assert.equal('{"data":', err.response.body)
  end)

  it("of null is a protocol error where something was to be read, else like an empty one", function()
    for _, body in ipairs { "null", "false" } do
      local value, err = answer { body = body, headers = { ["Content-Type"] = "application/json" } }
      assert.is_nil(value)
      assert.equal("protocol", err.kind)
      assert.matches("the answer is " .. body, tostring(err))
      server:stop()
    end
    start { ["*"] = { { body = "null", headers = { ["Content-Type"] = "application/json" } } } }
    assert.is_true((toy.things:delete(1)))
    assert.is_true((toy.things:create {}))
  end)

  it("tells of a write whether it may have been done all the same", function()
    local function create(status, body)
      start { ["POST /v1/things"] = { { status = status, body = body,
        headers = { ["Content-Type"] = "application/json" } } } }
      local value, err = toy.things:create { a = 1 }
      assert.is_nil(value)
      server:stop()
      return err.maybe_done
    end
    assert.is_true(create(201, '{"data":{"id"'))
    assert.is_true(create(504, "{}"))
    assert.is_false(create(422, "{}"))
    assert.is_false(create(200, '{"success":false}'))
    start { ["*"] = { { status = 500, body = "{}" } } }
    assert.is_false(select(2, toy.things:list()).maybe_done)
    assert.is_true(select(2, toy.things:put(1, {})).maybe_done)
    assert.is_true(toy:problem("things.create", { kind = "protocol", message = "x" }).maybe_done)
    assert.is_false(toy:problem("things.get", { kind = "protocol", message = "x" }).maybe_done)
  end)

  it("that is a web page is a protocol error that names the page", function()
    local _, err = answer { body = "<html><title>Log in</title></html>", headers = { ["Content-Type"] = "text/html" } }
    assert.equal("protocol", err.kind)
    assert.matches("the server answered with an HTML page %(Log in%)", tostring(err))
  end)

  it("that says success = false is an error even with status 200", function()
    local value, err = answer { body = '{"success":false,"message":"Not really."}' }
    assert.is_nil(value)
    assert.equal("invalid", err.kind)
    assert.equal(200, err.status)
    assert.matches("200 invalid: Not really", tostring(err))
  end)

  it("with an error status becomes an error with the service's words", function()
    local _, err = answer { status = 404, body = '{"success":false,"message":"No such thing."}',
      headers = { ["X-Request-Id"] = "r1" } }
    assert.equal("not_found", err.kind)
    assert.equal("toy", err.service)
    assert.equal("things.get", err.route)
    assert.equal("r1", err.request_id)
    assert.equal(404, err.response.status)
    assert.matches("404 not found: No such thing%. Note: the route things.get is assumed", tostring(err))
    assert.matches("%(request r1, spec/service_spec.lua:%d+%)$", tostring(err))
  end)

  it("that never comes to a POST leaves the outcome unknown, and is not asked for twice", function()
    start { ["POST /v1/things"] = { { close = true } } }
    local _, err = toy.things:create {}
    assert.equal("outcome_unknown", err.kind)
    assert.matches("To find out, list the things", tostring(err))
    assert.equal(1, #server:log())
  end)

  it("that comes too late is a timeout", function()
    start { ["GET /v1/things/1"] = { { delay = 5, body = "{}" } } }
    local _, err = toy.things:get(1, { deadline = 0.2 })
    assert.equal("timeout", err.kind)
    assert.is_nil(err.status)
  end)
end)

describe("a client", function()
  it("refuses every write before sending when it is read-only", function()
    start({ ["*"] = { { body = "{}" } } }, { read_only = true })
    local value, err = toy.things:create {}
    assert.is_nil(value)
    assert.equal("refused", err.kind)
    assert.equal(0, err.attempts)
    assert.matches("read%-only, so POST was not sent", tostring(err))
    for _, verb in ipairs { "POST", "PUT", "PATCH", "DELETE" } do
      assert.equal("refused", select(2, toy:request { method = verb, path = "/x" }).kind)
    end
    assert.same({}, (toy.things:get(1)))
    assert.equal(1, #server:log())
  end)

  it("refuses what its declared scopes do not cover", function()
    start({ ["*"] = { { body = "{}" } } }, { scopes = { "read" } })
    local _, err = toy.things:create {}
    assert.equal("forbidden", err.kind)
    assert.equal("write", err.missing_scope)
    assert.equal(0, err.attempts)
    assert.matches("declared to have the scopes read; this needs write%. Not sent", tostring(err))
    assert.same({}, (toy.things:list()))
    assert.equal(1, #server:log())
    local all = new { base_url = server.url .. "/v1", scopes = { "*" } }
    assert.same({}, (all.things:create {}))
  end)

  it("knows a misspelt scope or option, and lets new scopes pass", function()
    assert.matches("^spec/service_spec.lua:%d+: studio.toy: unknown scope 'wriet'; did you mean 'write'",
      raised(function() new { scopes = { "wriet" } } end))
    assert.is_table(new { scopes = { "hologram" } })
    assert.matches("unknown option 'readonly'; did you mean 'read_only'", raised(new, { readonly = true }))
    assert.matches("unknown option 'windw'; did you mean 'window'", raised(new, { limits = { windw = 1 } }))
    assert.matches("unknown option 'caps'; did you mean 'cap'", raised(new, { poll = { caps = 1 } }))
    assert.matches("limits: requests must be 1 or more", raised(new, { limits = { requests = 0 } }))
    assert.matches("base_url", raised(function() new { base_url = "ftp://x" } end))
    assert.matches("^spec/service_spec.lua:%d+: ", raised(function() new { base_url = "http://example.com" } end))
    assert.matches("option 'headers' must map", raised(function() new { headers = { a = 1 } } end))
  end)

  it("shares its limiter with clients of the same key, and not with others", function()
    start({ ["*"] = { { body = "{}" } } }, { limits = { requests = 5, window = 60 } })
    local same = new { base_url = server.url .. "/v1", limits = { requests = 5, window = 60 } }
    local other = new { base_url = server.url .. "/v1", key = "another", limits = { requests = 5, window = 60 } }
    toy.things:list()
    same.things:list()
    assert.equal(3, toy:limits()[1].free)
    assert.equal(3, same:limits()[1].free)
    assert.equal(5, other:limits()[1].free)
    assert.equal(5, toy:limits()[1].capacity)
    assert.equal(60, toy:limits()[1].window)
    assert.same({}, new({ limits = false }):limits())
    assert.matches("^spec/service_spec.lua:%d+: studio.toy: limits: this program already has a client of that key, "
      .. "with requests = 5 and not 50", raised(function()
        new { base_url = server.url .. "/v1", limits = { requests = 50, window = 60 } }
      end))
    assert.is_table(new { base_url = server.url .. "/v1", limits = { requests = 50, window = 60 }, limit_key = "b" })
  end)

  it("refuses other limits than those of a client with the same key, whichever they are", function()
    local limits = { requests = 5, window = 1 / 3, guard = 0.1, spacing = 0.01, linger = 2, max_in_flight = 3 }
    local function make(changes)
      local copy = {}
      for name, value in pairs(limits) do copy[name] = changes[name] or value end
      return new { key = "one of many", limits = copy }
    end
    make {}
    make {}
    for name, value in pairs { requests = 6, window = 1, guard = 0.2, spacing = 0.02, linger = 3, max_in_flight = 4 } do
      assert.matches("a client of that key, with " .. name .. " = %S+ and not " .. value .. ";",
        raised(make, { [name] = value }))
    end
    assert.matches("with requests = 5 and not 1000", raised(new, { key = "one of many" }))
  end)

  it("takes times beyond all bounds for very long ones", function()
    start({ ["*"] = { { body = "{}" } } }, { timeout = 2e9 })
    assert.same({}, (toy.things:list(nil, { deadline = 2e9 })))
    assert.same({}, (toy.things:list(nil, { timeout = 1e300, deadline = 1e300 })))
  end)

  it("says at once when a deadline leaves no slot", function()
    start({ ["*"] = { { body = "{}" } } }, { limits = { requests = 1, window = 60 } })
    toy.things:list()
    local _, err = toy.things:list(nil, { deadline = 1 })
    assert.equal("timeout", err.kind)
    assert.equal(1, #server:log())
  end)

  it("counts what it did", function()
    start { ["*"] = { { status = 503, body = "{}" }, { body = "{}" } } }
    toy.things:list()
    local stats = toy:stats()
    assert.equal(1, stats.calls)
    assert.equal(2, stats.attempts)
    assert.equal(0, stats.rate_limited)
    assert.is_true(stats.bytes_in > 0 and stats.bytes_out > 0)
    assert.equal(0, stats.in_flight)
  end)

  it("lists its routes, replaced ones as such", function()
    start({ ["GET /v1/dinge"] = { { body = "[]" } } }, { routes = { ["things.list"] = "GET /dinge" } })
    assert.same({}, (toy.things:list()))
    local by_name = {}
    for _, r in ipairs(toy:routes()) do by_name[r.name] = r end
    assert.equal("user", by_name["things.list"].from)
    assert.equal("assumed", by_name["things.get"].from)
  end)

  it("connects ahead of the first call", function()
    start { ["*"] = { { body = "{}" } } }
    assert.is_true(toy:warm())
    assert.equal(0, #server:log())
    local lost = new { base_url = "http://127.0.0.1:9", max_attempts = 1 }
    local ok, err = lost:warm()
    assert.is_nil(ok)
    assert.equal("network", err.kind)
  end)

  it("raises once it is closed, lets calls under way end, and can be closed twice", function()
    start { ["*"] = { { delay = 0.1, body = '{"data":1}' } } }
    local t = task.spawn(function() return toy.things:get(1) end)
    task.step()
    toy:close()
    toy:close()
    assert.equal(1, (t:await()))
    assert.matches("^spec/service_spec.lua:%d+: things.get: the client is closed", raised(function()
      toy.things:get(1)
    end))
    assert.matches("client is closed", raised(function() toy:request { path = "/x" } end))
    assert.equal(1, toy:stats().calls)
    assert.equal("studio.toy (closed)", tostring(toy))
    do
      local scoped <close> = new {}
      toy = scoped
    end
    assert.equal("studio.toy (closed)", tostring(toy))
  end)

  it("keeps its secret out of errors that come after it was closed", function()
    start { ["*"] = { { delay = 0.05, status = 403, body = '{"message":"bad key ' .. KEY .. '"}' } } }
    local t = task.spawn(function() return toy.things:get(1) end)
    task.step()
    toy:close()
    assert.matches("bad key %*%*%*", tostring(select(2, t:await())))
  end)

  it("says so when a method is called with a dot", function()
    local ms = require("studio").mstudio { api_key = "k", base_url = "http://127.0.0.1:1" }
    for what, fn in pairs {
      ["mstudio%.projects:create: call it with a colon"] = function() ms.projects.create { title = "T" } end,
      ["mstudio%.projects:list: call it with a colon .* called on nothing"] = function() ms.projects.list() end,
      ["mstudio:request: call it with a colon"] = function() ms.request { path = "/x" } end,
    } do
      local ok, message = pcall(fn)
      assert.is_false(ok)
      assert.matches("^spec/service_spec.lua:%d+: " .. what, message)
    end
    ms:close()
  end)

  it("does not send from a task that was cancelled", function()
    start { ["*"] = { { body = "{}" } } }
    local t = task.spawn(function()
      task.sleep(10)
      return toy.things:list()
    end)
    task.step()
    t:cancel()
    local value, err = t:await()
    assert.is_nil(value)
    assert.equal("cancelled", err.kind)
    assert.equal(0, #server:log())
  end)

  it("names the line that started the task when nothing else is the user's", function()
    start { ["*"] = { { status = 404, body = "{}" } } }
    local line = debug.getinfo(1, "l").currentline + 1
    local _, err = task.spawn(toy.things.get, toy.things, 1):await()
    assert.equal("spec/service_spec.lua:" .. line, err.where)
  end)

  it("shows its secret nowhere", function()
    local body = ('{"message":"bad key %s","errors":{"k":["%s"]}}'):format(KEY, KEY)
    start { ["*"] = { { status = 401, body = body } } }
    local _, err = toy.things:get(1)
    assert.equal("unauthorized", err.kind)
    assert.matches("bad key %*%*%*", tostring(err))
    local function dump(value, seen)
      seen = seen or {}
      if type(value) == "table" and not seen[value] then
        seen[value] = true
        local out = {}
        for k, v in pairs(value) do out[#out + 1] = dump(k, seen) .. "=" .. dump(v, seen) end
        return table.concat(out, "\n")
      end
      return tostring(value)
    end
    assert.is_nil(dump(toy):find(KEY, 1, true))
    assert.is_nil(dump(err):find(KEY, 1, true))
    assert.is_nil((tostring(toy) .. tostring(toy.state.core)):find(KEY, 1, true))
    assert.is_true(errors.is(err))
  end)
end)
