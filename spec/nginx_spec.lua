-- A saturated client against a rate limit that nobody here wrote: nginx's limit_req. SPDX-License-Identifier: MIT

local core = require "studio.core"
local nginx = require "spec.support.nginx"
local saturate = require "spec.support.saturate"

local function run(limit, conf, seconds)
  local server = assert(nginx.start {
    http = "limit_req_zone $server_port zone=one:1m rate=" .. conf.rate .. ";",
    server = ("location / { limit_req zone=one burst=%d nodelay; limit_req_status 429; }")
      :format(conf.burst),
  })
  local limiter = core.limiter { name = "nginx", capacity = limit.requests, window = limit.window }
  local client = core.client { base_url = server.url, limiters = { limiter }, max_refusals = 0 }
  saturate({ client }, seconds, 3 * limit.requests, "/")
  local at_server, report = server:statuses(), limiter:explain()
  server:stop()
  return at_server, report
end

describe("against nginx limit_req", function()
  -- a bucket of `burst + 1`, refilled at `rate`: the same long-term budget as L in W
  it("draws no 429, and uses the budget", function()
    local answers, report = run({ requests = 40, window = 1 }, { rate = "40r/s", burst = 39 }, 3)
    assert.is_nil(answers[429])
    assert.equal(0, report.refused)
    -- whole windows that began within the time: 40 at once, then 40 for each W + g + latency
    assert.is_true(answers[200] >= 3 * 40, "only " .. tostring(answers[200]))
    assert.is_true(answers[200] <= 4 * 40 + 1)
  end)

  it("would be refused without a limiter (the check can fail)", function()
    local answers = run({ requests = 400, window = 1 }, { rate = "40r/s", burst = 39 }, 1)
    assert.is_true((answers[429] or 0) > 0)
  end)

  it("draws no 429 over a real minute, at 98 % of the budget #soak", function()
    local seconds = 121
    local answers, report = run({ requests = 60, window = 10 }, { rate = "6r/s", burst = 59 }, seconds)
    assert.is_nil(answers[429])
    assert.equal(0, report.refused)
    local budget = 60 * math.ceil(seconds / 10)
    print(("nginx limit_req: %d of %d in %d s"):format(answers[200], budget, seconds))
    assert.is_true(answers[200] >= 0.98 * budget - 60, tostring(answers[200]))
  end)
end)
