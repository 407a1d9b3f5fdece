-- client:undo: puts back what apply changed, by its log. SPDX-License-Identifier: MIT
--
-- What was put back is on record in the same log, so a run that ends early is gone on with by calling undo again.

local check = require "studio.check"
local journal = require "studio.services.analyst.apply.journal"
local put_back = require "studio.services.analyst.apply.put_back"
local run = require "studio.services.analyst.apply.run"

local WHAT <const> = "analyst:undo"

-- A change that was refused was none; one of which nobody knows the end may be one.
local function to_undo(change)
  return change.state ~= "not_done" and not (change.undo and change.undo.state == "done")
end

-- The changes by report; the report that was changed last comes first.
local function groups_of(log)
  local groups, by_report = {}, {}
  for i = #log.changes, 1, -1 do
    local change = log.changes[i]
    local group = by_report[change.report.token]
    if not group then
      group = { report = change.report, changes = {}, left = {} }
      by_report[change.report.token] = group
      groups[#groups + 1] = group
    end
    table.insert(group.changes, change)
    if to_undo(change) then table.insert(group.left, change) end
  end
  local left, earlier = {}, 0
  for _, group in ipairs(groups) do
    if #group.left > 0 then left[#left + 1] = group end
    for _, change in ipairs(group.changes) do
      if change.undo and change.undo.state == "done" then earlier = earlier + 1 end
    end
  end
  return left, earlier
end

---@class studio.analyst.undo_summary : studio.analyst.summary
---@field unarchived integer reports that this run put back
---@field schedules_created integer that this run made again; each has a token of its own now
---@field earlier integer changes that earlier runs had undone
---@field lost { report: table, schedule: string?, fields: { field: string, value: any, why: string }[] }[] what did
---  not come back with a schedule, or only by a guess; it stays in the log

--- Undoes what apply did with this log: restores archived state, makes deleted schedules again. What somebody else
--- changed meanwhile is told and left as it is.
---@param client studio.client of the same workspace
---@param path string the log
---@param options studio.analyst.change_options?
---@return studio.analyst.undo_summary? summary
---@return studio.error? err it could not even begin, and nothing was changed
return function(client, path, options)
  check.argument(WHAT, "log", path, "string")
  options = run.options(WHAT, options, {})
  if client.state.read_only then
    return run.refuse(client, "undo", "this client is read-only, so nothing can be put back", "refused")
  end
  local log <close>, message = journal.open(path, run.header(client), true)
  if not log then return run.refuse(client, "undo", message) end
  local groups, earlier = groups_of(log)
  local this = run.new("undo", client, log, options, {
    unarchived = 0, schedules_created = 0, earlier = earlier, lost = {},
  })
  return this:over(groups, put_back)
end
