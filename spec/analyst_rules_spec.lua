-- Which reports count as stale, case by case; and moments and spans of time. SPDX-License-Identifier: MIT

local moment = require "studio.moment"
local records = require "studio.services.analyst.audit.record"
local rules = require "studio.services.analyst.audit.rules"

local DAY <const> = 86400
local NOW <const> = assert(moment.read "2025-11-22T09:00:00Z")

-- So many days ago, as the service writes it.
local function ago(days) return moment.text(NOW - days * DAY) end

local USUAL <const> = { unused_for = 90 * DAY, never_run = true, older_than = 90 * DAY, schedules = "delete" }

local function with(defaults, changes)
  local result = {}
  for key, value in pairs(defaults) do result[key] = value end
  for key, value in pairs(changes or {}) do result[key] = value end
  return result
end

-- An old report that was run and viewed, with changes.
local function report(changes)
  return with({ token = "a1", created_at = ago(1000), view_count = 12, runs_count = 34, schedules_count = 0,
    archived = false }, changes)
end

-- "unused, failing | last_run_at": names of the rules, then what was not known.
local function judged(record, options)
  local caught, unknown = rules.catch(record, with(USUAL, options), NOW)
  local names = {}
  for i, rule in ipairs(caught) do names[i] = rule.name end
  local text = table.concat(names, ", ")
  return #unknown > 0 and text .. " | " .. table.concat(unknown, ", ") or text
end

local NEVER <const> = { last_run_at = true, last_successful_run_at = true }

local cases = {
  ["the last run"] = {
    { "unused", { last_run_at = ago(90) } },
    { "", { last_run_at = ago(89.99) } },
    { "", { last_run_at = ago(-400) } }, -- in the future: somebody's clock is wrong
    { "", { last_run_at = ago(400) }, { unused_for = false } },
    { "unused", { last_run_at = ago(400), last_successful_run_at = ago(400) } },
    { "", { last_run_at = ago(400), last_successful_run_at = ago(3) } }, -- one of both is wrong: in doubt it is in use
    { "unused", { last_run_at = "2025-08-01T00:00:00.123456Z" } },
    { "unused", { last_run_at = "2025-08-24T08:00:00+00:00" } },
    { "", { last_run_at = "2025-08-24T08:00:00-02:00" } }, -- 10:00 UTC, an hour short of 90 days
    { "unused", { last_run_at = "2025-08-24T10:30:00+0200" } },
    { "unused", { last_run_at = ago(400), view_count = 0 } },
  },
  ["a sign of use"] = {
    { "", { last_run_at = ago(400), last_viewed_at = ago(5) } },
    { "unused", { last_run_at = ago(400), last_viewed_at = ago(95) } },
    { "", { last_run_at = ago(400), edited_at = ago(5) } },
    { "unused", { last_run_at = ago(400), edited_at = ago(300) } },
    { "", { runs_count = 0, last_viewed_at = ago(5) } },
    { "", { runs_count = 0, edited_at = ago(5) } },
  },
  ["no last run"] = {
    { "never_run", { runs_count = 0 } },
    { "never_run", { runs_count = 0, nulls = NEVER } },
    { "", { runs_count = 0 }, { never_run = false } },
    { "", { runs_count = 0, created_at = ago(89) } },
    { "never_run", { runs_count = 0, created_at = ago(40) }, { older_than = 30 * DAY } },
    { " | created_at", { runs_count = 0, created_at = false } },
    -- Not told is not never.
    { " | last_run_at", {} },
    { " | last_run_at", { runs_count = false } },
    { "never_run", { runs_count = false, nulls = NEVER } },
    -- A count against a null: one of both is wrong.
    { " | last_run_at", { runs_count = 34, nulls = NEVER } },
    { " | last_run_at", { runs_count = -1 } },
    { " | last_run_at", { last_successful_run_at = ago(400) } },
    { "unused", { runs_count = 0, last_run_at = ago(400) } },
  },
  ["what cannot be read"] = {
    { " | last_run_at", { last_run_at = "a while ago" } },
    { " | last_run_at", { last_run_at = "2020-13-01T00:00:00Z" } },
    { " | last_run_at", { last_run_at = "2020-01-01" } },
    { " | last_run_at", { last_run_at = 1577836800 } },
    { " | last_run_at", { last_run_at = "2020-01-01T00:00:00" } },
    { " | last_run_at", { last_run_at = "" } },
    { " | last_successful_run_at", { last_run_at = ago(400), last_successful_run_at = "?" } },
    { " | edited_at, last_viewed_at", { last_run_at = ago(400), last_viewed_at = "?", edited_at = "?" } },
    { " | created_at", { last_run_at = ago(400), created_at = "?" } },
  },
  ["failing"] = {
    { "", { last_run_at = ago(1), last_successful_run_at = ago(40) } },
    { "failing", { last_run_at = ago(1), last_successful_run_at = ago(40) }, { failing_for = 30 * DAY } },
    { "", { last_run_at = ago(1), last_successful_run_at = ago(29) }, { failing_for = 30 * DAY } },
    { "", { last_run_at = ago(31), last_successful_run_at = ago(40) }, { failing_for = 30 * DAY } }, -- no runs go on
    { "", { last_run_at = ago(1), last_successful_run_at = ago(40), edited_at = ago(2) }, { failing_for = 30 * DAY } },
    { " | last_successfully_run_at", { last_run_at = ago(1) }, { failing_for = 30 * DAY } },
    { "failing", { last_run_at = ago(1), nulls = { last_successful_run_at = true } }, { failing_for = 30 * DAY } },
    { "", { last_run_at = ago(1), nulls = { last_successful_run_at = true }, created_at = ago(3) },
      { failing_for = 30 * DAY } },
  },
  ["unviewed"] = {
    { "", { last_run_at = ago(1), view_count = 0 } },
    { "unviewed", { last_run_at = ago(1), view_count = 0 }, { unviewed_for = 60 * DAY } },
    { "", { last_run_at = ago(1), view_count = 1 }, { unviewed_for = 60 * DAY } },
    { "", { last_run_at = ago(1), view_count = 0, created_at = ago(59) }, { unviewed_for = 60 * DAY } },
    { "unviewed", { last_run_at = ago(1), view_count = 7, last_viewed_at = ago(61) }, { unviewed_for = 60 * DAY } },
    { "", { last_run_at = ago(1), view_count = 7, last_viewed_at = ago(59) }, { unviewed_for = 60 * DAY } },
    { "", { last_run_at = ago(1), view_count = 0, last_viewed_at = ago(59) }, { unviewed_for = 60 * DAY } },
    { " | view_count", { last_run_at = ago(1), view_count = false }, { unviewed_for = 60 * DAY } },
    { "unviewed", { last_run_at = ago(1), view_count = false, nulls = { last_viewed_at = true } },
      { unviewed_for = 60 * DAY } },
    { "", { last_run_at = ago(1), view_count = 3, nulls = { last_viewed_at = true } }, { unviewed_for = 60 * DAY } },
    { "unused, unviewed", { last_run_at = ago(100), view_count = 0 }, { unviewed_for = 60 * DAY } },
  },
  ["scheduled, and nobody looks"] = {
    { "scheduled_unviewed", { last_run_at = ago(1), view_count = 0, schedules_count = 2 },
      { scheduled_unviewed = 60 * DAY } },
    { "", { last_run_at = ago(1), view_count = 0, schedules_count = 0 }, { scheduled_unviewed = 60 * DAY } },
    { "", { last_run_at = ago(1), view_count = 0, schedules_count = 2 } },
    { "", { last_run_at = ago(1), view_count = 5, schedules_count = 2 }, { scheduled_unviewed = 60 * DAY } },
    { " | schedules_count", { last_run_at = ago(1), view_count = 0, schedules_count = false },
      { scheduled_unviewed = 60 * DAY } },
    -- The schedules themselves count for more than their number.
    { "scheduled_unviewed", { last_run_at = ago(1), view_count = 0, schedules_count = 0, schedules = { {} } },
      { scheduled_unviewed = 60 * DAY } },
  },
  ["archived already"] = {
    { "", { archived = true, last_run_at = ago(400) } },
    { "", { archived = true, runs_count = 0, view_count = 0 }, { unviewed_for = DAY } },
    { "", { archived = true, last_run_at = "?" } },
    { "archived_scheduled", { archived = true, last_run_at = ago(400), schedules_count = 1 } },
    { "", { archived = true, last_run_at = ago(400), schedules_count = 1 }, { schedules = "keep" } },
    { " | schedules_count", { archived = true, schedules_count = false } },
  },
}

describe("rules:", function()
  for group, list in pairs(cases) do
    it(group, function()
      for i, case in ipairs(list) do
        local record = report(case[2])
        for key, value in pairs(record) do
          if value == false and key ~= "archived" then record[key] = nil end
        end
        assert.equal(case[1], judged(record, case[3]), group .. ", case " .. i)
      end
    end)
  end

  it("say why, in words", function()
    local function says(changes, options)
      local caught = rules.catch(report(changes), with(USUAL, options), NOW)
      return caught[1].says
    end
    assert.equal("no run for 412 days, viewed 12 times in all (limit 90 days)", says { last_run_at = ago(412.5) })
    assert.equal("no run for 412 days, never viewed (limit 90 days)", says { last_run_at = ago(412), view_count = 0 })
    assert.equal("no run for 412 days and no view for 100 days (limit 90 days)",
      says { last_run_at = ago(412), last_viewed_at = ago(100) })
    assert.equal("never run, viewed 12 times in all, made 1000 days ago (limit 90 days)", says { runs_count = 0 })
    assert.equal("no success for 40 days, the last run 24 hours ago (limit 30 days)",
      says({ last_run_at = ago(1), last_successful_run_at = ago(40) }, { failing_for = 30 * DAY }))
    assert.equal("1 schedule, never viewed, made 1000 days ago (limit 36 hours)", says(
      { last_run_at = ago(1), view_count = 0, schedules_count = 1 }, { scheduled_unviewed = 1.5 * DAY }))
    assert.equal("archived, with 2 schedules left", says { archived = true, schedules_count = 2 })
  end)

  it("know which of them put a report away", function()
    for name, archives in pairs { unused = true, never_run = true, failing = true, unviewed = true,
      scheduled_unviewed = false, archived_scheduled = false } do
      assert.equal(archives, rules.archives { { name = name } })
    end
    assert.is_false(rules.archives {})
    assert.is_true(rules.archives { { name = "scheduled_unviewed" }, { name = "unused" } })
  end)
end)

describe("a moment", function()
  it("is what `date` reads", function()
    -- The right-hand side is GNU date's: date -u -d TEXT +%s
    for text, seconds in pairs {
      ["1970-01-01T00:00:00Z"] = 0, ["2000-02-29T12:34:56Z"] = 951827696, ["2024-12-31T23:59:59Z"] = 1735689599,
      ["2026-03-05T07:15:00+05:30"] = 1772675100, ["2026-03-05 07:15:00 UTC"] = 1772694900,
      ["2026-03-05 07:15:00 -0800"] = 1772723700, ["1969-12-31T23:59:59Z"] = -1, ["2100-03-01T00:00:00Z"] = 4107542400,
    } do
      assert.equal(seconds, moment.read(text), text)
    end
    assert.near(1772694900.25, moment.read "2026-03-05T07:15:00.250Z", 1e-6)
    assert.equal("2026-03-05T07:15:00Z", moment.text(1772694900.9))
  end)

  it("is nothing that is not certain", function()
    for _, text in ipairs { "", "now", "2026-03-05", "2026-03-05T07:15:00", "2026-02-29T00:00:00Z",
      "2026-00-10T00:00:00Z", "2026-01-32T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
      "2026-01-01T00:00:00+15:00", "2026-01-01T00:00:00 CET", "2026-01-01T00:00:00Zx", "0000-01-01T00:00:00Z",
      ("2"):rep(100), "2026-01-01T00:00:00.Z" } do
      assert.is_nil(moment.read(text), text)
    end
    for _, value in ipairs { 5, true, {} } do assert.is_nil(moment.read(value)) end
    assert.is_nil(moment.read(nil))
  end)

  it("is read from a header as well", function()
    assert.equal(784111777, moment.read_http "Sun, 06 Nov 1994 08:49:37 GMT")
    assert.is_nil(moment.read_http "Sun, 06 Nov 1994 08:49:37 CET")
    assert.is_nil(moment.read_http(nil))
  end)
end)

describe("a record", function()
  it("takes the later of two moments, in whatever zone they are; one that cannot be read stays", function()
    local function edited(edited_at, last_saved_at)
      return records.of_report({ token = "r", edited_at = edited_at, last_saved_at = last_saved_at },
        { base_url = "https://app.mode.com", workspace = "acme" }).edited_at
    end
    local east, west, odd = "2026-01-02T01:00:00+05:00", "2026-01-01T23:00:00Z", "1 January"
    assert.equal(west, edited(east, west))
    assert.equal(west, edited(west, east))
    assert.equal(east, edited(east, nil))
    assert.equal(odd, edited(odd, west))
    assert.equal(odd, edited(west, odd))
  end)
end)

describe("a span", function()
  it("is seconds, or a number with its unit", function()
    for given, seconds in pairs { ["90d"] = 90 * DAY, ["12w"] = 84 * DAY, ["36h"] = 129600, ["1.5d"] = 129600,
      ["10min"] = 600, [" 5 s "] = 5, [3600] = 3600, [0.5] = 0.5 } do
      assert.equal(seconds, moment.span("x", "unused_for", given))
    end
  end)

  it("is refused with the option's name", function()
    for _, given in ipairs { "90", "d", "-3d", "0d", "3 months", "6mo", "1m", "", 0, -1, 1 / 0, 0 / 0, true } do
      assert.error_matches(function() moment.span("analyst:audit", "unused_for", given) end,
        "analyst:audit: option 'unused_for' must be a span")
    end
  end)
end)
