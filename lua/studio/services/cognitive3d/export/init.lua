-- sessions:export and sessions:each: any number of sessions, each of them once. SPDX-License-Identifier: MIT
--
-- list (walk.lua)  ->  sessions, on record (state.lua)
-- fetch (fetch.lua, part.lua)  ->  a part for each session: its rows
-- write (tables.lua)  ->  one file for each stream, one for the sessions

local check = require "studio.check"
local conditions = require "studio.services.cognitive3d.query.conditions"
local dates = require "studio.services.cognitive3d.query.dates"
local errors = require "studio.error"
local exchange = require "studio.exchange"
local fetch = require "studio.services.cognitive3d.export.fetch"
local json = require "studio.json"
local merge = require "studio.merge"
local moment = require "studio.moment"
local rows = require "studio.services.cognitive3d.export.rows"
local sources = require "studio.services.cognitive3d.export.source"
local states = require "studio.services.cognitive3d.export.state"
local streams = require "studio.services.cognitive3d.export.streams"
local tables = require "studio.services.cognitive3d.export.tables"
local walk = require "studio.services.cognitive3d.export.walk"

local export = {}

local WHAT <const> = "cognitive3d.sessions:export"

local CONCURRENCY <const> = 4
local FORMATS <const> = { csv = true, ndjson = true, json = true }
local SESSION_COLUMNS <const> = { "sessionId", "date", "participantId" }

-- Most sessions of one kind that a report names one by one; the table of sessions has them all.
local NAMED <const> = 100

-- What says which sessions, for each and export.
local selecting = merge(conditions.options, { project = { "integer", "string", "table" },
  scene = { "string", "table" }, version = { "integer", "table" }, timeout = "seconds" })

local rules = merge(selecting, { format = "string", streams = "table", session_columns = "table",
  concurrency = "integer", progress = "callable", on_session = "callable", fresh = "boolean" })

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

--- All sessions that match, the oldest first, in the order of their dates; each once, also while new ones arrive. Those
--- that begin after the walk did are not among them. Raises the error object when a page fails.
---@param client studio.client
---@param options studio.cognitive3d.selection?
---@return fun(): table?
function export.each(client, options)
  local what = "cognitive3d.sessions:each"
  options = check.options(what, options, selecting)
  local from, to = bounds(what, options)
  local source = sources.new(client, what, options)
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

-- The report --------------------------------------------------------------------------------------

---@class studio.cognitive3d.export.report
---@field folder string
---@field complete boolean all sessions are in the files
---@field sessions integer that match
---@field exported integer of which the rows are there
---@field files table<string, string> paths by table; none of them is there when the export was stopped
---@field rows table<string, integer> by table: "sessions", "events", "gaze", …, "dynamics_manifest"
---@field failed { id: string, why: string }[] sessions that could not be had: the first 100
---@field failures integer how many there are
---@field limited { id: string, what: string[] }[] sessions of which lists and single queries show a part only, and the
---  files all: the first 100
---@field limits integer how many there are
---@field unknown table<string, integer> rows under names that nobody knows, which are in no file
---@field from string the dates between which sessions were taken
---@field to string
---@field resumed boolean an earlier run had begun it

local function new_report(state, run)
  return { folder = state.folder, complete = false, sessions = state.sessions, exported = 0, files = {}, rows = {},
    failed = {}, failures = 0, limited = {}, limits = 0, unknown = state.unknown, resumed = state.resumed,
    from = moment.text(run.from // 1000), to = moment.text(run.to // 1000) }
end

local function note(list, entry)
  if #list < NAMED then list[#list + 1] = entry end
end

-- Goes through the sessions, for what is said of each.
local function report_on(state, run)
  local report = new_report(state, run)
  for n, text in state:lines() do
    local why = run.trouble[n] or state.gone[n]
    local session = (why or text:find('Limited":true', 1, true)) and json.decode(text)
    if state.done[n] then report.exported = report.exported + 1 end
    if why then
      report.failures = report.failures + 1
      note(report.failed, { id = fetch.id(session), why = why })
    end
    local limited = session and fetch.limited(session) or {}
    if #limited > 0 then
      report.limits = report.limits + 1
      note(report.limited, { id = fetch.id(session), what = limited })
    end
  end
  return report
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

-- That the state cannot be kept any more is raised, wherever it is met (state.lua).
local function guarded(...)
  local fine, files, counts = pcall(go, ...)
  if fine then return files, counts end
  if not errors.is(files) then error(files, 0) end
  return nil, files
end

--- Exports sessions to a folder.
---@param client studio.client
---@param folder string
---@param options studio.cognitive3d.export.options?
---@return studio.cognitive3d.export.report? report what there is, also when it was stopped; nil: it could not begin
---@return studio.error? err why it was stopped, or could not begin. Without one `report.complete` says whether sessions
---  failed
function export.run(client, folder, options)
  options = check_options(folder, options)
  local from, to = bounds(WHAT, options)
  local wanted = wanted_streams(options.streams)
  local source = sources.new(client, WHAT, options)
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
  local files, counts = guarded(run, plan, options)
  local report = report_on(state, run)
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
