-- Every operation of mStudio: what is sent for it, and what comes back. SPDX-License-Identifier: MIT
--
-- The table in spec/support/mstudio_operations is written by hand from the vendor's API reference; a server scripted
-- from it answers. All is called once, first; the requests, told apart by a header, are looked at afterwards.

local calls = require "spec.support.calls"
local echo = require "spec.support.echo"
local json = require "studio.json"
local merge = require "studio.merge"
local operations = require "spec.support.mstudio_operations"
local shell = require "spec.support.shell"
local studio = require "studio"

local ROW = '{"id":"answer","name":"x"}'
local JOB = '{"job_id":"answer","id":"answer","status":"queued"}'

local function answer_to(operation)
  if operation.rows then return ('{"%s":[%s],"errors":[]}'):format(operation.rows, ROW), { json.decode(ROW) } end
  return ('{"success":true,"data":%s}'):format(operation.job and JOB or ROW), json.decode(ROW)
end

local function script()
  local answers = {}
  for _, operation in ipairs(operations) do
    answers[operation[2]:match "^[^?]*"] = { { body = (answer_to(operation)) } }
  end
  return answers
end

-- How methods are called; raw: to value or nil, err.
local ways = merge(calls.ways, { raw = function(method, ...) return method(...) end })

local ways_of_list = { list = "list", each = "each", pages = "pages", raw = "list" }

local function ways_of(operation) return operation.rows and { "list", "each", "pages" } or { "list" } end

-- Calls the method; `path` is that of the file to upload.
local function call(operation, client, way, path)
  local resource, name = operation[1]:match "^([^.]+)%.(.+)$"
  local list = assert(client[resource], "there is no resource " .. resource)
  local method = assert(list[operation.rows and ways_of_list[way] or name], "there is no method " .. operation[1])
  local arguments = {}
  for i, argument in ipairs(operation.with or {}) do arguments[i] = argument == "FILE" and path or argument end
  return ways[way](method, list, table.unpack(arguments))
end

local function name_of(operation) return operation[1] .. ": " .. operation[2] end

describe("the operations of mStudio", function()
  it("are those that its ten sections and scopes imply, by 26 of their words", function()
    local names, words, scopes = {}, {}, {}
    for _, operation in ipairs(operations) do
      assert.is_nil(names[operation[1]])
      names[operation[1]], words[operation.says], scopes[operation.scope] = true, true, true
    end
    assert.same({ 58, 26, 9 }, { calls.count(names), calls.count(words), calls.count(scopes) })
  end)
end)

describe("a route", function()
  local routes

  setup(function() routes = calls.routes(studio.mstudio { api_key = "k", base_url = "http://127.0.0.1:1" }) end)

  it("is there for every operation, with its verb, path and scope, and says how it is known", function()
    for _, operation in ipairs(operations) do
      local r = assert(routes[operation[1]], "there is no route " .. operation[1])
      local verb, path = operation[2]:match "^(%S+) ([^?]*)"
      assert.same({ verb, operation.scope, operation.standing or "assumed" }, { r.verb, r.scope, r.from }, r.name)
      assert.matches(calls.pattern(r.path), path)
    end
  end)

  it("is one of these operations; a POST says how to find out whether it was done", function()
    local known = {}
    for _, operation in ipairs(operations) do known[operation[1]] = operation end
    for name, r in pairs(routes) do
      assert.is_truthy(known[name], name .. " is not in the table")
      assert.equal(known[name].rows, r.key, name)
      if r.verb == "POST" then assert.is_string(r.find_out, name) end
    end
  end)

  it("that spends money goes behind nobody's poll, and says that it is paid for", function()
    for _, operation in ipairs(operations) do
      local r = routes[operation[1]]
      if operation.job and r.verb == "POST" then
        assert.equal("submit", r.priority, r.name)
        assert.matches("paid for twice", r.find_out, 1, true)
      end
    end
  end)
end)

describe("what is sent and what comes back", function()
  local server, sent, came
  local path = os.tmpname()

  setup(function()
    server = echo.start(script())
    came = calls.all(operations, ways_of, function(operation, way, headers)
      if operation.file then shell.write(path, operation.file) end
      local client <close> = studio.mstudio { api_key = "k", base_url = server.url, limits = false, headers = headers }
      return call(operation, client, way, path)
    end)
    os.remove(path)
    sent = calls.sent { server }
  end)

  teardown(function() server:stop() end)

  local function check_form(operation, request)
    local boundary = request.headers["content-type"]:match "^multipart/form%-data; boundary=(studio%-%w+)$"
    local last = request.body:match("^.*(%-%-" .. boundary:gsub("%-", "%%-") .. "\r\n.*)$")
    assert.matches('name="file"; filename="' .. path:match "[^/]*$" .. '"', last, 1, true)
    assert.matches("Content-Type: " .. operation.type .. "\r\n\r\n" .. operation.file .. "\r\n--" .. boundary, last, 1,
      true)
    for name, value in pairs(type(operation.with[2]) == "table" and operation.with[2] or {}) do
      assert.matches(('name="%s"\r\n\r\n%s\r\n'):format(name, value), request.body, 1, true)
    end
  end

  local function check_sent(operation, request)
    assert.equal(operation[2], request.method .. " " .. request.target)
    assert.equal("application/json", request.headers.accept)
    assert.equal("k", request.headers["x-api-key"])
    if operation.file then return check_form(operation, request) end
    if not operation.body then return assert.equal("", request.body) end
    assert.same(json.decode(operation.body), json.decode(request.body))
    assert.equal("application/json", request.headers["content-type"])
  end

  for i, operation in ipairs(operations) do
    for _, way in ipairs(ways_of(operation)) do
      it(name_of(operation) .. (operation.rows and " (" .. way .. ")" or ""), function()
        local mark = calls.mark(i, way)
        local result, requests = came[mark], sent[mark]
        if not result.ok then error(result.value, 0) end
        check_sent(operation, requests[1])
        assert.equal(1, #requests)
        local value = result.value
        if operation.job then return assert.same({ operation.job, "waiting" }, { value.id, value.state }) end
        local _, expected = answer_to(operation)
        assert.same(expected, value)
      end)
    end
  end
end)

describe("a key that was declared without the scope", function()
  it("is told so for each operation, and nothing is sent", function()
    local path = os.tmpname()
    local client <close> = studio.mstudio { api_key = "k", base_url = "http://127.0.0.1:1", scopes = { "sync" } }
    for _, operation in ipairs(operations) do
      if operation.file then shell.write(path, operation.file) end
      local value, err = call(operation, client, "raw", path)
      assert.is_nil(value)
      assert.same({ "forbidden", operation.scope, 0 }, { err.kind, err.missing_scope, err.attempts }, operation[1])
    end
    os.remove(path)
  end)
end)

describe("a method", function()
  local server, ms

  before_each(function()
    server = echo.start { ["*"] = { { body = '{"data":{"id":"j 1","status":"queued"}}' } } }
    ms = studio.mstudio { api_key = "k", base_url = server.url, limits = false }
  end)

  after_each(function()
    ms:close()
    server:stop()
  end)

  it("takes a row, or a job, wherever an id is wanted", function()
    local job = assert(ms.images:generate({ id = 7, script = "x" }, { prompt = "y" }))
    assert.equal("j 1", assert(ms.jobs:get(job)).id)
    assert.equal("j 1", assert(ms.jobs:get { id = "j 1", status = "queued" }).id)
    assert.equal("j 1", assert(ms.exports:get { id = "j 1" }).id)
    assert(ms.audio:update({ id = 1 }, { id = 2 }, { name = "z" }))
    assert(ms.members:delete({ id = 3 }, { id = "m/4" }))
    local targets = {}
    for i, request in ipairs(server:log()) do targets[i] = request.target end
    assert.same({ "/frames/7/generate-image", "/generation-jobs/j%201", "/generation-jobs/j%201", "/exports/j%201",
      "/projects/1/audio-tracks/2", "/teams/3/members/m%2F4" }, targets)
  end)

  it("raises for what cannot be meant, and sends nothing", function()
    for message, mistake in pairs {
      ["frames:reorder: order must be a list of frames or of their ids"] = function() ms.frames:reorder(1, {}) end,
      ["frames:reorder: frame 2 is a table without 'id'"] = function() ms.frames:reorder(1, { 1, {} }) end,
      ["frames.list: project_id is a table without 'id'"] = function() ms.frames:list { per_page = 3 } end,
      ["audio.get: track_id must be a string or an integer, not nothing"] = function() ms.audio:get(1) end,
      ["videos.extend: fields must be a table, not string"] = function() ms.videos:extend(1, "longer") end,
    } do
      local ok, raised = pcall(mistake)
      assert.is_false(ok)
      assert.matches(message, raised, 1, true)
      assert.matches("^spec/mstudio_operations_spec.lua:%d+: ", raised)
    end
    assert.same({}, server:log())
  end)
end)

describe("the sandbox", function()
  local sandbox, client

  setup(function()
    sandbox = assert(studio.sandbox.start { limit = 10000 })
    client = studio.mstudio { api_key = "sk_live_sandbox", base_url = sandbox.mstudio_url, limits = false,
      max_attempts = 1 }
  end)

  teardown(function()
    client:close()
    sandbox:stop()
  end)

  -- A route that the sandbox has is answered by whatever it makes of things that are not there.
  local function has_route(operation)
    local verb, target = operation[2]:match "^(%S+) (%S+)$"
    local body = operation.body and json.decode(operation.body)
    if operation.file then
      body = studio.multipart { { name = "file", value = operation.file, filename = "x", type = operation.type } }
    end
    local value, err = client:request { method = verb, path = target, raw = true, body = body }
    return calls.known(value, err, { "route could not be found", "method is not supported" })
  end

  for _, operation in ipairs(operations) do
    it("knows " .. name_of(operation), function() assert.is_true(has_route(operation)) end)
  end

  it("says so of what is no operation", function()
    assert.is_false(has_route { "none", "POST /frames/1/embiggen" })
    assert.is_false(has_route { "none", "PUT /generation-jobs/1" })
  end)
end)
