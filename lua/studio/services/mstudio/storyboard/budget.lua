-- What a storyboard may cost: generations counted over all its runs, and an estimate of what is to come.
-- SPDX-License-Identifier: MIT

local budget = {}

-- What is paid for, by the first word of an item's key.
local PAID <const> = { image = true, video = true, voice = true, export = true }

--- The kind of generation that an item is; nil: it costs nothing.
---@param key string
---@return string?
function budget.kind_of(key)
  local kind = key:match "^%a+"
  return PAID[kind] and kind or nil
end

--- Generations that were asked for so far, in this run and earlier ones; of those of which nobody knows whether they
--- were, each counts.
---@param items table<string, studio.mstudio.storyboard.item>
---@return integer total
---@return table<string, integer> by_kind
function budget.spent(items)
  local total, by_kind = 0, { image = 0, video = 0, voice = 0, export = 0 }
  for key, item in pairs(items) do
    local kind = item.asks and budget.kind_of(key)
    if kind then
      total, by_kind[kind] = total + item.asks, by_kind[kind] + item.asks
    end
  end
  return total, by_kind
end

-- Calls that an item still takes at the least: a generation is asked for, and looked at once.
local function calls_of(item, paid)
  if item.step == "new" then return paid and 2 or 1 end
  if item.step == "submitting" or item.step == "unknown" then return 1 end
  return item.step == "submitted" and 1 or 0
end

-- The least seconds in which a limit lets so many calls pass.
local function seconds_under(limits, calls)
  local longest = 0
  for _, limit in ipairs(limits) do
    if (limit.capacity or 0) > 0 and limit.window then
      local windows = math.max(0, (calls - 1) // limit.capacity)
      longest = math.max(longest, windows * (limit.window + (limit.guard or 0)))
    end
  end
  return longest
end

---@class studio.mstudio.storyboard.estimate what is left to do, at the least
---@field shots integer
---@field calls integer requests that count against the limit
---@field generations { image: integer, video: integer, voice: integer, export: integer, total: integer }
---@field seconds number that the limit takes; generating itself comes on top
---@field spent integer generations of earlier runs

--- What is left to do.
---@param things { item: studio.mstudio.storyboard.item }[] all that are wanted
---@param board studio.mstudio.storyboard.board
---@return studio.mstudio.storyboard.estimate
function budget.estimate(things, board)
  local generations, calls = { image = 0, video = 0, voice = 0, export = 0, total = 0 }, 0
  local speakers, chosen = false, type(board.options.voices) == "table" and board.options.voices or {}
  for _, thing in ipairs(things) do
    local item, kind = thing.item, budget.kind_of(thing.item.key)
    local again = item.step == "failed" and board.options.retry_failed
      or kind == "export" and item.step == "done" and generations.total > 0 -- it is the last thing
    if kind and (again or item.step == "new") then
      generations[kind], generations.total = generations[kind] + 1, generations.total + 1
    end
    local character = item.key:match "^speaker/(.*)"
    if character then
      speakers = speakers or item.step == "new" and chosen[character] == nil
    else
      calls = calls + (again and 2 or calls_of(item, kind))
    end
  end
  if speakers then calls = calls + 1 end -- the list of voices
  return {
    shots = #board.plan.shots, calls = calls, generations = generations,
    seconds = seconds_under(board.client:limits(), calls), spent = (budget.spent(board.state.items)),
  }
end

return budget
