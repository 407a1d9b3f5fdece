-- The parts of all sessions, some of them at a time. SPDX-License-Identifier: MIT
--
-- A session that cannot be had is noted, and the others go on; what would meet every session ends the run, as do many
-- failures in a row. The next run asks again for what failed, unless the service has no such session any more.

local core = require "studio.core"
local errors = require "studio.error"
local json = require "studio.json"
local part = require "studio.services.cognitive3d.export.part"
local task = require "studio.task"

local fetch = {}

local TRIES <const> = 3          -- of a session in one run, each with the repetitions that a call has by itself
local MOST_TROUBLES <const> = 20 -- sessions in a row: then the service is taken for gone

-- The service looked at it and said no: asking again tells nothing new.
local FINAL <const> = { not_found = true, invalid = true, conflict = true }

-- Makes the part of a session. Nil, err when it cannot be had.
local function make(run, session, n)
  local path, folder = run.state:part(n)
  local made, why = core.make_folder(folder)
  if not made then return nil, errors.new { kind = "file", message = why, stage = "not_sent" } end
  local summary, err
  for _ = 1, TRIES do
    summary, err = part.make(run.source, session, path)
    if summary or errors.ends_work(err) or FINAL[err.kind] then break end
  end
  return summary, err
end

-- Takes note of a failure. Nil, err: the run ends.
local function failed(run, n, err)
  if errors.ends_work(err) then return nil, err end
  if err.kind == "not_found" then
    run.state:is_gone(n, errors.sentences(err))
    return true
  end
  run.trouble[n] = errors.sentences(err)
  run.troubles = run.troubles + 1
  if run.troubles >= MOST_TROUBLES then return nil, err end
  return true
end

-- One session. Nil, err: the run ends.
local function work(run, n, text)
  local session = json.decode(text)
  local summary, err = make(run, session, n)
  if summary then
    run.troubles = 0
    run.state:finished(n, summary)
  else
    local ok, fatal = failed(run, n, err)
    if not ok then return nil, fatal end
  end
  run.tell(session, summary, err)
  return true
end

---@class studio.cognitive3d.export.run
---@field state studio.cognitive3d.export.state
---@field source studio.cognitive3d.export.source
---@field from integer ms since 1970: the dates between which sessions are taken
---@field to integer
---@field trouble table<integer, string> is filled: sessions that could not be had, and why
---@field tell fun(session: table, summary: studio.cognitive3d.export.summary?, err: studio.error?)

--- Makes all parts that are not there yet.
---@param run studio.cognitive3d.export.run
---@param lanes integer how many at a time
---@return boolean? done nil, err: it was stopped
---@return studio.error? err
function fetch.all(run, lanes)
  run.troubles = 0
  local next_line <const>, _, _, _ <close> = run.state:lines()
  local function lane()
    while true do
      local n, text = next_line()
      if not n then return true end
      if not (run.state.done[n] or run.state.gone[n]) then
        local ok, err = work(run, n, text)
        if not ok then return nil, err end
      end
    end
  end
  local list = {}
  for i = 1, lanes do list[i] = i end
  local done, err = task.map(list, lane, { concurrency = lanes })
  return done and true, err
end

--- The list of sessions, as far as it is not on record yet.
---@param run studio.cognitive3d.export.run
---@param list studio.cognitive3d.walk
---@param columns_of (fun(sessions: table[]): string[])? names of their cells
---@return boolean? done
---@return studio.error? err
function fetch.list(run, list, columns_of)
  while not list.mark.ended do
    local sessions, err = list:next()
    if not sessions and err then return nil, err end
    run.state:listed(sessions or {}, list.mark, sessions and columns_of and columns_of(sessions) or nil)
    run.tell()
  end
  return true
end

return fetch
