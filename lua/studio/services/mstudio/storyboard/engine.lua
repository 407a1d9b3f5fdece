-- One item of a storyboard from "new" to "done": ask, find out, wait, fetch. SPDX-License-Identifier: MIT
--
--   new ──> submitting ──> submitted ──> done          what is created without a job goes from submitting to done
--    ^          │              └───────> failed        the service made the attempt and says that it failed
--    └──────────┤ looked for at the service: it has it (submitted), or certainly not (new)
--               └──> unknown                           nobody can tell, and nobody said what to do then
--
-- What is asked for is on record before, what came of it right after. An item is never asked for while it may have
-- been: first the service is looked at (find_out.lua). A failure of one item is noted there, and the others go on;
-- what would meet all of them ends the run.

local budget = require "studio.services.mstudio.storyboard.budget"
local core = require "studio.core"
local errors = require "studio.error"
local exchange = require "studio.exchange"
local find_out = require "studio.services.mstudio.storyboard.find_out"
local transfer = require "studio.transfer"
local upload = require "studio.upload"

local engine = {}

local TRIES <const> = 3          -- of one step of one item in one run
local MOST_TROUBLES <const> = 12 -- failures in a row before the service is taken for gone; a hiccup meets many lanes
local PATIENCE <const> = 1800    -- seconds for one job; the next run goes on waiting for it

-- After one of these every other item would meet the same.
local FATAL <const> = { unauthorized = true, tls = true, refused = true, file = true, internal = true }

-- After one of these nothing more is asked for; what was asked for already comes to its end. (A key that may ask for
-- videos and not look at their jobs must not ask for the next one.)
local CLOSING <const> = { payment_required = true, forbidden = true }

-- Failures -----------------------------------------------------------------------------------------

-- Takes note of a failure that is not one item's own. True: the run ends here and now.
local function trouble(board, err)
  if err.kind == "cancelled" then
    board.ended = board.ended or err
    return true
  end
  board.troubles = board.troubles + 1
  local closing = CLOSING[err.kind] or err.code == "max_generations"
  if closing then board.closed = board.closed or err end
  if closing and board.options.finish_running ~= false then return false end
  if closing or FATAL[err.kind] or board.troubles >= MOST_TROUBLES then board.ended = board.ended or err end
  return board.ended ~= nil
end

-- Will no later attempt of the same call fare better? (The service looked at it and said no.) A 404 is none of these:
-- it is about what the item is asked for, or about an assumed route, and may be so for this key only.
local function is_final(err)
  return not err.maybe_done and (err.kind == "invalid" or err.kind == "conflict")
end

local function fail(board, item, err)
  board.troubles = 0
  board:set(item, { step = "failed", error = errors.sentences(err) })
end

-- Asking -------------------------------------------------------------------------------------------

-- Stops before a generation that the budget does not cover.
local function refusal(board, kind)
  local most = board.options.max_generations
  if not kind or not most or board.spent < most then return nil end
  local _, err = exchange.refuse(board.client, "storyboard", {
    kind = "refused", code = "max_generations",
    message = ("%d generations were asked for, and max_generations is %d: nothing more is asked for"):format(
      board.spent, most),
    advice = "Run it again with a higher max_generations to go on",
  })
  return err
end

-- The record of an intent, and of its being withdrawn when nothing came of it.
local function count(board, item, kind, by)
  if not kind then return nil end
  board.spent = board.spent + by
  return (item.asks or 0) + by
end

-- What an error says about an item that was asked for: it was not, or nobody knows.
local function not_asked(board, item, kind, err)
  if err.maybe_done then
    board:set(item, { asked_at = os.time(), error = err.message }) -- it stays "submitting"
  else
    board:set(item, { step = "new", asks = count(board, item, kind, -1), error = errors.sentences(err) })
    if is_final(err) then fail(board, item, err) end
  end
end

local function ask(board, thing)
  local item, stage = thing.item, thing.stage
  local kind = budget.kind_of(item.key)
  local err = refusal(board, kind)
  if err then
    trouble(board, err)
    return nil, err
  end
  board:set(item, { step = "submitting", asked_at = os.time(), asks = count(board, item, kind, 1), error = false })
  local made, response = stage.ask(board, thing)
  if made and not stage.job and (type(made) ~= "table" or made.id == nil) then
    -- it may be there, and must be looked for
    made, response = nil, board.client:problem(stage.route, {
      kind = "protocol", response = response, message = "the answer does not say what was made",
    })
  end
  if not made then
    not_asked(board, item, kind, response)
    if item.step == "failed" then return true end
    return nil, response
  end
  board.troubles = 0
  if stage.job then
    board:set(item, { step = "submitted", job_id = made.id or false, error = false })
    thing.job = made
  else
    board:set(item, { step = "done", id = made.id, error = false })
  end
  return true
end

-- Fetching -----------------------------------------------------------------------------------------

local function unusable(board, message, kind)
  return exchange.refuse(board.client, "storyboard", { kind = kind or "protocol", message = message })
end

-- What the job has made, as a function that downloads it. nil, err, true: nothing leads to it any more.
local function result_of(board, thing)
  local job, item = thing.job, thing.item
  local err
  thing.job = nil
  if not job and item.job_id then
    job, err = thing.stage.job(board, item.job_id)
    if not job and err.kind ~= "not_found" then return nil, err end
  end
  if job then
    local result
    result, err = job:wait { timeout = board.options.job_timeout or PATIENCE }
    if not result then return nil, err end
    return function(path) return result:download(path) end
  end
  local url, none = thing.stage.made(board, thing) -- its job was never known, or is no longer
  if url then return function(path) return transfer.download(board.client, url, path) end end
  local lost = none.kind == "protocol"
  if lost and err then
    none = select(2, unusable(board, ("job %s is not found any more, and %s"):format(item.job_id, none.message)))
  end
  return nil, none, lost
end

-- Stores the bytes under the item's name, with the extension that they deserve.
local function fetch(board, thing, download)
  local stage = thing.stage
  local name = stage.file(board, thing)
  local raw = board.folder .. "/" .. name .. ".download"
  local made, why = core.make_folder(raw:match "^(.*)/")
  if not made then return unusable(board, why, "file") end
  local ok, err = download(raw)
  if not ok then
    if err.kind == "cancelled" or err.kind == "file" then return nil, err end
    -- said of an address by whoever keeps the files; it is not our key that was refused
    return unusable(board, ("the %s cannot be fetched: %s"):format(stage.noun, err.message))
  end
  local extension, content_type = upload.kind_of(raw)
  if not extension or content_type:match "^%a+" ~= stage.media then
    os.remove(raw)
    return unusable(board, ("what the service sent as %s is none"):format(stage.noun))
  end
  name = name .. "." .. extension
  local renamed, wrong = os.rename(raw, board.folder .. "/" .. name)
  if not renamed then return unusable(board, wrong, "file") end
  return name
end

local function finish(board, thing)
  local item = thing.item
  local download, err, lost = result_of(board, thing)
  local name
  if download then name, err = fetch(board, thing, download) end
  if name then
    board.troubles = 0
    board:set(item, { step = "done", file = name, error = false })
    return true
  elseif err.kind == "job_failed" or lost and board.options.retry_failed then
    fail(board, item, err) -- what is lost is given up only when it may be asked for again
    return true
  end
  if err.kind ~= "cancelled" then board:set(item, { error = errors.sentences(err) }) end
  return nil, err -- it stays "submitted": what it made is fetched later
end

-- One item -----------------------------------------------------------------------------------------

local function exists(path)
  local file = io.open(path, "rb")
  return file ~= nil and file:close()
end

--- Has an item asked for once more; the jobs that it had are none of the next one's.
---@param board studio.mstudio.storyboard.board
---@param item studio.mstudio.storyboard.item
function engine.renew(board, item)
  local past = item.past or {}
  past[#past + 1] = item.job_id
  board:set(item, { step = "new", past = past, job_id = false, error = false })
end

-- What an earlier run left: files may be gone since, and failures may be given another chance.
local function take_up(board, thing)
  local item = thing.item
  if item.step == "done" and item.file and not exists(board.folder .. "/" .. item.file) then
    board:set(item, { step = "submitted", file = false })
  elseif item.step == "failed" and board.options.retry_failed then
    engine.renew(board, item)
  elseif item.step == "unknown" then
    board:set(item, { step = "submitting" })
  elseif item.step == "submitting" then
    -- a run that was cut off may have sent it long after it said so: it had to wait for the limit first
    thing.asked_by = board.state.last
  end
end

-- Would the same meet this item again in this run? The time of its job is over, or what it is of is not there.
local function is_pointless(err)
  return err.kind == "timeout" and err.job ~= nil or err.kind == "not_found" and err.job == nil
end

local function step(board, thing)
  local at = thing.item.step
  if at == "submitting" then return find_out(board, thing, count) end
  if at == "submitted" then return finish(board, thing) end
  return ask(board, thing)
end

--- Brings an item as far as it can come now.
---@param board studio.mstudio.storyboard.board
---@param thing table item, stage, and what the stage needs to know
---@return boolean? done nil: the whole run must end (board.ended says why)
---@return studio.error? err false: what the last try met, if it met anything
function engine.bring(board, thing)
  local item, failures, rounds = thing.item, 0, 0
  if not thing.taken_up then
    thing.taken_up = true
    take_up(board, thing)
  end
  while not board.ended do
    if item.step == "done" then return true end
    if item.step == "failed" or item.step == "unknown" or item.step == "skipped" then return false end
    if item.step == "new" and (board.closed or rounds >= TRIES) then return false end
    if item.step == "new" then rounds = rounds + 1 end
    local ok, err = step(board, thing)
    if not ok then
      failures = failures + 1
      if err.code ~= "max_generations" and trouble(board, err) then break end
      if failures >= TRIES or is_pointless(err) then return false, err end
    end
  end
  return nil, board.ended
end

return engine
