-- Ten thousand sessions exported: in little memory, every row accounted for, and the same files after twenty deaths.
-- SPDX-License-Identifier: MIT

local exports = require "spec.support.cognitive3d_exports"
local shell = require "spec.support.shell"

local SESSIONS <const> = 10000
local STREAMS <const> = { "events", "gaze", "fixations", "sensors", "dynamics", "boundary" }

-- Of the whole program, whatever the number of sessions; and how much more it may be for ten times as many.
local LIMIT_KIB <const>, MORE_KIB <const> = 32 * 1024, 6 * 1024

-- Small ones, each with some of everything; three in a hundred are longer than lists show.
local function some(sessions)
  return { sessions = sessions, events = 20, gaze = 20, long = sessions * 3 // 100, event_cut = 50 }
end

describe("#soak an export of ten thousand sessions", function()
  local stage, undisturbed, first

  setup(function()
    stage = exports.start(some(SESSIONS))
    undisturbed = stage:folder()
  end)
  teardown(function() stage:stop() end)

  -- Files of all kinds, without those that the list of sessions alone makes.
  local options = { to = "2100-01-01", format = "csv" }

  it("has every row, and takes no more memory than a tenth of it", function()
    local clock = os.time()
    first = stage:child { folder = undisturbed, options = options }
    local seconds = os.time() - clock
    assert.is_nil(first.err)
    local report = first.report
    assert.is_true(report.complete)
    assert.equal(SESSIONS, report.rows.sessions)
    assert.equal(SESSIONS * 3 // 100, report.limits)
    assert.equal(100, #report.limited)
    local other = stage:child { folder = stage:folder(), options = { format = "ndjson", project = 11 } }.report
    local generated, all = stage:totals(), 0
    for _, name in ipairs(STREAMS) do
      assert.equal(generated[name], report.rows[name] + other.rows[name], name)
      all = all + report.rows[name]
    end
    -- and what is in the files is what the report says, as another program reads them
    local ok, text = shell.tool(("python3 -c %s %s"):format(shell.quote([==[
import csv, sys, collections
seen, sessions = collections.Counter(), 0
for row in csv.DictReader(open(sys.argv[1] + "/events.csv", newline="")):
    assert None not in row and None not in row.values() and len(row["eventHash"]) == 19
    seen[row["session.sessionId"]] += 1
for row in csv.DictReader(open(sys.argv[1] + "/sessions.csv", newline="")):
    assert seen[row["sessionId"]] == int(row["export.events"]), row
    sessions += 1
print(sessions, sum(seen.values()))]==]), undisturbed))
    assert(ok, text)
    assert.equal(("%d %d"):format(SESSIONS, report.rows.events), (text:gsub("%s+$", "")))

    local small <close> = exports.start(some(SESSIONS // 10))
    local tenth = small:child { folder = small:folder(), options = options }
    print(("\n%d sessions, %d rows in %d s; peak %d KiB (%d sessions: %d KiB)"):format(SESSIONS, all, seconds,
      first.peak_kb, SESSIONS // 10, tenth.peak_kb))
    assert.is_true(first.peak_kb < LIMIT_KIB)
    assert.is_true(first.peak_kb - tenth.peak_kb < MORE_KIB)
  end)

  it("is the same after twenty deaths", function()
    local folder = stage:folder()
    math.randomseed(7)
    local events = { "append", "send", "answer", "rename", "remove" }
    local deaths = 0
    local function dies(die)
      local result = stage:child { folder = folder, options = options, die = die }
      if not result then deaths = deaths + 1 end
      return result == nil
    end
    for _ = 1, 16 do assert.is_true(dies { events[math.random(#events)], math.random(1, 1100) }) end
    -- the last ones while the files are written, get their names, and the parts are taken away
    local left = SESSIONS
    for line in io.lines(folder .. "/export.unfinished/journal") do
      if line:find '"counts"' then left = left - 1 end
    end
    print(("%d sessions are left after %d deaths"):format(left, deaths))
    assert.is_true(left > 0 and left < SESSIONS)
    assert.is_true(dies { "rename", left + 3 })
    assert.is_true(dies { "sleep", 250 })
    assert.is_true(dies { "rename", 8 })
    assert.is_true(dies { "remove", 12345 })
    local last = assert(stage:child { folder = folder, options = options })
    assert.is_true(last.report.complete)
    assert.equal(20, deaths)
    assert.same(first.report.rows, last.report.rows)
    assert.same(stage:sums(undisturbed), stage:sums(folder))
    print(("peak of the last run %d KiB"):format(last.peak_kb))
  end)
end)
