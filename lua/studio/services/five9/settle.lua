-- Time for what was asked for to become visible. SPDX-License-Identifier: MIT

local phrases = require "studio.phrases"
local task = require "studio.task"

local SETTLE <const> = 30 -- seconds after which what the service carried out is to be seen

--- Waits until a request of that moment must show, if it was carried out.
---@param what string for words of progress: "rows"
---@param at integer when it was sent or, better, when its answer was given up; as a record has it
---@param seconds number? default 30
---@param progress fun(text: string)?
---@return boolean? settled nil, err when the task was cancelled
---@return studio.error? err
return function(what, at, seconds, progress)
  seconds = seconds or SETTLE
  -- `at` is a whole second, and up to one too early; and clocks are put back, too
  local wait = math.max(0, math.min(seconds, at + 1 + seconds - os.time()))
  if wait == 0 then return true end
  if progress then progress(what .. ": waiting " .. phrases.wait(wait) .. " to see what was carried out") end
  return task.sleep(wait)
end
