-- What is left to chance and still the same every time: drawn from a seed and a name. SPDX-License-Identifier: MIT
--
-- A thing's draws depend on nothing but its name and number, so it can be made late, or never, without a change to
-- the others. (The numbers are splitmix64's.)

local chance = {}

local function mix(x)
  x = x + 0x9E3779B97F4A7C15
  x = (x ~ (x >> 30)) * 0xBF58476D1CE4E5B9
  x = (x ~ (x >> 27)) * 0x94D049BB133111EB
  return x ~ (x >> 31)
end

local function fold(seed, kind, n)
  local x = mix(math.floor(seed))
  for i = 1, #kind do x = mix(x ~ kind:byte(i)) end
  return mix(x ~ n)
end

--- An identifier of twelve characters.
---@param seed number
---@param kind string  of what it names
---@param n integer
---@return string
function chance.token(seed, kind, n) return ("%012x"):format(fold(seed, kind, n) & 0xFFFFFFFFFFFF) end

--- A stream of draws.
---@param seed number
---@param kind string
---@param n integer
---@return fun(from: integer?, to: integer?): number draw  without arguments from 0 (in) to 1 (out)
function chance.stream(seed, kind, n)
  local state = fold(seed, kind, n)
  return function(from, to)
    state = mix(state)
    if from then return from + (state >> 1) % (to - from + 1) end
    return (state >> 11) / 0x20000000000000
  end
end

return chance
