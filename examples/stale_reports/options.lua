--- The command line of examples/stale_reports.lua. SPDX-License-Identifier: MIT

local command_line = require "shared.arguments"
local moment = require "studio.moment"

local options = {}

options.usage = [[
usage: lua5.4 examples/stale_reports.lua [options]            make a plan; nothing is changed
       lua5.4 examples/stale_reports.lua --apply [--out DIR]   carry out the plan that lies in DIR
       lua5.4 examples/stale_reports.lua --undo [--out DIR]    take back what was carried out

Walks the reports of a workspace of Analyst Studio and says which of them nobody uses, and why. The plan is a table
on the terminal, and plan.html, plan.csv and plan.json in DIR. --apply looks at each report of it once more, deletes
its schedules and archives it; what was there is kept in DIR/undo.log first.

Credentials come from the environment: ANALYST_WORKSPACE (its username), ANALYST_TOKEN and ANALYST_SECRET.

what counts as stale (SPAN: 36h, 90d, 12w; off turns a rule off)
  --unused-for SPAN     no run, and no view where that is known, for so long (default: 90d)
  --failing-for SPAN    it runs, and has not succeeded for so long (default: off)
  --unviewed-for SPAN   nobody has looked at it for so long (default: off)
  --keep-never-run      leave reports alone that never ran
  --collection NAME     only this collection: a name, a token, or a pattern such as "Finance*" (more than once)
  --exclude NAME        leave out a report or collection (more than once)
  --discovery           read by the Discovery API: few calls, and the time of the last view. It needs a signature
                        token: ANALYST_SIGNATURE_TOKEN, ANALYST_SIGNATURE_KEY and ANALYST_SIGNATURE_SECRET

what would be done
  --schedules WHAT      delete or keep the schedules of what was caught (default: delete)
  --no-archive          archive nothing

  --out DIR             where the plan and the undo log are (default: stale-reports)
  --base-url URL        another address of the service (a sandbox, say)
  --ca-file FILE        certificates to trust instead of the system's
  --limit-window S      seconds in which the service lets 40 requests pass (default: its documented 10)
  --help                this text

exit status: 0 all done; 1 nothing could be done; 2 wrong use; 3 some of it could not be done; 130 interrupted.
Stopped at any point, the same command goes on where it was; nothing is done twice.
]]

local SPANS = { ["--unused-for"] = "unused_for", ["--failing-for"] = "failing_for",
  ["--unviewed-for"] = "unviewed_for" }
local LISTS = { ["--collection"] = "collections", ["--exclude"] = "exclude" }
-- Options that make a plan; an existing one is carried out as it is.
local PLANNING = { "unused_for", "failing_for", "unviewed_for", "keep_never_run", "collections", "exclude", "discovery",
  "schedules", "no_archive" }
local VALUES = { ["--schedules"] = "schedules", ["--out"] = "out", ["--base-url"] = "base_url",
  ["--ca-file"] = "ca_file", ["--limit-window"] = "limit_window" }
local SWITCHES = { ["--discovery"] = "discovery", ["--keep-never-run"] = "keep_never_run",
  ["--no-archive"] = "no_archive", ["--apply"] = "apply", ["--undo"] = "undo", ["--help"] = "help", ["-h"] = "help" }
for option, field in pairs(SPANS) do VALUES[option] = field end

-- "90d" as it is, "off" as false; nil and a sentence for what is no span.
local function read_span(option, text)
  if text == "off" then return false end
  if pcall(moment.span, "stale_reports", option, text) then return text end
  return nil, ("%s needs a span such as 36h, 90d or 12w, or off, not '%s'"):format(option, text)
end

local function check(settings)
  for option, field in pairs(SPANS) do
    if settings[field] then
      local span, wrong = read_span(option, settings[field])
      if wrong then return wrong end
      settings[field] = span
    end
  end
  if settings.schedules and settings.schedules ~= "delete" and settings.schedules ~= "keep" then
    return "--schedules needs delete or keep"
  end
  if settings.limit_window then
    settings.limit_window = command_line.seconds(settings.limit_window)
    if not settings.limit_window then return "--limit-window needs seconds above 0" end
  end
end

-- What was said before --apply is in the plan; to say it again, and otherwise, would be to carry out another one.
local function check_mode(settings)
  if settings.apply and settings.undo then return "--apply or --undo, not both" end
  if not (settings.apply or settings.undo) then return nil end
  for _, field in ipairs(PLANNING) do
    if settings[field] ~= nil then
      return ("--%s makes a plan, and %s takes the one that lies in DIR: run once without it, and look at the plan")
        :format(field == "collections" and "collection" or field:gsub("_", "-"),
          settings.apply and "--apply" or "--undo")
    end
  end
end

--- Reads the arguments.
---@param arguments string[]
---@return table? settings
---@return string? message  what is wrong with them
function options.parse(arguments)
  local settings, rest = command_line.parse(arguments, { values = VALUES, lists = LISTS, switches = SWITCHES })
  if not settings then return nil, rest end
  if rest[1] then return nil, "what is '" .. rest[1] .. "' for?" end
  local wrong = check_mode(settings) or check(settings)
  if wrong then return nil, wrong end
  settings.out = settings.out or "stale-reports"
  return settings
end

return options
