-- Plans whose names do their worst, for specs of what is made of a plan. SPDX-License-Identifier: MIT

local plans = {}

-- Markup, formulas of spreadsheets, path characters, line breaks, sequences for the terminal, marks for the direction
-- of writing, bytes that are no UTF-8. Each is a name that somebody could give a report.
plans.names = {
  "<script>alert(1)</script>", "</script></style><img src=x onerror=alert(2)>", "\"><svg onload=alert(3)>",
  "=HYPERLINK(\"http://127.0.0.1/\",\"x\")", "+1+cmd|' /C calc'!A0", "@SUM(1,2)", "-2+3", "\t=1+1", "\r=1+1",
  "../../etc/passwd", "C:\\CON.txt", ".", "a/b?c#d%00e",
  "one\ntwo\r\nthree", "\27[31mred\27[0m \27]0;title\7", "a\0b", "\u{9B}31m", "\u{202E}gnp.exe", "caf\xE9 \xFF\xFE",
  "&amp; &lt;b&gt;", "日本語の報告 🎉", ("W"):rep(64), "a,b;c\"d'e",
}

local function entry(i, name)
  local schedule = { token = "schedule" .. i, name = name, frequency = "weekly", parameters = { name } }
  return {
    report = {
      token = ("%012x"):format(i), name = name, collection = { token = "space" .. i % 3, name = name, type = "custom" },
      url = "https://app.mode.com/acme/reports/" .. i, archived = false, type = "Report", creator = name,
      created_at = "2024-01-01T00:00:00Z", last_run_at = ("2025-03-%02dT10:00:00.000Z"):format(i % 28 + 1),
      last_successful_run_at = "2025-02-01T10:00:00Z", view_count = i * 7 % 50, runs_count = 3,
      schedules = { schedule }, schedules_count = 1,
    },
    rules = { { name = "unused", says = "no run for 412 days (limit 90): " .. name } },
    actions = { { kind = "delete_schedule", schedule = schedule }, { kind = "archive" } },
  }
end

--- A plan of such reports; plain data.
---@param names string[]?
---@return table
function plans.of(names)
  names = names or plans.names
  local entries = {}
  for i, name in ipairs(names) do entries[i] = entry(i, name) end
  return {
    workspace = "acme", base_url = "https://app.mode.com", made_at = "2026-04-17T09:12:00Z", source = "api",
    options = { unused_for = 90 * 86400 }, entries = entries, complete = true, skipped = {}, unread = {},
    counts = { collections = 3, reports = #names, archived = 0, caught = #names, archive = #names,
      delete_schedule = #names },
    calls = 2 * #names, seconds = #names / 2,
  }
end

return plans
