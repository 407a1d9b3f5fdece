-- Runs of reports: begun once whatever happens, waited for, and told why they failed. SPDX-License-Identifier: MIT

local echo = require "spec.support.echo"
local json = require "studio.json"
local moment = require "studio.moment"
local sandbox = require "spec.support.sandbox"
local studio = require "studio"

local toys
local defaults = {
  run_seconds = 0.02, run_fail_rate = 0, results = "csv", result_rows = 20, faults = {},
  workspace = { reports = 6, collections = 2, personal = 0 },
}

setup(function() toys = sandbox.start() end)
teardown(function() toys:stop() end)
before_each(function() toys:reset(defaults) end)

-- A report of the workspace that is no dataset, and how many runs it has.
local function a_report(an)
  for collection in an.collections:each() do
    for report in an.reports:each(collection) do
      if report.type ~= "DatasetReport" then return report end
    end
  end
end

local function runs_of(an, report)
  local count = 0
  for _ in an.runs:each(report) do count = count + 1 end
  return count
end

describe("a run", function()
  it("is waited for through its states, and gives its result", function()
    local an = toys:analyst()
    local report = a_report(an)
    local job = assert(an.runs:run(report, { parameters = { region = "EMEA" } }))
    assert.matches("^%x+$", job.id)
    assert.equal(job.data.token, job.id)
    assert.same({ region = "EMEA" }, job.data.parameters)
    assert.is_nil(job.found)
    local result = assert(job:wait())
    assert.equal("done", job.state)
    assert.equal(job, result.job)
    assert.equal(report.token, result.report)
    local again = assert(an.runs:get(report.token, job.id))
    assert.equal("done", again.state)
    assert.equal(job.id, again:result().run)
  end)

  it("that failed says which query failed, and why", function()
    local an = toys:analyst()
    local report = a_report(an)
    local job = assert(an.runs:run(report, { parameters = { region = "FAIL" } }))
    local result, err = job:wait()
    assert.is_nil(result)
    assert.equal("job_failed", err.kind)
    assert.equal("42P01", err.code)
    assert.matches("failed: query '.-': relation \"orders\" does not exist", err.message)
  end)

  it("that failed is told as such even when the reason cannot be had", function()
    toys.server:set { faults = { { kind = "status", status = 404, path = "query_runs" } } }
    local an = toys:analyst()
    local job = assert(an.runs:run(a_report(an), { parameters = { region = "FAIL" } }))
    local _, err = job:wait()
    assert.equal("job_failed", err.kind)
    assert.matches("failed: the service gave no reason", err.message)
  end)

  it("says how to come back to it when the time is over", function()
    toys.server:set { run_seconds = 3600 }
    local an = toys:analyst()
    local report = a_report(an)
    local job = assert(an.runs:run(report))
    assert.equal("conflict", select(2, job:result()).kind)
    local _, err = job:wait { timeout = 0.05 }
    assert.equal("timeout", err.kind)
    assert.matches(('client.runs:get("%s", "%s"):wait()'):format(report.token, job.id):gsub("%p", "%%%0"), err.advice)
  end)

  it("is refused with a read-only client, before anything is sent", function()
    local an = toys:analyst { read_only = true }
    local report = a_report(an)
    assert.equal("refused", select(2, an.runs:run(report)).kind)
  end)
end)

describe("a run whose answer was lost", function()
  local function lose(how)
    toys.server:set { faults = { { kind = "drop", method = "POST", effect = how, count = 1 } } }
  end

  it("is found among the newest, and was begun once", function()
    local an = toys:analyst()
    local report = a_report(an)
    local before = runs_of(an, report)
    lose(true)
    local job = assert(an.runs:run(report, { parameters = { day = 7 } }))
    assert.is_true(job.found)
    assert.same({ day = 7 }, job.data.parameters)
    assert(job:wait())
    assert.equal(before + 1, runs_of(an, report))
    assert.equal(job.id, an.runs:list(report)[1].token)
  end)

  it("that was never begun is an error, and is not begun by us", function()
    local an = toys:analyst()
    local report = a_report(an)
    local before = runs_of(an, report)
    lose(false)
    local job, err = an.runs:run(report)
    assert.is_nil(job)
    assert.equal("outcome_unknown", err.kind)
    assert.is_true(err.maybe_done)
    assert.same({}, err.runs)
    assert.matches("not among the newest runs", err.advice)
    assert.equal(before, runs_of(an, report))
  end)

  it("is not looked for when nobody wants that", function()
    local an = toys:analyst()
    local report = a_report(an)
    lose(true)
    local before = #toys.server:log()
    local job, err = an.runs:run(report, nil, { find_lost = false })
    assert.is_nil(job)
    assert.equal("outcome_unknown", err.kind)
    assert.is_nil(err.runs)
    assert.equal(before + 1, #toys.server:log())
    local ok, message = pcall(an.runs.run, an.runs, report, nil, { find_lost = 1 })
    assert.is_false(ok)
    assert.matches("find_lost", message)
  end)

  it("keeps its own failure when the look fails as well", function()
    local an = toys:analyst { max_attempts = 1 }
    local report = a_report(an)
    toys.server:set { faults = {
      { kind = "drop", method = "POST", effect = true, count = 1 }, { kind = "status", status = 403, path = "/runs$" },
    } }
    local job, err = an.runs:run(report)
    assert.is_nil(job)
    assert.equal("outcome_unknown", err.kind)
    assert.matches("failed as well", err.advice)
  end)
end)

-- A service that says what a spec wants: which of the newest runs can be ours?
describe("among several new runs", function()
  local server, an
  local path = "/api/acme/reports/r1/runs"
  after_each(function()
    an:close()
    server:stop()
  end)

  -- Begun so many hours from now: far enough that a slow machine makes nothing old or new.
  local function run(token, hours, parameters)
    return { token = token, id = 7, state = "pending", created_at = moment.text(os.time() + hours * 3600),
      parameters = parameters }
  end

  local function lists(...)
    local answers = {}
    for i, rows in ipairs { ... } do
      answers[i] = { body = json.encode { _embedded = { report_runs = json.array(rows) } } }
    end
    return answers
  end

  local function start(posts, ...)
    server = echo.start { ["POST " .. path] = posts, ["GET " .. path] = lists(...) }
    an = studio.analyst {
      base_url = server.url, workspace = "acme", token = "t", secret = "s", limits = false, state_dir = false,
      poll = { first = 0.001, cap = 0.01 },
    }
  end

  local function posts()
    local count = 0
    for _, request in ipairs(server:log()) do count = count + (request.method == "POST" and 1 or 0) end
    return count
  end

  it("only one that is new and has our parameters is ours", function()
    start({ { close = true } }, { run("other", 1, { a = "2" }), run("ours", 1, { a = "1" }),
      run("none", 1, {}), run("old", -2, { a = "1" }) })
    local job = assert(an.runs:run("r1", { parameters = { a = 1 } }))
    assert.equal("ours", job.id)
    assert.is_true(job.found)
    assert.equal(1, posts())
  end)

  it("two that can be ours are told, and neither is taken", function()
    start({ { close = true } }, { run("one", 1), run("two", 1, { a = 1 }) })
    local job, err = an.runs:run("r1", { parameters = { a = 1 } })
    assert.is_nil(job)
    assert.equal("outcome_unknown", err.kind)
    assert.same({ "one", "two" }, { err.runs[1].token, err.runs[2].token })
    assert.matches("one of 2 new runs", err.advice)
    assert.equal(1, posts())
  end)

  it("one that shows too little or too much to be ours for certain is told, and not taken", function()
    local unknown = run("no time", 1, { a = 1 })
    unknown.created_at = nil
    for _, row in ipairs { run("more", 1, { a = 1, region = "of somebody" }), run("no parameters", 1), unknown } do
      start({ { close = true } }, { row })
      local job, err = an.runs:run("r1", { parameters = { a = 1 } })
      assert.is_nil(job)
      assert.equal(row.token, err.runs[1].token)
      assert.matches("the only new run", err.advice)
      an:close()
      server:stop()
    end
    start({ { close = true } }, { run("with another's parameters", 1, { region = "of somebody" }) })
    assert.is_nil((an.runs:run "r1"))
  end)

  it("one that this client began and knows is not taken for another", function()
    start({ { status = 202, body = json.encode(run("first", 1)) }, { close = true } }, { run("first", 1) },
      { run("second", 1), run("first", 1) })
    assert.equal("first", assert(an.runs:run("r1")).id)
    assert.equal("second", assert(an.runs:run("r1")).id) -- it came late: the second look finds it
    assert.equal(2, posts())
  end)

  it("one that may be the answer to another call of ours is not taken", function()
    start({ { close = true }, { status = 202, body = json.encode(run("ours", 1)), delay = 0.3 } }, { run("ours", 1) })
    local jobs, kinds = 0, {}
    studio.map({ 1, 2 }, function()
      local job, err = an.runs:run "r1"
      jobs = jobs + (job and 1 or 0)
      kinds[#kinds + 1] = err.kind
      return true
    end, { concurrency = 2 })
    assert.equal(1, jobs) -- never two jobs of one run
    assert.same({ "outcome_unknown" }, kinds)
  end)

  it("a 5xx is looked after as well; a refusal is not", function()
    start({ { status = 502, body = "<html>Bad Gateway</html>" }, { status = 400, body = '{"id":"bad_request"}' } },
      { run("ours", 1) })
    assert.equal("ours", assert(an.runs:run("r1")).id)
    local before = #server:log()
    assert.equal("invalid", select(2, an.runs:run("r1")).kind)
    assert.equal(before + 1, #server:log())
    assert.equal(2, posts())
  end)
end)

describe("copies and forms", function()
  it("are the service's own answers", function()
    local an = toys:analyst()
    local report = a_report(an)
    local job = assert(an.runs:run(report))
    assert(job:wait())
    local copy = assert(an.runs:duplicate(report, job.id))
    assert.equal(copy.token, assert(an.runs:duplicate_status(report, job.id, copy)).token)
    assert.equal("region", assert(an.runs:form_fields(report, job.id))[1].name)
    local personal = toys:analyst { token_kind = "personal" }
    assert.equal("string", type(assert(personal.runs:clone(report, job.id)).token))
  end)
end)

describe("a dataset", function()
  it("is run, and its run waited for", function()
    toys.server:set { workspace = { reports = 30, collections = 2, personal = 0 } }
    local an = toys:analyst()
    local dataset
    for collection in an.collections:each() do
      for row in an.datasets:each(collection) do dataset = dataset or row end
    end
    local job = assert(an.datasets:run(dataset))
    local row = assert(job:wait())
    assert.equal(job.id, row.token)
    assert.equal("done", assert(an.dataset_runs:get(dataset, job.id)).state)
    toys.server:set { faults = { { kind = "drop", method = "POST", effect = true, count = 1 } } }
    job = assert(an.datasets:run(dataset))
    assert.is_true(job.found)
    assert.equal(job.id, an.dataset_runs:list(dataset)[1].token)
  end)
end)
