-- Audits of a workspace: exactly the right reports are caught, and what cannot be read is left alone.
-- SPDX-License-Identifier: MIT

local audit = require "studio.services.analyst.audit"
local errors = require "studio.error"
local fixture = require "spec.support.analyst_plan"
local json = require "studio.json"
local moment = require "studio.moment"
local rows = require "spec.support.analyst_rows"
local studio = require "studio"

local told = fixture.told

local NOW <const> = assert(moment.read "2025-11-22T09:00:00Z")

-- One report of each sort. Ages are days.
local REPORTS <const> = {
  { name = "fresh", collection = 1, run_days = 1, views = 9, viewed_days = 1, created_days = 500, schedules = 1 },
  { name = "stale", collection = 1, run_days = 91, views = 9, viewed_days = 100, created_days = 500, schedules = 2 },
  { name = "nearly", collection = 2, run_days = 89, views = 9, viewed_days = 89, created_days = 500, schedules = 0 },
  { name = "never", collection = 2, run_days = false, success_days = false, runs = 0, views = 0,
    viewed_days = false, created_days = 200, schedules = 0 },
  { name = "new", collection = 2, run_days = false, success_days = false, runs = 0, views = 0,
    viewed_days = false, created_days = 3, schedules = 0 },
  { name = "failing", collection = 3, run_days = 1, success_days = 50, views = 9, viewed_days = 2, created_days = 500,
    schedules = 1 },
  { name = "unviewed", collection = 3, run_days = 1, views = 0, viewed_days = false, created_days = 500,
    schedules = 3 },
  { name = "put away", collection = 1, run_days = 400, views = 9, viewed_days = 400, created_days = 500,
    archived = true, schedules = 0 },
  { name = "put away, scheduled", collection = 1, run_days = 400, views = 9, viewed_days = 400, created_days = 500,
    archived = true, schedules = 1 },
  { name = "data", type = "DatasetReport", collection = 1, run_days = 400, views = 0, created_days = 500 },
}
for _, report in ipairs(REPORTS) do report.archived = report.archived or false end

describe("an audit of the sandbox", function()
  local sb, an

  setup(function()
    sb = assert(studio.sandbox.start { analyst_limit = 100000, workspace = {
      reports = 0, datasets = 0, collections = 3, personal = 2, mix_datasets = true, add = REPORTS } })
  end)
  teardown(function() sb:stop() end)

  local function client(options)
    options = options or {}
    options.workspace, options.token, options.secret = "acme", "tok_workspace", options.secret or "sec_workspace"
    options.base_url, options.limits, options.read_only = sb.analyst_url, false, true
    options.backoff_base, options.backoff_cap = 0.001, 0.002
    return studio.analyst(options)
  end

  before_each(function() an = client() end)
  after_each(function()
    an:close()
    sb:set { faults = {} }
  end)

  it("catches exactly what is stale", function()
    local before = sb:workspace()
    local plan = assert(an:audit())
    assert.same({
      stale = "unused: delete_schedule, delete_schedule, archive", never = "never_run: archive",
      ["put away, scheduled"] = "archived_scheduled: delete_schedule",
    }, told(plan))
    assert.same({ collections = 3, reports = 9, datasets = 1, archived = 2, caught = 3, archive = 2,
      delete_schedule = 3 }, plan.counts)
    assert.same({}, plan.unread)
    assert.same({ '1 unused report was viewed at some time, and it is not known when (the Discovery API knows it)' },
      plan.notes)
    assert.is_true(plan.complete)
    assert.equal("acme", plan.workspace)
    assert.equal(sb.analyst_url, plan.base_url)
    assert.near(os.time(), moment.read(plan.made_at), 60)
    assert.same(before, sb:workspace())
  end)

  it("knows of each what a person wants to know", function()
    local stale = assert(an:audit { archive = false, collections = { "*1" } }).entries[2].report
    assert.equal("stale", stale.name)
    assert.equal("Finance 1", stale.collection.name)
    assert.equal(9, stale.view_count)
    assert.equal(2, stale.schedules_count)
    assert.equal(2, #stale.schedules)
    assert.equal("Schedule 1", stale.schedules[1].name)
    assert.near(os.time() - 91 * 86400, moment.read(stale.last_run_at), 3600)
    assert.equal(sb.analyst_url .. "/acme/reports/" .. stale.token, stale.url)
  end)

  it("goes by the rules that were asked for", function()
    assert.same({
      stale = "unused: delete_schedule, delete_schedule, archive", nearly = "unused: archive",
      never = "never_run, unviewed: archive", failing = "failing: delete_schedule, archive",
      unviewed = "unviewed: delete_schedule, delete_schedule, delete_schedule, archive",
      ["put away, scheduled"] = "archived_scheduled: delete_schedule",
    }, told(assert(an:audit { unused_for = "30d", failing_for = "30d", unviewed_for = "60d" })))
    assert.same({ never = "never_run: archive" }, told(assert(an:audit { unused_for = false, schedules = "keep" })))
    assert.same({}, told(assert(an:audit { unused_for = false, older_than = "201d", schedules = "keep" })))
    local some = assert(an:audit { unused_for = false, never_run = false, scheduled_unviewed = true,
      collections = { "Product 4", "Operations 3" } })
    assert.same({ unviewed = "scheduled_unviewed: delete_schedule, delete_schedule, delete_schedule" }, told(some))
    assert.matches("'Product 4'", some.notes[1])
    assert.same({ stale = "unused: ", never = "never_run: " },
      told(assert(an:audit { archive = false, schedules = "keep" })))
    assert.same({}, told(assert(an:audit { now = os.time() - 400 * 86400, schedules = "keep" })))
  end)

  it("leaves out what it was told to", function()
    local function without(exclude)
      local plan = assert(an:audit { exclude = exclude, schedules = "keep" })
      return told(plan), plan
    end
    local stale, never = { stale = "unused: archive" }, { never = "never_run: archive" }
    assert.same(stale, (without { "never" }))
    assert.same(never, (without { "st*e" }))
    assert.same(never, (without(function(report) return report.name == "stale" end)))
    local row = assert(an.reports:get(assert(an:audit { collections = { "Finance 1" } }).entries[2].report.token))
    assert.same(never, (without { row }))
    local left, plan = without { "Finance *" }
    assert.same(never, left)
    assert.same({ "Finance 1: left out by the option 'exclude'" }, { ("%s: %s"):format(
      plan.skipped[1].collection.name, plan.skipped[1].why) })
    left, plan = without { "Financ" } -- a slip of the finger protects nothing, so it is told
    assert.equal("unused: archive", left.stale)
    assert.matches("nothing is called 'Financ'", plan.notes[1])
  end)

  it("skips the personal collections of others, and says so", function()
    local plan = assert(an:audit())
    local whys = {}
    for i, skipped in ipairs(plan.skipped) do
      assert.equal("Personal", skipped.collection.name)
      whys[i] = skipped.why:match "^%d+ %l+ ?%l*"
    end
    table.sort(whys)
    assert.same({ "403 forbidden", "404 not found" }, whys)
  end)

  it("takes the calls that it must", function()
    sb:clear_log()
    assert(an:audit())
    local counts = {}
    for _, request in ipairs(sb:log()) do
      local what = request.path:match "/(%l+)$"
      counts[what] = (counts[what] or 0) + 1
      assert.equal("GET", request.method)
    end
    -- Three collections of one page, and of an empty one; two that are closed. Schedules of what was caught: as many as
    -- the row says are all there are.
    assert.same({ spaces = 2, reports = 8, schedules = 3 }, counts)
  end)

  it("tells of its progress and of each report", function()
    local texts, names = {}, {}
    assert(an:audit {
      progress = function(text, found) texts[#texts + 1] = text .. " " .. found.datasets end,
      on_report = function(report, caught) names[report.name] = #caught end,
    })
    assert.equal("3 collections, 9 reports, 3 caught 1", texts[#texts]:gsub("%d caught", "3 caught"))
    assert.same({ fresh = 0, stale = 1, nearly = 0, never = 1, new = 0, failing = 0, unviewed = 0, ["put away"] = 0,
      ["put away, scheduled"] = 1 }, names)
  end)

  it("survives what passes", function()
    sb:set { faults = { { kind = "status", status = 503, path = "/spaces$", count = 2 },
      { kind = "html", path = "/reports$", count = 2 }, { kind = "cut", path = "/schedules$", count = 1 },
      { kind = "status", status = 429, headers = { ["Retry-After"] = "0" }, path = "/reports$", count = 2 },
      { kind = "drop", path = "/schedules$", count = 1 } } }
    local plan = assert(an:audit())
    assert.is_true(plan.complete)
    assert.equal(3, plan.counts.caught)
  end)

  it("leaves alone what cannot be read, and says so", function()
    local stale = assert(an:audit { collections = { "Finance 1" } }).entries[2].report.token
    sb:set { faults = { { kind = "html", path = "/" .. stale .. "/schedules" } } }
    local plan = assert(an:audit())
    assert.is_nil(told(plan).stale)
    assert.equal("never_run: archive", told(plan).never)
    assert.equal("stale", plan.unread[1].report.name)
    assert.matches("502 server", plan.unread[1].why)
    assert.is_false(plan.complete)
    sb:set { faults = { { kind = "status", status = 500, path = "spaces/%x+/reports" } } }
    plan = assert(an:audit())
    assert.same({}, told(plan))
    assert.equal(5, #plan.unread)
    assert.matches("not everything could be read", plan.notes[#plan.notes])
  end)

  it("fails when it cannot begin, or is not let in", function()
    sb:set { faults = { { kind = "status", status = 500, path = "/spaces$" } } }
    local plan, err = an:audit()
    assert.is_nil(plan)
    assert.equal("server", err.kind)
    sb:set { faults = { { kind = "status", status = 401, path = "/reports$" } } }
    plan, err = an:audit()
    assert.is_nil(plan)
    assert.equal("unauthorized", err.kind)
    local stranger <close> = client { secret = "wrong" }
    plan, err = stranger:audit()
    assert.is_nil(plan)
    assert.equal("unauthorized", err.kind)
  end)

  it("ends when its task is cancelled", function()
    sb:set { faults = { { kind = "slow", seconds = 20, path = "/reports$" } } }
    local task = studio.spawn(function() return an:audit() end)
    while an:stats().in_flight < 2 and not task:done() do studio.step(20) end
    task:cancel()
    local plan, err = task:await()
    assert.is_nil(plan)
    assert.equal("cancelled", err.kind)
    while an:stats().in_flight > 0 do studio.step(20) end
    assert.equal(0, an:stats().queued)
  end)

  it("raises for options that cannot be meant", function()
    for message, options in pairs {
      ["unused_for' must be a span"] = { unused_for = "soon" }, ["did you mean 'unused_for'"] = { unusedfor = 3 },
      ["failing_for' must be a span"] = { failing_for = true }, ["there is no 'drop'"] = { schedules = "drop" },
      ["there is no 'apl'; did you mean 'api'"] = { source = "apl" }, ["must be 1 or more"] = { concurrency = 0 },
      ["'exclude'%[1%] must be a string"] = { exclude = { 5 } }, ["'now' must be a moment"] = { now = "today" },
      ["older_than' must be a span"] = { older_than = "0d" },
    } do
      assert.error_matches(function() an:audit(options) end, message)
    end
    assert.error_matches(function() an.audit {} end, "colon")
  end)

  it("tells which reports are scheduled and viewed", function()
    sb:clear_log()
    local list, found = assert(an:report_use())
    local facts = {}
    for _, use in ipairs(list) do
      facts[use.report.name] = ("%s %s, %s %s"):format(use.scheduled, use.schedules, use.viewed, use.views)
    end
    assert.same({
      fresh = "true 1, true 9", stale = "true 2, true 9", nearly = "false 0, true 9", never = "false 0, false 0",
      new = "false 0, false 0", failing = "true 1, true 9", unviewed = "true 3, false 0",
      ["put away"] = "false 0, true 9", ["put away, scheduled"] = "true 1, true 9",
    }, facts)
    assert.equal(2, #found.skipped)
    assert.equal("fresh", list[1].report.name)
    assert.is_false(found.collections ~= 3)
    local few = #sb:log()
    local exact = assert(an:report_use { exact = true, exclude = { "fresh" } })
    assert.equal(8, #exact)
    assert.is_true(#sb:log() - few > few)
    assert.error_matches(function() an:report_use { unused_for = "90d" } end, "unknown option")
  end)
end)

describe("an audit of rows as they should not be", function()
  local function ago(days) return moment.text(NOW - days * 86400) end

  local function row(token, fields)
    local made = { token = token, name = "name of " .. token, type = "Report", archived = false,
      created_at = ago(900), last_run_at = ago(400), view_count = 3, runs_count = "7", schedules_count = 0 }
    for name, value in pairs(fields or {}) do made[name] = value end
    return made
  end

  local function run(workspace, options)
    options = options or {}
    options.now = options.now or NOW
    local client = rows.client(workspace)
    local plan, err = audit.audit(client, options)
    return plan and told(plan), plan, client, err
  end

  local ONE <const> = { { { token = "c1", name = "One", space_type = "custom" } } }

  it("counts a report once that is in two lists", function()
    local list, plan, client = run {
      collections = { { { token = "c1", name = "One" }, { token = "c2", name = "Two" }, { token = "c1" } } },
      reports = { c1 = { { row "a" }, { row "b", row "a" } }, c2 = { { row "b" }, { row "c" } } },
    }
    assert.same({ ["name of a"] = "unused: archive", ["name of b"] = "unused: archive",
      ["name of c"] = "unused: archive" }, list)
    assert.equal(3, plan.counts.reports)
    assert.equal(2, plan.counts.collections)
    assert.equal(5, #client.asked)
  end)

  it("tells null from nothing", function()
    local list, plan = run { collections = ONE, reports = { c1 = { {
      row("a", { last_run_at = json.null, runs_count = json.null }),
      row("b", { runs_count = json.null, last_run_at = "" }),
      row("c", { last_run_at = json.null, runs_count = "0" }),
      row("d", { last_run_at = json.null, runs_count = "12" }),
    } } } }
    assert.same({ ["name of a"] = "never_run: archive", ["name of c"] = "never_run: archive" }, list)
    assert.equal(2, #plan.unread)
    assert.is_true(plan.complete) -- nothing failed; two could not be judged
    for _, one in ipairs(plan.unread) do assert.equal("not known, or not readable: last_run_at", one.why) end
  end)

  it("bears rows that lack everything", function()
    local list, plan = run { collections = ONE, reports = { c1 = { {
      row("a", { name = json.null, collection = 7, view_count = "many", schedules_count = {}, _links = "none" }),
      row("b", { last_run_at = 1577836800, name = 12 }), row("c", { archived = "true" }), { token = 5 }, {}, 17,
      row("d", { type = "DatasetReport" }), { token = "e" },
    } } } }
    assert.same({ a = "unused: archive" }, list)
    assert.equal(4, plan.counts.reports)
    assert.equal(1, plan.counts.archived)
    assert.equal(1, plan.counts.datasets)
    assert.equal(5, #plan.unread)
    assert.is_false(plan.complete)
  end)

  it("reads all schedules, whatever their number should be", function()
    local _, plan = run { collections = ONE, reports = { c1 = { { row("a", { schedules_count = 1 }) } } },
      schedules = { a = { { { token = "s1" }, { token = "s2" } }, { { token = "s3" } } } } }
    assert.equal(3, plan.counts.delete_schedule)
  end)

  it("goes on without what was deleted meanwhile", function()
    local function failure(kind) return errors.new { kind = kind, message = "no" } end
    local list, plan = run { collections = ONE, reports = { c1 = { { row "a", row "b" }, failure "not_found" } },
      schedules = { a = { failure "not_found" } } }
    assert.same({ ["name of b"] = "unused: archive" }, list)
    assert.is_true(plan.complete)
    assert.equal("not found: no", plan.skipped[1].why)
    local _, _, _, err = run { collections = ONE, reports = { c1 = { failure "unauthorized" } } }
    assert.equal("unauthorized", err.kind)
  end)

  it("counts ages by the earlier clock, its own or the service's", function()
    local workspace = { date = "Sat, 22 Nov 2025 09:00:00 GMT", collections = ONE,
      reports = { c1 = { { row("a", { last_run_at = ago(80) }), row("b", { last_run_at = ago(95) }) } } } }
    local plan = assert(audit.audit(rows.client(workspace), {}))
    assert.same({ ["name of b"] = "unused: archive" }, told(plan))
    assert.equal("2025-11-22T09:00:00Z", plan.made_at)
    assert.matches("machine and of the service are %d+ days apart", plan.notes[1])
    workspace.date = "Tue, 22 Nov 2095 09:00:00 GMT"
    workspace.reports.c1[1][1].last_run_at = moment.text(os.time() - 80 * 86400)
    plan = assert(audit.audit(rows.client(workspace), {}))
    assert.same({ ["name of b"] = "unused: archive" }, told(plan))
    assert.near(os.time(), moment.read(plan.made_at), 60)
  end)
end)
