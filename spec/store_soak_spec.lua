-- Eight processes with one key, one killed every second, against servers that count. SPDX-License-Identifier: MIT

local core = require "studio.core"
local nginx = require "spec.support.nginx"
local sandbox = require "studio.sandbox"
local spenders = require "spec.support.spenders"

local KEY = "sk_live_sandbox"
local PROCESSES, LIMIT, WINDOW, MINUTE = 8, 40, 2, 60

-- Lets them spend for a minute and a window; the first window, which whoever starts first has to itself, does not
-- count for fairness. Returns the total, the 429s, and the smallest and largest share of the mean.
local function run(url, path)
  local loop = core.loop()
  local many <close> = spenders.new {
    url = url, path = path, key = KEY, capacity = LIMIT, window = WINDOW, depth = 2 * LIMIT,
  }
  for i = 1, PROCESSES do many:start(i) end
  local start, victim = loop:now(), 0
  local fair_from = start + WINDOW - 0.5
  for second = 1, MINUTE + WINDOW do
    while loop:now() < start + second do loop:step(start + second - loop:now()) end
    victim = victim % PROCESSES + 1
    many:kill(victim)
    many:start(victim)
  end
  for i = 1, PROCESSES do many:kill(i) end
  local total, refused, counts, sum = 0, 0, {}, 0
  for i = 1, PROCESSES do
    local all = many:answers(i)
    total, refused = total + (all["200"] or 0), refused + (all["429"] or 0)
    counts[i] = many:answers(i, fair_from)["200"] or 0
    sum = sum + counts[i]
  end
  assert.equal("", many:errors())
  table.sort(counts)
  local mean = sum / PROCESSES
  local used = total / (LIMIT * (MINUTE + WINDOW) / WINDOW)
  print(("%d answers 200, %d answers 429, %.1f %% of the budget; in a minute %d to %d of %.1f each"):format(
    total, refused, 100 * used, counts[1], counts[PROCESSES], mean))
  return used, refused, counts[1] / mean, counts[PROCESSES] / mean
end

local function check(used, refused, least, most)
  assert.equal(0, refused)
  assert.is_true(used >= 0.95, "used " .. used)
  assert.is_true(least >= 0.9 and most <= 1.1, ("shares of the mean: %.2f to %.2f"):format(least, most))
end

describe("eight processes, one killed every second, #soak", function()
  it("draw no 429 from the sandbox, use the budget, and share it", function()
    local sb <close> = assert(sandbox.start { limit = LIMIT, window = WINDOW, keys = { { key = KEY } } })
    check(run(sb.mstudio_url, "/projects"))
  end)

  it("draw no 429 from nginx, use the budget, and share it", function()
    local server = assert(nginx.start {
      http = ("limit_req_zone $server_port zone=one:1m rate=%dr/s;"):format(LIMIT // WINDOW),
      server = ("location / { limit_req zone=one burst=%d nodelay; limit_req_status 429; }"):format(LIMIT - 1),
    })
    local used, refused, least, most = run(server.url, "/")
    local statuses = server:statuses()
    server:stop()
    assert.is_nil(statuses[429])
    check(used, refused, least, most)
  end)
end)
