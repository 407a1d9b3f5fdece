-- Saturated clients against each way of counting: no answer 429, and the budget used. SPDX-License-Identifier: MIT

local core = require "studio.core"
local sandbox = require "studio.sandbox"
local saturate = require "spec.support.saturate"

local KEY = "sk_live_sandbox"
local WAYS = { "sliding", "fixed", "first_hit", "gcra" } -- those of which the limiter promises 0

-- All at once, each with a sandbox and a limiter of its own; returns answers and reports.
local function run(limit, window, seconds, more)
  local sandboxes, clients, limiters = {}, {}, {}
  for i, way in ipairs(WAYS) do
    local options = { algorithm = way, limit = limit, window = window, keys = { { key = KEY } } }
    for name, value in pairs(more or {}) do options[name] = value end
    sandboxes[i] = assert(sandbox.start(options))
    limiters[i] = core.limiter { name = way, capacity = limit, window = window }
    clients[i] = core.client {
      base_url = sandboxes[i].mstudio_url, limiters = { limiters[i] }, max_refusals = 0,
      auth = core.auth { kind = "header", name = "X-API-Key", value = KEY },
    }
  end
  local answers, reports = saturate(clients, seconds, 3 * limit, "/projects"), {}
  for i, sb in ipairs(sandboxes) do
    reports[i] = limiters[i]:explain()
    clients[i]:close()
    sb:stop()
  end
  return answers, reports
end

describe("a saturated client", function()
  it("is never refused, and uses each window", function()
    local limit, window, seconds = 20, 1, 3.3
    local answers, reports = run(limit, window, seconds)
    for i, way in ipairs(WAYS) do
      assert.is_nil(answers[i][429], way)
      assert.equal(0, reports[i].refused)
      -- the first window at once, then one for each W + g + the time of an answer; a loaded machine may lose one
      assert.is_true(answers[i][200] >= 3 * limit, way .. ": " .. tostring(answers[i][200]))
      assert.is_true(answers[i][200] <= 4 * limit, way)
    end
  end)

  it("would be refused with a limiter that lets more pass (the check can fail)", function()
    local sb <close> = assert(sandbox.start { limit = 20, window = 1, keys = { { key = KEY } } })
    local client = core.client {
      base_url = sb.mstudio_url, max_refusals = 0,
      limiters = { core.limiter { name = "wrong", capacity = 20, window = 0.5 } },
      auth = core.auth { kind = "header", name = "X-API-Key", value = KEY },
    }
    local answers = saturate({ client }, 1, 60, "/projects")[1]
    client:close()
    assert.is_true((answers[429] or 0) > 0)
  end)

  it("uses 98 % of the budget over real windows, on a slow and uneven network #soak", function()
    local limit, window, cycles = 40, 10, 9
    local delay = { 0.01, 0.15 } -- each way, so that an answer takes 0.16 s in the mean
    local answers, reports = run(limit, window, cycles * window + 4, { lag = delay, latency = delay })
    local function mean_time(times, burst)
      local sum = 0
      for n = burst * limit + 1, (burst + 1) * limit do sum = sum + times[n] end
      return sum / limit
    end
    for i, way in ipairs(WAYS) do
      local times = answers[i].times
      local took = mean_time(times, cycles) - mean_time(times, 0)
      local used = cycles * window / took
      print(("%s: %d answers 200, 0 answers 429, %.1f %% of the budget"):format(way, answers[i][200], 100 * used))
      assert.is_nil(answers[i][429], way)
      assert.equal(0, reports[i].refused)
      assert.is_true(used >= 0.98, way .. " used " .. used)
    end
  end)
end)
