-- The page of examples/weekly_report.lua: numbers, ticks, gaps, and names of other people. SPDX-License-Identifier: MIT

local fixture = require "spec.support.weekly_report"
local say = require "weekly_report.say"
local scale = require "weekly_report.page.scale"

local function has(text, ...)
  for _, part in ipairs { ... } do assert.is_truthy(text:find(part, 1, true), part .. " in " .. text) end
end

describe("a weekly report's page", function()
  it("has ticks that people can read, up to the greatest number", function()
    for most, ticks in pairs {
      [0] = { 0, 1 }, [1] = { 0, 1 }, [3] = { 0, 1, 2, 3 }, [7] = { 0, 2, 4, 6, 8 }, [22] = { 0, 5, 10, 15, 20, 25 },
      [100] = { 0, 20, 40, 60, 80, 100 }, [101] = { 0, 50, 100, 150 }, [12345] = { 0, 5000, 10000, 15000 },
    } do
      assert.same(ticks, scale.ticks(most, true))
    end
    assert.same(6, #scale.ticks(0.5))
    for most = 1, 3000 do
      local ticks = scale.ticks(most, true)
      assert.is_true(ticks[#ticks] >= most and #ticks >= 2 and #ticks <= 6, most)
    end
  end)

  it("says numbers, lengths and changes as people do", function()
    assert.equal("1,234,567", say.count(1234567))
    assert.equal("0:59 min", say.length(59400))
    assert.equal("1:00:00 h", say.length(3599600))
    assert.equal("–", say.length(nil))
    assert.equal("28 December 2026 – 3 January 2027", say.span(1798416000, 1798416000 + 7 * 86400))
    assert.equal("29 November – 5 December 2026", say.span(1795910400, 1795910400 + 7 * 86400))
    local words = { more = "more", less = "fewer", format = say.count, share = true }
    assert.same({ "▲", "5 more (50 %)" }, { say.change(15, 10, words) })
    assert.same({ "▲", "1 more (under 1 %)" }, { say.change(201, 200, words) })
    assert.same({ "▼", "1 fewer" }, { say.change(0, 1, { more = "more", less = "fewer", format = say.count }) })
    assert.same({ "=", "as before" }, { say.change(10.04, 10.0, { more = "", less = "", format = say.score }) })
    assert.same({}, { say.change(10, nil, words) })
  end)

  it("shows figures, changes, steps and answers", function()
    local page = fixture.page(fixture.week())
    has(page, "36 sessions in seven days", "Left out: 5 sessions (4 tagged test, 2 tagged junk, 1 of them both).",
      "▲ 6 more (20 %)", "▲ 1.5 better", "= as before", "1:02:05 h", "<b>67 %</b>", "20 of 30 sessions succeeded",
      "25 % of 4 in the seven days before", "2 sessions judged by an earlier version", "12.3 s",
      "others and unknown", "Yes", "75 %", "<bdi>7</bdi>", "3.5", "4 answers, 1 skipped", "2 recordings",
      "1 more question set not shown")
  end)

  it("draws a column for each day with sessions, and no line over a gap", function()
    local page = fixture.page(fixture.week())
    local plot = page:match '<svg aria%-label="Sessions.-</svg>'
    local _, columns = plot:gsub('class="column"', "")
    assert.equal(6, columns)
    local path = page:match '<svg aria%-label="Average frame rate.-</svg>':match ' d="([^"]*)"'
    local _, pieces = path:gsub("M", "")
    assert.equal(2, pieces)
  end)

  it("says so where nothing is known", function()
    local week = fixture.week("Shop", { 0, 0, 0, 0, 0, 0, 0 })
    week.total, week.before = { sessions = 0 }, { sessions = 0 }
    for _, day in ipairs(week.days_before) do day.sessions, day.fps, day.comfort, day.length = 0, nil, nil, nil end
    week.devices, week.objectives, week.sets = {}, {}, {}
    local page = fixture.page(week)
    has(page, "No sessions in these two weeks", "No session of these days has a score", "no session to compare with",
      "says on which device", "no objective that is in use")
    assert.is_nil(page:lower():find "[^%a]nan[^%a]")
    assert.is_nil(page:lower():find "[^%a]inf[^%a]")
    week.devices, week.objectives, week.sets, week.left_out = nil, nil, nil, nil
    has(fixture.page(week), "how many is not known")
  end)

  it("lets no name become markup", function()
    local page = fixture.page(fixture.week "</svg><script>alert(1)</script><img src=x onerror=alert(2)>\"'\226\128\174")
    for _, tag in ipairs { "<script", "<img", "\226\128\174" } do assert.is_nil(page:find(tag, 1, true), tag) end
    has(page, "&lt;script&gt;alert(1)")
  end)
end)
