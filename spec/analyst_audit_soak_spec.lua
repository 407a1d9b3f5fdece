-- An audit of a large workspace: the whole allowed rate, no refusal, flat memory. SPDX-License-Identifier: MIT

local bench = dofile "bench/audit.lua"

describe("an audit of 2,000 reports in 60 collections #soak", function()
  it("uses 98 % of the allowed rate and is never refused, in memory that does not grow with the workspace", function()
    -- 6 s for the documented 10: a request is late by a millisecond or two, which is 1 % of the time between two.
    local figures = bench.run(2000, 60, 6)
    print(("\n%d calls in %.1f s, %.1f %% of the allowed rate, %d answers 429, %.1f MiB at 10 %%, %.1f at the end")
      :format(figures.calls, figures.seconds, figures.share * 100, figures.refused,
      bench.memory_at(figures, 0.1) / 2 ^ 20, bench.memory_at(figures, 1) / 2 ^ 20))
    local counts = figures.plan.counts
    assert.equal(2000, counts.reports)
    assert.equal(60, counts.collections)
    assert.is_true(figures.plan.complete)
    assert.equal(0, figures.refused)
    assert.is_true(figures.share >= 0.98, ("only %.1f %%"):format(figures.share * 100))
    -- Of 2,000 rows at 8 KiB nothing stays but what was caught.
    assert.is_true(bench.memory_at(figures, 1) - bench.memory_at(figures, 0.1) < 8 * 2 ^ 20)
  end)
end)
