-- Every operation of Five9 Studio 7: what is sent for it, and what comes back. SPDX-License-Identifier: MIT
--
-- The table in spec/support/five9_operations is written by hand; a server scripted from it answers. All is called once,
-- first; the requests, told apart by a header, are looked at afterwards.

local calls = require "spec.support.calls"
local echo = require "spec.support.echo"
local json = require "studio.json"
local operations = require "spec.support.five9_operations"
local studio = require "studio"

local BASE = "/studio-backend/api"

local function ways_of(operation) return operation.ways or { operation[1]:match "[^.]+$" } end

-- A turn belongs to a session: how one is begun and said something to.
local function turn(client, text)
  return assert(client.chatbot { api_key = "bot", task_key = "task" }:start()):say(text).text
end

local function method_of(operation, client, way)
  local resource = assert(client[operation[1]:match "^[^.]+"], "there is no resource for " .. operation[1])
  return assert(resource[way], "there is no method " .. operation[1]), resource
end

-- What a way to call it gives: iterators as the list of all that they give.
local function call(operation, client, way)
  if operation[1] == "chatbot.turn" then return turn(client, table.unpack(operation.with)) end
  local method, resource = method_of(operation, client, way)
  local how = operation.ways and calls.ways[way]
  if how then return how(method, resource, table.unpack(operation.with or {})) end
  return (method(resource, table.unpack(operation.with or {})))
end

describe("the routes of Five9", function()
  local routes

  setup(function() routes = calls.routes(studio.five9 { region = "us", scope_id = 1, api_key = "k" }) end)

  it("are there for every operation, with verb and path, and say how they are known", function()
    for _, operation in ipairs(operations) do
      local r = assert(routes[operation[1]], "there is no route " .. operation[1])
      local verb, path = operation[2]:match "^(%S+) ([^?]*)"
      assert.same({ verb, operation.standing or "third_party" }, { r.verb, r.from }, r.name)
      assert.matches(calls.pattern(r.path), path)
    end
  end)

  it("are these operations and no others, and none is called documented", function()
    local known = {}
    for _, operation in ipairs(operations) do known[operation[1]] = true end
    for name, r in pairs(routes) do
      assert.is_true(known[name], name .. " is not in the table")
      assert.is_true(r.from == "third_party" or r.from == "assumed", name)
    end
  end)
end)

describe("what is sent and what comes back", function()
  local server, sent, came
  local guard = os.tmpname()

  setup(function()
    local script = {}
    for _, operation in ipairs(operations) do
      script[operation[2]:match "^%S+ " .. BASE .. operation[2]:match "^%S+ ([^?]*)"] = { { body = operation.answer } }
    end
    server = echo.start(script)
    came = calls.all(operations, ways_of, function(operation, way, headers)
      local client <close> = studio.five9 { base_url = server.url .. "/studio-backend", scope = "ac", scope_id = "1234",
        api_key = "k", state_dir = false, headers = headers, login_guard = { file = guard } }
      return call(operation, client, way)
    end)
    os.remove(guard)
    sent = calls.sent { server }
  end)

  teardown(function() server:stop() end)

  local function check_sent(operation, request)
    local verb, path = operation[2]:match "^(%S+ )(.*)$"
    assert.equal(verb .. BASE .. path, request.method .. " " .. request.target)
    local scoped = operation.scoped ~= false
    assert.same(scoped and { "ac", "1234", "k" } or {}, { request.headers.scope, request.headers["scope-id"],
      request.headers["studio-api-key"] })
    if not operation.body then return assert.equal("", request.body) end
    assert.same(json.decode(operation.body), json.decode(request.body))
    assert.equal("application/json", request.headers["content-type"])
  end

  for i, operation in ipairs(operations) do
    for _, way in ipairs(ways_of(operation)) do
      it(operation[1] .. ": " .. operation[2] .. (operation.ways and " (" .. way .. ")" or ""), function()
        local mark = calls.mark(i, way)
        local result, requests = came[mark], sent[mark]
        if not result.ok then error(result.value, 0) end
        check_sent(operation, requests[1])
        assert.same(json.decode(operation.gives), result.value)
      end)
    end
  end
end)

describe("the sandbox", function()
  local sandbox, client

  setup(function()
    sandbox = assert(studio.sandbox.start {})
    client = studio.five9 { base_url = sandbox.five9_url, scope_id = 1234, api_key = "f9-key", state_dir = false,
      max_attempts = 1 }
  end)

  teardown(function()
    client:close()
    sandbox:stop()
  end)

  -- A route that the sandbox has is answered by whatever it makes of things that are not there.
  local function has_route(operation)
    local verb, path = operation[2]:match "^(%S+) (%S+)$"
    local value, err = client:request { method = verb, path = path, raw = true,
      body = operation.body and json.decode(operation.body) }
    return calls.known(value, err, { "route could not be found", "method is not supported" })
  end

  it("knows every operation, and says so of what is none", function()
    for _, operation in ipairs(operations) do assert.is_true(has_route(operation), operation[1]) end
    assert.is_false(has_route { "none", "POST /prompt/embiggen" })
    assert.is_false(has_route { "none", "DELETE /data/data-store/1" })
  end)
end)
