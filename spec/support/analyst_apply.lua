-- A workspace to clean up, and programs that do it and are killed. SPDX-License-Identifier: MIT
--
--   local stage = apply_stage.start { … }                 -- a sandbox with stale reports, and a folder
--   local plan = stage:plan(an)                           -- every report that is not archived and has not run lately
--   stage:child { what = "apply", die = { "append", 3 } } -- a process of its own, killed behind its third line

local json = require "studio.json"
local plans = require "studio.services.analyst.audit.plan"
local rules = require "studio.services.analyst.audit.rules"
local shell = require "spec.support.shell"
local studio = require "studio"

local Stage = {}
Stage.__index = Stage

local stage = {}

local DAY <const> = 86400

--- What is stale, with schedules of all sorts, and what is not.
stage.reports = {
  { name = "Stale", run_days = 400, views = 3, schedules = 2, archived = false },
  { name = "Stale, without a schedule", run_days = 300, views = 0, schedules = 0, archived = false },
  { name = "Stale, twice a day", run_days = 500, views = 9, schedules = 3, archived = false },
  { name = "In use", run_days = 1, views = 900, schedules = 1, archived = false },
  { name = "Archived", run_days = 900, views = 1, schedules = 0, archived = true },
}
for _, report in ipairs(stage.reports) do report.created_days, report.viewed_days = 1000, report.run_days end

---@param options table? of the sandbox
function stage.start(options)
  local all = { analyst_limit = 100000, analyst_window = 1, workspace = { reports = 0, personal = 0, datasets = 0,
    add = stage.reports } }
  for name, value in pairs(options or {}) do all[name] = value end
  local ok, folder = shell.run "mktemp -d"
  assert(ok, folder)
  return setmetatable({ server = assert(studio.sandbox.start(all)), folder = folder:gsub("%s+$", "") }, Stage)
end

function Stage:stop()
  self.server:stop()
  shell.run("rm -r " .. self.folder)
end

--- The workspace as it was, no faults, and an empty folder.
function Stage:reset()
  self.server:reset()
  self.server:set { faults = json.array {} }
  shell.run(("rm -f %s/*"):format(self.folder))
end

function Stage:log() return self.folder .. "/undo.log" end

---@param options table? of studio.analyst
function Stage:client(options)
  local all = { workspace = "acme", token = "tok_workspace", secret = "sec_workspace", limits = false,
    base_url = self.server.analyst_url, backoff_base = 0.005, backoff_cap = 0.01, state_dir = false }
  for name, value in pairs(options or {}) do all[name] = value end
  return studio.analyst(all)
end

local function record_of(row, collection)
  return {
    token = row.token, name = row.name, collection = { token = collection.token, name = collection.name },
    archived = row.archived, created_at = row.created_at, edited_at = row.edited_at, last_run_at = row.last_run_at,
    last_successful_run_at = row.last_successfully_run_at, view_count = math.tointeger(tonumber(row.view_count)),
    runs_count = math.tointeger(tonumber(row.runs_count)),
  }
end

--- The plan that archives what has not run for 90 days, and deletes its schedules. Made without an:audit: what is
--- carried out here is no matter of how it was found.
---@param an studio.analyst.client
---@param change (fun(entry: table))?
function Stage.plan(_, an, change)
  local fields = { workspace = "acme", base_url = an.state.origin, made_at = "2026-11-22T09:00:00Z", entries = {},
    options = { unused_for = 90 * DAY, schedules = "delete", archive = true } }
  for collection in an.collections:each { filter = "all" } do
    for row in an.reports:each(collection) do
      local record = record_of(row, collection)
      local caught = record.archived and {} or rules.catch(record, fields.options, os.time())
      if #caught > 0 then
        record.schedules = assert(an.schedules:list(row))
        local entry = { report = record, rules = caught, actions = { { kind = "archive" } } }
        for i, schedule in ipairs(record.schedules) do
          table.insert(entry.actions, i, { kind = "delete_schedule", schedule = schedule })
        end
        if change then change(entry) end
        table.insert(fields.entries, entry)
      end
    end
  end
  return plans.new(fields)
end

--- How often each change took effect: operation -> list of counts.
function Stage:effects()
  local found = {}
  for operation, counts in pairs(self.server:state().analyst.changes) do
    local total, most = 0, 0
    for _, count in pairs(counts) do total, most = total + count, math.max(most, count) end
    found[operation] = { total = total, most = most }
  end
  return found
end

--- The command of a process that applies or undoes; options: what, plan, die, concurrency (see analyst_applier.lua).
function Stage:command(options)
  local all = { url = self.server.analyst_url, log = self:log(), plan = self.folder .. "/plan.json" }
  for name, value in pairs(options) do all[name] = value end
  local setup = ("package.path, package.cpath = %q, %q"):format(package.path, package.cpath)
  return table.concat({ os.getenv "STUDIO_LUA" or "lua5.4", "spec/support/analyst_applier.lua", shell.quote(setup),
                        shell.quote(json.encode(all)) }, " ")
end

--- Runs it to its end.
---@return string last "killed" (by a signal), or the last line that it wrote
---@return string output
function Stage:child(options)
  local _, output = shell.run(("{ %s; echo status $?; }"):format(self:command(options)))
  local status = output:match "status (%d+)%s*$"
  local dead = status == "137" or status == "1" and output:find("interrupted!", 1, true)
  return dead and "killed" or output:match "([^\n]*)\nstatus", output
end

return stage
