--- The program of examples/stale_reports.lua, from its arguments to its exit status. SPDX-License-Identifier: MIT

local studio = require "studio"
local files = require "shared.files"
local options = require "stale_reports.options"
local plans = require "studio.services.analyst.audit.plan"
local process = require "shared.process"
local report = require "stale_reports.report"

local EXIT = { done = 0, failed = 1, usage = 2, partly = 3, interrupted = 130 }

local DOCUMENTED_REQUESTS = 40 -- in a window, of Analyst Studio's limit; it spaces them as well

local line = studio.progress.new()

-- For what is the world's fault and ends the run: said in one line, without a traceback.
local function fail(...)
  line:finish()
  line:print({ "red", "stale_reports: " }, ...)
  return EXIT.failed
end

-- Values of the environment by their names; nil and a sentence when some are missing.
local function environment(names)
  local found, missing = {}, {}
  for field, name in pairs(names) do
    local value = os.getenv(name)
    if not value or value == "" then missing[#missing + 1] = name end
    found[field] = value
  end
  table.sort(missing)
  if missing[1] then return nil, "set " .. table.concat(missing, ", ") .. " (see --help)" end
  return found
end

local function limits_of(settings)
  local window = settings.limit_window
  return window and { window = window, spacing = window / DOCUMENTED_REQUESTS } or nil
end

-- A client; one that only reads refuses to change anything whatever the program does.
local function open_client(settings, read_only)
  local client, message = environment { workspace = "ANALYST_WORKSPACE", token = "ANALYST_TOKEN",
    secret = "ANALYST_SECRET" }
  if not client then return nil, message end
  client.base_url, client.ca_file, client.limits = settings.base_url, settings.ca_file, limits_of(settings)
  client.read_only = read_only
  local ok, opened = pcall(studio.analyst, client)
  if not ok and process.is_interrupt(opened) then error(opened, 0) end
  if not ok then return nil, (tostring(opened):gsub("^.-%.lua:%d+: ", "")) end
  return opened
end

local function paths_of(settings)
  local function within(name) return settings.out .. "/" .. name end
  return { html = within "plan.html", csv = within "plan.csv", json = within "plan.json", log = within "undo.log" }
end

-- Making a plan -----------------------------------------------------------------------------------------

local function audit_options(client, settings)
  local signature, message
  if settings.discovery then
    signature, message = environment { token = "ANALYST_SIGNATURE_TOKEN", access_key = "ANALYST_SIGNATURE_KEY",
      access_secret = "ANALYST_SIGNATURE_SECRET" }
    if not signature then return nil, message end
  end
  return {
    unused_for = settings.unused_for, failing_for = settings.failing_for, unviewed_for = settings.unviewed_for,
    never_run = not settings.keep_never_run, schedules = settings.schedules, archive = not settings.no_archive,
    collections = settings.collections, exclude = settings.exclude,
    discovery = signature and client:discovery(signature), progress = line,
  }
end

local function save(plan, paths)
  for _, kind in ipairs { "json", "html", "csv" } do
    local ok, err = plan:save(paths[kind])
    if not ok then return nil, err end
  end
  return true
end

local function say_plan(plan, settings, paths)
  line:finish()
  report.plan(line, plan)
  line:print("Look at ", { "bold", paths.html }, " (also plan.csv and plan.json). Nothing has been changed.")
  if plan.calls == 0 then return end
  line:print("To carry it out: ", report.command(settings, "--apply"))
end

local function make_plan(settings)
  local paths = paths_of(settings)
  if files.exists(paths.log) then
    return fail("the plan in ", settings.out, " was carried out, at least in part, and undo.log is the way back: "
      .. "give another --out for a new plan")
  end
  local client, message = open_client(settings, true)
  if not client then return fail(message) end
  local _ <close> = client
  local ok
  ok, message = files.make_folder(settings.out)
  if not ok then return fail(message) end
  local given
  given, message = audit_options(client, settings)
  if not given then return fail(message) end
  local plan, err = client:audit(given)
  if not plan then return fail(tostring(err)) end
  ok, err = save(plan, paths)
  if not ok then return fail(tostring(err)) end
  say_plan(plan, settings, paths)
  if plan.complete then return EXIT.done end
  line:print({ "yellow", "Some of the workspace could not be read, and is left alone: see above." })
  return EXIT.partly
end

-- Carrying it out, and taking it back -------------------------------------------------------------------

-- Runs `work`, which changes things; Ctrl-C ends it with a word on how to go on. Returns the exit status.
local function change(settings, work, say, hint)
  local client, message = open_client(settings, false)
  if not client then return fail(message) end
  local _ <close> = client
  local ok, summary, err = pcall(work, client)
  line:finish()
  if not ok then
    if not process.is_interrupt(summary) then error(summary, 0) end
    line:print({ "yellow", "Interrupted." }, " Run the same command again to go on; nothing is done twice.")
    if hint then line:print(hint) end
    return EXIT.interrupted
  end
  if not summary then return fail(tostring(err)) end
  say(line, summary)
  if not summary.complete then line:print("Run the same command again to go on; nothing is done twice.") end
  if hint then line:print(hint) end
  if summary.complete then return EXIT.done end
  local done = (summary.archived or summary.unarchived) + (summary.schedules_deleted or summary.schedules_created)
  return done + summary.earlier > 0 and EXIT.partly or EXIT.failed
end

local function apply(settings)
  local paths = paths_of(settings)
  if not files.exists(paths.json) then
    return fail("there is no plan in ", settings.out, ": run once without --apply, and look at the plan")
  end
  local plan, err = plans.load(paths.json)
  if not plan then return fail(tostring(err)) end
  line:print(files.exists(paths.log) and "Going on with" or "Carrying out", " the plan of ", plan.made_at, ": ",
    report.intention(plan), ".")
  return change(settings, function(client)
    return client:apply(plan, { log = paths.log, progress = line })
  end, report.applied, "To take it back: " .. report.command(settings, "--undo"))
end

local function undo(settings)
  local paths = paths_of(settings)
  if not files.exists(paths.log) then
    return fail("there is no undo.log in ", settings.out, ": nothing was carried out from there")
  end
  return change(settings, function(client) return client:undo(paths.log, { progress = line }) end, report.undone)
end

--- Runs the program.
---@param arguments string[]
---@return integer status  for os.exit; raises "interrupted!" at Ctrl-C while a plan is made, and on its own mistakes
return function(arguments)
  local settings, wrong = options.parse(arguments)
  if not settings then
    io.stderr:write("stale_reports: ", wrong, "\nAll options: lua5.4 examples/stale_reports.lua --help\n")
    return EXIT.usage
  elseif settings.help then
    io.stdout:write(options.usage)
    return EXIT.done
  end
  return (settings.apply and apply or settings.undo and undo or make_plan)(settings)
end
