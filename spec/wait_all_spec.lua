-- studio.wait_all: on a clock wound by hand, and against a server on a real socket. SPDX-License-Identifier: MIT

local echo = require "spec.support.echo"
local errors = require "studio.error"
local fake_loop = require "spec.support.fake_loop"
local job = require "studio.job"
local studio = require "studio"
local task = require "studio.task"
local turns = require "studio.turns"
local wait_all = require "studio.wait_all"

local source = { submit = "images.generate", get = "jobs.get", param = "job_id" }

-- On the hand-wound clock --------------------------------------------------------------------------

local clock, real

local function wind()
  clock, real = fake_loop.new(), {}
  clock.random = function() return 0.5 end
  for name, fn in pairs(task.new(clock)) do real[name], task[name] = task[name], fn end
end

local function unwind()
  for name, fn in pairs(real) do task[name] = fn end
end

-- A client whose jobs are done at a time of their id's, failed when that is negative.
local function client_of(ends, limit)
  local poll = job.settings("poll", { random = function() return 0 end })
  local self = { looks = {}, state = { turns = turns.new(), poll = poll, origin = "https://s.invalid" } }
  function self.limits() return { limit or { capacity = 60, window = 60 } } end
  function self.call(_, _, params)
    local id = params.job_id
    self.looks[#self.looks + 1] = { id = id, at = clock.clock }
    local over = clock.clock >= math.abs(ends[id])
    local word = over and (ends[id] < 0 and "failed" or "done") or "running"
    return { id = id, status = word, url = over and "https://s.invalid/" .. id or nil }, { header = function() end }
  end
  function self.problem(_, route, fields)
    fields.service, fields.route = "toy", route
    return errors.new(fields)
  end
  return self
end

local function jobs_of(client, n)
  local list = {}
  for id = 1, n do list[id] = assert(job.new(client, source, { id = id, status = "queued" }, {})) end
  return list
end

-- A quarter of 60 requests in 60 s.
local function assert_share(looks)
  for i, look in ipairs(looks) do
    local in_window = 0
    for j = i, #looks do
      if looks[j].at < look.at + 60 - 1e-6 then in_window = in_window + 1 end
    end
    assert.is_true(in_window <= 15, ("%d looks in a minute from %.1f s on"):format(in_window, look.at))
  end
end

describe("wait_all on a wound clock", function()
  before_each(wind)
  after_each(unwind)

  it("gives results and errors side by side, each told of as soon as it is there", function()
    local client, order, seen = client_of { 50, -5, 20 }, {}, {}
    local jobs = jobs_of(client, 3)
    local results, failures = wait_all(jobs, {
      on_done = function(one, result, err, index)
        assert.equal(jobs[index], one)
        order[#order + 1] = index
        seen[index] = result or err
      end,
    })
    assert.same({ 2, 3, 1 }, order)
    assert.same({ 3, 1 }, { results.n, failures.n })
    assert.equal("https://s.invalid/1", results[1].url)
    assert.is_nil(results[2])
    assert.equal("job_failed", failures[2].kind)
    assert.same({ results[1], failures[2], results[3] }, seen)
    assert.equal(0, #client.state.turns)
  end)

  it("leaves all jobs of a client together a quarter of its limit", function()
    local ends = {}
    for id = 1, 90 do ends[id] = id % 7 == 0 and 700 or 1 end
    local client = client_of(ends)
    local results, failures = wait_all(jobs_of(client, 90))
    assert.same({ 90, 0 }, { results.n, failures.n })
    assert.is_true(#client.looks >= 90)
    assert_share(client.looks)
  end)

  it("does so at the end of their time, too", function()
    local ends = {}
    for id = 1, 90 do ends[id] = 1e9 end
    local client = client_of(ends)
    local _, failures = wait_all(jobs_of(client, 90), { timeout = 100 })
    assert.equal(90, failures.n)
    assert.is_true(clock.clock <= 106)
    assert_share(client.looks)
  end)

  it("gives what those that ended leave of the share to the others", function()
    local ends = {}
    for id = 1, 60 do ends[id] = id == 5 and 250 or 1 end
    local _, failures = wait_all(jobs_of(client_of(ends), 60))
    assert.equal(0, failures.n)
    assert.is_true(clock.clock < 280, clock.clock) -- the others take 240 s of looks
  end)

  it("waits for so many jobs longer, as looking at all of them takes its time", function()
    local ends = {}
    for id = 1, 300 do ends[id] = 1 end
    local _, failures = wait_all(jobs_of(client_of(ends), 300))
    assert.equal(0, failures.n)
    assert.is_true(clock.clock > 600) -- which is what one job has
  end)

  it("counts each client's limit for itself", function()
    local slow, quick = client_of { 1, 1, 1, 1 }, client_of({ 1, 1, 1, 1 }, { capacity = 6000, window = 60 })
    local jobs = table.move(jobs_of(quick, 4), 1, 4, 5, jobs_of(slow, 4))
    assert.equal(0, select(2, wait_all(jobs)).n)
    assert.is_true(quick.looks[4].at < 5)
    assert.is_true(slow.looks[4].at >= 16) -- one in four seconds
  end)

  it("gives up on each job by itself, and gives what there is", function()
    for _, option in ipairs { "timeout", "deadline" } do
      local client = client_of { 5, 1e9, 5 }
      local results, failures = wait_all(jobs_of(client, 3), { [option] = 40 })
      assert.equal("https://s.invalid/3", results[3].url)
      assert.equal("timeout", failures[2].kind)
      assert.equal(2, failures[2].job.id)
      assert.same({ 1, 0 }, { failures.n, #client.state.turns })
    end
  end)

  it("takes lists with holes, jobs that are done already, and no jobs at all", function()
    local client = client_of { 5, 5, 5 }
    local jobs = jobs_of(client, 3)
    jobs[2] = nil
    jobs.n = 4
    jobs[1]:wait()
    local looks = #client.looks
    local results, failures = wait_all(jobs)
    assert.same({ 4, 0, nil, nil }, { results.n, failures.n, results[2], results[4] })
    assert.truthy(results[1] and results[3])
    for i = looks + 1, #client.looks do assert.equal(3, client.looks[i].id) end
    results, failures = wait_all {}
    assert.same({ 0, 0 }, { results.n, failures.n })
  end)

  it("ends when it is cancelled, and looks no more", function()
    local ends = {}
    for id = 1, 50 do ends[id] = 1e9 end
    ends[51] = 1
    local client = client_of(ends)
    local jobs = jobs_of(client, 51)
    local last, value, err = table.remove(jobs), nil, nil
    local waiting = task.spawn(function() value, err = wait_all(jobs) end)
    task.sleep(30)
    waiting:cancel()
    waiting:await()
    assert.is_nil(value)
    assert.equal("cancelled", err.kind)
    local looks = #client.looks
    task.sleep(600)
    assert.same({ looks, 0 }, { #client.looks, #client.state.turns })
    assert(last:wait()) -- and nothing of theirs is in the way of others
    assert.is_true(clock.clock < 640, clock.clock)
  end)

  it("raises what a callback raises, and looks no more", function()
    local client = client_of { 1, 1e9 }
    assert.has_error(function()
      wait_all(jobs_of(client, 2), { on_done = function() error({ code = "mine" }, 0) end })
    end, { code = "mine" })
    assert.equal(0, #client.state.turns)
  end)

  it("raises for what cannot be meant", function()
    local function raised(...)
      local ok, message = pcall(wait_all, ...)
      assert.is_false(ok)
      return message
    end
    assert.matches("studio.wait_all: jobs must be a table, not nothing", raised(), 1, true)
    assert.matches("studio.wait_all: entry 1 of jobs is no job", raised { { id = 1 } }, 1, true)
    assert.matches("did you mean 'on_done'", raised({}, { ondone = print }), 1, true)
  end)
end)

-- Over a socket ------------------------------------------------------------------------------------

it("wait_all waits for jobs of several clients at once", function()
  local script = {}
  for i = 1, 6 do
    local function body(status) return { body = ('{"data":{"id":"j%d","status":"%s"}}'):format(i, status) } end
    script["POST /frames/" .. i .. "/generate-video"] = { body "queued" }
    script["GET /generation-jobs/j" .. i] = { body "running", body(i == 4 and 'failed","error":"no film' or "done") }
  end
  local server = echo.start(script)
  local clients = {}
  for i = 1, 2 do
    clients[i] = studio.mstudio { api_key = "k" .. i, base_url = server.url, limits = false,
      poll = { first = 0.002, cap = 0.01 } }
  end
  local jobs, told = {}, 0
  for i = 1, 6 do jobs[i] = assert(clients[i % 2 + 1].videos:generate(i)) end
  local progress = function() told = told + 1 end
  local results, failures = studio.wait_all(jobs, { progress = progress })
  for i = 1, 6 do
    if i ~= 4 then assert.equal("j" .. i, results[i].job.id) end
  end
  assert.equal(1, failures.n)
  assert.matches("job j4 failed: no film", tostring(failures[4]))
  assert.equal(18, told) -- at first, and after each of two looks
  for _, client in ipairs(clients) do client:close() end
  server:stop()
end)
