-- Every operation of Cognitive3D: what is sent for it, to which host, with which key; and what comes back.
-- SPDX-License-Identifier: MIT
--
-- The table in spec/support/cognitive3d_operations is written by hand from the vendor's texts. Two scripted servers
-- stand for the two hosts. All is called once, first; the requests, told apart by a header, are looked at afterwards.

local calls = require "spec.support.calls"
local echo = require "spec.support.echo"
local json = require "studio.json"
local operations = require "spec.support.cognitive3d_operations"
local studio = require "studio"

local ROW <const> = '{"id":7,"sessionId":"1_row","eventHash":1234567890123456789}'

local keys = {
  organization = "orgkey-canary", developer = "APIKEY:DEVELOPER devcanary", data = "APIKEY:DATA datacanary",
}

-- The body of the server's answer, and what the caller gets of it.
local function answer_to(operation)
  if operation.bare then return "", true end
  if operation.file then return operation.file, operation.file end
  if operation.text then return operation.text, operation.value end
  local row = json.decode(ROW)
  if operation.list then return "[" .. ROW .. "]", { row } end
  if operation.page then return ('{"count":1,"pages":1,"currentPage":0,"results":[%s]}'):format(ROW), { row } end
  return ROW, row
end

local function script(of_collector)
  local answers = {}
  for _, operation in ipairs(operations) do
    if (operation.key ~= "organization") == of_collector then
      local kind = (operation.file or operation.text) and "application/octet-stream" or "application/json"
      local headers = { ["Content-Type"] = kind, ["cvr-request-time"] = of_collector and "3" or nil }
      answers[operation[2]:match "^[^?]*"] = { { body = (answer_to(operation)), headers = headers } }
    end
  end
  return answers
end

local function new_client(base_url, data_url, headers)
  return studio.cognitive3d {
    org_key = "orgkey-canary", developer_key = "devcanary", data_key = "datacanary", organization_id = 1,
    project_id = 10, base_url = base_url, data_url = data_url, limits = false, headers = headers,
  }
end

local function ways_of(operation)
  if operation.list == "ways" or operation.page == "ways" then return { "list", "each", "pages" } end
  return { "list" }
end

-- "objects.list_by_project" -> the method of one of the three ways, and the resource.
local function method_of(client, operation, way)
  local resource, name = (operation.method or operation[1]):match "^([^.]+)%.(.+)$"
  local list = assert(client[resource], "there is no resource " .. resource)
  return assert(list[name:gsub("^list", way)], "there is no method " .. resource .. ":" .. name), list
end

-- The method's value; of one that gives a file, what it saved with save_to as well.
local function call(operation, client, way)
  local method, resource = method_of(client, operation, way)
  local with = operation.with
  if type(with) == "function" then with = with() end
  local most = 0
  for i in pairs(with or {}) do most = math.max(most, i) end
  most = operation.arguments or most
  local arguments = table.move(with or {}, 1, most, 1, {})
  local value = calls.ways[way](method, resource, table.unpack(arguments, 1, most))
  if not operation.file then return value end
  local path = os.tmpname()
  arguments[most + 1] = { save_to = path }
  local saved = assert(method(resource, table.unpack(arguments, 1, most + 1)))
  local file <close> = assert(io.open(saved, "rb"))
  os.remove(path)
  assert.equal(value, file:read "a")
  return value
end

local function name_of(operation) return operation[1] .. ": " .. operation[2] end

describe("the operations of Cognitive3D", function()
  it("are 91 of the host for queries, and 17 and 11 of the collector", function()
    local by_key, by_standing, requests = {}, {}, {}
    for _, operation in ipairs(operations) do
      by_key[operation.key] = (by_key[operation.key] or 0) + 1
      by_standing[operation.standing] = (by_standing[operation.standing] or 0) + 1
      requests[operation[1]] = true
    end
    assert.same({ organization = 91, developer = 17, data = 11 }, by_key)
    assert.same({ documented = 80, vendor = 29, third_party = 8, assumed = 2 }, by_standing)
    assert.equal(#operations, calls.count(requests))
  end)
end)

describe("a route of Cognitive3D", function()
  local routes

  setup(function() routes = calls.routes(new_client("http://127.0.0.1:1", "http://127.0.0.1:1")) end)

  it("is there for every operation, with its verb, path and key, and says rightly how it is known", function()
    for _, operation in ipairs(operations) do
      local r = assert(routes[operation[1]], "there is no route " .. operation[1])
      local verb, path = operation[2]:match "^(%S+) ([^?]*)"
      assert.equal(verb, r.verb, r.name)
      assert.matches(calls.pattern(r.path), path)
      assert.same({ operation.standing, operation.key }, { r.from, r.door }, r.name)
    end
  end)

  it("is an operation of the table, and one that is not documented says where it is from", function()
    local known = {}
    for _, operation in ipairs(operations) do known[operation[1]] = true end
    for name, r in pairs(routes) do
      assert.is_true(known[name], name .. " is not in the table")
      if r.from == "third_party" or r.from == "assumed" then assert.is_string(r.note, name) end
    end
  end)

  it("that only asks is a POST of the host for queries", function()
    for name, r in pairs(routes) do
      if r.reads then assert.same({ "POST", "organization" }, { r.verb, r.door }, name) end
    end
  end)
end)

describe("what is sent, and what comes back", function()
  local hosts, sent, came = {}, nil, nil

  setup(function()
    hosts.query, hosts.data = echo.start(script(false)), echo.start(script(true))
    came = calls.all(operations, ways_of, function(operation, way, headers)
      local client <close> = new_client(hosts.query.url, hosts.data.url, headers)
      return call(operation, client, way)
    end)
    sent = calls.sent(hosts)
  end)

  teardown(function()
    for _, host in pairs(hosts) do host:stop() end
  end)

  local function check_sent(operation, request)
    assert.equal(operation[2], request.method .. " " .. request.target)
    assert.same({ operation.key == "organization" and "query" or "data", keys[operation.key] },
      { request.host, request.headers.authorization })
    if operation.form then
      assert.matches("^multipart/form%-data; boundary=", request.headers["content-type"])
      assert.matches(('name="%s"'):format(operation.form), request.body, 1, true)
    elseif operation.body then
      assert.same(json.decode(operation.body), json.decode(request.body))
      assert.equal("application/json", request.headers["content-type"])
    else
      assert.equal("", request.body)
    end
  end

  for i, operation in ipairs(operations) do
    for _, way in ipairs(ways_of(operation)) do
      local ending = #ways_of(operation) > 1 and " (" .. way .. ")" or ""
      it(name_of(operation) .. ending, function()
        local mark = calls.mark(i, way)
        local result, requests = came[mark], sent[mark]
        if not result.ok then error(result.value, 0) end
        if operation.says then
          assert.equal(hosts.query.url .. operation.says, result.value)
          return assert.is_nil(requests)
        end
        check_sent(operation, requests[1])
        local _, expected = answer_to(operation)
        assert.same(expected, result.value)
        assert.equal(operation.file and 2 or 1, #requests)
      end)
    end
  end
end)

describe("the sandbox", function()
  local sandbox, client

  setup(function()
    sandbox = assert(studio.sandbox.start { cognitive3d = { sessions = 2 } })
    client = studio.cognitive3d {
      org_key = "orgkey-sandbox", developer_key = "dev-sandbox", data_key = "data-sandbox", limits = false,
      base_url = sandbox.cognitive3d_url, data_url = sandbox.cognitive3d_data_url, max_attempts = 1,
    }
  end)

  teardown(function()
    client:close()
    sandbox:stop()
  end)

  -- A route that the sandbox has is answered by whatever it makes of things that are not there, and with the key that
  -- the operation says.
  local function has_route(operation)
    local verb, target = operation[2]:match "^(%S+) (%S+)$"
    local body = operation.form and studio.multipart { { name = operation.form, value = "x", filename = "x" } }
    local value, err = client:request {
      method = verb, path = target, raw = true, door = operation.key, body = body or operation.body,
      content_type = operation.body and "application/json",
    }
    if not value then assert.is_nil(err.message:find " key", tostring(err)) end -- ours was the right one
    return calls.known(value, err, { "^no such" })
  end

  for _, operation in ipairs(operations) do
    it("knows " .. name_of(operation), function() assert.is_true(has_route(operation)) end)
  end

  it("says so of what is gone, and of what is no operation", function()
    local gone = "GET /v0/versions/7/objectiveVersions/9/"
    assert.is_false(has_route { "none", gone .. "results", key = "organization" })
    assert.is_false(has_route { "none", gone .. "stepResults?excludeJunkAndTest=true", key = "organization" })
    assert.is_false(has_route { "none", "GET /v0/scenes/0a1b/", key = "organization" })
    assert.is_false(has_route { "none", "PATCH /v0/user", key = "developer" })
  end)
end)
