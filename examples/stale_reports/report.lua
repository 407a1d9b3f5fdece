--- What is said of a plan, and of what was done. SPDX-License-Identifier: MIT

local phrases = require "studio.services.analyst.audit.phrases"
local process = require "shared.process"

local report = {}

local MOST_LINES = 40 -- of a list on a terminal; the rest is in the files

local count, name_of = phrases.count, phrases.name

local function word(text) return text:find "^[%w%-%._/:=@]+$" and text or process.quote(text) end

--- This program's command line with other options, for people to copy.
---@param settings table
---@param mode string? "--apply" or "--undo"
---@return string
function report.command(settings, mode)
  local words = { "lua5.4", word(arg[0]) }
  if mode then words[#words + 1] = mode end
  for _, option in ipairs { "out", "base_url", "ca_file", "limit_window" } do
    local value = settings[option]
    if value then
      words[#words + 1] = "--" .. option:gsub("_", "-")
      words[#words + 1] = word(tostring(value))
    end
  end
  return table.concat(words, " ")
end

-- Prints a title and one line for each item, as many as a terminal bears.
local function list(line, title, items, text)
  if #items == 0 then return end
  line:print({ "yellow", title })
  for i, item in ipairs(items) do
    if i > MOST_LINES then
      line:print(("  and %d more"):format(#items - MOST_LINES))
      break
    end
    line:print("  ", text(item))
  end
end

--- What carrying out a plan means, in one sentence.
---@param plan studio.analyst.plan
---@return string
function report.intention(plan)
  local counts = plan.counts
  return ("archive %s, delete %s: %s"):format(count(counts.archive, "report"),
    count(counts.delete_schedule, "schedule"), phrases.cost(plan.calls, plan.seconds))
end

--- The plan itself, on standard output, so that it can be piped.
---@param line studio.progress.Line  knows how wide the terminal is, if there is one
---@param plan studio.analyst.plan
function report.plan(line, plan)
  io.stdout:write(plan:table { most = MOST_LINES, width = line.width })
  io.stdout:flush()
end

local CHANGES = { archive = "to archive it", delete_schedule = "to delete a schedule", look = "to look at it" }

local function failure(item)
  local what = CHANGES[item.change] or item.change
  return ("%s, %s: %s%s"):format(name_of(item.report), what, tostring(item.error),
    item.unknown and " (whether it was done is not known; the next run looks first)" or "")
end

-- What both directions tell: what was left alone, what failed, why it ended early.
local function rest(line, summary)
  list(line, count(#summary.skipped, "report") .. " left alone:", summary.skipped, function(item)
    return name_of(item.report) .. ": " .. item.why
  end)
  list(line, count(#summary.failed, "change") .. " failed:", summary.failed, failure)
  if summary.stopped then line:print({ "red", "stale_reports: stopped: " }, tostring(summary.stopped)) end
end

--- What came of carrying out.
---@param line studio.progress.Line
---@param summary studio.analyst.apply_summary
function report.applied(line, summary)
  rest(line, summary)
  line:print({ "green", ("%s archived, %s deleted"):format(count(summary.archived, "report"),
    count(summary.schedules_deleted, "schedule")) },
    summary.earlier > 0 and (", %s before"):format(count(summary.earlier, "change")) or "",
    (" (%s)"):format(count(summary.calls, "request")))
  if summary.subscriptions > 0 then
    line:print(count(summary.subscriptions, "subscription"), " went with the schedules: the undo log says which, but ",
      "--undo cannot put people back on a mailing list.")
  end
end

-- Most schedules lose the same things, so these are told once, with how many schedules; the log tells them one by one.
local function losses(lost)
  local by_text, found = {}, {}
  for _, item in ipairs(lost) do
    for _, one in ipairs(item.fields) do
      local text = ("%s: %s"):format(one.field, one.why)
      if not by_text[text] then
        by_text[text] = { text = text, schedules = 0 }
        found[#found + 1] = by_text[text]
      end
      by_text[text].schedules = by_text[text].schedules + 1
    end
  end
  table.sort(found, function(a, b) return a.text < b.text end)
  return found
end

--- What came of taking back.
---@param line studio.progress.Line
---@param summary studio.analyst.undo_summary
function report.undone(line, summary)
  rest(line, summary)
  list(line, "What did not come back with schedules, or only by a guess:", losses(summary.lost), function(item)
    return ("%s (%s)"):format(item.text, count(item.schedules, "schedule"))
  end)
  line:print({ "green", ("%s taken from the archive, %s made again"):format(count(summary.unarchived, "report"),
    count(summary.schedules_created, "schedule")) },
    summary.earlier > 0 and (", %s before"):format(count(summary.earlier, "change")) or "",
    (" (%s)"):format(count(summary.calls, "request")))
end

return report
