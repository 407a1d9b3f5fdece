-- A deadline ends a call in each state on its way, without a word from the server. SPDX-License-Identifier: MIT
--
-- The rules are tested with a clock wound by hand in spec/c/test_call.c; here, that each state's own wait (libcurl's,
-- the queue's, a provider's, a pause between looks) really ends. No server here ever goes on by itself.

local core = require "studio.core"
local held = require "spec.support.held"
local shell = require "spec.support.shell"
local studio = require "studio"

local loop = core.loop()

-- What the error is, beside the stage that held.states has: a POST whose fate is unknown says so, and what waits for a
-- slot or a backoff that comes too late fails at once, and says how long it would have needed.
local expected = {
  credentials = { "timeout", "deadline" },
  queued = { "timeout", "deadline", at_once = true },
  backoff = { "timeout", "deadline", at_once = true },
  connecting = { "timeout", "deadline" },
  handshake = { "timeout", "deadline" },
  sending = { "outcome_unknown", "deadline" },
  waiting = { "outcome_unknown", "deadline" },
  body = { "timeout", "deadline" },
  file = { "timeout", "deadline" },
  looking = { "timeout", says = "the last look at it failed" }, -- of a job that is there: so much is known
  pausing = { "timeout" },
  walking = { "timeout", "deadline" },
}

describe("a deadline ends a call that is", function()
  local urls, stop, path

  setup(function()
    urls, stop = held.serve()
    path = os.tmpname()
    os.remove(path)
  end)
  teardown(function()
    stop()
    for _, name in ipairs { path, path .. ".part", path .. ".part.info" } do os.remove(name) end
  end)

  -- A deadline of 0.1 s; a longer one when it was over before the call got there, as on a busy machine.
  local function ended(name)
    for _, deadline in ipairs { 0.1, 1, 6 } do
      local case = held.start(name, urls, path)
      local before = loop:now()
      local value, err = case.run { deadline = deadline }
      local took = loop:now() - before
      assert.is_nil(value)
      local says, stage = expected[name].says, case.state.stage
      local there = not stage or err.stage == stage
      if says then there = tostring(err):find(says, 1, true) ~= nil end
      if there or deadline == 6 then return case, err, took, deadline end
      case.release()
      case.client:close()
      case.other:close()
    end
  end

  for name, want in pairs(expected) do
    it(name, function()
      local case, err, took, deadline = ended(name)
      assert.same({ want[1], want[2] }, { err.kind, want[2] and err.code })
      if want.says then assert.matches(want.says, tostring(err), 1, true) end
      if want[2] then assert.equal(case.state.stage, err.stage) end
      assert.equal(case.verb == "POST" and case.state.stage == "unknown", err.maybe_done)
      if want.at_once then
        assert.is_true(err.retry_after > 10)
      else
        assert.is_true(took >= deadline - 0.01, took)
      end
      assert.is_true(took < deadline + 10, took) -- nothing else would end it for 25 s
      local stats, limit = case.client:stats(), case.client:limits()[1]
      assert.same({ 0, 0, 0, 0 }, { stats.in_flight, stats.queued, limit.held, limit.waiting })
      assert.is_nil(io.open(path))
      assert.is_true(case.other:request { path = "/fine" } ~= nil)
      case.release()
      case.client:close()
      case.other:close()
      assert.equal(0, loop:active())
    end)
  end

  it("looking for a name", function()
    local library = os.tmpname()
    finally(function() os.remove(library) end)
    assert(shell.run(("cc -shared -fPIC -o %s spec/support/hang.c -ldl"):format(library)))
    local ok, text = shell.run(("timeout -k 1 20 env LD_PRELOAD='%s %s' LUA_PATH=%s LUA_CPATH=%s %s %s"):format(
      os.getenv "LD_PRELOAD" or "", library, shell.quote(package.path), shell.quote(package.cpath),
      os.getenv "STUDIO_LUA" or "lua5.4",
      "spec/support/held.lua resolving deadline x " .. table.concat(urls, " ")))
    assert.same({ true, "timeout deadline not_sent\n" }, { ok, text })
  end)

  it("part of a map, while its other items go on", function()
    local case = held.start("waiting", urls)
    local results, failures = studio.map({ 1, 2, 3 }, function(i)
      if i == 2 then return case.run { deadline = 0.05 } end
      return case.other:request { path = "/fine" }
    end, { on_error = "collect" })
    assert.same({ true, nil, true }, { results[1] ~= nil, results[2], results[3] ~= nil })
    assert.same({ 1, "deadline" }, { failures.n, failures[2].code }) -- sent or, on a busy machine, not yet
    case.client:close()
    case.other:close()
  end)
end)
