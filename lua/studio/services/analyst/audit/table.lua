-- A plan as a table for a terminal. SPDX-License-Identifier: MIT

local columns = require "studio.columns"
local moment = require "studio.moment"
local phrases = require "studio.services.analyst.audit.phrases"
local record = require "studio.services.analyst.audit.record"

local view = {}

local HEADS <const> = {
  { title = "do" }, { title = "report", gives = true }, { title = "collection", gives = true },
  { title = "last run" }, { title = "why", gives = true },
}

local count, named = phrases.count, phrases.name

-- "archive, 2 schedules"; what is only listed says why nothing is done.
local function doing(entry)
  local parts, schedules = {}, 0
  for _, action in ipairs(entry.actions) do
    if action.kind == "archive" then parts[1] = "archive" else schedules = schedules + 1 end
  end
  if schedules > 0 then parts[#parts + 1] = "delete " .. count(schedules, "schedule") end
  if #parts == 0 then return entry.report.archived and "archived already" or "only listed" end
  return table.concat(parts, ", ")
end

local function last_run(report)
  local at = moment.read(report.last_run_at) or moment.read(report.last_successful_run_at)
  if at then return moment.text(at):sub(1, 10) end
  return record.never_ran(report) and "never" or "unknown"
end

local function why(entry)
  local parts = {}
  for i, rule in ipairs(entry.rules) do parts[i] = rule.says end
  return table.concat(parts, "; ")
end

local MOST <const> = 20 -- of a list below the table; the other files hold all

local function add_list(out, title, list, text)
  if #list == 0 then return end
  out[#out + 1] = ""
  out[#out + 1] = title
  for i, item in ipairs(list) do
    if i > MOST then
      out[#out + 1] = ("  and %d more"):format(#list - MOST)
      return
    end
    out[#out + 1] = "  " .. columns.clean(text(item))
  end
end

-- What the plan is about, in one paragraph.
local function totals(plan)
  local counts = plan.counts
  local seen = { count(counts.reports, "report") .. " in " .. count(counts.collections, "collection") }
  if counts.archived > 0 then seen[#seen + 1] = counts.archived .. " archived already" end
  if counts.datasets > 0 then seen[#seen + 1] = count(counts.datasets, "dataset") .. " left out" end
  return table.concat(seen, ", ") .. (": %d caught."):format(counts.caught),
    ("To do: %s, %s; %s."):format(
      "archive " .. count(counts.archive, "report"), "delete " .. count(counts.delete_schedule, "schedule"),
      phrases.cost(plan.calls, plan.seconds))
end

--- The text of plan:table.
---@param plan studio.analyst.plan
---@param options { width: integer?, most: integer? }?
---@return string
function view.render(plan, options)
  options = options or {}
  local rows, most = {}, options.most or math.huge
  for i, entry in ipairs(plan.entries) do
    if i > most then break end
    local report = entry.report
    rows[i] = { doing(entry), named(report), named(report.collection), last_run(report), why(entry) }
  end
  local out = columns.excerpt(HEADS, rows, #plan.entries, options.width)
  local seen, to_do = totals(plan)
  out[#out + 1] = seen
  out[#out + 1] = to_do
  add_list(out, "Could not be read or decided, and is left alone:", plan.unread, function(item)
    return ("%s: %s"):format(named(item.report or item.collection), item.why)
  end)
  add_list(out, "Skipped collections:", plan.skipped, function(item)
    return ("%s: %s"):format(named(item.collection), item.why)
  end)
  add_list(out, "Notes:", plan.notes, function(note) return note end)
  return table.concat(out, "\n") .. "\n"
end

return view
