-- client:storyboard: a screenplay as project, frames, images, videos, voices and film. SPDX-License-Identifier: MIT
--
--   local board, err = ms:storyboard { script = text, out = "lighthouse", videos = "all", voices = true }
--
-- What is done stands in a file of the folder (state.lua); the same call goes on where an earlier one stopped, by
-- whatever it was ended. Nothing that costs is asked for twice: see engine.lua. Everything but the list of projects is
-- assumed of this service, so each stage's calls stand in a small file of their own (stages/).

local boards = require "studio.services.mstudio.storyboard.board"
local budget = require "studio.services.mstudio.storyboard.budget"
local check = require "studio.check"
local errors = require "studio.error"
local exchange = require "studio.exchange"
local flow = require "studio.services.mstudio.storyboard.flow"
local fountain = require "studio.fountain"
local plans = require "studio.services.mstudio.storyboard.plan"
local states = require "studio.services.mstudio.storyboard.state"
local task = require "studio.task"

local WHAT <const> = "mstudio:storyboard"

local rules = {
  script = { "string", "table" }, out = "string", title = "string",
  videos = { "string", "table", "callable" }, voices = { "boolean", "table" }, export = "boolean",
  dry_run = "boolean", max_generations = "integer", on_unknown = { "string", "callable" }, retry_failed = "boolean",
  finish_running = "boolean", prompt = "callable", fields = "table", on_event = "callable",
  lanes = "integer", settle = "seconds", job_timeout = "seconds",
}

---@class studio.mstudio.storyboard.options
---@field script string|studio.fountain.Script a Fountain screenplay
---@field out string folder of the files and of the state; made when missing. A dry run needs none
---@field title string? of the project; default: the screenplay's
---@field videos "all"|"none"|integer[]|(fun(shot: studio.fountain.Shot): boolean)|nil which shots become videos;
---  default "none"
---@field voices boolean|table<string, string|integer|false>|nil dialogue is spoken: true: voices from the library in
---  turn; a table: character -> voice id (false: silent), the others in turn; default false
---@field export boolean? the film is made when everything else is there, and once more when more was wanted since;
---  default false
---@field dry_run boolean? sends nothing, and returns an estimate of what is left to do
---@field max_generations integer? stops before one more generation is asked for than this, over all runs; failed ones
---  count
---@field on_unknown "stop"|"resubmit"|(fun(item, board): string)|nil what to do about a generation of which nobody can
---  tell whether it was asked for: leave it "unknown" for the next run (default), ask again, which may be paid for
---  twice, or what the function says: "stop", "resubmit" or "skip"
---@field retry_failed boolean? asks again for what failed in an earlier run
---@field finish_running boolean? when nothing more may be asked for (402, 403, max_generations), what was asked for is
---  still waited for; default true
---@field prompt (fun(shot: studio.fountain.Shot, kind: "image"|"video"): string?)? other words than the screenplay's
---@field fields table<string, table>? kind of generation (image, video, voice, export) -> more fields to send
---@field on_event fun(event: studio.mstudio.storyboard.event)?
---@field lanes integer? shots that are worked on at a time, default 24; 1: one thing at a time
---@field settle number? seconds after which what the service carried out is to be seen there; default 120
---@field job_timeout number? seconds for one job, default 1800; it goes on, and the next run waits for it again

---@class studio.mstudio.storyboard.event
---@field type "begin"|"item"|"settling" the run begins; an item has come to another step, or failed to; an item is
---  waited for so many seconds, until the service must show whether it makes what it did not confirm
---@field board studio.mstudio.storyboard.board
---@field item studio.mstudio.storyboard.item?
---@field before string? the step it was at
---@field seconds number?

local function check_options(options)
  check.options(WHAT, options, rules)
  if options.script == nil then check.fail("%s: option 'script' is needed: a screenplay in Fountain", WHAT) end
  if not options.dry_run and (options.out == nil or options.out == "") then
    check.fail("%s: option 'out' is needed: the folder for files and state", WHAT)
  end
  for _, name in ipairs { "max_generations", "lanes" } do
    local least = name == "lanes" and 1 or 0
    if options[name] and options[name] < least then
      check.fail("%s: option '%s' must be %d or more", WHAT, name, least)
    end
  end
  local choice = options.on_unknown
  if type(choice) == "string" and choice ~= "stop" and choice ~= "resubmit" then
    check.fail("%s: option 'on_unknown' must be \"stop\", \"resubmit\" or a function", WHAT)
  end
end

local function refuse(client, kind, message)
  return exchange.refuse(client, "storyboard", { kind = kind, message = message })
end

-- A screenplay's text, or one that was parsed.
local function read(client, script)
  if type(script) == "string" then
    local parsed, failure = fountain.parse(script)
    if not parsed then return refuse(client, "invalid", failure.message) end
    return parsed
  end
  if type(script.scenes) ~= "table" or type(script.title) ~= "table" then
    check.fail("%s: option 'script' must be a text, or what studio.fountain.parse returned", WHAT)
  end
  return script
end

local function estimate(client, plan, options)
  local state, message
  if options.out then
    state, message = states.look(options.out, plan, client.state.origin)
    if not state then return refuse(client, "file", message) end
  else
    state = states.none()
  end
  local board = boards.new(client, plan, state, options)
  return budget.estimate(flow.things(board), board)
end

-- Ctrl-C comes up through here as an error. Tasks that were cut off by it come to their end, which takes a moment.
local let_go = { __close = function(_, err)
  if err == nil or coroutine.isyieldable() then return end
  for _ = 1, 10 do
    if task.step(10) == 0 then break end
  end
end }

-- That the state cannot be kept any more is raised, wherever it is met (state.lua).
local function run(board)
  local fine, ok, err = pcall(flow.run, board)
  if fine then return ok, err end
  if not errors.is(ok) then error(ok, 0) end
  return nil, ok
end

--- Makes a storyboard of a screenplay, or goes on with one: project, frames, images, and what else is wanted.
---@param client studio.client
---@param options studio.mstudio.storyboard.options
---@return studio.mstudio.storyboard.board|studio.mstudio.storyboard.estimate|nil board what there is, also when the run
---  was stopped; nil: it could not begin. A dry run gives the estimate
---@return studio.error? err why it was stopped, or could not begin. Without one `board.complete` says whether
---  something failed
return function(client, options)
  check.argument(WHAT, "options", options, "table")
  check_options(options)
  local script, err = read(client, options.script)
  if not script then return nil, err end
  local plan = plans.new(WHAT, script, options)
  if options.dry_run then return estimate(client, plan, options) end
  if client.state.read_only then
    return refuse(client, "refused", "this client is read-only, so nothing can be made")
  end
  local state <close>, message = states.open(options.out, plan, client.state.origin)
  if not state then return refuse(client, "file", message) end
  local board = boards.new(client, plan, state, options)
  board:tell { type = "begin" }
  local _ <close> = setmetatable({}, let_go)
  local ok
  ok, err = run(board)
  board.complete = ok and board:is_complete() or false
  return board, not ok and err or nil
end
