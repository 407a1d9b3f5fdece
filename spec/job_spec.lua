-- Jobs: reading any answer about one, and waiting without eating the budget. SPDX-License-Identifier: MIT
--
-- The clock, the sleeping and the answers are ours: nothing here waits or goes over a network.

local errors = require "studio.error"
local job = require "studio.job"
local result = require "studio.result"
local task = require "studio.task"
local turns = require "studio.turns"

local clock, slept, true_loop, true_sleep

before_each(function()
  clock, slept = 0, {}
  true_loop, true_sleep = task.loop, task.sleep
  task.loop = { now = function() return clock end, random = function() return 0.5 end }
  task.sleep = function(seconds)
    slept[#slept + 1] = seconds
    clock = clock + seconds
    return true
  end
end)

after_each(function() task.loop, task.sleep = true_loop, true_sleep end)

local source = {
  submit = "images.generate", get = "jobs.get", param = "job_id",
  again = function(self) return ("client.jobs:get(%q)"):format(self.id) end,
}

-- A client whose jobs.get answers from a list, the last answer for ever. An answer may be an error.
local function client_of(answers, options)
  options = options or {}
  local state = { turns = turns.new(), poll = job.settings("poll", options.poll), origin = "https://s.invalid" }
  local self = { asked = {}, state = state }
  function self.limits() return { { capacity = options.capacity or 60, window = options.window or 60 } } end
  function self.call(_, route, params, _, call_options)
    self.asked[#self.asked + 1] = { route = route, id = params.job_id, options = call_options, at = clock }
    local answer = answers[math.min(#self.asked, #answers)]
    if options.takes then clock = clock + options.takes end
    if errors.is(answer) then return nil, answer end
    return answer, { header = function(_, name) return options.headers and options.headers[name] end }
  end
  function self.problem(_, route, fields)
    fields.service, fields.route = "toy", route
    return errors.new(fields)
  end
  return self
end

local function pending(client, data)
  return (assert(job.new(client, source, data or { job_id = "j1", status = "pending" }, {})))
end

describe("a job", function()
  local client = client_of {}

  it("is read from every usual answer", function()
    for _, data in ipairs {
      { job_id = "j1", status = "pending" }, { id = "j1", status = "pending" },
      { generation_job_id = "j1", status = "PENDING" }, { job = { id = "j1", status = "queued" } },
      { data = { job_id = "j1", state = "Queued" } }, { id = "frame", generation_job_id = "j1", status = "created" },
    } do
      local j = job.new(client, source, data, {})
      assert.equal("j1", j.id)
      assert.equal("waiting", j.state)
      assert.equal(data, j.data)
    end
  end)

  it("translates states, keeps the raw word, and takes unknown ones for unfinished", function()
    local states = { queued = "waiting", processing = "active", ["intermediate-complete"] = "active",
      SUCCEEDED = "done", completed = "done", failed = "failed",
      rejected = "failed", canceled = "cancelled", fermenting = "unknown" }
    for raw, state in pairs(states) do
      local j = pending(client, { id = 1, status = raw })
      assert.equal(state, j.state)
      assert.equal(raw, j.raw_state)
    end
  end)

  it("has a progress between 0 and 1, or none", function()
    local cases = { { 0, 0 }, { 0.25, 0.25 }, { 50, 0.5 }, { 1, 0.01 }, { 1.0, 1 }, { 100, 1 }, { 250, 1 }, { -3, 0 },
      { "45%", 0.45 }, { "0.5", 0.5 }, { "soon", nil }, { {}, nil } }
    for _, case in ipairs(cases) do
      assert.equal(case[2], pending(client, { id = 1, status = "processing", progress = case[1] }).progress)
    end
    assert.is_nil(pending(client).progress)
    assert.equal(1, pending(client, { id = 1, status = "done" }).progress)
  end)

  it("may be done in the answer to its submission", function()
    local j = assert(job.new(client, source, { url = "https://cdn.invalid/1.png" }, {}))
    assert.equal("done", j.state)
    assert.is_nil(j.id)
    assert.equal("https://cdn.invalid/1.png", j:wait().url)
    j = assert(job.new(client, source, { id = 7, image_url = "https://cdn.invalid/2.png" }, {}))
    assert.equal("done", j.state)
    assert.same({}, slept)
  end)

  it("is not made of an answer that names neither a job nor a result", function()
    for _, data in ipairs { {}, { ok = true }, true, "x" } do
      local j, err = job.new(client, source, data, {})
      assert.is_nil(j)
      assert.equal("protocol", err.kind)
      assert.matches("names neither a job nor a result", tostring(err))
    end
  end)

  it("is looked at again by refresh", function()
    local c = client_of { { id = "j1", status = "processing", progress = 0.5 } }
    local j = pending(c)
    assert.equal(j, (j:refresh()))
    assert.equal("active", j.state)
    assert.equal(0.5, j.progress)
    assert.equal("jobs.get", c.asked[1].route)
    assert.equal("j1", c.asked[1].id)
  end)

  it("has no result before it is done", function()
    local value, err = pending(client):result()
    assert.is_nil(value)
    assert.equal("conflict", err.kind)
    assert.matches("job j1 is not done yet %(pending%)", tostring(err))
  end)
end)

describe("wait", function()
  it("polls until the job is done and gives the result", function()
    local client = client_of { { id = "j1", status = "queued" }, { id = "j1", status = "mystery" },
      { id = "j1", status = "completed", result = { url = "https://cdn.invalid/1.png" } } }
    local j = pending(client)
    local r = assert(j:wait())
    assert.equal("https://cdn.invalid/1.png", r.url)
    assert.equal(j.data, r.data)
    assert.equal(j, r.job)
    assert.equal(3, #client.asked)
    for _, asked in ipairs(client.asked) do assert.equal("poll", asked.options.priority) end
    assert.equal(0, #client.state.turns)
  end)

  it("tells of progress at every look, of updates only at changes", function()
    local client = client_of { { id = 1, status = "processing", progress = 0.1 },
      { id = 1, status = "processing", progress = 0.1 }, { id = 1, status = "weird" }, { id = 1, status = "done" } }
    local looks, updates = 0, {}
    assert(pending(client):wait {
      progress = function() looks = looks + 1 end,
      on_update = function(j) updates[#updates + 1] = j.state .. "/" .. j.raw_state end,
    })
    assert.equal(5, looks)
    assert.same({ "waiting/pending", "active/processing", "unknown/weird", "done/done" }, updates)
  end)

  it("gives job_failed with the service's reason", function()
    for _, fields in ipairs {
      { error = "out of paint" }, { failure_reason = "out of paint" }, { failure = "out of paint" },
      { message = "out of paint" }, { error = { message = "out of paint" } }, { result = { error = "out of paint" } },
    } do
      fields.id, fields.status = "j1", "failed"
      local j = pending(client_of { fields })
      local value, err = j:wait()
      assert.is_nil(value)
      assert.equal("job_failed", err.kind)
      assert.equal(j, err.job)
      assert.matches("toy jobs.get: job failed: job j1 failed: out of paint %(spec/job_spec.lua:%d+%)", tostring(err))
    end
    local _, err = pending(client_of { { id = 1, status = "cancelled" } }):wait()
    assert.matches("job j1 cancelled: the service gave no reason", tostring(err))
    assert.equal("E7", select(2, pending(client_of { { id = 1, status = "failed", failure_code = "E7" } }):wait()).code)
  end)

  it("ends after its time, saying that the job goes on and how to come back", function()
    local client = client_of { { id = "j1", status = "processing" } }
    local j = pending(client)
    local value, err = j:wait { timeout = 30 }
    assert.is_nil(value)
    assert.equal("timeout", err.kind)
    assert.equal(j, err.job)
    assert.matches('job j1 is still processing after 30 s%. It goes on at the service; client.jobs:get%("j1"%)',
      tostring(err))
    assert.equal(30, clock)
    assert.equal(30, client.asked[#client.asked].at) -- the last look is at the end
    assert.equal(0, #client.state.turns)
  end)

  it("takes the shorter of timeout and deadline, 600 s by default", function()
    pending(client_of { { id = 1, status = "queued" } }):wait { timeout = 50, deadline = 20 }
    assert.equal(20, clock)
    clock = 0
    pending(client_of { { id = 1, status = "queued" } }):wait()
    assert.equal(600, clock)
  end)

  it("bounds each look by what is left of its time", function()
    local client = client_of({ { id = 1, status = "queued" } }, { takes = 8 })
    pending(client):wait { deadline = 30 }
    for _, asked in ipairs(client.asked) do
      assert.is_true(asked.options.deadline <= 30 - asked.at + 1e-9)
    end
    assert.is_true(clock <= 38)
  end)

  it("bears some failed looks, and says the last one when time is over", function()
    local down = errors.new { kind = "server", message = "down" }
    local client = client_of { down, down, { id = 1, status = "queued" }, down, { id = 1, status = "done" } }
    assert(pending(client):wait())
    assert.equal(5, #client.asked)
    local _, err = pending(client_of { down }):wait()
    assert.equal(down, err)
    assert.equal("studio.job j1 (waiting)", tostring(err.job))
    _, err = pending(client_of { down }):wait { timeout = 8 }
    assert.equal("timeout", err.kind)
    assert.matches("; the last look at it failed: down", tostring(err))
  end)

  it("does not bear failures that say something", function()
    local gone = errors.new { kind = "not_found", message = "no such job" }
    local client = client_of { gone }
    assert.equal(gone, select(2, pending(client):wait()))
    assert.equal(1, #client.asked)
  end)

  it("ends with the task that is cancelled", function()
    local stop = errors.new { kind = "cancelled", message = "x" }
    task.sleep = function() return nil, stop end
    local client = client_of {}
    local j = pending(client)
    assert.equal(stop, select(2, j:wait()))
    assert.equal(j, stop.job)
    assert.equal(0, #client.state.turns)
  end)

  it("no longer counts when a callback raises", function()
    local client = client_of { { id = 1, status = "queued" } }
    assert.has_error(function() pending(client):wait { progress = function() error "mine" end } end)
    assert.equal(0, #client.state.turns)
  end)

  it("names a wrong option", function()
    local ok, message = pcall(function() pending(client_of {}):wait { timout = 3 } end)
    assert.is_false(ok)
    assert.matches("^spec/job_spec.lua:%d+: job:wait: unknown option 'timout'; did you mean 'timeout'", message)
  end)
end)

-- What a service may say of its jobs that is not as usual.
describe("a service's own way", function()
  local function own(fields)
    local all = { get = "runs.get", param = "run" }
    for k, v in pairs(fields) do all[k] = v end
    return all
  end

  it("has ids elsewhere, and more in the path", function()
    local client = client_of { { id = 7, token = "abc", state = "succeeded" } }
    local asked
    local call = client.call
    function client.call(self, route, params, ...)
      asked = params
      return call(self, route, params, ...)
    end
    local j = assert(job.new(client, own { params = { report = "r1" }, id_fields = { "token" } },
      { id = 7, token = "abc", state = "running_notebook" }, {}))
    assert.equal("abc", j.id)
    assert.equal("active", j.state)
    assert.equal(j, (j:refresh()))
    assert.same({ report = "r1", run = "abc" }, asked)
    assert.equal("done", j.state)
  end)

  it("finds out why a job failed, once; without an answer the job's own words stand", function()
    local asked = 0
    local function reason()
      asked = asked + 1
      return "division by zero", "22012"
    end
    local facts = { id = 1, status = "failed", error = "generic" }
    local j = assert(job.new(client_of {}, own { reason = reason }, facts, {}))
    for _ = 1, 2 do
      local _, err = j:result()
      assert.equal("job_failed", err.kind)
      assert.equal("22012", err.code)
      assert.matches("job 1 failed: division by zero", err.message)
    end
    assert.equal(1, asked)
    j = assert(job.new(client_of {}, own { reason = function() end }, facts, {}))
    assert.matches("job 1 failed: generic", select(2, j:result()).message)
  end)

  it("gives a result of another kind, and none of ours to come back", function()
    local j = assert(job.new(client_of {}, own { result = function(self) return { of = self } end },
      { id = 1, status = "done" }, {}))
    assert.equal(j, j:wait().of)
    j = assert(job.new(client_of { { id = 1, status = "queued" } }, own {}, { id = 1, status = "queued" }, {}))
    assert.matches("It goes on at the service %(", tostring(select(2, j:wait { timeout = 1 })))
  end)
end)

describe("the pause between polls", function()
  local settings = job.settings("poll", { random = function() return 0.5 end })

  it("grows from 3 s by half to 15 s", function()
    local pauses = {}
    for n = 0, 6 do pauses[#pauses + 1] = job.pause(settings, n, nil, 0) end
    assert.same({ 3, 4.5, 6.75, 10.125, 15, 15, 15 }, pauses)
  end)

  it("is spread, so that jobs of one moment drift apart", function()
    local least = job.settings("poll", { random = function() return 0 end })
    local most = job.settings("poll", { random = function() return 0.999 end })
    assert.is_true(math.abs(job.pause(least, 0, nil, 0) - 2.7) < 1e-9)
    assert.is_true(math.abs(job.pause(most, 0, nil, 0) - 3.3) < 0.01)
  end)

  it("is what the service asks for, never sooner", function()
    local least = job.settings("poll", { random = function() return 0 end })
    assert.equal(7, job.pause(least, 0, 7, 0))
    assert.is_true(job.pause(settings, 5, 1, 0) < 1.2)
    assert.is_true(job.pause(settings, 0, 100000, 0) <= 72)
    for _, facts in ipairs { { poll_after = 7 }, { poll_after_ms = 7000 }, { retry_after = "7" } } do
      facts.id, facts.status = 1, "queued"
      slept = {}
      pending(client_of { facts, { id = 1, status = "done" } }):wait()
      assert.is_true(slept[2] >= 7 and slept[2] < 8.5)
    end
    slept = {}
    local client = client_of({ { id = 1, status = "queued" }, { id = 1, status = "done" } },
      { headers = { ["retry-after"] = "9" } })
    pending(client):wait()
    assert.is_true(slept[2] >= 9 and slept[2] < 10)
  end)

  it("is a quarter of a second at the least, unless the first is set to less", function()
    local least = job.settings("poll", { random = function() return 0 end })
    assert.equal(0.25, job.pause(least, 0, 0, 0))
    local hasty = job.settings("poll", { first = 0, cap = 0.001, random = function() return 0 end })
    assert.equal(0.25, job.pause(hasty, 3, nil, 0))
    local toy = job.settings("poll", { first = 0.01, random = function() return 0 end })
    assert.equal(0.01, job.pause(toy, 0, 0, 0))
    assert.equal(0.01, job.pause(toy, 0, nil, 0))
  end)

  it("leaves all jobs together a quarter of the limit", function()
    -- 60 requests in 60 s, a quarter of it: 15 polls a minute, so one in 4 s, however short the pauses of each job.
    local client = client_of({ { id = 1, status = "done" } }, { poll = { first = 0.5 } })
    for i = 1, 5 do
      pending(client):wait()
      assert.is_true(clock >= 4 * i and clock <= 4.8 * i, clock)
    end
    clock = 0
    client = client_of({ { id = 1, status = "done" } }, { poll = { first = 0.5, share = 0.5 }, window = 1 })
    for _ = 1, 5 do pending(client):wait() end
    assert.is_true(clock < 3) -- a short window: the growing pause counts again
  end)

  it("can be set", function()
    slept = {}
    local queued, done = { id = 1, status = "queued" }, { id = 1, status = "done" }
    local client = client_of({ queued, queued, done }, {
      poll = { first = 0.1, factor = 2, cap = 0.15, jitter = 0 }, window = 0.001,
    })
    pending(client):wait()
    assert.same({ 0.1, 0.15, 0.15 }, slept)
    assert.has_error(function() job.settings("poll", { share = 0 }) end)
    assert.has_error(function() job.settings("poll", { factor = 0.5 }) end)
  end)
end)

describe("the URLs of a result", function()
  local client = client_of {}
  local function urls(data) return result.urls(data, client) end

  it("are found in the usual fields, best first, each once", function()
    local a, b = "https://a.invalid/1", "https://b.invalid/2"
    for _, data in ipairs {
      { url = a, image_url = b }, { output = { a, b } }, { result = { urls = { a, b } } }, { urls = { a, b, a } },
      { data = { url = a, output = { b } } }, { images = { { url = a }, { url = b } } },
      { output = { one = a, two = b } },
      { assets = { image = a, video = b } }, { job = { result = { url = a, files = { b } } } },
    } do assert.same({ a, b }, urls(data)) end
  end)

  it("are absolute, or begin at the service's own host", function()
    assert.same({ "https://s.invalid/files/1.png" }, urls { url = "/files/1.png" })
    assert.same({}, urls { url = "file:///etc/passwd" })
    assert.same({}, urls { url = "javascript:x", output = "data:image/png;base64,xx", result = "ready" })
    assert.same({}, urls { url = "//evil.invalid/x" })
  end)

  it("are no thumbnails, and no other text", function()
    assert.same({}, urls { thumbnail_url = "https://x.invalid/t", prompt = "https://x.invalid/" })
    assert.same({ "https://x.invalid/v" },
      urls { assets = { thumbnail = "https://x.invalid/t", film = "https://x.invalid/v" } })
  end)

  it("are not searched for ever", function()
    local circle = {}
    circle.data = circle
    assert.same({}, urls(circle))
  end)

  it("are secrets, and not shown", function()
    local r = assert(job.new(client, source, { url = "https://x.invalid/?signature=canary" }, {})):wait()
    assert.not_matches("canary", tostring(r))
    assert.not_matches("canary", tostring(r.job))
  end)
end)

describe("download", function()
  -- A client whose downloads end as told; `seen` has the URLs.
  local function downloads(answers, jobs)
    local client = client_of(jobs or {})
    client.seen = {}
    function client.request(_, options)
      client.seen[#client.seen + 1] = options.url
      local answer = answers[#client.seen]
      if errors.is(answer) then return nil, answer end
      return options.save_to, { status = 200 }
    end
    return client
  end
  local done = { id = "j1", status = "done", url = "https://x.invalid/old" }

  it("saves the file and gives its path", function()
    local client = downloads { true }
    local r = assert(pending(client, done):wait())
    assert.equal("out.png", (r:download "out.png"))
    assert.same({ "https://x.invalid/old" }, client.seen)
  end)

  it("reads the job again, once, when the URL has expired", function()
    for _, kind in ipairs { "forbidden", "not_found" } do
      local expired = errors.new { kind = kind, message = "expired" }
      local client = downloads({ expired, true }, { { id = "j1", status = "done", url = "https://x.invalid/new" } })
      local r = assert(pending(client, done):wait())
      assert.equal("out.png", (r:download "out.png"))
      assert.same({ "https://x.invalid/old", "https://x.invalid/new" }, client.seen)
      assert.equal("https://x.invalid/new", r.url)
      client = downloads({ expired, expired }, { { id = "j1", status = "done", url = "https://x.invalid/new" } })
      assert.equal(expired, select(2, assert(pending(client, done):wait()):download "out.png"))
      assert.equal(2, #client.seen)
      client = downloads({ expired }, { done }) -- the same URL again: not worth a try
      assert.equal(expired, select(2, assert(pending(client, done):wait()):download "out.png"))
      assert.equal(1, #client.seen)
    end
  end)

  it("passes other failures on", function()
    local down = errors.new { kind = "network", message = "x" }
    local client = downloads { down }
    local value, err = assert(pending(client, done):wait()):download "out.png"
    assert.is_nil(value)
    assert.equal(down, err)
    assert.equal("download", err.route)
    assert.equal(0, #client.asked)
  end)

  it("of a result without a URL says so", function()
    local bare = { id = "j1", status = "done", image_base64 = "xxxx" }
    local client = downloads({}, { bare })
    local value, err = assert(pending(client, bare):wait()):download "out.png"
    assert.is_nil(value)
    assert.matches("the result of job j1 names no URL to download; see result.data", tostring(err))
  end)
end)
