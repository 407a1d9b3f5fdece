-- ms:storyboard killed anywhere, of any size, on a bad day: the same film, and nothing paid for twice.
-- SPDX-License-Identifier: MIT

local json = require "studio.json"
local shell = require "spec.support.shell"
local storyboards = require "spec.support.storyboards"

-- That no export was begun is never certain, and a run that dies right before it asks leaves that open.
local function all(more)
  local options = { on_unknown = "resubmit" }
  for name, value in pairs(storyboards.all) do options[name] = value end
  for name, value in pairs(more or {}) do options[name] = value end
  return options
end

describe("ms:storyboard #soak", function()
  local stage

  setup(function() stage = storyboards.start() end)
  teardown(function() stage:stop() end)
  before_each(function() stage:reset() end)

  it("goes on behind every line of its journal, and around every request", function()
    local undisturbed, killed = nil, 0
    for _, event in ipairs { "append", "send", "answer" } do
      local n, outcome = 0
      repeat
        n = n + 1
        stage:reset { job_seconds = 0 }
        local first = stage:child(all { die = { event, n }, lanes = 1 })
        if first == "killed" then killed = killed + 1 end
        local last, output = stage:child(all { lanes = 1 })
        outcome = first
        assert.is_true(last.complete, output)
        undisturbed = undisturbed or stage:files()
        assert.are.same(undisturbed, stage:files())
        assert(stage:once())
      until outcome ~= "killed"
    end
    print(("\n  %d points of death: the same film, nothing twice"):format(killed))
    assert.is_true(killed > 80)
  end)

  -- What a screenplay of so many shots comes to.
  local function whole(shots) return { image = shots, video = shots, voice = shots // 2, export = 1 } end

  it("goes on wherever it was killed, fifty times", function()
    local options = all { script = storyboards.screenplay(10), settle = 2 }
    stage:reset { job_seconds = { 0.1, 0.5 } }
    assert.is_true(stage:child(options).complete)
    local undisturbed, killed, films = stage:files(), 0, 0
    math.randomseed(5)
    while killed < 50 do
      stage:reset { job_seconds = { 0.1, 0.5 } }
      local outcome
      repeat
        -- of the first ones most die while they ask; later ones also while they wait, look up and fetch
        options.before = ("timeout -s KILL %.3f "):format(0.06 + math.random() ^ 2 * 1.5)
        local command = stage:command(options)
        local _, output = shell.run(("{ %s %s; echo status $?; }"):format(options.before, command))
        outcome = json.decode(output:match "([^\n]*)\nstatus 0" or "") or "killed"
        if outcome == "killed" then killed = killed + 1 end
      until outcome ~= "killed" and outcome.complete
      films = films + 1
      assert.are.same(undisturbed, stage:files())
      assert(stage:once(whole(10)))
      assert(stage:unmixed())
      local there = stage.server:state()
      assert.are.same({ 1, 10, 5 }, { there.projects, there.frames, there.tracks })
    end
    print(("\n  killed %d times at random over %d films of 10 shots: each whole, each generation asked for once")
      :format(killed, films))
  end)

  local function resident(pid)
    return tonumber((shell.read(("/proc/%d/status"):format(pid)) or ""):match "VmRSS:%s*(%d+)")
  end

  it("takes no more memory for 300 shots", function()
    local peaks = {}
    for _, shots in ipairs { 10, 60, 300 } do
      stage:reset()
      local before = resident(stage.server.pid)
      local started = os.time()
      local outcome, output = stage:child(all { script = storyboards.screenplay(shots) })
      assert.is_true(outcome.complete, output)
      assert(stage:once(whole(shots)))
      assert(stage:unmixed())
      peaks[#peaks + 1] = outcome
      print(("\n  %3d shots, %4d generations: %5.1f MB at most (Lua %4.1f MB), %d s; sandbox %+.1f MB"):format(shots,
        outcome.spent, outcome.peak_kb / 1024, outcome.heap_kb / 1024, os.difftime(os.time(), started),
        (resident(stage.server.pid) - before) / 1024))
    end
    assert.is_true(peaks[3].peak_kb - peaks[2].peak_kb < 8 * 1024)
  end)

  -- One request in ten goes wrong, on every route, in one of these ways; half of them do what was asked for. (Half of
  -- a picture that is called the whole of it is nothing that a client can see.)
  local function bad_day()
    local rules = {}
    for _, way in ipairs {
      { kind = "status", status = 503 }, { kind = "status", status = 500, effect = true }, { kind = "drop" },
      { kind = "drop", effect = false }, { kind = "html", status = 502 }, { kind = "bad_json", server = "api" },
      { kind = "empty" },
      { kind = "cut" }, { kind = "status", status = 429, headers = { ["retry-after"] = "0" } },
      { kind = "status", status = 504, effect = true },
    } do
      way.rate = 0.0105 -- ten of them one after the other: one in ten
      rules[#rules + 1] = way
    end
    return json.array(rules)
  end

  it("makes the film on a day when one request in ten fails, or stops with a sentence", function()
    local made, stopped, runs, requests, faults = 0, 0, 0, 0, 0
    for round = 1, 12 do
      stage:reset { job_seconds = { 0.02, 0.1 }, faults = bad_day() }
      local outcome
      for _ = 1, 4 do
        runs = runs + 1
        local output
        outcome, output = stage:child(all { script = storyboards.screenplay(12), settle = 1 })
        assert.is_table(outcome, output)
        if outcome.complete then break end
        stopped = stopped + 1
        local sentence = outcome.err or outcome.export
        assert.is_truthy(sentence and #sentence > 20, output)
        if round == 1 or stopped < 4 then print("\n  stopped: " .. sentence) end
      end
      for _, record in ipairs(stage.server:log()) do
        requests, faults = requests + 1, faults + (record.fault and 1 or 0)
      end
      for kind, asked in pairs(stage:asked()) do assert.are.equal(1, asked.most, kind) end
      local there = stage.server:state()
      assert.are.same({ 1, 12, 6 }, { there.projects, there.frames, there.tracks })
      if outcome.complete then
        made = made + 1
        assert(stage:once(whole(12)))
        stage.server:set { faults = json.array {} }
        assert(stage:unmixed())
      end
    end
    print(("\n  12 screenplays, %.1f %% of %d requests failing: %d films made, %d of %d runs stopped"):format(
      100 * faults / requests, requests, made, stopped, runs))
    assert.is_true(faults > requests / 20)
    assert.is_true(made >= 6)
  end)
end)
