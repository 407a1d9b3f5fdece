-- How the sandbox counts requests: pure policies, with a clock wound by hand. SPDX-License-Identifier: MIT

local limits = require "studio.sandbox.limits"

local function new(algorithm, capacity, window, more)
  local budget = { algorithm = algorithm, capacity = capacity, window = window }
  for name, value in pairs(more or {}) do budget[name] = value end
  return limits.new(budget)
end

-- How many of `n` requests at that time pass.
local function passed(limit, now, n)
  local count = 0
  for _ = 1, n do
    if limit:take(now).allowed then count = count + 1 end
  end
  return count
end

describe("a limit of the sandbox", function()
  for algorithm in pairs(limits.algorithms) do
    it("lets exactly its capacity pass at once: " .. algorithm, function()
      assert.equal(5, passed(new(algorithm, 5, 10), 100, 20))
    end)

    it("does not count what it refused: " .. algorithm, function()
      local limit = new(algorithm, 5, 10)
      passed(limit, 100, 50)
      assert.equal(5, passed(limit, 120, 20))
    end)
  end

  it("slides: a request leaves the window W after it came", function()
    local limit = new("sliding", 2, 10)
    assert.is_true(limit:take(0).allowed)
    assert.is_true(limit:take(4).allowed)
    assert.is_false(limit:take(9.999).allowed)
    assert.is_true(limit:take(10).allowed)
    assert.is_false(limit:take(13.999).allowed)
    assert.is_true(limit:take(14).allowed)
  end)

  it("starts fixed windows at multiples of W", function()
    local limit = new("fixed", 2, 10)
    assert.equal(2, passed(limit, 9.9, 5))
    assert.equal(2, passed(limit, 10, 5)) -- 4 within a moment: what a fixed window allows
  end)

  it("starts first-hit windows with the first request", function()
    local limit = new("first_hit", 2, 10)
    assert.equal(2, passed(limit, 9.9, 5))
    assert.equal(0, passed(limit, 19.8, 5))
    assert.equal(2, passed(limit, 19.9, 5))
  end)

  it("refills a bucket evenly", function()
    local limit = new("gcra", 10, 10)
    assert.equal(10, passed(limit, 0, 20))
    assert.equal(3, passed(limit, 3, 20))
    assert.equal(1, passed(new("gcra", 60, 60, { burst = 1 }), 0, 20))
  end)

  it("weighs the last window by its overlap", function()
    local limit = new("two_window", 10, 10)
    assert.equal(10, passed(limit, 9, 20))
    assert.equal(5, passed(limit, 15, 20)) -- half of the last window still counts
  end)

  it("sees whole seconds when told so", function()
    local limit = new("sliding", 1, 10, { resolution = 1 })
    assert.is_true(limit:take(0.9).allowed)
    assert.is_true(limit:take(10.0).allowed) -- 9.1 s later, by its stamps 10
  end)

  it("tells what is left in the headers of each style", function()
    local limit = new("sliding", 3, 60)
    local info = limit:take(0)
    assert.same({}, limits.headers("none", info, 1000))
    assert.same({}, limits.headers("retry_after", info, 1000))
    assert.same({ ["x-ratelimit-limit"] = "3", ["x-ratelimit-remaining"] = "2", ["x-ratelimit-reset"] = "1060" },
      limits.headers("x_ratelimit", info, 1000))
    passed(limit, 0, 2)
    assert.equal("60", limits.headers("retry_after", limit:take(0), 1000)["retry-after"])
    assert.equal("15", limits.headers("both", limit:take(45.5), 1000)["retry-after"])
  end)
end)
