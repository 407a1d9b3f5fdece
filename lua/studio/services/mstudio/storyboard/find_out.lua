-- Whether something was asked for of which nobody knows: the service is looked at. SPDX-License-Identifier: MIT
--
-- A stage's `find` looks where its things would show (a frame's jobs and versions, the list of jobs, a list of frames).
-- It finds the thing; or it is certain that there is none; or it cannot tell, since no place that would show it
-- answers. A gateway that gave up (504) does not stop what is behind it, so that nothing is certain before what
-- was carried out must be to see.

local check = require "studio.check"
local task = require "studio.task"

local SETTLE <const> = 120 -- seconds after which what the service carried out is to be seen

local answers = { stop = true, resubmit = true, skip = true }

-- What the caller wants done about an item of which nobody can tell.
local function decide(board, thing)
  local choice = board.options.on_unknown or "stop"
  if type(choice) ~= "string" then choice = choice(thing.item, board) end
  if not answers[choice] then
    check.fail("mstudio:storyboard: the function on_unknown must return \"stop\", \"resubmit\" or \"skip\"")
  end
  return choice
end

local function cannot_tell(board, thing)
  local item, noun = thing.item, thing.stage.noun
  local choice = decide(board, thing)
  if choice == "resubmit" then
    board:set(item, { step = "new", error = false })
  elseif choice == "skip" then
    board:set(item, { step = "skipped", error = "Left out: nobody can tell whether it was asked for." })
  else
    board:set(item, { step = "unknown", error = ("A run was cut off while it asked for this %s, and the service does "
      .. "not show whether it did. Run again in a few minutes to look once more, or have it asked for again "
      .. "(which may be charged twice)."):format(noun) })
  end
  return true
end

--- Finds out about an item that is "submitting".
---@param board studio.mstudio.storyboard.board
---@param thing table
---@param count function withdraws what was counted
---@return boolean? ok nil, err: the looking failed
---@return studio.error? err
return function(board, thing, count)
  local item, stage = thing.item, thing.stage
  local settle = board.options.settle or SETTLE
  local asked = math.max(item.asked_at or 0, thing.asked_by or 0)
  local ends = task.loop:now() + math.max(0, math.min(settle, asked + settle - os.time())) -- clocks are put back, too
  while true do
    local wait = ends - task.loop:now()
    local found, certain, err = stage.find(board, thing)
    if err then return nil, err end
    if found then
      board.troubles = 0
      board:set(item, found)
      return true
    end
    if wait <= 0 then
      if not certain then return cannot_tell(board, thing) end
      board:set(item, { step = "new", asks = count(board, item, board.kind_of(item.key), -1), error = false })
      return true
    end
    board:tell { type = "settling", item = item, seconds = wait }
    local slept
    slept, err = task.sleep(wait)
    if not slept then return nil, err end
  end
end
