-- Apply and undo, killed at any point and gone on with: all is done, nothing twice. SPDX-License-Identifier: MIT
--
-- The processes die by SIGKILL or Ctrl-C: right behind a line of the log, before a request is sent, when its answer has
-- come; and (soak) at any moment. What the workspace comes to is compared with a run that nobody disturbed.

local apply_stage = require "spec.support.analyst_apply"
local json = require "studio.json"
local shell = require "spec.support.shell"

describe("apply and undo, killed and gone on with,", function()
  local stage, an, start, finish

  -- With no counts of how often, since those of the undisturbed run are known: one each.
  local function begin(options)
    stage = apply_stage.start(options)
    an = stage:client()
    start = stage.server:workspace()
    assert(stage:plan(an):save(stage.folder .. "/plan.json"))
    assert(an:apply(stage.folder .. "/plan.json", { log = stage.folder .. "/undisturbed.log" }))
    finish = stage.server:workspace()
    assert.are_not.same(start, finish)
  end

  -- The state before, with the plan at hand.
  local function again()
    local plan = shell.read(stage.folder .. "/plan.json")
    stage:reset()
    shell.write(stage.folder .. "/plan.json", plan)
  end

  after_each(function()
    an:close()
    stage:stop()
  end)

  local function assert_once(operation, of_one)
    local effect = stage:effects()[operation]
    if of_one then assert.are.equal(1, effect.most, operation) end
    return effect.total
  end

  -- Runs `what` to its end, the first time until it dies at `die`, and compares.
  local function run(what, die, concurrency, signal)
    local where = ("%s, killed at %s %d %s"):format(what, die[1], die[2], die[3] or "")
    local last = stage:child { what = what, die = die, concurrency = concurrency, signal = signal }
    local reached = last == "killed"
    if reached then last = stage:child { what = what, concurrency = concurrency } end
    local summary = json.decode(last)
    assert.is_truthy(summary, where .. ": " .. last)
    assert.is_true(summary.complete, where)
    -- what an earlier run did is no stranger's doing
    assert.are.same({ 0, 0, 0 }, { summary.skipped, summary.failed, summary.gone or 0 }, where)
    assert.are.same(what == "apply" and finish or start, stage.server:workspace(), where)
    return reached, summary
  end

  local function counted()
    local totals = {}
    for _, operation in ipairs { "reports.archive", "reports.unarchive", "schedules.delete" } do
      totals[#totals + 1] = assert_once(operation, true)
    end
    totals[#totals + 1] = stage:effects()["schedules.create"].total
    return totals
  end

  it("do all, once, at points that were chosen", function()
    begin()
    for _, points in ipairs {
      { { "append", 1 }, { "append", 1 } },
      { { "append", 4 }, { "append", 3 } },
      { { "send", 2, "PATCH" }, { "send", 2, "POST" } },
      { { "answer", 2, "PATCH" }, { "answer", 2, "POST" } },
      { { "answer", 2, "DELETE" }, { "answer", 2, "PATCH" } },
    } do
      again()
      assert.is_true((run("apply", points[1], 1)))
      assert.is_true((run("undo", points[2], 1)))
      assert.are.same({ 3, 3, 5, 5 }, counted())
    end
  end)

  it("do all, once, after Ctrl-C", function()
    begin()
    again()
    assert.is_true((run("apply", { "append", 4 }, 2, "INT")))
    assert.is_true((run("undo", { "append", 3 }, 2, "INT")))
    assert.are.same({ 3, 3, 5, 5 }, counted())
  end)

  it("do all, once, at every line of the log, and around every request #soak", function()
    begin()
    local killed = 0
    for _, event in ipairs { "append", "send", "answer" } do
      local n = 0
      repeat
        n = n + 1
        again()
        local first = run("apply", { event, n }, 1 + n % 3)
        local second = run("undo", { event, n }, 1 + n % 3)
        assert.are.same({ 3, 3, 5, 5 }, counted())
        killed = killed + (first and 1 or 0) + (second and 1 or 0)
      until not first and not second
    end
    print(("\n  %d points of death: all done, nothing twice"):format(killed))
    assert.is_true(killed > 90)
  end)

  -- Started in the background, and killed after so many seconds; true when it was still alive then.
  local function killed_after(what, seconds, signal)
    if signal == "INT" then -- which is not seen to at once
      local command = ("timeout -s INT %.3f %s"):format(seconds, stage:command { what = what, concurrency = 4 })
      local _, output = shell.run(("{ %s; echo status $?; }"):format(command))
      return output:find "status 124" ~= nil
    end
    -- It is waited for: until the last of it is gone, the log may be locked.
    local command = stage:command { what = what, concurrency = 4 }
    return (shell.run(("{ %s >/dev/null & sleep %.3f; kill -9 $!; wait $!; [ $? = 137 ]; }"):format(command, seconds)))
  end

  it("do all, once, at fifty moments of chance in a larger workspace #soak", function()
    begin { workspace = { reports = 120, personal = 0, seed = 7, nasty = true }, latency = 0.004 }
    math.randomseed(4)
    local kills, round = 0, 0
    while kills < 50 and round < 200 do -- on a fast machine more of them come too late
      round = round + 1
      again()
      for _, what in ipairs { "apply", "undo" } do
        for i = 1, 5 do
          local signal = i == 4 and "INT" or "KILL"
          if killed_after(what, 0.05 + math.random() * 0.25, signal) then kills = kills + 1 end
        end
        run(what, { "none", 0 }, 4)
      end
      local totals = counted()
      assert.are.equal(totals[1], totals[2])
      assert.are.equal(totals[3], totals[4], "round " .. round)
    end
    print(("\n  %d kills at moments of chance: all done, nothing twice"):format(kills))
    assert.is_true(kills >= 50)
  end)
end)
