-- How numbers and spans are said to people, the same everywhere. SPDX-License-Identifier: MIT

local phrases = {}

--- A number of things: "1 report", "2 reports".
---@param n integer
---@param thing string
---@return string
function phrases.count(n, thing) return ("%d %s%s"):format(n, thing, n == 1 and "" or "s") end

--- Seconds as people wait for them: "8 s", "3 min", "2 h 5 min".
---@param seconds number
---@return string
function phrases.wait(seconds)
  if seconds < 90 then return ("%d s"):format(math.ceil(seconds)) end
  local minutes = math.ceil(seconds / 60)
  if minutes < 90 then return ("%d min"):format(minutes) end
  return ("%d h %d min"):format(minutes // 60, minutes % 60)
end

--- What work costs: "12 calls, at least 3 min under the limit".
---@param calls integer
---@param seconds number the least time that these take; 0: there is no limit
---@return string
function phrases.cost(calls, seconds)
  local limited = seconds > 0 and (", at least %s under the limit"):format(phrases.wait(seconds)) or ""
  return phrases.count(calls, "call") .. limited
end

return phrases
