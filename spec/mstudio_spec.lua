-- studio.mstudio against a server scripted for each case, on a real socket. SPDX-License-Identifier: MIT
--
-- What the vendor documents (header, base path, limits, error shapes, scopes) is asserted as
-- documented; of the assumed routes only that they are sent as client:routes() says.

local echo = require "spec.support.echo"
local errors = require "studio.error"
local studio = require "studio"

local KEY = "sk_live_canary"
local server, ms

local function start(script, options)
  server = echo.start(script)
  options = options or {}
  if not options.token then options.api_key = options.api_key or KEY end
  options.base_url = options.base_url or server.url .. "/api/v1"
  options.backoff_base, options.backoff_cap = 0.001, 0.001
  options.poll = options.poll or { first = 0.005, cap = 0.01 }
  options.limits = options.limits or { window = 0.01, guard = 0 }
  ms = studio.mstudio(options)
  return ms
end

after_each(function()
  if ms then ms:close() end
  if server then server:stop() end
  ms, server = nil, nil
end)

local function raised(fn, ...)
  local ok, message = pcall(fn, ...)
  assert.is_false(ok)
  return message
end

local function answer(status, body, headers) return { { status = status, body = body, headers = headers } } end

describe("logging in", function()
  it("is the documented header, with Accept: application/json", function()
    start { ["GET /api/v1/projects"] = answer(200, '{"success":true,"data":[{"id":1,"title":"A"}]}') }
    assert.same({ { id = 1, title = "A" } }, (ms.projects:list()))
    local seen = server:log()[1]
    assert.equal(KEY, seen.headers["x-api-key"])
    assert.is_nil(seen.headers["authorization"])
    assert.equal("application/json", seen.headers["accept"])
  end)

  it("may be a Bearer token, which has the limit of a user", function()
    start({ ["*"] = answer(200, "[]") }, { token = "tok" })
    ms.projects:list()
    local seen = server:log()[1]
    assert.equal("Bearer tok", seen.headers["authorization"])
    assert.is_nil(seen.headers["x-api-key"])
    local limit = studio.mstudio({ token = "tok2" }):limits()[1]
    assert.same({ 120, 60 }, { limit.capacity, limit.window })
    limit = studio.mstudio({ api_key = "sk_2" }):limits()[1]
    assert.same({ 60, 60 }, { limit.capacity, limit.window })
  end)

  it("may be a function, asked when a key is needed", function()
    local asked = 0
    start({ ["*"] = answer(200, "[]") }, { api_key = function()
      asked = asked + 1
      return "sk_rotating_" .. asked
    end })
    assert.equal(0, asked)
    ms.projects:list()
    assert.equal("sk_rotating_1", server:log()[1].headers["x-api-key"])
  end)

  it("by a function that has no key is an error and no request", function()
    start({ ["*"] = answer(200, "[]") }, { api_key = function() return nil, "the vault is locked" end })
    local value, err = ms.projects:list()
    assert.is_nil(value)
    assert.is_true(errors.is(err))
    assert.matches("the vault is locked", tostring(err))
    assert.equal(0, #server:log())
  end)

  it("says what is missing, at the caller's line", function()
    for _, options in ipairs { {}, { api_key = "" }, { token = "" } } do
      assert.matches("^spec/mstudio_spec.lua:%d+: studio.mstudio: api_key is missing", raised(function()
        studio.mstudio(options)
      end))
    end
    assert.matches("give api_key or token, not both", raised(studio.mstudio, { api_key = "a", token = "b" }))
    assert.matches("did you mean 'api_key'", raised(studio.mstudio, { apikey = "a" }))
    assert.matches("option 'api_key' must be a string or callable, not number 3",
                   raised(studio.mstudio, { api_key = 3 }))
  end)

  it("goes to the documented base URL unless told otherwise", function()
    local client = studio.mstudio { api_key = "x" }
    assert.equal("studio.mstudio (https://mstudio.ai)", tostring(client))
    client:close()
  end)
end)

describe("documented errors", function()
  local function fail(status, message, headers)
    start { ["*"] = answer(status, ('{"success":false,"message":%q}'):format(message), headers) }
    local value, err = ms.images:generate(9, { prompt = "x" })
    assert.is_nil(value)
    assert.equal(status, err.status)
    return err
  end

  it("401: check the key", function()
    local err = fail(401, "Invalid API key.")
    assert.equal("unauthorized", err.kind)
    assert.matches("401 unauthorized: Invalid API key%. Check the key: .*Settings > Developer", tostring(err))
  end)

  it("402: subscription or wallet", function()
    local err = fail(402, "Your wallet is empty.", { ["X-Request-Id"] = "req_12" })
    assert.equal("payment_required", err.kind)
    assert.matches("^mstudio images.generate: 402 payment required: Your wallet is empty%. "
      .. "This needs an active subscription or wallet balance at mStudio "
      .. "%(request req_12, spec/mstudio_spec.lua:%d+%)$", tostring(err))
  end)

  it("403 with a scope names it", function()
    local err = fail(403, "API key missing required scope: image_generation")
    assert.equal("forbidden", err.kind)
    assert.equal("image_generation", err.missing_scope)
    assert.matches("Make a key with the scope image_generation", tostring(err))
  end)

  it("403 of an endpoint that is closed to API keys says so", function()
    local err = fail(403, "This endpoint is not available via API key.")
    assert.is_nil(err.missing_scope)
    assert.matches("closed to API keys: log in with a Bearer token", tostring(err))
  end)

  it("403 says so of no other sentence about keys", function()
    for _, text in ipairs { "API access is not allowed for API keys.", "Not open to an API key" } do
      assert.matches("closed to API keys", tostring(fail(403, text)))
      server:stop()
    end
    for _, text in ipairs { "This API key has been revoked.", "This API key is not allowed to do that.",
      "Image generation is not available in your plan.", "This feature is not available. Your API key is fine." } do
      assert.not_matches("closed to API keys", tostring(fail(403, text)))
      server:stop()
    end
  end)

  it("says which key has a line break in it, and never the key", function()
    local ok, message = pcall(studio.mstudio, { api_key = "sk_canary\n" })
    assert.is_false(ok)
    assert.matches("studio.mstudio: api_key has a line break", message)
    assert.not_matches("canary", message)
  end)

  it("404 on an assumed route says how to replace it; on the documented one not", function()
    local err = fail(404, "Not found")
    assert.matches("the route images.generate is assumed", tostring(err))
    server:stop()
    start { ["*"] = answer(404, '{"success":false,"message":"Not found"}') }
    assert.not_matches("assumed", tostring(select(2, ms.projects:list())))
  end)

  it("422 tells the fields", function()
    start { ["*"] = answer(422, '{"success":false,"message":"The prompt is required.",'
      .. '"errors":{"prompt":["The prompt is required."],"seed":["Must be a number."]}}') }
    local _, err = ms.images:generate(9, {})
    assert.equal("invalid", err.kind)
    assert.same({ "Must be a number." }, err.errors.seed)
    assert.matches("The prompt is required%. seed: Must be a number", tostring(err))
  end)

  it("429 is sat out, and the call succeeds", function()
    start { ["GET /api/v1/projects"] = { { status = 429, body = '{"success":false,"message":"Too many"}' },
      { status = 200, body = "[]" } } }
    assert.same({}, (ms.projects:list()))
    assert.equal(1, ms:stats().rate_limited)
    assert.equal(2, ms:stats().attempts)
  end)
end)

it("a generation whose answer names neither job nor result may have been accepted all the same", function()
  for _, body in ipairs { "", "null", "{}", '{"success":true,"data":{}}', "[]" } do
    start { ["*"] = answer(201, body) }
    local job, err = ms.images:generate(9, { prompt = "x" })
    assert.is_nil(job)
    assert.equal("protocol", err.kind)
    assert.is_true(err.maybe_done)
    server:stop()
  end
end)

describe("resources", function()
  it("send what client:routes() says", function()
    start { ["*"] = answer(200, '{"success":true,"data":{"id":5,"status":"pending"}}') }
    local calls = {
      { "projects.create", function() return ms.projects:create { title = "T" } end },
      { "projects.get", function() return ms.projects:get(5) end },
      { "projects.update", function() return ms.projects:update(5, { title = "U" }) end },
      { "projects.delete", function() return ms.projects:delete(5) end },
      { "frames.create", function() return ms.frames:create(5, { script = "S" }) end },
      { "frames.get", function() return ms.frames:get(5) end },
      { "frames.update", function() return ms.frames:update(5, { script = "S" }) end },
      { "frames.delete", function() return ms.frames:delete(5) end },
      { "images.generate", function() return ms.images:generate(5, { prompt = "P" }) end },
      { "jobs.get", function() return ms.jobs:get(5) end },
    }
    local by_name = {}
    for _, r in ipairs(ms:routes()) do by_name[r.name] = r end
    for _, call in ipairs(calls) do
      local value = assert(call[2]())
      assert.equal(5, value.id)
    end
    local log = server:log()
    for i, call in ipairs(calls) do
      local r = by_name[call[1]]
      assert.equal(r.verb .. " /api/v1" .. r.path:gsub("{[%w_]+}", "5"), log[i].method .. " " .. log[i].target)
    end
    assert.equal('{"title":"T"}', log[1].body)
    assert.equal('{"prompt":"P"}', log[9].body)
  end)

  it("list, walk and page", function()
    local page = '{"data":[{"id":%d}],"links":{},"meta":{"current_page":%d,"last_page":2,"per_page":1,"total":2}}'
    local function script(path)
      return { { body = page:format(1, 1) }, { body = page:format(2, 2) }, { body = page:format(1, 1) },
        { body = page:format(2, 2) }, path and { body = page:format(1, 1) } }
    end
    start { ["GET /api/v1/projects"] = script(true), ["GET /api/v1/projects/7/frames"] = script(true) }
    for _, it in ipairs {
      { list = function(q) return ms.projects:list(q) end, each = function() return ms.projects:each() end,
        pages = function() return ms.projects:pages { per_page = 1 } end },
      { list = function(q) return ms.frames:list(7, q) end, each = function() return ms.frames:each(7) end,
        pages = function() return ms.frames:pages(7, { per_page = 1 }) end },
    } do
      local ids = {}
      for item in it.each() do ids[#ids + 1] = item.id end
      for items in it.pages() do ids[#ids + 1] = items[1].id end
      assert.same({ 1, 2, 1, 2 }, ids)
      local items, response, info = it.list { page = 1, per_page = 1 }
      assert.same({ { id = 1 } }, items)
      assert.equal(200, response.status)
      assert.equal(2, info.last)
    end
    assert.equal("/api/v1/projects?page=2&per_page=1", server:log()[4].target)
  end)

  it("say which of their routes are documented", function()
    local client = studio.mstudio { api_key = "x" }
    for _, r in ipairs(client:routes()) do
      assert.equal(r.name == "projects.list" and "documented" or "assumed", r.from)
      assert.is_string(r.scope)
    end
  end)

  it("refuse what the declared scopes do not cover, polling included", function()
    start({ ["*"] = answer(200, "{}") }, { scopes = { "image_generation" } })
    local _, err = ms.jobs:get(1)
    assert.equal("frames", err.missing_scope)
    assert.equal(0, #server:log())
  end)
end)

describe("an image", function()
  it("is generated, waited for and downloaded, from another host and without the key", function()
    local cdn = echo.start { ["GET /1.png"] = { { body = "PNG", headers = { ["Content-Type"] = "image/png" } } } }
    local path = os.tmpname()
    finally(function() os.remove(path); cdn:stop() end)
    start {
      ["POST /api/v1/frames/9/generate-image"] =
        answer(201, '{"success":true,"data":{"job_id":"j1","status":"pending"}}'),
      ["GET /api/v1/generation-jobs/j1"] = { { body = '{"data":{"id":"j1","status":"processing","progress":40}}' },
        { body = '{"data":{"id":"j1","status":"completed","result":{"url":"' .. cdn.url .. '/1.png?signature=s"}}}' } },
    }
    local job = assert(ms.images:generate(9, { prompt = "a harbour" }))
    assert.equal("waiting", job.state)
    local seen = {}
    local image = assert(job:wait { on_update = function(j) seen[#seen + 1] = j.state end })
    assert.same({ "waiting", "active", "done" }, seen)
    assert.equal(path, (image:download(path)))
    local file = assert(io.open(path, "rb"))
    assert.equal("PNG", file:read "a")
    file:close()
    local request = cdn:log()[1]
    assert.equal("/1.png?signature=s", request.target)
    assert.is_nil(request.headers["x-api-key"])
    assert.is_nil(request.headers["authorization"])
  end)

  it("is not asked for twice when nobody knows what became of the first", function()
    start { ["POST /api/v1/frames/9/generate-image"] = { { close = true } } }
    local _, err = ms.images:generate(9, { prompt = "x" })
    assert.equal("outcome_unknown", err.kind)
    assert.matches("To find out, look at the frame .its image and versions. before trying again", tostring(err))
    assert.equal(1, #server:log())
  end)

  it("is made for many frames at once, in order", function()
    local script = {}
    for i = 1, 12 do
      local function body(status) return ('{"data":{"id":%d,"status":"%s"}}'):format(i, status) end
      script["POST /api/v1/frames/" .. i .. "/generate-image"] = answer(201, body "queued")
      script["GET /api/v1/generation-jobs/" .. i] = { { body = body "running" },
        { body = body(i == 7 and 'failed","error":"no paint' or "done") } }
    end
    start(script, { limits = false })
    local frames = {}
    for i = 1, 12 do frames[i] = i end
    local results, failures = studio.map(frames, function(id)
      local job, err = ms.images:generate(id, { prompt = "x" })
      if not job then return nil, err end
      return job:wait()
    end, { on_error = "collect" })
    assert.equal(1, failures.n)
    assert.matches("job 7 failed: no paint", tostring(failures[7]))
    for i = 1, 12 do
      if i ~= 7 then assert.equal(i, results[i].job.id) end
    end
  end)

  it("can be made by a route of the user's", function()
    start({ ["POST /api/v1/projects/3/shots/9/image"] = answer(200, '{"job":{"id":"j2","state":"queued"}}') },
      { routes = { ["images.generate"] = "POST /projects/{project_id}/shots/{frame_id}/image" } })
    local job = assert(ms.images:generate(9, { prompt = "x", project_id = 3 }))
    assert.equal("j2", job.id)
    assert.equal('{"prompt":"x"}', server:log()[1].body)
  end)
end)

it("the module is lua-studio's only door, and loads its parts when they are used", function()
  assert.matches("^lua%-studio %d+%.%d+%.%d+", studio._VERSION)
  assert.is_table(studio.progress)
  assert.is_function(studio.fountain.parse)
  assert.is_nil(studio.no_such_thing)
  assert.equal(studio.json.null, studio.null)
  for _, name in ipairs { "spawn", "map", "sleep", "step", "fd", "on_error", "is_error" } do
    assert.is_function(studio[name])
  end
end)
