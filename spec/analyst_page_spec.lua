-- What a reader of a plan's page relies on. SPDX-License-Identifier: MIT

local page = require "studio.services.analyst.audit.page"
local plans = require "spec.support.stale_plan"

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
    local row = words(row_of(page.render(plans.of { "Revenue" }), 1))
    for _, text in ipairs { "Revenue", "000000000001", "unused", "no run for 412 days (limit 90)", "2025-03-02",
      "411 days ago", "success 2025-02-01", "weekly", "archive", "delete 1 schedule" } do
      assert.is_truthy(row:find(text, 1, true), text .. " in " .. row)
    end
  end)

  it("gives the totals, the calls and the least time", function()
    local plan = plans.of { "a", "b" }
    plan.calls, plan.seconds = 4321, 1080.25
    local text = words(page.render(plan))
    assert.is_truthy(text:find("calls it takes 4321", 1, true))
    assert.is_truthy(text:find("least time under the limit 19 min", 1, true))
    assert.is_truthy(text:find("Made at 2026-04-17 09:12:00 UTC from the API of https://app.mode.com", 1, true))
  end)

  it("does not take what is unknown for never or none", function()
    local plan = plans.of { "a" }
    local report = plan.entries[1].report
    report.last_run_at, report.last_successful_run_at, report.view_count = nil, nil, nil
    report.schedules, report.schedules_count, report.runs_count = nil, nil, nil
    plan.entries[1].actions = {}
    local row = row_of(page.render(plan), 1)
    local _, unknown = row:gsub(">unknown<", "")
    assert.equal(3, unknown)
    assert.is_truthy(row:find(">nothing<", 1, true))
    assert.is_nil(words(row):find("never", 1, true))
    report.runs_count = 0
    assert.is_truthy(row_of(page.render(plan), 1):find(">never<", 1, true))
  end)

  it("says what is archived already, and what could not be read", function()
    local plan = plans.of { "a" }
    plan.entries[1].report.archived, plan.entries[1].actions = true, {}
    plan.complete = false
    plan.unread = { { report = { token = "r1", name = "Slow <one>" }, error = "503 after 4 attempts" } }
    plan.skipped = { { collection = { token = "p1", name = "Bob's" }, why = "403: not open to this token" } }
    local text = page.render(plan)
    assert.is_truthy(text:find("archived already", 1, true))
    for _, part in ipairs { "not complete", "Slow &lt;one&gt; : 503 after 4 attempts",
      "Bob&#39;s : 403: not open to this token" } do
      assert.is_truthy(words(text):find(part, 1, true), part)
    end
  end)

  it("is a page also of a plan that caught nothing", function()
    local text = page.render(plans.of {})
    assert.is_truthy(text:find("No report was caught by any rule.", 1, true))
    assert.is_nil(text:find("<table", 1, true))
  end)

  it("takes rows as services send them: fields of any type, or none", function()
    local plan = plans.of { "a" }
    plan.entries[1].report = { token = "t", name = {}, schedules = { "x", {}, { name = 7, cron = { freq = "daily" } } },
      schedules_count = "3", view_count = "12", last_run_at = "yesterday" }
    local row = words(row_of(page.render(plan), 1))
    for _, text in ipairs { "t", "yesterday", "12", "7", "daily" } do
      assert.is_truthy(row:find(text, 1, true), text .. " in " .. row)
    end
  end)

  it("links only to where the plan was made", function()
    local function link(url, base)
      local plan = plans.of { "a" }
      plan.entries[1].report.url, plan.base_url = url, base
      return row_of(page.render(plan), 1):match 'href="([^"]*)"'
    end
    assert.equal("https://app.mode.com/acme/reports/1", link("https://app.mode.com/acme/reports/1",
      "https://app.mode.com"))
    assert.equal("http://127.0.0.1:8000/x", link("http://127.0.0.1:8000/x", "http://127.0.0.1:8000"))
    for _, bad in ipairs { "https://app.mode.com.example.org/x", "https://app.mode.com@example.org/", "//example.org",
      "javascript:alert(1)", "http://app.mode.com/x", "https://app.mode.com\\@example.org/" } do
      assert.is_nil(link(bad, "https://app.mode.com"), bad)
    end
  end)

  it("makes markup of no name", function()
    local function tags(text)
      local list = {}
      for tag in text:gmatch "<[^>]*" do list[#list + 1] = tag:match "^</?%a*" end
      return table.concat(list, " ")
    end
    local plain = {}
    for i in ipairs(plans.names) do plain[i] = "n" end
    local nasty = page.render(plans.of())
    assert.equal(tags(page.render(plans.of(plain))), tags(nasty))
    assert.is_number(utf8.len(nasty))
    assert.is_nil(nasty:find "[\0-\8\11\12\14-\31\127]")
    assert.is_nil(words(nasty):find("\u{202E}", 1, true))
  end)
end)
