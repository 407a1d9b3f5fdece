-- The order of things: each is begun as soon as what it needs is there. SPDX-License-Identifier: MIT
--
--   project ─┬─> (voices for the characters)
--            └─> each shot, some at a time:  frame ─┬─> image ──> video
--                                                   └─> each dialogue block: track ──> voice
--   all of that ──> film

local engine = require "studio.services.mstudio.storyboard.engine"
local exchange = require "studio.exchange"
local speakers = require "studio.services.mstudio.storyboard.speakers"
local stages = require "studio.services.mstudio.storyboard.stages"
local task = require "studio.task"

local flow = {}

-- Shots that are worked on at a time. A shot mostly waits for its jobs, of which the limit of 60 requests a minute lets
-- fewer than this be asked for and looked at.
local LANES <const> = 24

--- Everything that is wanted of a plan, in order; `item` says how far it is.
---@param board studio.mstudio.storyboard.board
---@return table[] things
function flow.things(board)
  local list = { { item = board.project, stage = stages.project } }
  for _, character in ipairs(board.plan.characters) do list[#list + 1] = { item = board:speaker(character) } end
  for _, entry in ipairs(board.shots) do
    list[#list + 1] = { item = entry.frame, stage = stages.frame, entry = entry }
    list[#list + 1] = { item = entry.image, stage = stages.image, entry = entry }
    if entry.video then list[#list + 1] = { item = entry.video, stage = stages.video, entry = entry } end
    for _, one in ipairs(entry.speeches) do
      list[#list + 1] = { item = one.track, stage = stages.track, entry = entry, speech = one.speech }
      list[#list + 1] = { item = one.voice, stage = stages.voice, entry = entry, speech = one.speech }
    end
  end
  if board.export then list[#list + 1] = { item = board.export, stage = stages.export } end
  return list
end

-- One thing after the other, as far as it goes. nil, err: the run must end.
local function chain(board, ...)
  for _, thing in ipairs { ... } do
    local done, err = engine.bring(board, thing)
    if not done then return done == false or nil, err end
  end
  return true
end

local function picture(board, entry)
  return chain(board, { item = entry.image, stage = stages.image, entry = entry },
    entry.video and { item = entry.video, stage = stages.video, entry = entry } or nil)
end

local function speech(board, entry, one)
  return chain(board, { item = one.track, stage = stages.track, entry = entry, speech = one.speech },
    { item = one.voice, stage = stages.voice, entry = entry, speech = one.speech, track = one.track })
end

local function shot(board, entry)
  local framed, err = engine.bring(board, { item = entry.frame, stage = stages.frame, entry = entry })
  if not framed then return framed == false or nil, err end
  local branches = { function() return picture(board, entry) end }
  for i, one in ipairs(entry.speeches) do
    branches[i + 1] = function() return speech(board, entry, one) end
  end
  local done
  done, err = task.map(branches, function(branch) return branch() end,
    { concurrency = board.options.lanes or #branches })
  return done and true, err
end

-- What is not there yet of a film, as a sentence; nil when all is.
local function missing(board)
  local count, first = 0, nil
  for _, thing in ipairs(flow.things(board)) do
    if thing.item ~= board.export and thing.item.step ~= "done" then
      count, first = count + 1, first or thing.item
    end
  end
  if count == 0 then return nil end
  return ("Not asked for, since %d of its parts %s missing; the first is %s: %s"):format(count,
    count == 1 and "is" or "are", first.key, first.error or first.step)
end

-- Was any of its parts asked for after the film? It was wanted in addition since then, and is not in it.
local function is_outdated(board)
  for _, thing in ipairs(flow.things(board)) do
    if (thing.item.asked_at or 0) > (board.export.asked_at or 0) then return true end
  end
  return false
end

-- A film of what is there would have to be paid for once more when the rest is.
local function film(board)
  local item = board.export
  local thing = { item = item, stage = stages.export }
  if item.step ~= "new" then
    local ok, err = chain(board, thing)
    if not ok then return nil, err end
    if item.step == "done" and is_outdated(board) then engine.renew(board, item) end
  end
  if item.step == "new" then
    item.error = missing(board)
    if item.error then return true end
  end
  return chain(board, thing)
end

-- The project's own failure ends the run: there is no other.
local function project(board)
  local done, err = engine.bring(board, { item = board.project, stage = stages.project })
  if done then return true end
  err = board.closed or err
  if err then return nil, err end
  return exchange.refuse(board.client, "storyboard", {
    kind = "conflict", message = "the project could not be made: " .. (board.project.error or "nobody knows why"),
  })
end

--- Does everything that is left to do.
---@param board studio.mstudio.storyboard.board
---@return boolean? ok
---@return studio.error? err what ended the run early
function flow.run(board)
  local ok, err = project(board)
  if ok then ok, err = speakers(board) end
  if ok then
    ok, err = task.map(board.shots, function(entry) return shot(board, entry) end,
      { concurrency = board.options.lanes or LANES })
  end
  if ok and board.export and not board.closed then ok, err = film(board) end
  if not ok then return nil, board.ended or err end
  return not board.closed or nil, board.closed
end

return flow
