-- Finds the caller's own line: the first stack frame outside this library. SPDX-License-Identifier: MIT
--
-- Errors name that line, because "service.lua:212" helps nobody who wrote storyboard.lua. Counting levels
-- would do the same only until somebody adds a function in between.

local own = debug.getinfo(1, "S").source:match "^(@.*)where%.lua$"

--- Where in the user's code are we?
---@param thread thread? look at this coroutine instead of the running one
---@return string? position "file:line", or nil when only this library (or C) is on the stack
local function where(thread)
  local level = thread and 0 or 2
  while true do
    local info
    if thread then
      info = debug.getinfo(thread, level, "Sl")
    else
      info = debug.getinfo(level, "Sl")
    end
    if not info then return nil end
    if info.currentline > 0 and not (own and info.source:sub(1, #own) == own) then
      return (info.short_src:gsub("^%./", "")) .. ":" .. info.currentline
    end
    level = level + 1
  end
end

return where
