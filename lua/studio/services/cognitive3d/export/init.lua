-- sessions:export and sessions:each: any number of sessions, each of them once. SPDX-License-Identifier: MIT
--
-- list (walk.lua)  ->  sessions, on record (state.lua)
-- fetch (fetch.lua, part.lua)  ->  a part for each session: its rows
-- write (tables.lua)  ->  one file for each stream, one for the sessions

local check = require "studio.check"
local dates = require "studio.services.cognitive3d.query.dates"
local errors = require "studio.error"
local exchange = require "studio.exchange"
local fetch = require "studio.services.cognitive3d.export.fetch"
local json = require "studio.json"
local merge = require "studio.merge"
local reports = require "studio.services.cognitive3d.export.report"
local rows = require "studio.services.cognitive3d.export.rows"
local sources = require "studio.services.cognitive3d.export.source"
local states = require "studio.services.cognitive3d.export.state"
local streams = require "studio.services.cognitive3d.export.streams"
local tables = require "studio.services.cognitive3d.export.tables"
local walk = require "studio.services.cognitive3d.export.walk"

local export = {}

local WHAT <const> = "sessions:export"

local CONCURRENCY <const> = 4
local FORMATS <const> = { csv = true, ndjson = true, json = true }
local SESSION_COLUMNS <const> = { "sessionId", "date", "participantId" }

-- What says which sessions, beside the dates.
local selecting = { project = { "number", "string", "table" }, scene = { "string", "table" },
  version = { "number", "table" }, filters = "table", events = "table", users = "table", objectives = "table",
  exclude_tags = { "boolean", "table" } }

local rules = merge(selecting, { from = { "string", "number", "table" }, to = { "string", "number", "table" },
  format = "string", streams = "table", session_columns = "table", concurrency = "integer", progress = "callable",
  on_session = "callable", fresh = "boolean", timeout = "seconds" })

local function epoch(what, name, value)
  return value ~= nil and dates.read(what, "option '" .. name .. "'", value) or nil
end

-- The first and the last date that sessions are taken of; the last is nil when it was not said. As for queries, `to` is
-- the first one that does not count.
local function bounds(what, options)
  local from, to = epoch(what, "from", options.from) or 0, epoch(what, "to", options.to)
  if to and from >= to then check.fail("%s: option 'to' must be later than 'from'", what) end
  return from, to and to - 1
end

-- Without an end of its own a list ends now: what begins after that is for the next time.
local function now_ms() return os.time() * 1000 + 999 end

--- All sessions of a query, for `for`: see sessions:each. What the query says of pages and order does not count.
---@param client studio.client
---@param what string for messages
---@param query studio.cognitive3d.list_query?
---@param options studio.call_options?
---@return fun(): table?
function export.each(client, what, query, options)
  check.argument(what, "query", query or {}, "table")
  query = merge(query)
  local from, to = bounds(what, query)
  query.from, query.to = nil, nil
  local source = sources.new(client, what, query, options)
  return walk.new(source.list, source.problem_of_list, walk.start(from, to or now_ms())):each()
end

-- Options -----------------------------------------------------------------------------------------

local function wanted_streams(list)
  local wanted = {}
  for _, name in ipairs(list or streams.names) do
    if not streams.known[name] then
      check.fail("%s: option 'streams' has '%s'%s", WHAT, tostring(name), check.suggestion(name, streams.known))
    end
    wanted[name] = true
  end
  return wanted
end

local function check_options(folder, options)
  if type(folder) ~= "string" or folder == "" or folder:find "\0" then
    check.fail("%s: the first argument must be the name of a folder", WHAT)
  end
  options = check.options(WHAT, options, rules)
  if options.format and not FORMATS[options.format] then
    check.fail("%s: option 'format' must be \"csv\", \"ndjson\" or \"json\"", WHAT)
  end
  if options.concurrency and options.concurrency < 1 then
    check.fail("%s: option 'concurrency' must be 1 or more", WHAT)
  end
  for _, name in ipairs(options.session_columns or {}) do
    if type(name) ~= "string" then check.fail("%s: option 'session_columns' must be a list of names", WHAT) end
  end
  return options
end

-- The session's id is always there: without it no row could be told from another session's.
local function columns_of(options)
  local list = { "sessionId" }
  for _, name in ipairs(options.session_columns or SESSION_COLUMNS) do
    if name ~= "sessionId" then list[#list + 1] = name end
  end
  return list
end

-- What is exported, as a text; that of another export differs.
local function describe(client, source, plan, from, to)
  return json.encode({ service = client.state.origin, query = source.description, format = plan.format,
    tables = plan.names, session_columns = plan.session_columns, from = from, to = to }, { sort = true })
end

-- The run -----------------------------------------------------------------------------------------

-- Names of the cells of sessions that were listed.
local function session_cells(list)
  local names, sorted = {}, {}
  for _, session in ipairs(list) do
    for name in pairs(rows.cells(session)) do names[name] = true end
  end
  for name in pairs(names) do sorted[#sorted + 1] = name end
  table.sort(sorted)
  return sorted
end

local function teller(state, options)
  local sessions, held = 0, 0
  for _ in pairs(state.done) do sessions = sessions + 1 end
  for _, n in pairs(state.counts) do held = held + n end
  return function(session, summary, err)
    if summary then
      sessions = sessions + 1
      for _, n in pairs(summary.counts) do held = held + n end
    end
    if session and options.on_session then options.on_session(session, summary and summary.counts, err) end
    if not options.progress then return end
    options.progress(session and ("%d of %d sessions, %d rows"):format(sessions, state.sessions, held)
      or ("%d sessions found"):format(state.sessions))
  end
end

local function go(run, plan, options)
  local state, source = run.state, run.source
  local mark = state.mark or walk.start(run.from, run.to)
  local list = walk.new(source.list, source.problem_of_list, mark)
  local ok, err = fetch.list(run, list, plan.format == "csv" and session_cells or nil)
  if ok then ok, err = fetch.all(run, options.concurrency or CONCURRENCY) end
  if not ok then return nil, err end
  local files, counts = tables.write(state, plan)
  if not files then return nil, counts end
  return files, counts
end

---@class studio.cognitive3d.export.options
---@field format "csv"|"ndjson"|"json"|nil default "csv"
---@field streams string[]? of "events", "gaze", "fixations", "sensors", "dynamics", "boundary"; default: all of them
---@field from string|number|osdate|nil sessions that began then or later; default: all
---@field to string|number|osdate|nil sessions that began before; default: until the export was begun
---@field filters studio.cognitive3d.filter|studio.cognitive3d.filter[]|nil these and the next as for sessions:list
---@field events studio.cognitive3d.filter|studio.cognitive3d.filter[]|nil
---@field users studio.cognitive3d.filter|studio.cognitive3d.filter[]|nil
---@field objectives studio.cognitive3d.filter|studio.cognitive3d.filter[]|nil
---@field exclude_tags boolean|string[]|nil nothing is left out by itself; true: test and junk sessions are
---@field project integer|table|nil default: the client's project_id
---@field version integer|table|nil of a scene: the sessions' parts in it
---@field scene string|table|nil beside it
---@field session_columns string[]? fields of the session that stand before each row, beside its sessionId; default
---  date, participantId
---@field concurrency integer? sessions at a time, default 4; the client's own limit counts all the same
---@field progress fun(text: string)? is told now and then how far it is: studio.progress
---@field on_session fun(session: table, rows: table<string, integer>?, err: studio.error?)? after each session
---@field fresh boolean? forget what an earlier run left unfinished
---@field timeout number? seconds for each attempt of a call; default: the client's

--- Exports sessions to a folder.
---@param client studio.client
---@param folder string
---@param options studio.cognitive3d.export.options?
---@return studio.cognitive3d.export.report? report what there is, also when it was stopped; nil: it could not begin
---@return studio.error? err why it was stopped, or could not begin. Without one `report.complete` says whether sessions
---  failed
function export.export(client, folder, options)
  options = check_options(folder, options)
  local from, to = bounds(WHAT, options)
  local wanted = wanted_streams(options.streams)
  local query = {}
  for name in pairs(selecting) do query[name] = options[name] end
  local source = sources.new(client, WHAT, query, { timeout = options.timeout })
  local plan = { format = options.format or "csv", names = tables.names(wanted), session_columns = columns_of(options) }
  local state <close>, message = states.open(folder, describe(client, source, plan, from, to), options.fresh)
  if not state then return exchange.refuse(client, "sessions.export", { kind = "file", message = message }) end
  if state.report then
    local report = state.report
    state:finish()
    return report
  end
  local run = { state = state, source = source, trouble = {}, tell = teller(state, options), from = from,
    to = state.mark and state.mark.to or to or now_ms() } -- the end that was taken first stays
  source.wanted, source.session_columns = wanted, plan.session_columns
  if plan.format == "csv" then source.known, source.speller = state.columns, rows.speller() end
  plan.trouble = run.trouble
  local files, counts = errors.catch(go, run, plan, options)
  local report = reports.of(state, run)
  if not files then return report, counts end
  report.files, report.rows = files, counts
  report.complete = report.failures == 0
  if next(run.trouble) == nil then
    state:all_written(report)
    state:finish()
  end
  return report
end

return export
