--- The program of examples/weekly_report.lua, from its arguments to its exit status. SPDX-License-Identifier: MIT

local collect = require "weekly_report.collect"
local files = require "shared.files"
local options = require "weekly_report.options"
local page = require "weekly_report.page"
local process = require "shared.process"
local say = require "weekly_report.say"
local studio = require "studio"

local EXIT = { done = 0, failed = 1, usage = 2, partly = 3 }

local DAY <const> = 86400

-- The sandbox's own project, with enough in it to look at.
local SANDBOX = { cognitive3d = { sessions = 1200, days = 42, events = 20, gaze = 3000, long = 0 } }

local line = studio.progress.new()

-- For what is the world's fault and ends the run: said in one line, without a traceback.
local function fail(...)
  line:finish()
  line:print({ "red", "weekly_report: " }, ...)
  return EXIT.failed
end

-- Whose project it is: from the environment, or the sandbox's. Nil and a sentence when something is missing.
local function account_of(settings, sandbox)
  if sandbox then return { org_key = "orgkey-sandbox", project_id = settings.project or 10,
    base_url = sandbox.cognitive3d_url } end
  local key = os.getenv "C3D_ORG_KEY" or ""
  local project = settings.project or math.tointeger(tonumber(os.getenv "C3D_PROJECT"))
  if key == "" then return nil, "set C3D_ORG_KEY (see --help)" end
  if not project then return nil, "give --project, or set C3D_PROJECT to the number of the project" end
  return { org_key = key, project_id = project, base_url = settings.base_url, ca_file = settings.ca_file,
    environment = settings.dev and "dev" or nil }
end

-- A client that changes nothing, whatever the program does.
local function open_client(settings, sandbox)
  local account, message = account_of(settings, sandbox)
  if not account then return nil, message end
  account.read_only = true
  local ok, client = pcall(studio.cognitive3d, account)
  if ok then return client end
  if process.is_interrupt(client) then error(client, 0) end
  return nil, (tostring(client):gsub("^.-%.lua:%d+: ", ""))
end

-- The midnight that ends the week.
local function end_of(settings) return settings.to or os.time() // DAY * DAY end

local function tell(week, settings)
  line:finish()
  line:print({ "bold", settings.out }, ": ", say.span(week.from, week.to), ", ",
    say.counted(week.total.sessions, "session"),
    week.left_out and (", %s left out"):format(say.count(week.left_out.all)) or "")
  for _, trouble in ipairs(week.troubles) do
    line:print({ "yellow", "not on it: " }, trouble.part, ": ", trouble.why)
  end
  return #week.troubles == 0 and EXIT.done or EXIT.partly
end

local function report(settings, sandbox)
  local client, message = open_client(settings, sandbox)
  if not client then return fail(message) end
  local _ <close> = client
  local week, err = collect.week(client, { to = end_of(settings), with_tests = settings.with_tests,
    progress = function(text) line:status(text) end })
  if not week then return fail(tostring(err)) end
  local text = page.render(week, { at = os.time(), calls = client:stats().calls })
  local ok, why = files.write(settings.out, text)
  if not ok then return fail(why) end
  return tell(week, settings)
end

--- Runs the program.
---@param arguments string[]
---@return integer status  for os.exit; raises "interrupted!" at Ctrl-C, and on its own mistakes
return function(arguments)
  local settings, wrong = options.parse(arguments)
  if not settings then
    io.stderr:write("weekly_report: ", wrong, "\nAll options: lua5.4 examples/weekly_report.lua --help\n")
    return EXIT.usage
  elseif settings.help then
    io.stdout:write(options.usage)
    return EXIT.done
  elseif not settings.sandbox then
    return report(settings)
  end
  local sandbox <close>, why = studio.sandbox.start(SANDBOX)
  if not sandbox then return fail(tostring(why)) end
  return report(settings, sandbox)
end
