-- Work that makes more work, some of it at a time. SPDX-License-Identifier: MIT
--
-- The newest work goes first: a walk then ends what it began before it begins more, and what waits stays short.

local task = require "studio.task"

local pool = {}

-- Starts works while there are any and room. Each runs in a task of its own.
local function fill(self)
  while not self.stopped and self.running < self.most and #self.waiting > 0 do
    local work = table.remove(self.waiting)
    self.running = self.running + 1
    local handle
    handle = task.spawn(function()
      local ok, err = work(self.add)
      self.running = self.running - 1
      if ok == nil and err ~= nil then
        self.failure, self.stopped = self.failure or err, true
      end
      fill(self)
      self.active[handle] = nil
    end)
    self.active[handle] = true
  end
end

--- Runs a work, and all that it adds. A work that returns nil, err stops all.
---@param most integer how many at a time
---@param first fun(add: fun(work: function)): any, any
---@return boolean? done
---@return any err what a work stopped with; an error of ours, kind "cancelled", when the caller was cancelled
function pool.run(most, first)
  local self = { most = most, running = 0, waiting = { first }, active = {} }
  function self.add(work) self.waiting[#self.waiting + 1] = work end
  -- However this ends, by Ctrl-C too: no work goes on.
  local _ <close> = setmetatable({}, { __close = function()
    self.stopped = true
    for handle in pairs(self.active) do handle:cancel() end
  end })
  fill(self)
  while not self.stopped do
    local handle = next(self.active)
    if not handle then return true end
    local _, err = handle:await() -- raises what a work raised
    if err then return nil, err end -- perhaps the caller's own: then that work still goes on, and is cancelled as well
    self.active[handle] = nil
  end
  return nil, self.failure
end

return pool
