-- A plan as CSV for a spreadsheet. SPDX-License-Identifier: MIT

local csv = require "studio.csv"

local sheet = {}

local HEADS <const> = { "report", "name", "collection", "type", "archived", "do", "rules", "why",
  "schedules", "last_run_at", "last_successful_run_at", "last_viewed_at", "view_count", "runs_count",
  "created_at", "creator", "url" }

local function joined(list, field)
  local parts = {}
  for i, item in ipairs(list) do parts[i] = item[field] end
  return table.concat(parts, "; ")
end

--- The text of plan:csv: one line for each entry, a head above.
---@param plan studio.analyst.plan
---@return string
function sheet.render(plan)
  local lines = { csv.line(HEADS) }
  for _, entry in ipairs(plan.entries) do
    local report = entry.report
    local collection = report.collection or {}
    lines[#lines + 1] = csv.line { report.token, report.name or "", collection.name or collection.token or "",
      report.type or "", report.archived and "yes" or "no", joined(entry.actions, "kind"), joined(entry.rules, "name"),
      joined(entry.rules, "says"), report.schedules and #report.schedules or report.schedules_count or "",
      report.last_run_at or "", report.last_successful_run_at or "", report.last_viewed_at or "",
      report.view_count or "", report.runs_count or "", report.created_at or "", report.creator or "",
      report.url or "" }
  end
  return table.concat(lines)
end

return sheet
