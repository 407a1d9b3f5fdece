-- Tasks: the same functions suspend inside a task and block outside one. SPDX-License-Identifier: MIT
--
-- On a loop without network whose clock is wound by hand: no spec here waits or depends on speed.

local errors = require "studio.error"
local fake_loop = require "spec.support.fake_loop"
local real = require "studio.task"

local loop, task

before_each(function()
  loop = fake_loop.new()
  task = real.new(loop)
end)

local function raised(fn, ...)
  local ok, message = pcall(fn, ...)
  assert.is_false(ok)
  return message
end

local function cancelled(value, err)
  assert.is_nil(value)
  assert.is_true(errors.is(err))
  assert.equal("cancelled", err.kind)
end

-- As an `assert` of the user's: luassert's own adds words.
local function must(value, err)
  if not value then error(err, 0) end
  return value
end

describe("await", function()
  it("blocks outside a task, in steps short enough for Ctrl-C", function()
    assert.equal("answer", task.await(loop:call(1.1, "answer")))
    assert.equal(1.1, loop.clock)
    for _, seconds in ipairs(loop.steps) do assert.is_true(seconds <= 0.25) end
  end)

  it("hands out a failure as nil and the failure", function()
    local response, failure = task.await(loop:call(1, nil, { kind = "network" }))
    assert.is_nil(response)
    assert.equal("network", failure.kind)
  end)

  it("suspends inside a task, so that tasks overlap", function()
    local order = {}
    local function work(name, seconds)
      task.await(loop:call(seconds, true))
      order[#order + 1] = name
      return name
    end
    local a, b = task.spawn(work, "a", 3), task.spawn(work, "b", 1)
    assert.equal("a", a:await())
    assert.equal(3, loop.clock)
    assert.equal("b", b:await())
    assert.same({ "b", "a" }, order)
    assert.equal(3, loop.clock)
  end)

  it("drives all tasks while it blocks outside one", function()
    local ticks = 0
    task.spawn(function() for _ = 1, 5 do task.sleep(0.1); ticks = ticks + 1 end end)
    task.await(loop:call(1, true))
    assert.equal(5, ticks)
  end)

  it("of a call that is over returns at once", function()
    local call = loop:call(0, "x")
    loop:step(0)
    local steps = #loop.steps
    assert.equal("x", task.await(call))
    assert.equal(steps, #loop.steps)
  end)
end)

describe("inside what cannot be suspended", function()
  -- table.sort calls back from C: a coroutine cannot yield across it.
  local function nested(fn)
    local list = { 2, 1 }
    local result
    table.sort(list, function(a, b)
      result = result or table.pack(fn())
      return a < b
    end)
    return table.unpack(result, 1, result.n)
  end

  it("a wait blocks and resumes no other task", function()
    local others = 0
    task.spawn(function() for _ = 1, 10 do task.sleep(0.1); others = others + 1 end end)
    local seen_before, seen_after
    local t = task.spawn(function()
      task.sleep(0.25)
      return nested(function()
        seen_before = others
        local value = task.await(loop:call(0.5, "moved"))
        seen_after = others
        return value
      end)
    end)
    assert.equal("moved", t:await())
    assert.equal(2, seen_before)
    assert.equal(2, seen_after)
    task.sleep(1)
    assert.equal(10, others)
  end)

  it("a wait in a coroutine of the user's does the same", function()
    local others, inside = 0, nil
    task.spawn(function() for _ = 1, 10 do task.sleep(0.1); others = others + 1 end end)
    local t = task.spawn(function()
      local co = coroutine.wrap(function()
        coroutine.yield("user's own")
        task.sleep(0.5)
        inside = others
        coroutine.yield("after")
      end)
      assert.equal("user's own", co())
      return co()
    end)
    assert.equal("after", t:await())
    assert.equal(0, inside)
  end)

  it("a coroutine of the user's outside any task blocks and drives the tasks", function()
    local t = task.spawn(function() task.sleep(1); return "task" end)
    local co = coroutine.create(function() return t:await() end)
    assert.same({ true, "task" }, { coroutine.resume(co) })
    assert.equal("dead", coroutine.status(co))
  end)

  it("map works, with tasks of its own only", function()
    local others = 0
    task.spawn(function() for _ = 1, 10 do task.sleep(0.1); others = others + 1 end end)
    local t = task.spawn(function()
      return nested(function()
        local results = task.map({ 1, 2, 3 }, function(x) task.sleep(0.2); return x * 10 end)
        return results, others
      end)
    end)
    local results, seen = t:await()
    assert.same({ 10, 20, 30, n = 3 }, results)
    assert.equal(0, seen)
    assert.is_true(loop.clock < 0.3)
  end)

  it("waiting for a task that cannot go on is refused, and says why", function()
    local other = task.spawn(function() task.sleep(1) end)
    local t = task.spawn(function() return nested(function() return other:await() end) end)
    assert.matches("spec/task_spec.lua:%d+: task:await: that task can only go on once the present one is suspended",
      raised(t.await, t))
  end)
end)

describe("spawn", function()
  it("passes arguments, returns all results, and tells when it is done", function()
    local t = task.spawn(function(...) task.sleep(1); return select("#", ...), nil, ... end, 1, nil, 3)
    assert.is_false(t:done())
    assert.matches("running", tostring(t))
    local results = table.pack(t:await())
    assert.same({ 3, nil, 1, nil, 3, n = 5 }, results)
    assert.is_true(t:done())
    assert.matches("done", tostring(t))
    assert.same(results, table.pack(t:await()))
  end)

  it("returns our errors as nil, err", function()
    local err = errors.new { kind = "not_found", message = "no such frame" }
    local value, got = task.spawn(function() must(nil, err) end):await()
    assert.is_nil(value)
    assert.equal(err, got)
  end)

  it("raises other errors in whoever waits, with the task's traceback", function()
    local t = task.spawn(function(x) return x.field end)
    local message = raised(t.await, t)
    assert.matches("^spec/task_spec.lua:%d+: attempt to index a nil value", message)
    assert.matches("\nin a task:\n.*spec/task_spec.lua:%d+: in function", message)
    assert.equal(message, raised(t.await, t))
    local own = {}
    assert.equal(own, raised(function() task.spawn(error, own):await() end))
  end)

  it("survives running out of stack", function()
    local function deep() return 1 + deep() end
    local t = task.spawn(deep)
    assert.matches("stack overflow", raised(t.await, t))
  end)

  it("refuses to wait for itself", function()
    local t
    t = task.spawn(function() return t:await() end)
    assert.matches("a task cannot wait for itself", raised(t.await, t))
  end)

  it("refuses a yield of the user's own in the task, instead of hanging", function()
    local t = task.spawn(function() coroutine.yield() end)
    assert.matches("must not call coroutine.yield itself", raised(t.await, t))
    assert.equal(0, task.step())
  end)

  it("is not disturbed when somebody else resumes its coroutine", function()
    local co
    local t = task.spawn(function()
      co = coroutine.running()
      return task.await(loop:call(1, "right"))
    end)
    task.step()
    coroutine.resume(co, "wrong")
    coroutine.resume(co, "wrong")
    assert.equal("right", t:await())
    -- To its very end, while its turn was still to come.
    t = task.spawn(function()
      co = coroutine.running()
      task.sleep(0)
      return "right"
    end)
    task.step()
    coroutine.resume(co)
    assert.equal("dead", coroutine.status(co))
    task.step()
    assert.equal("right", t:await())
  end)

  it("names the argument when it is wrong", function()
    assert.matches("^spec/task_spec.lua:%d+: studio.spawn: function must be callable, not nothing", raised(task.spawn))
    local t = task.spawn(function() end)
    assert.matches("task:await: call it with a colon", raised(t.await))
  end)
end)

describe("an error in a task that nobody waits for", function()
  local seen
  before_each(function()
    seen = {}
    task.on_error(function(err, text) seen[#seen + 1] = { err, text } end)
  end)

  local function settle()
    collectgarbage()
    collectgarbage()
  end

  it("is reported once, with its traceback", function()
    task.spawn(function() task.sleep(1); error "lost" end)
    settle()
    task.sleep(2)
    settle()
    assert.equal(1, #seen)
    assert.matches("lost$", seen[1][1])
    assert.matches("spec/task_spec.lua:%d+: lost\nin a task:\n", seen[1][2])
  end)

  it("is reported when the handle is dropped later", function()
    local handle = task.spawn(function() error "lost" end)
    task.sleep(1)
    settle()
    assert.equal(0, #seen)
    assert.is_true(handle:done())
    handle = nil -- luacheck: ignore 311
    settle()
    assert.equal(1, #seen)
  end)

  it("is not reported when somebody awaits after all", function()
    local t = task.spawn(function() error "found" end)
    task.sleep(1)
    raised(t.await, t)
    t = nil -- luacheck: ignore 311
    settle()
    assert.equal(0, #seen)
  end)

  it("is not reported when it is our own cancel", function()
    local t = task.spawn(function() must(task.sleep(10)) end)
    task.step()
    t:cancel()
    t = nil -- luacheck: ignore 311
    task.sleep(1)
    settle()
    assert.equal(0, #seen)
  end)

  it("goes on when the handler itself fails", function()
    task.on_error(function() error "handler" end)
    task.spawn(function() error "lost" end)
    settle()
    assert.is_true(task.sleep(1))
  end)
end)

describe("cancel", function()
  it("cancels the call that the task waits for, and every further wait fails at once", function()
    local call = loop:call(100, "never")
    local log = {}
    local t = task.spawn(function()
      local response, failure = task.await(call)
      log[1] = { response, failure.kind }
      cancelled(task.sleep(50))
      local another = loop:call(100, "never")
      local _, second = task.await(another)
      log[2] = second.kind
      return "cleaned up"
    end)
    task.step()
    t:cancel()
    assert.is_true(call.was_cancelled)
    assert.equal("cleaned up", t:await())
    assert.same({ { nil, "cancelled" }, "cancelled" }, log)
    assert.equal(0, loop.clock)
  end)

  it("keeps a task that has not begun from beginning", function()
    local ran = false
    local t = task.spawn(function() ran = true end)
    t:cancel()
    cancelled(t:await())
    assert.is_false(ran)
  end)

  it("ends a sleep and a wait for another task, and leaves no timer behind", function()
    local other = task.spawn(function() return task.sleep(2) end)
    local sleeper = task.spawn(function() return task.sleep(3600) end)
    local waiter = task.spawn(function() return other:await() end)
    task.step()
    sleeper:cancel()
    waiter:cancel()
    cancelled(sleeper:await())
    cancelled(waiter:await())
    assert.is_true(other:await())
    assert.equal(0, task.step())
    assert.equal(2, loop.clock)
    local before = #loop.steps
    task.step(1e9)
    assert.equal(1e6, loop.steps[before + 1])
  end)

  it("of a task that is done changes nothing", function()
    local t = task.spawn(function() return 1 end)
    assert.equal(1, t:await())
    t:cancel()
    assert.equal(1, t:await())
    assert.matches("done", tostring(t))
  end)

  it("reaches the workers of a map", function()
    local began, ended = 0, 0
    local t = task.spawn(function()
      return task.map({ 1, 2, 3, 4 }, function()
        began = began + 1
        local ok = task.sleep(100)
        ended = ended + 1
        return ok
      end, { concurrency = 2 })
    end)
    task.step()
    task.step()
    t:cancel()
    cancelled(t:await())
    task.sleep(1)
    assert.same({ 2, 2 }, { began, ended })
    assert.equal(0, task.step())
  end)
end)

describe("step", function()
  it("drives everything once and tells how much there is to do", function()
    local got
    task.spawn(function() got = task.await(loop:call(0.05, "x")) end)
    assert.equal(2, task.step())      -- started: a task and its call
    assert.equal(1, task.step() - 1)  -- nothing is ready
    assert.equal(0, task.step(100))
    assert.equal("x", got)
    assert.equal(0.05, loop.clock)
  end)

  it("leaves what does not fit into its time for the next step", function()
    local ran = 0
    for _ = 1, 100 do
      task.spawn(function()
        ran = ran + 1
        loop.clock = loop.clock + 0.001 -- each takes a millisecond
      end)
    end
    assert.equal(90, task.step(10))
    assert.equal(10, ran)
    assert.equal(89, task.step(0))
    assert.equal(11, ran)
    while task.step(10) > 0 do end
    assert.equal(100, ran)
  end)

  it("lets others run at sleep(0)", function()
    local log = {}
    for _, name in ipairs { "a", "b" } do
      task.spawn(function()
        for i = 1, 3 do
          log[#log + 1] = name .. i
          task.sleep(0)
        end
      end)
    end
    repeat until task.step(1) == 0
    assert.equal("a1 b1 a2 b2 a3 b3", table.concat(log, " "))
  end)

  it("does not spin for ever over tasks that never rest", function()
    local turns, stop = 0, false
    task.spawn(function() while not stop do turns = turns + 1; task.sleep(0) end end)
    task.step()
    assert.equal(1, turns)
    task.step()
    assert.equal(2, turns)
    stop = true
    task.step()
  end)

  it("keeps the descriptor ready for what is left, and for the next timer", function()
    assert.equal(7, task.fd())
    assert.is_false(loop.alarms[#loop.alarms])
    task.spawn(function() task.sleep(5) end)
    assert.equal(0, loop.alarms[#loop.alarms])
    task.step()
    assert.equal(5, loop.alarms[#loop.alarms])
    loop.clock = 5
    task.step()
    assert.is_false(loop.alarms[#loop.alarms])
  end)

  it("bears times beyond all bounds, then and later", function()
    task.fd()
    local long = task.spawn(function() return task.sleep(1e300) end)
    real.fd()
    local real_one = real.spawn(function() return real.sleep(2e9) end)
    for _ = 1, 3 do
      task.step(1e300)
      real.step(0)
    end
    for _, seconds in ipairs(loop.steps) do assert.is_true(seconds <= 1e6) end
    for _, seconds in ipairs(loop.alarms) do assert.is_true(not seconds or seconds <= 1e6) end
    long:cancel()
    real_one:cancel()
    cancelled(long:await())
    cancelled(real_one:await())
  end)

  it("lets a foreign loop watch the real descriptor", function()
    local cqueues = require "cqueues"
    local watched = { pollfd = real.fd(), events = "r" }
    local function readable(seconds) return cqueues.poll(watched, seconds) == watched end
    while real.step() > 0 do end
    assert.is_false(readable(0))
    local done = false
    real.spawn(function()
      real.sleep(0.02)
      done = true
    end)
    while not done do
      assert.is_true(readable(10)) -- first for the start, then for the timer
      real.step()
    end
    assert.is_false(readable(0))
  end)

  it("wants milliseconds", function()
    assert.matches("studio.step: max_ms must be a number of milliseconds", raised(task.step, "x"))
  end)
end)

it("leaves nothing behind", function()
  local weak = setmetatable({}, { __mode = "k" })
  for i = 1, 50 do
    local t = task.spawn(function()
      local big = {}
      weak[big] = true
      task.sleep(i % 3)
      task.await(loop:call(1, big))
    end)
    if i % 2 == 0 then task.step(); t:cancel() end
  end
  task.sleep(10)
  assert.equal(0, task.step())
  collectgarbage()
  collectgarbage()
  assert.is_nil(next(weak))
end)
