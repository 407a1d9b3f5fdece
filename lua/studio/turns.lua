-- Turns: many that want to look at something, and a pace that all of them keep together. SPDX-License-Identifier: MIT
--
-- Whoever wants to look takes a turn, first come, first served; between two turns there is a pause. Who leaves the
-- queue, cancelled or out of time, holds up nobody behind.

local task = require "studio.task"

---@class studio.turns the queue: those that wait are its items
---@field free number when the next turn is free at the earliest
local turns = {}
turns.__index = turns
turns.__name = "studio.turns"

---@return studio.turns
function turns.new() return setmetatable({ free = -math.huge }, turns) end

local function place_of(self, ticket)
  for i, other in ipairs(self) do
    if other == ticket then return i end
  end
end

--- Waits for a turn.
---@param spacing number seconds between two turns
---@param most number seconds that it may take
---@return boolean? taken false when it did not come in time; nil, err when the task was cancelled
---@return studio.error? err
function turns:take(spacing, most)
  local ticket = {}
  table.insert(self, ticket)
  local _ <close> = setmetatable({}, { __close = function() table.remove(self, place_of(self, ticket)) end })
  local now = task.loop:now()
  local ends = now + most
  while true do
    local turn = math.max(now, self.free) + (place_of(self, ticket) - 1) * spacing
    if turn <= now then break end
    if now >= ends then return false end
    local slept, err = task.sleep(math.min(turn, ends) - now)
    if not slept then return nil, err end
    now = task.loop:now()
  end
  self.free = now + spacing
  return true
end

return turns
