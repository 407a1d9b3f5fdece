-- studio.mstudio against the sandbox: the main job, limits, jobs, scopes, TLS and faults. SPDX-License-Identifier: MIT

local sandbox = require "spec.support.sandbox"
local studio = require "studio"
local shell = require "spec.support.shell"

local read = shell.read

local toys
local defaults = {
  job_seconds = 0.02, fail_rate = 0, wallet = false, instant = false, oddity = false, closed_to_keys = {},
  url_ttl = 3600, faults = {}, limit = 60, headers = "none",
}

setup(function()
  toys = sandbox.start {
    keys = {
      { key = "sk_live_sandbox", scopes = { "*" } }, { key = "sk_live_projects", scopes = { "projects" } },
    },
    tokens = { { token = "tok_1", user = "ada" }, { token = "tok_2", user = "ada" } },
  }
end)
teardown(function() toys:stop() end)
before_each(function() toys:reset(defaults) end)

local function storyboard(ms, count)
  local project = assert(ms.projects:create { title = "Teaser" })
  local frames = {}
  for i = 1, count do frames[i] = assert(ms.frames:create(project.id, { script = "Shot " .. i, order = i })) end
  return project, frames
end

describe("the main job", function()
  it("makes an image for each of 25 frames under the limit: no answer 429, each generated once", function()
    local ms = toys:mstudio()
    local _, frames = storyboard(ms, 25)
    local paths = {}
    finally(function() for _, path in pairs(paths) do os.remove(path) end end)
    local done, err = studio.map(frames, function(frame, i)
      local job, failure = ms.images:generate(frame.id, { prompt = "a harbour, shot " .. i })
      if not job then return nil, failure end
      local image
      image, failure = job:wait()
      if not image then return nil, failure end
      paths[i] = os.tmpname()
      return image:download(paths[i])
    end)
    assert.is_nil(err)
    assert.equal(25, done.n)
    local seen = {}
    for i = 1, 25 do
      local bytes = read(paths[i])
      assert.equal("\137PNG\r\n\26\n", bytes:sub(1, 8))
      assert.is_nil(seen[bytes])
      seen[bytes] = true
    end
    assert.equal(0, ms:stats().rate_limited)
    local counted = 0
    for _, count in pairs(toys.server:state().generations) do
      assert.equal(1, count)
      counted = counted + 1
    end
    assert.equal(25, counted)
  end)

  it("takes a repeated DELETE that finds nothing any more as done", function()
    local ms = toys:mstudio()
    local project, frames = storyboard(ms, 1)
    toys.server:set { faults = { { kind = "drop", method = "DELETE", count = 1, effect = true } } }
    local done, response = ms.frames:delete(frames[1].id)
    assert.is_true(done)
    assert.same({ 404, 2 }, { response.status, response.attempts })
    local _, err = ms.frames:delete(frames[1].id) -- this time nothing was there to delete
    assert.equal("not_found", err.kind)
    assert.not_matches("assumed", tostring(err)) -- the service names the frame: the route is there
    assert.is_truthy(project)
  end)

  it("walks all projects, page by page", function()
    local ms = toys:mstudio()
    for i = 1, 12 do assert(ms.projects:create { title = "P" .. i }) end
    local titles = {}
    for project in ms.projects:each { per_page = 5 } do titles[project.title] = true end
    for i = 1, 12 do assert.is_true(titles["P" .. i]) end
    local sizes = {}
    for items, _, info in ms.projects:pages { per_page = 5 } do
      sizes[#sizes + 1] = #items
      assert.equal(12, info.total)
    end
    assert.same({ 5, 5, 2 }, sizes)
    assert.equal(5, #assert(ms.projects:list { per_page = 5, page = 2 }))
  end)

  it("reads, changes and deletes", function()
    local ms = toys:mstudio()
    local project, frames = storyboard(ms, 2)
    assert.equal("New", assert(ms.projects:update(project.id, { title = "New" })).title)
    assert.equal("New", assert(ms.projects:get(project.id)).title)
    assert.equal("Other", assert(ms.frames:update(frames[1].id, { script = "Other" })).script)
    assert(ms.frames:delete(frames[2].id))
    local _, err = ms.frames:get(frames[2].id)
    assert.equal("not_found", err.kind)
    assert.equal(1, #assert(ms.frames:list(project.id)))
    assert(ms.projects:delete(project.id))
  end)
end)

describe("jobs", function()
  local function job_of(options, prompt)
    toys.server:set(options)
    local ms = toys:mstudio()
    local _, frames = storyboard(ms, 1)
    return assert(ms.images:generate(frames[1].id, { prompt = prompt or "a harbour" })), ms
  end

  it("that fail say why", function()
    local job = job_of({}, "please FAIL")
    local value, err = job:wait()
    assert.is_nil(value)
    assert.equal("job_failed", err.kind)
    assert.matches("The prompt was refused by the content filter", tostring(err))
    assert.equal(job, err.job)
  end)

  it("in states nobody has heard of go on being waited for", function()
    local raw = {}
    local job = job_of { oddity = "developing", job_seconds = 0.1 }
    assert(job:wait { on_update = function(j) raw[j.raw_state] = j.state end })
    assert.equal("unknown", raw.developing)
    assert.equal("done", job.state)
  end)

  it("can be come back to after a wait that ended too early", function()
    local job, ms = job_of { job_seconds = 0.3 }
    local _, err = job:wait { timeout = 0.05 }
    assert.equal("timeout", err.kind)
    assert.is_true(assert(ms.jobs:get(job.id)):wait().url ~= nil)
  end)

  it("may be done at once", function()
    local job = job_of { instant = true }
    assert.equal("done", job.state)
    local path = os.tmpname()
    finally(function() os.remove(path) end)
    assert.equal(path, (assert(job:wait()):download(path)))
  end)

  it("give a fresh URL when the old one has expired", function()
    local job, ms = job_of { url_ttl = 0 }
    local image = assert(job:wait())
    local path = os.tmpname()
    finally(function() os.remove(path) end)
    toys.server:set { url_ttl = 3600 }
    local calls = ms:stats().calls
    assert.equal(path, (image:download(path)))
    assert.equal(calls + 3, ms:stats().calls) -- expired, the job, the fresh URL
    assert.equal("\137PNG", read(path):sub(1, 4))
  end)
end)

describe("accounts", function()
  it("whose key lacks a scope are told which", function()
    local ms = toys:mstudio { api_key = "sk_live_projects" }
    local project = assert(ms.projects:create { title = "T" })
    local _, err = ms.frames:create(project.id, {})
    assert.equal(403, err.status)
    assert.equal("frames", err.missing_scope)
    local declared = toys:mstudio { api_key = "sk_live_projects", scopes = { "projects" } }
    _, err = declared.frames:create(project.id, {})
    assert.equal(0, err.attempts)
    assert.equal("frames", err.missing_scope)
  end)

  it("with a token reach what is closed to keys", function()
    toys.server:set { closed_to_keys = { "/projects$" } }
    local _, err = toys:mstudio().projects:list()
    assert.equal("forbidden", err.kind)
    assert.matches("closed to API keys", tostring(err))
    assert.is_table(toys:mstudio({ token = "tok_1" }).projects:list())
  end)

  it("without money are told so", function()
    local ms = toys:mstudio()
    local _, frames = storyboard(ms, 1)
    toys.server:set { wallet = 0 }
    local _, err = ms.images:generate(frames[1].id, { prompt = "x" })
    assert.equal("payment_required", err.kind)
  end)

  it("that share a key share its budget: 0 answers 429 for two clients", function()
    local a, b = toys:mstudio(), toys:mstudio()
    assert(studio.map({ 1, 2, 3, 4 }, function(i)
      for _ = 1, 25 do assert((i % 2 == 0 and a or b).projects:list()) end
      return true
    end))
    assert.equal(0, a:stats().rate_limited + b:stats().rate_limited)
    assert.equal(100, a:stats().attempts + b:stats().attempts)
  end)
end)

describe("TLS", function()
  it("works with the sandbox's own authority, and not without it", function()
    local ms = toys:mstudio { base_url = toys.server.mstudio_https_url, ca_file = toys.server.ca_file }
    local _, response = assert(ms.projects:list())
    assert.equal(200, response.status)
    local stranger = toys:mstudio { base_url = toys.server.mstudio_https_url }
    local value, err = stranger.projects:list()
    assert.is_nil(value)
    assert.equal("tls", err.kind)
  end)
end)

describe("faults", function()
  local function with(...) toys.server:set { faults = { ... } } end

  it("of reading calls are sat out", function()
    local ms = toys:mstudio()
    for _, fault in ipairs {
      { kind = "status", status = 503 }, { kind = "html" }, { kind = "drop" }, { kind = "reset" }, { kind = "cut" },
    } do
      fault.count, fault.method = 2, "GET"
      with(fault)
      assert.is_table(ms.projects:list())
    end
    assert.equal(10, ms:stats().retries)
  end)

  it("of a generation are never paid for twice", function()
    local ms = toys:mstudio()
    for _, fault in ipairs { { kind = "drop", effect = true }, { kind = "reset", effect = true },
      { kind = "cut", effect = true } } do
      local _, frames = storyboard(ms, 1)
      fault.count, fault.path = 5, "generate"
      with(fault)
      local job, err = ms.images:generate(frames[1].id, { prompt = "x" })
      assert.is_nil(job)
      assert.equal("outcome_unknown", err.kind)
      assert.matches("look at the frame", tostring(err))
      with()
      assert.equal(1, toys.server:state().generations[tostring(frames[1].id)])
    end
  end)

  it("of a generation that were answered say that it may be under way all the same", function()
    local ms = toys:mstudio()
    local _, frames = storyboard(ms, 1)
    with { kind = "status", status = 500, effect = true, path = "generate" }
    local _, err = ms.images:generate(frames[1].id, { prompt = "x" })
    assert.equal("server", err.kind)
    assert.matches("It may have been done all the same: look at the frame", tostring(err))
    assert.equal(1, toys.server:state().generations[tostring(frames[1].id)])
  end)

  it("in answers that came are protocol errors", function()
    local ms = toys:mstudio()
    with { kind = "bad_json", count = 1 }
    local _, err = ms.projects:list()
    assert.equal("protocol", err.kind)
    assert.matches("not readable JSON", tostring(err))
  end)

  it("of the host of results do not lose the image", function()
    local ms = toys:mstudio()
    local _, frames = storyboard(ms, 1)
    local image = assert(assert(ms.images:generate(frames[1].id, { prompt = "x" })):wait())
    with({ kind = "status", status = 503, server = "cdn", count = 1 }, { kind = "cut", server = "cdn", count = 1 })
    local path = os.tmpname()
    finally(function() os.remove(path) end)
    assert.equal(path, (image:download(path)))
    assert.equal("\137PNG", read(path):sub(1, 4))
  end)
end)

it("a redirect to another host does not get the key", function()
  local ms = toys:mstudio()
  toys.server:set { faults = {
    { kind = "redirect", location = toys.server.cdn_url .. "/stolen", count = 1, server = "api" },
  } }
  ms.projects:list()
  for _, record in ipairs(toys.server:log()) do
    if record.server == "cdn" then
      assert.is_nil(record.key)
      assert.is_nil(record.headers["x-api-key"])
    end
  end
end)
