--- From numbers to places in a picture, with ticks that people can read. SPDX-License-Identifier: MIT

local scale = {}

--- Ticks from 0 to a round number that is no less than `most`: steps of 1, 2 or 5 times a power of ten.
---@param most number
---@param whole boolean?  counts: no step below 1
---@return number[] ticks  at least two, at most six
function scale.ticks(most, whole)
  if not (most > 0 and most < math.huge) then most = 1 end
  local power = 10 ^ math.floor(math.log(most / 5, 10))
  local step = 10 * power
  for _, factor in ipairs { 1, 2, 5 } do
    if factor * power * 5 >= most * (1 - 1e-9) then
      step = factor * power
      break
    end
  end
  if whole and step < 1 then step = 1 end
  local ticks, n = {}, math.max(1, math.ceil(most / step - 1e-9))
  for i = 0, n do ticks[i + 1] = i * step end
  return ticks
end

return scale
