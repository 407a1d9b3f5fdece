-- How a service counts requests: pure policies that are told the time. SPDX-License-Identifier: MIT
--
-- A service publishes "60 per minute" and not how it counts. So there are several ways here, and a client that claims
-- never to be refused has to hold against each of them. A refused request is not counted (as with Laravel and nginx).
-- Times are seconds on any clock that only goes forward.

local limits = {}

---@class sandbox.limit_info
---@field allowed boolean
---@field used number       how much of the budget is gone, this request included
---@field capacity number
---@field window number     seconds
---@field reset number      seconds until the budget is whole again, or (refused) until the next request may pass

-- Every request of the last `window` seconds counts: the strictest reading of "60 per minute".
local function sliding(budget)
  local times, first, last = {}, 1, 0
  return function(now)
    while first <= last and times[first] <= now - budget.window do
      times[first] = nil
      first = first + 1
    end
    local used = last - first + 1
    if used >= budget.capacity then
      -- the entry that must leave for one more to fit; matters when the capacity was lowered meanwhile
      return false, used, times[first + used - budget.capacity] + budget.window - now
    end
    last = last + 1
    times[last] = now
    return true, used + 1, budget.window
  end
end

-- A counter that starts again at every multiple of the window on the server's clock.
local function fixed(budget)
  local index, used = nil, 0
  return function(now)
    local current = now // budget.window
    if current ~= index then index, used = current, 0 end
    local reset = (current + 1) * budget.window - now
    if used >= budget.capacity then return false, used, reset end
    used = used + 1
    return true, used, reset
  end
end

-- A counter whose window starts with the first request after the last one ran out (Laravel's own limiter).
local function first_hit(budget)
  local started, used = nil, 0
  return function(now)
    if not started or now >= started + budget.window then started, used = now, 0 end
    local reset = started + budget.window - now
    if used >= budget.capacity then return false, used, reset end
    used = used + 1
    return true, used, reset
  end
end

-- A bucket of `burst` (default: the capacity) that refills at capacity / window.
local function gcra(budget)
  local tat = nil -- theoretical arrival time of the next request of an evenly spaced stream
  return function(now)
    local step = budget.window / budget.capacity
    local burst = budget.burst or budget.capacity
    local start = math.max(tat or now, now)
    -- a millionth of a step of slack, so that a client exactly on time is not refused for a rounding error
    local short = start - now + step - burst * step - step * 1e-6
    if short > 0 then return false, (start - now) / step, short end
    tat = start + step
    return true, (tat - now) / step, tat - now
  end
end

-- Two fixed counters, the older one weighed by how much of it still overlaps: an approximation many gateways use.
local function two_window(budget)
  local index, used, before = nil, 0, 0
  return function(now)
    local current = now // budget.window
    if current ~= index then
      before = index and current == index + 1 and used or 0
      index, used = current, 0
    end
    local rest = (current + 1) * budget.window - now
    local weight = before * (rest / budget.window)
    if used + weight + 1 > budget.capacity then return false, used + weight, rest end
    used = used + 1
    return true, used + weight, rest
  end
end

--- The ways of counting, by name.
limits.algorithms = {
  sliding = sliding, fixed = fixed, first_hit = first_hit, gcra = gcra, two_window = two_window,
}

---@class sandbox.limit
---@field take fun(self: sandbox.limit, now: number): sandbox.limit_info
local limit = {}
limit.__index = limit

--- A budget: `capacity` requests in `window` seconds. `budget` is read at each request and may be changed meanwhile.
---@param budget {algorithm: string, capacity: number, window: number, burst: number|nil, resolution: number|nil}
---  `resolution`: the server's clock only shows multiples of so many seconds (1 = whole-second stamps; 0 = exact)
---@return sandbox.limit
function limits.new(budget)
  local algorithm = limits.algorithms[budget.algorithm]
    or error("limits.new: no algorithm called '" .. tostring(budget.algorithm) .. "'", 2)
  return setmetatable({ budget = budget, step = algorithm(budget) }, limit)
end

function limit:take(now)
  local budget = self.budget
  local resolution = budget.resolution or 0
  if resolution > 0 then now = now // resolution * resolution end
  local allowed, used, reset = self.step(now)
  return { allowed = allowed, used = used, capacity = budget.capacity, window = budget.window, reset = reset }
end

local function whole(seconds) return math.max(0, math.ceil(seconds)) end

local styles = {
  none = function() return {} end,
  retry_after = function(info)
    return info.allowed and {} or { ["retry-after"] = tostring(whole(info.reset)) }
  end,
  x_ratelimit = function(info, epoch)
    return {
      ["x-ratelimit-limit"] = tostring(info.capacity),
      ["x-ratelimit-remaining"] = tostring(math.max(0, math.floor(info.capacity - info.used))),
      ["x-ratelimit-reset"] = tostring(math.ceil(epoch + info.reset)),
    }
  end,
  -- what Analyst Studio publishes: when the budget is whole again is not said
  x_ratelimit_bare = function(info)
    return {
      ["x-ratelimit-limit"] = tostring(info.capacity),
      ["x-ratelimit-remaining"] = tostring(math.max(0, math.floor(info.capacity - info.used))),
    }
  end,
  -- the IETF draft's two fields (draft-ietf-httpapi-ratelimit-headers)
  ietf = function(info)
    local left = math.max(0, math.floor(info.capacity - info.used))
    return {
      ["ratelimit-policy"] = ('"default";q=%d;w=%d'):format(info.capacity, whole(info.window)),
      ["ratelimit"] = ('"default";r=%d;t=%d'):format(left, whole(info.reset)),
    }
  end,
}

function styles.both(info, epoch)
  local headers = styles.x_ratelimit(info, epoch)
  if not info.allowed then headers["retry-after"] = tostring(whole(info.reset)) end
  return headers
end

--- The header styles, by name.
limits.styles = styles

--- The headers a server of that style adds to its answer.
---@param style "none"|"retry_after"|"x_ratelimit"|"x_ratelimit_bare"|"both"|"ietf"
---@param info sandbox.limit_info
---@param epoch number  seconds since 1970
---@return table<string, string>
function limits.headers(style, info, epoch)
  return styles[style](info, epoch)
end

return limits
