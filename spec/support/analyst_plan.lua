-- A plan made by hand, for whatever shows, keeps or carries out plans. SPDX-License-Identifier: MIT
--
--   local fixture = require "spec.support.analyst_plan"
--   local plan = fixture.plan()              -- one entry of each sort
--   local plan = fixture.plan(fixture.nasty) -- the same number of entries, with names that try to do harm

local plan = require "studio.services.analyst.audit.plan"

local fixture = {}

--- What names must do no harm, wherever they are shown: markup, formulas, paths, line breaks, the terminal.
fixture.nasty = {
  '<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "=HYPERLINK(\"http://x.invalid\",\"open\")",
  "+1+1|' /C calc'!A0", "../../etc/passwd", "two\r\nlines\tand a tab", "\27[31mred\27[0m\7\u{9b}2J",
  "\u{202E}txt.exe\u{202C}", "caf\u{e9} \u{65E5}\u{672C}\u{8A9E} \u{1F468}\u{200D}\u{1F469}", ("long "):rep(60), "",
}

local function schedule(token, report)
  return { token = token, name = "Every morning", report_token = report, cron_hour = 7, cron_minute = 30,
    frequency = "Daily", time_zone = "UTC", parameters = { region = "EMEA" },
    _links = { self = { href = "/api/acme/reports/" .. report .. "/schedules/" .. token } } }
end

local collections = {
  { token = "c01fee000001", name = "Finance", type = "custom" },
  { token = "c01fee000002", name = "Marketing", type = "community" },
}

-- The entries, each with its own sort of report, rule and action.
local function entries()
  local function report(fields)
    fields.type, fields.archived = "Report", fields.archived or false
    fields.url = "https://app.mode.com/acme/reports/" .. fields.token
    return fields
  end
  return {
    { report = report { token = "a00000000001", name = "Revenue by week", collection = collections[1],
        created_at = "2021-02-03T04:05:06.789Z", updated_at = "2024-01-01T00:00:00Z", creator = "ada",
        last_run_at = "2024-10-06T07:30:00.000Z", last_successful_run_at = "2024-10-06T07:30:41.120Z",
        view_count = 312, runs_count = 1024, schedules_count = 2,
        schedules = { schedule("5c0000000001", "a00000000001"), schedule("5c0000000002", "a00000000001") } },
      rules = { { name = "unused", says = "no run for 412 days, viewed 312 times in all (limit 90 days)" } },
      actions = { { kind = "delete_schedule", schedule = schedule("5c0000000001", "a00000000001") },
        { kind = "delete_schedule", schedule = schedule("5c0000000002", "a00000000001") }, { kind = "archive" } } },
    { report = report { token = "a00000000002", collection = collections[1], created_at = "2022-05-06T07:08:09+02:00",
        view_count = 0, runs_count = 0, schedules_count = 0, schedules = {} }, -- a report without a name
      rules = { { name = "never_run", says = "never run, never viewed, made 1296 days ago (limit 90 days)" },
        { name = "unviewed", says = "never viewed, made 1296 days ago (limit 90 days)" } },
      actions = { { kind = "archive" } } },
    { report = report { token = "a00000000003", name = "Churn", collection = collections[2], archived = true,
        created_at = "2020-01-01T00:00:00Z", last_run_at = "2020-02-01T00:00:00Z", view_count = 3, runs_count = 9,
        schedules_count = 1, schedules = { schedule("5c0000000003", "a00000000003") } },
      rules = { { name = "archived_scheduled", says = "archived, with 1 schedule left" } },
      actions = { { kind = "delete_schedule", schedule = schedule("5c0000000003", "a00000000003") } } },
    { report = report { token = "a00000000004", name = "Daily orders", collection = collections[2],
        created_at = "2023-01-01T00:00:00Z", last_run_at = "2025-11-21T06:00:00Z",
        last_successful_run_at = "2025-08-01T06:01:00Z", view_count = 5, runs_count = 900, schedules_count = 1 },
      rules = { { name = "failing", says = "no success for 113 days, the last run 1 day ago (limit 30 days)" } },
      actions = {} },
  }
end

--- The plan.
---@param names string[]? names for the reports and their collections, one after the other
---@param changes table? fields of studio.services.analyst.audit.plan.new to set otherwise
---@return studio.analyst.plan
function fixture.plan(names, changes)
  local list = entries()
  if names then
    local shape = list[1]
    list = {}
    for i, name in ipairs(names) do
      local report = {}
      for key, value in pairs(shape.report) do report[key] = value end
      report.token, report.name = ("b%011d"):format(i), name
      report.collection = { token = "c01fee000003", name = names[#names + 1 - i], type = "custom" }
      list[i] = { report = report, rules = shape.rules, actions = shape.actions }
    end
  end
  local fields = {
    workspace = "acme", base_url = "https://app.mode.com", made_at = "2025-11-22T09:00:00Z", source = "api",
    options = { unused_for = 90 * 86400, never_run = true, older_than = 90 * 86400, schedules = "delete",
      archive = true },
    entries = list, counts = { collections = 3, reports = 57, datasets = 2, archived = 11 },
    skipped = { { collection = { token = "c01fee000009", name = names and names[1] or "Bob's drafts",
      type = "private" }, why = "403 forbidden: these credentials may not read it" } },
    unread = { { report = { token = "a00000000009", name = names and names[2] or "Cohorts" },
      why = "not known: last_run_at" } },
    notes = { "no collection or report is called 'Financ', which was to be left out" }, complete = true,
    limit = { capacity = 40, window = 10, guard = 0.02, spacing = 0.25 },
  }
  for key, value in pairs(changes or {}) do fields[key] = value end
  return plan.new(fields)
end

--- What a plan says, in short: name -> "unused, failing: delete_schedule, archive".
---@param made studio.analyst.plan
---@return table<string, string>
function fixture.told(made)
  local list = {}
  for _, entry in ipairs(made.entries) do
    local names, actions = {}, {}
    for i, rule in ipairs(entry.rules) do names[i] = rule.name end
    for i, action in ipairs(entry.actions) do actions[i] = action.kind end
    list[entry.report.name or entry.report.token] = table.concat(names, ", ") .. ": " .. table.concat(actions, ", ")
  end
  return list
end

return fixture
