-- A loop without a network, on a clock wound by hand: for specs of what waits. SPDX-License-Identifier: MIT
--
-- step(seconds) moves the clock to the end of the first call due, or by so many seconds, and never
-- really waits.

local fake = {}
fake.__index = fake

local Call = {}
Call.__index = Call

function fake.new()
  return setmetatable({ clock = 0, calls = {}, steps = {}, alarms = {} }, fake)
end

--- A call that ends in so many seconds with these results.
function fake:call(seconds, response, failure)
  local call = setmetatable({ loop = self, at = self.clock + seconds, results = { response, failure } }, Call)
  self.calls[#self.calls + 1] = call
  return call
end

function Call:done() return self.is_done == true end

function Call:result()
  if not self.is_done then error "the call is not over" end
  return self.results[1], self.results[2]
end

function Call:cancel()
  if self.is_done then return false end
  self.is_done, self.was_cancelled = true, true
  self.results = { nil, { kind = "cancelled", message = "cancelled" } }
  return true
end

function fake:step(seconds)
  self.steps[#self.steps + 1] = seconds
  local ends = self.clock + seconds
  for _, call in ipairs(self.calls) do ends = math.min(ends, math.max(call.at, self.clock)) end
  self.clock = ends
  local finished, rest = {}, {}
  for _, call in ipairs(self.calls) do
    if call.at <= self.clock and not call.is_done then call.is_done = true end
    local list = call.is_done and finished or rest
    list[#list + 1] = call
  end
  self.calls = rest
  if self.on_step then self.on_step() end
  return finished
end

function fake:now() return self.clock end

function fake:alarm(seconds) self.alarms[#self.alarms + 1] = seconds or false end

function fake:fd() return 7 end -- luacheck: ignore 212

function fake:active() return #self.calls end

return fake
