-- Carrying a plan out, and back: what is changed, once, and what is left alone. SPDX-License-Identifier: MIT

local apply_stage = require "spec.support.analyst_apply"
local json = require "studio.json"
local look = require "studio.services.analyst.apply.look"
local shell = require "spec.support.shell"

describe("a plan", function()
  local stage, an, before

  setup(function() stage = apply_stage.start() end)
  teardown(function() stage:stop() end)

  before_each(function()
    stage:reset()
    an = stage:client()
    before = stage.server:workspace()
  end)
  after_each(function() an:close() end)

  local function apply(plan, options)
    local all = { log = stage:log() }
    for name, value in pairs(options or {}) do all[name] = value end
    return an:apply(plan, all)
  end

  -- What the log holds, line by line.
  local function log_lines()
    local lines = {}
    for line in shell.read(stage:log()):gmatch "[^\n]+" do lines[#lines + 1] = assert(json.decode(line)) end
    return lines
  end

  -- What the service says of a report is changed, and its clock.
  local function answers(change, date)
    local get = an.reports.get
    an.reports.get = function(self, token)
      local row, response = get(self, token)
      change(row)
      return row, { body = json.encode(row), header = function(_, name) return date or response:header(name) end }
    end
  end

  it("is carried out: what it names, once, and nothing else", function()
    local plan = stage:plan(an)
    assert.are.same({ archive = 3, delete_schedule = 5 },
      { archive = plan.counts.archive, delete_schedule = plan.counts.delete_schedule })
    local summary = assert(apply(plan))
    assert.is_true(summary.complete)
    assert.are.same({ 3, 5, 0, 0 }, { summary.archived, summary.schedules_deleted, summary.gone, summary.earlier })
    assert.are.same({ {}, {} }, { summary.failed, summary.skipped })
    local effects = stage:effects()
    assert.are.same({ total = 3, most = 1 }, effects["reports.archive"])
    assert.are.same({ total = 5, most = 1 }, effects["schedules.delete"])
    local after = stage.server:workspace()
    for token, report in pairs(after.reports) do
      local was = before.reports[token]
      local stale = report.name:find "^Stale"
      assert.are.equal(stale and true or was.archived, report.archived, report.name)
      assert.are.same(not stale and before.schedules[token] or nil, after.schedules[token])
    end
  end)

  it("deletes a report's schedules first, each on record with all that it was before it goes", function()
    assert(apply(stage:plan(an), { concurrency = 1 }))
    local lines, done, archived = log_lines(), {}, {}
    for i, line in ipairs(lines) do
      if line.change == "delete_schedule" then
        assert.is_nil(archived[line.report.token])
        assert.are.equal(line.report.token, line.schedule.report_token)
        assert.is_truthy(line.schedule.cron_minute or line.schedule.frequency)
        assert.are.same({ done = line["do"] }, lines[i + 1])
      elseif line.change == "archive" then
        assert.is_false(line.before.archived)
        archived[line.report.token] = true
      end
      if line.done then done[line.done] = true end
    end
    assert.are.equal(8, #done)
    assert.are.equal(17, #lines)
  end)

  it("is undone, to where it was", function()
    assert(apply(stage:plan(an)))
    local summary = assert(an:undo(stage:log()))
    assert.is_true(summary.complete)
    assert.are.same({ 3, 5 }, { summary.unarchived, summary.schedules_created })
    assert.are.same(before, stage.server:workspace())
    assert.are.same({ total = 5, most = 3 }, stage:effects()["schedules.create"]) -- by report: 2 and 3
    local again = assert(an:undo(stage:log()))
    assert.are.same({ true, 0, 0, 8, 0 }, { again.complete, again.unarchived, again.schedules_created, again.earlier,
      again.calls })
    assert.are.same(before, stage.server:workspace())
  end)

  it("is an audit's, with all that an audit catches, in the calls that it told", function()
    local source <close> = stage:client { limits = { requests = 100000, window = 1, spacing = 0 } }
    stage.server:set { workspace = { reports = 60, personal = 0, seed = 3, nasty = true } }
    finally(function()
      stage.server:set { workspace = { reports = 0, personal = 0, datasets = 0, add = apply_stage.reports } }
    end)
    before = stage.server:workspace()
    local plan = assert(source:audit {
      unused_for = "90d", failing_for = "30d", unviewed_for = "90d", never_run = true, schedules = "delete",
    })
    assert.is_true(plan.counts.archive > 10 and plan.counts.delete_schedule > 10)
    local summary = assert(apply(plan))
    assert.is_true(summary.complete)
    assert.are.same({ plan.counts.archive, plan.counts.delete_schedule, 0 },
      { summary.archived, summary.schedules_deleted, #summary.skipped })
    assert.are.equal(plan.calls, summary.calls)
    assert.is_true(summary.subscriptions > 0)
    summary = assert(an:undo(stage:log()))
    assert.is_true(summary.complete)
    assert.are.same(before, stage.server:workspace())
  end)

  -- While it is carried out ---------------------------------------------------------------------------

  it("is left alone where the report is not what the plan says any more", function()
    local plan = stage:plan(an)
    local tokens = {}
    for i, entry in ipairs(plan.entries) do tokens[i] = entry.report.token end
    assert(an.reports:archive(tokens[1]))
    plan.entries[2].report.view_count = plan.entries[2].report.view_count - 1
    assert(an.schedules:create(tokens[3], { cron = { freq = "hourly" } }))
    local summary = assert(apply(plan))
    assert.are.equal(0, summary.archived + summary.schedules_deleted)
    assert.is_true(summary.complete)
    local why = {}
    for _, skipped in ipairs(summary.skipped) do why[skipped.report.token] = skipped.why end
    assert.matches("somebody else has archived", why[tokens[1]])
    assert.matches("viewed since", why[tokens[2]])
    assert.matches("another schedule since", why[tokens[3]])
    assert.are.equal(1, #log_lines())
    summary = assert(apply(plan, { recheck = false }))
    assert.are.equal(2, summary.archived) -- the first one was archived by somebody else, so undo must not touch it
    assert(an:undo(stage:log()))
    assert.is_true(stage.server:workspace().reports[tokens[1]].archived)
  end)

  it("is left alone where no rule catches the report any more, or it is gone", function()
    local plan = stage:plan(an)
    local tokens = {}
    for _, entry in ipairs(plan.entries) do tokens[entry.report.name] = entry.report.token end
    assert(an.reports:delete(tokens["Stale, twice a day"]))
    plan.options.unused_for = 350 * 86400 -- as if the other one had run since
    local summary = assert(apply(plan))
    assert.are.same({ 1, 2 }, { summary.archived, summary.schedules_deleted })
    assert.is_true(stage.server:workspace().reports[tokens["Stale"]].archived)
    local why = {}
    for _, skipped in ipairs(summary.skipped) do why[skipped.report.token] = skipped.why end
    assert.are.equal("it is gone", why[tokens["Stale, twice a day"]])
    assert.are.equal("no rule catches it any more", why[tokens["Stale, without a schedule"]])
  end)

  it("is left alone where the report ran since, although another rule would take its schedules away", function()
    local plan = stage:plan(an)
    for _, entry in ipairs(plan.entries) do entry.report.view_count = nil end
    plan.options.unused_for, plan.options.unviewed_for = nil, nil
    plan.options.scheduled_unviewed, plan.options.never_run = 90 * 86400, false
    answers(function(row) row.view_count = 0 end)
    local summary = assert(apply(plan))
    assert.are.same({ 0, 0, 3 }, { summary.archived, summary.schedules_deleted, #summary.skipped })
    for _, entry in ipairs(plan.entries) do table.remove(entry.actions) end -- that is all that the rule is for
    summary = assert(apply(plan))
    assert.are.same({ 0, 5 }, { summary.archived, summary.schedules_deleted })
  end)

  it("is left alone where a schedule was exchanged for another, or an archived report is back", function()
    local plan = stage:plan(an)
    local schedule
    for _, entry in ipairs(plan.entries) do
      if entry.report.name == "Stale" then schedule = entry.actions[1].schedule else entry.report.archived = true end
    end
    assert(an.schedules:delete(schedule.report_token, schedule))
    assert(an.schedules:create(schedule.report_token, { cron = { freq = "hourly" } }))
    local summary = assert(apply(plan))
    assert.are.same({ 0, 0 }, { summary.archived, summary.schedules_deleted })
    local why = {}
    for _, skipped in ipairs(summary.skipped) do why[skipped.report.name] = skipped.why end
    assert.matches("another schedule", why["Stale"])
    assert.matches("not archived any more", why["Stale, twice a day"])
  end)

  it("is brought to its end where a schedule seemed to be gone, and was not", function()
    local plan = stage:plan(an)
    stage.server:set { faults = { { kind = "status", status = 404, method = "DELETE", count = 1 } } }
    local summary = assert(apply(plan))
    assert.are.same({ 3, 4, 1 }, { summary.archived, summary.schedules_deleted, summary.gone })
    stage.server:set { faults = json.array {} }
    summary = assert(apply(plan))
    assert.are.same({ 0, 1, {} }, { summary.archived, summary.schedules_deleted, summary.skipped })
    assert(an:undo(stage:log()))
    assert.are.same(before, stage.server:workspace())
  end)

  it("is left alone where the report was moved: perhaps to where nothing may be touched", function()
    local plan = stage:plan(an)
    local entry, other = plan.entries[1], nil
    for collection in an.collections:each { filter = "all" } do
      if collection.token ~= entry.report.collection.token then other = other or collection end
    end
    assert(an.reports:move(entry.report, other))
    local summary = assert(apply(plan))
    assert.are.equal(2, summary.archived)
    assert.matches("moved to another collection", summary.skipped[1].why)
    assert.is_false(stage.server:workspace().reports[entry.report.token].archived)
  end)

  it("is left alone by a service whose clock runs ahead", function()
    local plan = stage:plan(an)
    plan.options.unused_for = 450 * 86400
    answers(function() end, "Sun, 06 Nov 2095 08:49:37 GMT")
    local summary = assert(apply(plan))
    assert.are.same({ 1, 2 }, { summary.archived, #summary.skipped })
  end)

  it("is left alone where the report is in use again when a run is gone on with", function()
    local plan = stage:plan(an)
    stage.server:set { faults = { { kind = "status", status = 400, method = "PATCH" } } }
    local summary = assert(apply(plan))
    assert.are.same({ 0, 5 }, { summary.archived, summary.schedules_deleted })
    stage.server:set { faults = json.array {} }
    plan.options.unused_for = 450 * 86400 -- as if the others had run since
    summary = assert(apply(plan))
    assert.are.same({ 1, 5, true }, { summary.archived, summary.earlier, summary.complete })
    assert.are.same({ "no rule catches it any more", "no rule catches it any more" },
      { summary.skipped[1].why, summary.skipped[2].why })
    assert(an:undo(stage:log()))
    assert.are.same(before, stage.server:workspace())
  end)

  it("stops when nobody lets it in, and goes on where it was the next time", function()
    local plan = stage:plan(an)
    for _, status in ipairs { 401, 402, 403 } do
      stage.server:set { faults = { { kind = "status", status = status, method = "PATCH" } } }
      local summary = assert(apply(plan, { concurrency = 1 }))
      assert.is_false(summary.complete)
      assert.are.equal(status, summary.stopped.status)
      assert.are.equal(0, summary.archived)
    end
    stage.server:set { faults = json.array {} }
    local summary = assert(apply(plan))
    assert.is_true(summary.complete)
    assert.are.equal(3, summary.archived)
    assert.is_true(summary.earlier > 0)
    assert.are.equal(1, stage:effects()["reports.archive"].most)
    assert.are.equal(1, stage:effects()["schedules.delete"].most)
  end)

  it("collects what fails for one report, and does the others", function()
    local plan = stage:plan(an)
    local bad
    for _, entry in ipairs(plan.entries) do
      if #entry.actions == 4 then bad = entry.report.token end
    end
    stage.server:set { faults = { { kind = "status", status = 400, method = "DELETE", path = bad } } }
    local summary = assert(apply(plan))
    assert.are.same({ 2, 2, false }, { summary.archived, summary.schedules_deleted, summary.complete })
    assert.is_nil(summary.stopped)
    assert.are.equal(1, #summary.failed)
    assert.are.same({ bad, "delete_schedule", false },
      { summary.failed[1].report.token, summary.failed[1].change, summary.failed[1].unknown })
    assert.is_false(stage.server:workspace().reports[bad].archived) -- it would run on, unseen
    stage.server:set { faults = json.array {} }
    summary = assert(apply(plan))
    assert.are.same({ 1, 3, 4, true },
      { summary.archived, summary.schedules_deleted, summary.earlier, summary.complete })
  end)

  it("finds out what became of a change whose answer was lost", function()
    for _, kind in ipairs { "drop", "cut", "reset" } do
      for _, effect in ipairs { true, false } do
        stage:reset()
        local plan = stage:plan(an)
        stage.server:set { faults = {
          { kind = kind, method = "PATCH", count = 1, effect = effect },
          { kind = kind, method = "DELETE", count = 1, effect = effect },
        } }
        local summary = assert(apply(plan))
        assert.are.same({ 3, 5, true },
          { summary.archived, summary.schedules_deleted + summary.gone, summary.complete })
        assert.are.equal(1, stage:effects()["reports.archive"].most)
        assert.are.equal(1, stage:effects()["schedules.delete"].most)
        assert(an:undo(stage:log()))
        assert.are.same(before, stage.server:workspace(), kind .. tostring(effect))
      end
    end
  end)

  it("leaves open what nobody can tell, and looks first the next time", function()
    local plan = stage:plan(an)
    local begun = false
    local summary = assert(apply(plan, { concurrency = 1, on_change = function(change)
      if begun or change.kind ~= "delete_schedule" then return end
      begun = true
      stage.server:set { faults = {
        { kind = "drop", method = "PATCH", effect = true, count = 1 },
        { kind = "status", status = 400, method = "GET", path = "/reports/%x+$" },
      } }
    end }))
    assert.is_false(summary.complete)
    local open = {}
    for _, failure in ipairs(summary.failed) do
      if failure.unknown then open[#open + 1] = failure.change end
    end
    assert.are.same({ "archive" }, open)
    stage.server:set { faults = json.array {} }
    summary = assert(apply(plan))
    assert.is_true(summary.complete)
    assert.are.same({}, summary.skipped)
    assert.are.same({ total = 3, most = 1 }, stage:effects()["reports.archive"])
  end)

  it("is undone where nobody can tell whether it was begun", function()
    local begun = false
    local summary = assert(apply(stage:plan(an), { concurrency = 1, on_change = function(change)
      if begun or change.kind ~= "delete_schedule" then return end
      begun = true
      stage.server:set { faults = { { kind = "drop", method = "PATCH", effect = false, count = 1 },
        { kind = "status", status = 400, method = "GET", path = "/reports/%x+$" } } }
    end }))
    assert.is_true(summary.failed[1].unknown)
    stage.server:set { faults = json.array {} }
    summary = assert(an:undo(stage:log()))
    assert.are.same({ {}, true }, { summary.skipped, summary.complete })
    assert.are.same(before, stage.server:workspace())
  end)

  it("is told of as it goes", function()
    local said, changes = {}, {}
    assert(apply(stage:plan(an), {
      progress = function(text) said[#said + 1] = text end,
      on_change = function(change) changes[#changes + 1] = change end,
    }))
    assert.are.same({ "apply: 1 of 3 reports", "apply: 2 of 3 reports", "apply: 3 of 3 reports" }, said)
    assert.are.equal(8, #changes)
  end)

  it("is carried out from its file, and by nobody else at the same time", function()
    local path = stage.folder .. "/plan.json"
    assert(stage:plan(an):save(path))
    local twice
    local summary = assert(apply(path, { on_change = function() twice = twice or table.pack(apply(path)) end }))
    assert.is_true(summary.complete)
    assert.is_nil(twice[1])
    assert.matches("another run is at work", tostring(twice[2]))
  end)

  -- Before it begins ----------------------------------------------------------------------------------

  it("is refused with a sentence, and nothing changed, where it cannot be carried out", function()
    local plan = stage:plan(an)
    local function refused(what, client, given, options)
      local summary, err = (client or an):apply(given or plan, options or { log = stage:log() })
      assert.is_nil(summary)
      assert.matches(what, tostring(err))
    end
    refused("No such file", nil, stage.folder .. "/none.json")
    refused("No such file", nil, nil, { log = stage.folder .. "/none/undo.log" })
    local reader <close> = stage:client { read_only = true }
    refused("read%-only", reader)
    local other <close> = stage:client { workspace = "other" }
    refused("of workspace acme at .*, and this client is one of other", other)
    shell.write(stage:log(), "notes\n")
    refused("is no undo log", nil)
    assert.are.same(before, stage.server:workspace())
    assert.are.equal("notes\n", shell.read(stage:log()))
  end)

  it("is not carried out with the log of another one, or with one that was undone", function()
    local plan = stage:plan(an)
    local smaller = stage:plan(an, function(entry) table.remove(entry.actions) end)
    assert(apply(smaller))
    local _, err = apply(plan)
    assert.matches("log of another plan", tostring(err))
    assert(an:undo(stage:log()))
    _, err = apply(smaller)
    assert.matches("has been undone", tostring(err))
  end)

  it("says which argument is wrong", function()
    local plan = stage:plan(an)
    assert.has_error(function() an:apply(plan) end)
    for text, call in pairs {
      ["option 'log' is needed"] = function() an:apply(plan, {}) end,
      ["plan must be what an audit returned"] = function() an:apply({}, { log = "x" }) end,
      ["unknown option 'lgo'; did you mean 'log'"] = function() an:apply(plan, { lgo = "x" }) end,
      ["'concurrency' must be 1 or more"] = function() an:apply(plan, { log = "x", concurrency = 0 }) end,
      ["analyst:undo: log must be a string"] = function() an:undo() end,
    } do
      local ok, message = pcall(call)
      assert.is_false(ok)
      assert.is_truthy(message:find(text, 1, true), message)
    end
  end)
end)

describe("a list of schedules that is read before a change", function()
  -- How many rows were read of so many, in how many calls, where the report counted `known`.
  local function read(size, known)
    local calls = 0
    local client = { schedules = { pages = function()
      return function()
        local first = calls * 30 + 1
        calls = calls + 1
        local rows = {}
        for i = first, math.min(size, first + 29) do rows[#rows + 1] = { token = "s" .. i } end
        return rows[1] and rows, rows[1] and {}
      end
    end } }
    return { #look.schedules(client, "r", { schedules_count = known }), calls }
  end

  it("is read on behind a full page, whatever the report counted: one may have come since", function()
    assert.are.same({ 31, 3 }, read(31, 30))
    assert.are.same({ 60, 3 }, read(60, 31))
    assert.are.same({ 2, 1 }, read(2, 2)) -- as many as counted, on a page with room for more: a call is saved
    assert.are.same({ 3, 2 }, read(3, 2))
    assert.are.same({ 1, 1 }, read(1, 0))
  end)
end)
