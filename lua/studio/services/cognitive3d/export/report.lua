-- What came of an export, for people and programs. SPDX-License-Identifier: MIT

local json = require "studio.json"
local moment = require "studio.moment"
local walk = require "studio.services.cognitive3d.export.walk"

local report = {}

-- Most sessions of one kind that a report names one by one; the table of sessions has them all.
local NAMED <const> = 100

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

-- Which of the answers that lists cut short, a session says of itself.
local function limited(session)
  local list = {}
  for _, name in ipairs { "events", "gaze", "fixations", "position" } do
    if session[name .. "Limited"] == true then list[#list + 1] = name end
  end
  return list
end

local function note(list, entry)
  if #list < NAMED then list[#list + 1] = entry end
end

--- Goes through the sessions, for what is said of each.
---@param state studio.cognitive3d.export.state
---@param run studio.cognitive3d.export.run
---@return studio.cognitive3d.export.report
function report.of(state, run)
  local told = new_report(state, run)
  for n, text in state:lines() do
    local why = run.trouble[n] or state.gone[n]
    local session = (why or text:find('Limited":true', 1, true)) and json.decode(text)
    if state.done[n] then told.exported = told.exported + 1 end
    if why then
      told.failures = told.failures + 1
      note(told.failed, { id = walk.id(session), why = why })
    end
    local cut = session and limited(session) or {}
    if #cut > 0 then
      told.limits = told.limits + 1
      note(told.limited, { id = walk.id(session), what = cut })
    end
  end
  return told
end

return report
