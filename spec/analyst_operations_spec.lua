-- Every operation of Analyst Studio: what is sent for it, and what comes back. SPDX-License-Identifier: MIT
--
-- The table in spec/support/analyst_operations is written by hand from the vendor's texts; a server scripted from it
-- answers. All is called once, first; the requests, told apart by a header, are looked at afterwards.

local calls = require "spec.support.calls"
local echo = require "spec.support.echo"
local json = require "studio.json"
local operations = require "spec.support.analyst_operations"
local studio = require "studio"

local ROW = '{"token":"answer","id":7,"_links":{"self":{"href":"/api/acme/it"}}}'

-- The body of the server's answer, and what the caller gets of it.
local function answer_to(operation)
  if operation.empty then return "", true end
  if operation.file then return operation.file end
  if operation.handle then return '{"token":"answer","access_key":"key","access_secret":"canary"}' end
  local row = json.decode(ROW)
  if not operation.rows then return ROW, row end
  -- A second list beside it: the right one must be found by its name.
  local lists = ('{"%s":[%s],"decoys":[{"token":"decoy"}]}'):format(operation.rows, ROW)
  return operation.plain and lists or ('{"_embedded":%s,"_links":{}}'):format(lists), { row }
end

local function script()
  local answers = {}
  for _, operation in ipairs(operations) do
    answers[operation[2]:match "^[^?]*"] = { { body = (answer_to(operation)) } }
  end
  return answers
end

local function new_client(operation, base_url, headers)
  local options = { workspace = "acme", base_url = base_url, limits = false, headers = headers }
  if operation.client == "discovery" then
    options.token, options.access_key, options.access_secret = "sig", "key", "canary"
    return studio.analyst_discovery(options)
  end
  options.token, options.secret, options.token_kind = "tok", "canary", operation.kind == nil and "workspace" or nil
  return studio.analyst(options)
end

-- "reports.list_by_data_source" -> the resource, and the method of one of the three ways.
local function method_of(client, operation, way)
  local resource, name = (operation.method or operation[1]):match "^([^.]+)%.(.+)$"
  if way then name = name:gsub("^list", way) end
  local list = assert(client[resource], "there is no resource " .. resource)
  return assert(list[name], "there is no method " .. resource .. ":" .. name), list
end

local function call(operation, client, way)
  if operation.raw then return assert(client:curl(operation[1], operation.raw)) end
  local method, resource = method_of(client, operation, way)
  local arguments = table.move(operation.with or {}, 1, 4, 1, {})
  if not operation.file then return calls.ways[way or "list"](method, resource, table.unpack(arguments, 1, 4)) end
  local path = os.tmpname()
  arguments[#arguments + 1] = path
  local saved = assert(method(resource, table.unpack(arguments)))
  local file <close> = assert(io.open(saved, "rb"))
  os.remove(path)
  return file:read "a"
end

local function ways_of(operation)
  if operation.rows and not operation.once then return { "list", "each", "pages" } end
  return { "list" }
end

local function name_of(operation) return operation[1] .. ": " .. operation[2] end

describe("the operations of Analyst Studio", function()
  it("are those of the vendor's swagger files, 94 and 8, and 17 beyond", function()
    local swagger, batch, beyond = {}, {}, {}
    for _, operation in ipairs(operations) do
      local where = operation.batch and batch or operation.swagger == false and beyond or swagger
      -- One route may have several methods, and one operation there may be two routes here.
      where[type(operation.swagger) == "string" and operation.swagger or operation[1]] = true
    end
    assert.same({ 94, 8, 17 }, { calls.count(swagger), calls.count(batch), calls.count(beyond) })
  end)
end)

describe("a route", function()
  local routes = { rest = {}, discovery = {} } -- of the two clients

  local function client_of(operation) return operation.client or "rest" end

  setup(function()
    for name in pairs(routes) do routes[name] = calls.routes(new_client({ client = name }, "http://127.0.0.1:1")) end
  end)

  it("is there for every operation, with its verb and path, and says rightly how it is known", function()
    for _, operation in ipairs(operations) do
      local r = assert(routes[client_of(operation)][operation[1]], "there is no route " .. operation[1])
      local verb, path = operation[2]:match "^(%S+) ([^?]*)"
      assert.equal(verb, r.verb, r.name)
      assert.matches(calls.pattern((r.path:gsub("{workspace}", "acme"))), path)
      assert.equal(operation.standing or "documented", r.from, r.name)
    end
  end)

  it("is an operation of the vendor's, or says what else it is", function()
    local known = { rest = {}, discovery = {} }
    for _, operation in ipairs(operations) do known[client_of(operation)][operation[1]] = true end
    for client, list in pairs(routes) do
      for name, r in pairs(list) do
        assert.is_true(known[client][name], name .. " is not in the table")
        if r.from ~= "documented" then assert.is_string(r.note, name .. " does not say where it comes from") end
      end
    end
  end)

  it("of a list names it; a POST says how to find out whether it was done", function()
    for _, operation in ipairs(operations) do
      local r = routes[client_of(operation)][operation[1]]
      if operation.rows then assert.equal(operation.rows, r.key, r.name) end
      if r.verb == "POST" then assert.is_string(r.find_out, r.name) end
    end
  end)
end)

describe("what is sent and what comes back", function()
  local server, sent, came

  setup(function()
    server = echo.start(script())
    came = calls.all(operations, ways_of, function(operation, way, headers)
      local client <close> = new_client(operation, server.url, headers)
      return call(operation, client, operation.rows and not operation.once and way)
    end)
    sent = calls.sent { server }
  end)

  teardown(function() server:stop() end)

  local function check_sent(operation, request)
    assert.equal(operation[2], request.method .. " " .. request.target)
    assert.equal(operation.accept or "application/hal+json", request.headers.accept)
    if operation.body then
      assert.same(json.decode(operation.body), json.decode(request.body))
      assert.equal("application/json", request.headers["content-type"])
    else
      assert.equal("", request.body)
    end
    assert.matches(operation.client == "discovery" and "^Bearer " or "^Basic ", request.headers.authorization)
  end

  local function check_value(operation, value)
    if operation.job then
      assert.equal(operation.job, value.id)
      assert.equal("answer", value.data.token)
    elseif operation.file then
      assert.equal(operation.file, value)
    elseif operation.handle then
      assert.equal("answer", value.token)
    else
      local _, expected = answer_to(operation)
      assert.same(expected, value)
    end
  end

  local function check_curl(operation, command)
    local verb, target = operation[2]:match "^(%S+) (%S+)$"
    assert.matches(server.url .. target, command, 1, true)
    assert.equal("GET", verb) -- what curl does by itself
    assert.is_nil(command:find("-X", 1, true) or command:find("--request", 1, true) or command:find("--data", 1, true))
  end

  for i, operation in ipairs(operations) do
    for _, way in ipairs(ways_of(operation)) do
      local ending = #ways_of(operation) > 1 and " (" .. way .. ")" or ""
      it(name_of(operation) .. ending, function()
        local mark = calls.mark(i, way)
        local result, requests = came[mark], sent[mark]
        if not result.ok then error(result.value, 0) end
        if operation.raw then return check_curl(operation, result.value) end
        check_sent(operation, requests[1])
        check_value(operation, result.value)
        if way == "list" then assert.equal(1, #requests) end
      end)
    end
  end
end)

describe("what is conflicting or odd", function()
  local server, an

  local function start(answers, routes)
    server = echo.start(answers)
    an = studio.analyst {
      workspace = "acme", token = "tok", secret = "sec", base_url = server.url, limits = false, routes = routes,
    }
  end

  after_each(function()
    an:close()
    server:stop()
  end)

  it("is sent in the other form when its route is replaced", function()
    start({ ["*"] = { { body = ROW } } }, {
      ["schedules.create"] = { wrapper = false }, ["subscriptions.update"] = { wrapper = false },
      ["field_descriptions.create"] = { wrapper = false }, ["reports.purge"] = { query = false },
      ["collections.update"] = { verb = "POST" },
    })
    an.schedules:create("r1", { cron = { freq = "daily" } })
    an.subscriptions:update("r1", "u1", { pdf_attachments = true })
    an.field_descriptions:create("t1", { name = "n", desc = "d" })
    an.reports:purge { time = "2026-01-01" }
    an.collections:update("s1", { name = "Ops" })
    local log = server:log()
    assert.equal('{"cron":{"freq":"daily"}}', log[1].body)
    assert.equal('{"pdf_attachments":true}', log[2].body)
    assert.same({ name = "n", desc = "d" }, json.decode(log[3].body))
    assert.same({ "/api/acme/reports/purge", '{"time":"2026-01-01"}' }, { log[4].target, log[4].body })
    assert.same({ "POST", '{"space":{"name":"Ops"}}' }, { log[5].method, log[5].body })
  end)

  it("gives each report on a data source once, though the service does so once for each query", function()
    local function rows(...)
      local list = {}
      for _, token in ipairs { ... } do list[#list + 1] = ('{"token":"%s"}'):format(token) end
      return { body = ('{"_embedded":{"reports":[%s]}}'):format(table.concat(list, ",")) }
    end
    start { ["GET /api/acme/data_sources/d1/reports"] = { rows("a", "a", "b"), rows("b", "c", "a"), rows() } }
    local seen = {}
    for report in an.reports:each_by_data_source "d1" do seen[#seen + 1] = report.token end
    assert.same({ "a", "b", "c" }, seen)
    assert.equal(3, #server:log())
  end)

  it("takes a row wherever an id is wanted, among the fields of a move too", function()
    start { ["*"] = { { body = ROW } } }
    local row = assert(an.reports:get "r1")
    an.subscriptions:list_by_schedule(row, { token = "s/1" })
    an.charts:get(row, { token = "q1" }, { token = "c1" })
    an.reports:move(row, row)
    local log = server:log()
    assert.equal("/api/acme/reports/answer/schedules/s%2F1/subscriptions", log[2].target)
    assert.equal("/api/acme/reports/answer/queries/q1/charts/c1", log[3].target)
    assert.equal('{"report":{"space_token":"answer"}}', log[4].body)
  end)

  it("raises for what cannot be meant, and sends nothing", function()
    start { ["*"] = { { body = ROW } } }
    local mistakes = {
      ["reports.move: collection is a table without 'token'"] = function() an.reports:move("r1", {}) end,
      ["groups.create: field 'name' is needed"] = function() an.groups:create {} end,
      ["reports.purge: field 'time' is needed"] = function() an.reports:purge() end,
      ["queries.create: field 'data_source_id' is needed"] = function()
        an.queries:create("r1", { raw_query = "SELECT 1" })
      end,
      ["charts.get: chart must be a string or an integer, not nothing"] = function() an.charts:get("r1", "q1") end,
      ["schedules.list: report is a table without 'token'"] = function() an.schedules:list { filter = "all" } end,
    }
    for message, mistake in pairs(mistakes) do
      local ok, raised = pcall(mistake)
      assert.is_false(ok)
      assert.matches(message, raised, 1, true)
      assert.matches("^spec/analyst_operations_spec.lua:%d+: ", raised)
    end
    assert.same({}, server:log())
  end)
end)

describe("the sandbox", function()
  local sandbox, clients

  setup(function()
    sandbox = assert(studio.sandbox.start { analyst_limit = 10000, workspace = { reports = 3, collections = 2 } })
    clients = {}
    for _, kind in ipairs { "workspace", "personal" } do
      clients[kind] = studio.analyst { workspace = "acme", token = "tok_" .. kind, secret = "sec_" .. kind,
        base_url = sandbox.analyst_url, limits = false, max_attempts = 1 }
    end
  end)

  teardown(function()
    for _, client in pairs(clients) do client:close() end
    sandbox:stop()
  end)

  -- A route that the sandbox has is answered by whatever it makes of things that are not there.
  local function has_route(operation)
    local verb, target = operation[2]:match "^(%S+) (%S+)$"
    local client = clients[operation.kind == false and "personal" or "workspace"]
    local value, err = client:request {
      method = verb, path = target, raw = true, headers = { Accept = operation.accept or "application/hal+json" },
      body = operation.body, content_type = operation.body and "application/json",
    }
    return calls.known(value, err, { "^no such route$" })
  end

  for _, operation in ipairs(operations) do
    it("knows " .. name_of(operation), function() assert.is_true(has_route(operation)) end)
  end

  it("says so of what is no operation", function()
    assert.is_false(has_route { "none", "PATCH /api/acme/reports/r1/embiggen" })
    assert.is_false(has_route { "none", "PUT /api/acme/reports/r1" })
  end)
end)
