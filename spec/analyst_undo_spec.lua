-- Undoing what apply did: what comes back, what does not, what is left alone. SPDX-License-Identifier: MIT

local apply_stage = require "spec.support.analyst_apply"
local json = require "studio.json"
local shell = require "spec.support.shell"

describe("undo", function()
  local stage, an, before, by_name

  setup(function() stage = apply_stage.start() end)
  teardown(function() stage:stop() end)

  before_each(function()
    stage:reset()
    an = stage:client()
    before = stage.server:workspace()
    by_name = {}
    for token, report in pairs(before.reports) do by_name[report.name] = token end
    assert(an:apply(stage:plan(an), { log = stage:log(), concurrency = 1 }))
  end)
  after_each(function() an:close() end)

  local function undo(options) return assert(an:undo(stage:log(), options)) end

  -- `why` of what was skipped, by report and schedule.
  local function reasons(summary)
    local why = {}
    for _, skipped in ipairs(summary.skipped) do why[#why + 1] = skipped.report.name .. ": " .. skipped.why end
    table.sort(why)
    return why
  end

  it("tells what does not come back with a schedule", function()
    local summary = undo()
    assert.is_true(summary.complete)
    assert.are.equal(5, #summary.lost)
    local fields = {}
    for _, lost in ipairs(summary.lost) do
      assert.is_string(lost.schedule)
      for _, loss in ipairs(lost.fields) do fields[loss.field] = loss.why end
    end
    assert.matches("the API takes no such field", fields.delivery)
    local told = 0
    for line in shell.read(stage:log()):gmatch "[^\n]+" do
      local record = assert(json.decode(line))
      if record.undone and record.lost then told = told + 1 end
    end
    assert.are.equal(5, told)
  end)

  it("leaves alone what somebody else has put back, and what is gone", function()
    assert(an.reports:unarchive(by_name["Stale"]))
    assert(an.reports:delete(by_name["Stale, twice a day"]))
    local summary = undo()
    assert.are.same({ 1, 2, 2 }, { summary.unarchived, summary.schedules_created, #summary.skipped })
    local why = reasons(summary)
    assert.matches("Stale, twice a day: it is gone", why[1])
    assert.matches("Stale: it is not archived any more", why[2])
    assert.are.same(before.schedules[by_name["Stale"]], stage.server:workspace().schedules[by_name["Stale"]])
  end)

  it("makes no schedule that somebody else has made again already", function()
    local schedule = before.schedules[by_name["Stale"]][1]
    assert(an.schedules:create(by_name["Stale"], schedule))
    local summary = undo()
    assert.are.same({ 3, 4 }, { summary.unarchived, summary.schedules_created })
    assert.matches("Stale: somebody else made the same schedule again", reasons(summary)[1])
    assert.are.same(before, stage.server:workspace())
  end)

  it("brings back two schedules that are alike as two", function()
    stage:reset()
    local token = by_name["Stale, without a schedule"]
    local cron = { freq = "hourly", minute = 5, time_zone = "UTC" }
    for _ = 1, 2 do assert(an.schedules:create(token, { cron = cron })) end
    local two = stage.server:workspace()
    assert.are.equal(2, #two.schedules[token])
    assert(an:apply(stage:plan(an), { log = stage:log() }))
    -- the second one's answer is lost: the first one's child is there, and is not the second one's
    stage.server:set { faults = {
      { kind = "status", status = 503, method = "POST", path = token, effect = false, count = 1 },
    } }
    assert.is_false(undo().complete)
    for _ = 1, 2 do assert.is_true(undo().complete) end
    assert.are.same(two, stage.server:workspace())
  end)

  it("never makes a schedule twice, whatever becomes of the answers", function()
    for _, fault in ipairs {
      { kind = "drop", effect = true }, { kind = "drop", effect = false }, { kind = "cut" },
      { kind = "status", status = 500, effect = true }, { kind = "status", status = 503, effect = false },
    } do
      stage:reset()
      assert(an:apply(stage:plan(an), { log = stage:log() }))
      fault.method, fault.rate = "POST", 0.6
      local patch = { kind = "drop", effect = fault.effect, method = "PATCH", count = 2 }
      stage.server:set { faults = { fault, patch } }
      local summary, created = nil, 0
      for _ = 1, 40 do
        summary = undo()
        created = created + summary.schedules_created
        assert.are.equal(0, #summary.skipped)
        if summary.complete then break end
        assert.is_nil(summary.stopped)
        for _, failure in ipairs(summary.failed) do assert.is_true(failure.unknown) end
      end
      assert.is_true(summary.complete)
      assert.are.same(before, stage.server:workspace(), fault.kind)
      assert.are.same({ 5, 5 }, { created, stage:effects()["schedules.create"].total })
      assert.are.equal(1, stage:effects()["reports.unarchive"].most)
    end
  end)

  it("says so when a schedule cannot be made again, and keeps what it was", function()
    local text = shell.read(stage:log())
    shell.write(stage:log(), (text:gsub('"frequency":"[^"]*"', '"frequency":"now and then"', 1)))
    local summary = undo()
    assert.are.same({ 3, 4 }, { summary.unarchived, summary.schedules_created })
    assert.matches("cannot be made again: how often it ran is not known", reasons(summary)[1])
    local whole
    for _, lost in ipairs(summary.lost) do
      if not lost.schedule then whole = lost.fields[1].value end
    end
    assert.are.equal("now and then", whole.frequency)
  end)

  it("is refused for a log of another workspace, one that is none, and a client that only reads", function()
    local function refused(what, client, path)
      local summary, err = client:undo(path or stage:log())
      assert.is_nil(summary)
      assert.matches(what, tostring(err))
    end
    local reader <close> = stage:client { read_only = true }
    refused("read%-only", reader)
    local other <close> = stage:client { workspace = "other" }
    refused("log of workspace acme", other)
    refused("No such file", an, stage.folder .. "/none.log")
    assert.are.equal(3, stage:effects()["reports.archive"].total)
    assert.is_nil(stage:effects()["reports.unarchive"])
  end)
end)
