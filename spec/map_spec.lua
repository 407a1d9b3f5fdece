-- studio.map, and what Ctrl-C leaves behind. SPDX-License-Identifier: MIT
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

describe("map", function()
  it("keeps the order and the bound", function()
    local now, most = 0, 0
    local results = task.map({ 5, 4, 3, 2, 1 }, function(x, i)
      now = now + 1
      most = math.max(most, now)
      task.sleep(x)
      now = now - 1
      return x * 10 + i
    end, { concurrency = 2 })
    assert.same({ 51, 42, 33, 24, 15, n = 5 }, results)
    assert.equal(2, most)
    assert.equal(8, loop.clock)
  end)

  it("keeps nil and false results", function()
    local results = task.map({ 1, 2, 3 }, function(x) if x == 2 then return false end end)
    assert.same({ nil, false, nil, n = 3 }, results)
    assert.same({ n = 0 }, task.map({}, print))
  end)

  it("stops at the first error and cancels the rest", function()
    local err = errors.new { kind = "server", message = "no" }
    local cancelled_count, started = 0, 0
    local results, got, partial = task.map({ 1, 2, 3, 4, 5 }, function(x)
      started = started + 1
      if x == 2 then task.sleep(1); return nil, err end
      if not task.sleep(x == 1 and 0.5 or 10) then cancelled_count = cancelled_count + 1; return nil, "late" end
      return x
    end, { concurrency = 3 })
    assert.is_nil(results)
    assert.equal(err, got)
    assert.same({ 1, n = 5 }, partial)
    assert.equal(4, started)
    assert.equal(2, cancelled_count)
    assert.equal(1, loop.clock)
    assert.equal(0, task.step())
  end)

  it("collects errors beside results when told to", function()
    local results, failures = task.map({ 1, 2, 3, 4 }, function(x)
      if x == 2 then return nil, "two" end
      if x == 3 then error(errors.new { kind = "server", message = "three" }) end
      return x
    end, { on_error = "collect" })
    assert.same({ 1, nil, nil, 4, n = 4 }, results)
    assert.equal(2, failures.n)
    assert.equal("two", failures[2])
    assert.equal("three", failures[3].message)
  end)

  it("raises a mistake in the function, with its traceback, and cancels the rest", function()
    for _, how in ipairs { "stop", "collect" } do
      local message = raised(task.map, { 1, 2, 3 }, function(x)
        if x == 2 then return #x.y end
        return task.sleep(10)
      end, { on_error = how })
      assert.matches("attempt to index a number value.*\nin a task:\n", message)
    end
    assert.equal(0, task.step())
    assert.is_true(loop.clock < 1)
  end)

  it("names the argument when it is wrong", function()
    assert.matches("studio.map: list must be a table", raised(task.map))
    assert.matches("studio.map: function must be callable", raised(task.map, {}))
    assert.matches("unknown option 'concurency'; did you mean 'concurrency'",
      raised(task.map, {}, print, { concurency = 2 }))
    assert.matches('must be "stop" or "collect"', raised(task.map, {}, print, { on_error = "ignore" }))
    assert.matches("must be 1 or more", raised(task.map, {}, print, { concurrency = 0 }))
  end)
end)

describe("Ctrl-C", function()
  -- The `lua` command sets a hook on the main thread that raises at the next instruction. busted runs
  -- specs on the main thread too, so a hook that fires after `count` instructions is the same thing, at
  -- every possible place.
  local function interrupted_after(count, fn, ...)
    local hook, mask, every = debug.gethook() -- the run under GC torture has one
    local results = table.pack(pcall(function(...)
      debug.sethook(function()
        debug.sethook()
        error "interrupted!"
      end, "", count)
      fn(...)
      debug.sethook()
    end, ...))
    debug.sethook(hook, mask, every)
    return table.unpack(results, 1, results.n)
  end

  it("at any instruction leaves tasks, timers and calls as they should be", function()
    assert.is_true(select(2, coroutine.running()), "this spec must run on the main thread")
    local interrupted = 0
    for count = 1, 400, 3 do
      loop = fake_loop.new()
      task = real.new(loop)
      local done = {}
      for i = 1, 5 do
        task.spawn(function()
          for _ = 1, 3 do
            task.sleep(0.3 * i)
            task.await(loop:call(0.1, true))
          end
          done[i] = true
        end)
      end
      local ok, message = interrupted_after(count, function() task.sleep(2) end)
      if not ok then
        interrupted = interrupted + 1
        assert.matches("interrupted!", message)
      end
      assert.is_true(task.sleep(10))
      assert.same({ true, true, true, true, true }, done)
      assert.equal(0, task.step())
    end
    assert.is_true(interrupted > 20)
  end)

  it("in the real thing ends a wait, and waiting works again after it", function()
    local script = os.tmpname()
    local file = assert(io.open(script, "w"))
    file:write(("package.path, package.cpath = %q, %q\n"):format(package.path, package.cpath), [[
      local studio = require "studio"
      studio.spawn(function() while true do studio.sleep(0.01) end end)
      print(pcall(function()
        io.stdout:write("ready\n")
        io.stdout:flush()
        return studio.sleep(60)
      end))
      print(studio.sleep(0.01))
    ]])
    file:close()
    finally(function() os.remove(script) end)
    local lua = os.getenv "STUDIO_LUA" or "lua5.4"
    local pipe = assert(io.popen(("echo $$; exec %s %s"):format(lua, script)))
    local pid = pipe:read "n"
    assert.equal("ready", pipe:read "l" and pipe:read "l")
    os.execute("kill -INT " .. pid)
    assert.matches("^false\t.*interrupted!\ntrue\n$", pipe:read "a")
    assert.is_true(pipe:close())
  end)

  it("in a map stops its workers", function()
    for count = 10, 600, 7 do
      loop = fake_loop.new()
      task = real.new(loop)
      local running = 0
      local ok = interrupted_after(count, task.map, { 1, 2, 3 }, function()
        running = running + 1
        task.sleep(1)
        running = running - 1
        return true
      end)
      task.step()
      task.step()
      assert.equal(0, running)
      if not ok then assert.is_true(loop.clock <= 1) end
    end
  end)
end)
