-- The scheduler: suspends and resumes our coroutines around one loop; knows no service. SPDX-License-Identifier: MIT
--
-- Words: a *fiber* is one coroutine of ours with what it waits for. A *wait* is a record of one
-- suspension; it is over when it has been woken. A *turn* is one step of the loop, then resuming what
-- it woke.
--
-- Three rules keep it sound:
--  * On the main thread, whatever changes our state runs inside a coroutine of its own (`shielded`). The hook by
--    which the `lua` command raises "interrupted!" is set on the main thread only, so Ctrl-C strikes
--    between two changes and never within one.
--  * Each fiber has a level: 0, or one more than that of the fiber whose nested, blocking wait it was made in. A
--    blocking wait inside a fiber resumes only fibers of a higher level: code that could not be
--    suspended sees nothing else of the program run meanwhile, except what it started itself.
--  * Only coroutines made here are ever resumed here.

local log = require "studio.log"
local timers = require "studio.timers"

local Scheduler = {}
Scheduler.__index = Scheduler
Scheduler.__name = "studio.scheduler"

-- A turn that must not wait may still resume for this long (seconds): with less, one fiber a frame would run.
local LEAST_BUDGET = 0.0005

-- What fibers yield to us, so that a yield of the user's own can be told from ours.
local SUSPENDED = {}

local ask -- below: fibers for credential providers

---@param loop table studio.core's loop, or a stand-in: step, now, alarm, fd, active
function Scheduler.new(loop)
  local self = setmetatable({
    loop = loop,
    urgent = { first = 1, last = 0 },           -- waits of fibers that run at any level
    queues = { [0] = { first = 1, last = 0 } }, -- by level: waits that were woken
    top = 0,                                    -- highest level with a queue
    calls = {},                                 -- call -> the wait for it
    timers = timers.new(),
    running = nil,                              -- the innermost fiber that runs now
    live = 0,                                   -- fibers not finished
    watched = false,                            -- somebody watches fd(): keep the loop's alarm up to date
  }, Scheduler)
  self.asker = function(...) ask(self, ...) end
  return self
end

--- The fiber that runs now and may be suspended here; nil in any other place.
function Scheduler:here()
  local fiber = self.running
  if fiber and fiber.thread == coroutine.running() and coroutine.isyieldable() then return fiber end
end

-- Runs fn where no hook of the main thread can raise; see the head of this file.
local function shielded(fn, ...)
  if not select(2, coroutine.running()) then return fn(...) end
  local ok, result = coroutine.resume(coroutine.create(fn), ...)
  if not ok then error(result, 0) end
  return result
end

-- Fibers of this level and higher may run while the present code waits.
local function floor(self)
  return self.running and self.running.level + 1 or 0
end

-- Waking ------------------------------------------------------------------------------------------

-- Tells whoever watches the descriptor that there is something to do, now or at the next timer.
local function arm(self)
  if not self.watched then return end
  if self:has_woken(0) then return self.loop:alarm(0) end
  local at = self.timers:next()
  -- An alarm that comes too early sets the next one.
  self.loop:alarm(at and math.max(0, math.min(at - self.loop:now(), timers.LONGEST)) or nil)
end

--- Ends a wait: its fiber is resumed in this turn or the next. A second time does nothing.
function Scheduler:wake(wait)
  if wait.woken then return end
  wait.woken = true
  self.timers:remove(wait)
  if wait.call then self.calls[wait.call] = nil end
  local queue = wait.fiber.urgent and self.urgent or self.queues[wait.fiber.level]
  local last = queue.last + 1
  queue[last] = wait
  queue.last = last
end

-- Suspends the running fiber until its wait was woken. Whatever ends it is found out by the caller.
local function suspend(fiber, wait)
  fiber.wait = wait
  repeat coroutine.yield(SUSPENDED) until wait.woken
  fiber.wait = nil
end

-- Fibers ------------------------------------------------------------------------------------------

local function make(self, body, level, asks)
  while self.top < level do
    self.top = self.top + 1
    self.queues[self.top] = { first = 1, last = 0 }
  end
  local fiber = { level = level, done = false, cancelled = false, urgent = asks ~= nil }
  fiber.asks = asks or self.running and self.running.asks
  fiber.thread = coroutine.create(function()
    fiber.wait = nil
    body(fiber)
    self:finish(fiber)
  end)
  fiber.wait = { fiber = fiber }
  self.live = self.live + 1
  self:wake(fiber.wait)
  arm(self)
  return fiber
end

--- Makes a fiber, to be started by the next turn.
---@param body fun(fiber: table) must not raise
---@return table fiber done, cancelled; broken: why it ended without finishing its body
function Scheduler:fiber(body)
  return shielded(make, self, body, self:here() and self.running.level or floor(self))
end

-- A client's credential provider runs in a fiber of its own: it may wait (for another client, say), and meanwhile
-- everything else goes on, deadlines and Ctrl-C included. Calls wait for it at any level, so it runs at any level.
function ask(self, client, provider, question)
  local fiber = make(self, function() question:answer(pcall(provider)) end, floor(self), client)
  fiber.on_broken = function(why) question:answer(false, why) end
end

--- Does the provider of this client's credentials run here? Then a call of that client would wait for itself.
---@param client table of the core
---@return boolean
function Scheduler:asks(client) return client ~= nil and self.running ~= nil and self.running.asks == client end

--- Marks a fiber as finished and wakes who waits for it.
function Scheduler:finish(fiber)
  if fiber.done then return end
  fiber.done = true
  self.live = self.live - 1
  for _, wait in ipairs(fiber.waiting or {}) do self:wake(wait) end
  fiber.waiting = nil
end

local function cancel(self, fiber)
  fiber.cancelled = true
  local wait = fiber.wait
  if not wait then return end
  if wait.call then wait.call:cancel() end
  self:wake(wait)
  arm(self)
end

--- Cancels what a fiber waits for; every further wait of it fails at once.
function Scheduler:cancel(fiber)
  if not fiber.done then shielded(cancel, self, fiber) end
end

local function resume(self, fiber)
  local outer = self.running
  self.running = fiber
  local ok, what = coroutine.resume(fiber.thread)
  self.running = outer
  if not ok or (what ~= SUSPENDED and not fiber.done) then
    -- A bug of ours, or a user's coroutine.yield in the fiber's own code: nobody would ever resume that.
    fiber.broken = ok and "a task must not call coroutine.yield itself; studio.sleep(0) lets others run" or what
    coroutine.close(fiber.thread)
    if fiber.on_broken then fiber.on_broken(fiber.broken) end
    self:finish(fiber)
  end
end

-- Turns -------------------------------------------------------------------------------------------

-- The next woken wait of a level; those whose fiber went on meanwhile are dropped.
local function next_woken(queue)
  while queue.first <= queue.last do
    local wait = queue[queue.first]
    queue[queue.first] = nil
    queue.first = queue.first + 1
    if wait.fiber.wait == wait then return wait end
  end
end

--- Is there a fiber to resume, of this level or higher?
function Scheduler:has_woken(level)
  for l = level, self.top do
    if self.queues[l].first <= self.queues[l].last then return true end
  end
  return self.urgent.first <= self.urgent.last
end

-- False when the time was over.
local function resume_queue(self, queue, stop)
  local last = queue.last
  while queue.first <= last do
    local wait = next_woken(queue)
    if not wait then break end
    resume(self, wait.fiber)
    if self.loop:now() >= stop then return false end
  end
  return true
end

-- Resumes what was woken before this began, until `stop`; at least one. What is left keeps its turn.
local function resume_woken(self, level, stop)
  if not resume_queue(self, self.urgent, stop) then return end
  for l = self.top, level, -1 do
    if not resume_queue(self, self.queues[l], stop) then return end
  end
end

-- Calls end, and timers come due; both wake.
local function gather(self, finished)
  for _, call in ipairs(finished) do
    local wait = self.calls[call]
    if wait then self:wake(wait) end
  end
  local now = self.loop:now()
  repeat
    local wait = self.timers:due(now)
    if wait then self:wake(wait) end
  until not wait
end

local function turn(self, level, seconds, budget)
  local start, wait = self.loop:now(), seconds
  if self:has_woken(level) then
    wait = 0
  else
    local at = self.timers:next()
    if at then wait = math.max(0, math.min(wait, at - start)) end
  end
  gather(self, self.loop:step(math.min(wait, timers.LONGEST), self.asker))
  log.drain(self.loop)
  resume_woken(self, level, math.max(start + budget, self.loop:now() + LEAST_BUDGET))
  arm(self)
end

--- One turn: waits at most `seconds` for something to happen, then resumes what was woken.
---@param seconds number
---@param budget number? resume no more after so many seconds since the beginning (softly); default: resume all
function Scheduler:turn(seconds, budget)
  shielded(turn, self, floor(self), seconds, budget or math.huge)
end

-- Waits until ready(subject) is true, by turns: what every blocking wait is made of.
local function block(self, ready, subject, at)
  while not ready(subject) do
    local fiber = self.running
    if fiber and fiber.cancelled then return false end
    local left = at and at - self.loop:now() or math.huge
    if left <= 0 then return false end
    -- Short turns: a Ctrl-C that comes just before the wait is seen after it.
    self:turn(math.min(left, 0.15))
  end
  return true
end

-- Waiting -----------------------------------------------------------------------------------------

-- Suspends the fiber, or blocks, until ready(subject) or the time; true when ready. A suspended fiber
-- is woken by its timer, and by what its wait names: `call` or `other`, a fiber.
local function until_ready(self, ready, subject, wait, at)
  local fiber = self:here()
  if not fiber then return block(self, ready, subject, at) end
  if ready(subject) then return true end
  if fiber.cancelled then return false end
  wait.fiber = fiber
  if at then self.timers:add(wait, at) end
  if wait.call then self.calls[wait.call] = wait end
  if wait.other then
    wait.other.waiting = wait.other.waiting or {}
    table.insert(wait.other.waiting, wait)
  end
  suspend(fiber, wait)
  return ready(subject)
end

local function call_done(call) return call:done() end
local function fiber_done(fiber) return fiber.done end
local function never() return false end

--- Waits for a call of the core.
---@param call table done, cancel
---@param seconds number? at most so long
---@return boolean done false: not yet, or cancelled
function Scheduler:wait_call(call, seconds)
  local at = seconds and self.loop:now() + seconds
  return until_ready(self, call_done, call, { call = call }, at)
end

--- Waits for a fiber to finish.
---@return boolean? done false: cancelled; nil: it cannot come, since that fiber waits itself, further down the stack
function Scheduler:wait_fiber(fiber)
  if not fiber.done and not self:here() and fiber.level < floor(self) then return nil end
  return until_ready(self, fiber_done, fiber, { other = fiber })
end

--- Waits so many seconds.
---@return boolean slept false: cancelled
function Scheduler:sleep(seconds)
  local fiber = self:here()
  if fiber and not fiber.cancelled and seconds == 0 then
    local wait = { fiber = fiber } -- to the end of the queue: everybody else first
    self:wake(wait)
    suspend(fiber, wait)
  else
    until_ready(self, never, nil, {}, self.loop:now() + seconds)
  end
  return not (self.running and self.running.cancelled)
end

--- How much there is to do: fibers not finished, and calls not finished.
---@return integer
function Scheduler:active() return self.live + self.loop:active() end

--- A descriptor that is readable when a turn has something to do.
---@return integer
function Scheduler:fd()
  self.watched = true
  arm(self)
  return self.loop:fd()
end

return Scheduler
