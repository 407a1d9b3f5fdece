-- What a reader of a plan's page relies on. SPDX-License-Identifier: MIT

local fixture = require "spec.support.analyst_plan"

local function row_of(text, n)
  local i = 0
  for row in text:gmatch "<tr>(<td.-)</tr>" do
    i = i + 1
    if i == n then return row end
  end
end

local function words(markup)
  return (markup:gsub("<[^>]*>", " "):gsub("%s+", " "))
end

describe("the page of a plan", function()
  it("says of each report why, since when, and what would be done", function()
    local row = words(row_of(fixture.plan():html(), 2))
    for _, text in ipairs { "Revenue by week", "a00000000001 by ada", "Finance", "unused",
      "no run for 412 days, viewed 312 times in all (limit 90 days)", "2024-10-06", "412 days ago", " 312 ", "Daily",
      "archive", "delete 2 schedules" } do
      assert.is_truthy(row:find(text, 1, true), text .. " in " .. row)
    end
  end)

  it("gives the totals, the calls and the least time", function()
    local plan = fixture.plan()
    local text = words(plan:html())
    for _, part in ipairs { "collections 3", "reports 57", "archived already 11", "datasets left out 2",
      "caught by a rule 4", "to archive 2", "schedules to delete 3", "calls it takes " .. plan.calls,
      "least time under the limit 4 s", "Made at 2025-11-22 09:00:00 UTC from the API of https://app.mode.com" } do
      assert.is_truthy(text:find(part, 1, true) or text:find(part:gsub("^(.*) (%S+)$", "%2 %1"), 1, true), part)
    end
  end)

  it("does not take what is unknown for never or none", function()
    local plan = fixture.plan { "a" }
    local report = plan.entries[1].report
    report.last_run_at, report.last_successful_run_at, report.view_count = nil, nil, nil
    report.schedules, report.schedules_count, report.runs_count = nil, nil, nil
    plan.entries[1].actions = {}
    local row = row_of(plan:html(), 1)
    local _, unknown = row:gsub(">unknown<", "")
    assert.equal(3, unknown)
    assert.is_truthy(row:find(">nothing<", 1, true))
    assert.is_nil(words(row):find("never", 1, true))
    report.runs_count = 0
    assert.is_truthy(row_of(plan:html(), 1):find(">never<", 1, true))
    report.runs_count, report.nulls = nil, { last_run_at = true }
    assert.is_truthy(row_of(plan:html(), 1):find(">never<", 1, true))
  end)

  it("says what is archived already, what could not be read, and what a person should know", function()
    local text = words(fixture.plan(nil, { complete = false }):html())
    for _, part in ipairs { "archived already", "not complete", "Cohorts : not known: last_run_at",
      "Bob&#39;s drafts : 403 forbidden", "no collection or report is called &#39;Financ&#39;" } do
      assert.is_truthy(text:find(part, 1, true), part)
    end
    assert.is_nil(words(fixture.plan():html()):find("not complete", 1, true))
  end)

  it("is a page also of a plan that caught nothing", function()
    local text = fixture.plan(nil, { entries = {}, skipped = {}, unread = {}, notes = {} }):html()
    assert.is_truthy(text:find("No report was caught by any rule.", 1, true))
    assert.is_nil(text:find("<table", 1, true))
    assert.is_nil(text:find("<h2", 1, true))
  end)

  it("takes rows as services send them: fields of any type, or none", function()
    local plan = fixture.plan { "a" }
    plan.entries[1].report = { token = "t", name = {}, schedules = { "x", {}, { name = 7, cron = { freq = "daily" } } },
      schedules_count = "3", view_count = "12", last_run_at = "yesterday" }
    local row = words(row_of(plan:html(), 1))
    for _, text in ipairs { "t", "yesterday", "12", "7", "daily" } do
      assert.is_truthy(row:find(text, 1, true), text .. " in " .. row)
    end
  end)

  it("links only to where the plan was made", function()
    local function link(url, base)
      local plan = fixture.plan({ "a" }, { base_url = base })
      plan.entries[1].report.url = url
      return row_of(plan:html(), 1):match 'href="([^"]*)"'
    end
    assert.equal("https://app.mode.com/acme/reports/1", link("https://app.mode.com/acme/reports/1",
      "https://app.mode.com"))
    assert.equal("http://127.0.0.1:8000/x", link("http://127.0.0.1:8000/x", "http://127.0.0.1:8000"))
    for _, bad in ipairs { "https://app.mode.com.example.org/x", "https://app.mode.com@example.org/", "//example.org",
      "javascript:alert(1)", "http://app.mode.com/x", "https://app.mode.com\\@example.org/" } do
      assert.is_nil(link(bad, "https://app.mode.com"), bad)
    end
  end)
end)
