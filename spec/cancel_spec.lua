-- A call is called off in each state on its way: by itself, with its task, its map, its client, its Lua state, and by
-- Ctrl-C. Afterwards everything else works as before. SPDX-License-Identifier: MIT

local core = require "studio.core"
local held = require "spec.support.held"
local shell = require "spec.support.shell"
local studio = require "studio"

local loop = core.loop()
local names = {}
for name in pairs(held.states) do names[#names + 1] = name end
table.sort(names)

-- Turns until ready(); the calls here would wait for half a minute, so ten seconds are no matter of speed.
local function turn_until(ready, what)
  local stop = loop:now() + 10
  while not ready() do
    assert(loop:now() < stop, what or "it did not happen")
    studio.step(20)
  end
end

local function sockets()
  collectgarbage()
  collectgarbage()
  assert(loop:disconnect())
  local pipe = assert(io.popen "ls -l /proc/$PPID/fd 2>/dev/null | grep -c socket:")
  local count = pipe:read "n"
  pipe:close()
  return count
end

describe("a call that is", function()
  local urls, stop, path

  setup(function()
    urls, stop = held.serve()
    path = os.tmpname()
    os.remove(path)
  end)
  teardown(function()
    stop()
    for _, name in ipairs { path, path .. ".part", path .. ".part.info" } do os.remove(name) end
  end)

  -- Nothing is left of the call: no slot, no place in the queue, no file; and its client goes on.
  local function assert_clean(name, case)
    local state, stats = case.state, case.client:stats()
    assert.same({ 0, 0 }, { stats.in_flight, stats.queued })
    local limit = case.client:limits()[1]
    assert.same({ 0, 0 }, { limit.held, limit.waiting })
    if state.stage == "not_sent" and not state.full then assert.equal(0, limit.cooling, name) end
    if state.stage and state.stage ~= "not_sent" then assert.is_true(limit.cooling >= 1) end
    assert.is_nil(io.open(path), "a file under its final name")
    assert.is_true(case.other:request { path = "/fine" } ~= nil)
    if not (state.full or state.base or state.provider) then
      assert.is_true(case.client:request { path = "/fine" } ~= nil)
    end
    case.release()
    case.client:close()
    case.other:close()
    assert.equal(0, loop:active())
  end

  local function assert_ended(name, case, value, err)
    assert.is_nil(value)
    assert.same({ "cancelled", case.state.stage }, { err.kind, err.stage })
    local write = case.verb == "POST" and case.state.stage == "unknown"
    assert.equal(write, err.maybe_done)
    assert_clean(name, case)
  end

  for _, name in ipairs(names) do
    if name ~= "resolving" then -- that takes a process of its own: below
      it(name .. " ends at once with its task, and nothing is left of it", function()
        local before = sockets()
        local case = held.start(name, urls, path)
        local ended
        local task = studio.spawn(function()
          local results = table.pack(case.run())
          ended = true
          return table.unpack(results, 1, results.n)
        end)
        turn_until(case.there)
        assert.is_nil(ended)
        task:cancel()
        studio.step(0) -- one step
        assert.is_true(ended)
        assert_ended(name, case, task:await())
        assert.equal(before, sockets())
      end)

      it(name .. " is cancelled when another item of its map fails", function()
        local case = held.start(name, urls, path)
        local mine
        local results, err = studio.map({ 1, 2 }, function(i)
          if i == 1 then
            mine = table.pack(case.run())
            return table.unpack(mine, 1, mine.n)
          end
          repeat studio.sleep(0.001) until case.there()
          return nil, "enough"
        end)
        assert.is_nil(results)
        assert.equal("enough", err)
        turn_until(function() return mine end)
        assert_ended(name, case, table.unpack(mine, 1, 2))
      end)

      it(name .. " goes on when its client is closed, and a new one is refused", function()
        local case = held.start(name, urls, path)
        local task = studio.spawn(case.run)
        turn_until(case.there)
        case.client:close()
        case.client:close()
        studio.step(0)
        assert.is_false(task:done())
        assert.error_matches(function() case.client:request { path = "/fine" } end, "the client is closed")
        task:cancel()
        studio.step(0)
        assert.is_true(task:done())
        local stats = case.client:stats()
        assert.same({ 0, 0 }, { stats.in_flight, stats.queued })
        case.release()
        case.other:close()
      end)
    end
  end

  -- Child processes: the Lua state is closed, or the user presses Ctrl-C.

  local library = os.tmpname()
  local preload

  setup(function()
    assert(shell.run(("cc -shared -fPIC -o %s spec/support/hang.c -ldl"):format(library)))
    local given = os.getenv "LD_PRELOAD" or ""
    preload = ("LD_PRELOAD='%s %s'"):format(given, library)
  end)
  teardown(function() os.remove(library) end)

  local function command(name, action)
    return ("%s LUA_PATH=%s LUA_CPATH=%s %s spec/support/held.lua %s %s %s %s"):format(
      preload, shell.quote(package.path), shell.quote(package.cpath), os.getenv "STUDIO_LUA" or "lua5.4", name, action,
      path, table.concat(urls, " "))
  end

  for _, name in ipairs(names) do
    it(name .. " does not keep the Lua state from being closed", function()
      local ok, text = shell.run("timeout -k 1 20 env " .. command(name, "exit"))
      assert.same({ true, "" }, { ok, text })
    end)
  end

  -- Starts the program, waits until it is there, interrupts it; returns the exit status, what it said, and seconds.
  local function interrupt(name)
    local log = os.tmpname()
    local pipe = assert(io.popen(("%s 2>%s & p=$!; echo $p; wait $p; echo status $?"):format(
      "env " .. command(name, "int"), log)))
    local pid = pipe:read "n"
    assert(pipe:read "l" and pipe:read "l" == "there", name)
    local before = loop:now()
    os.execute("kill -INT " .. pid)
    local status = pipe:read "a":match "status (%d+)"
    local took = loop:now() - before
    pipe:close()
    local said = shell.read(log)
    os.remove(log)
    return tonumber(status), said, took
  end

  for _, name in ipairs(names) do
    it(name .. " is left at Ctrl-C, which says so", function()
      local status, said, took = interrupt(name)
      assert.equal(1, status, said) -- what the lua command gives
      assert.matches("interrupted!", said)
      assert.is_true(took < 10, took) -- the call would have gone on for 25 s
      assert.is_nil(io.open(path))
    end)
  end

  it("anywhere is left within a quarter of a second of Ctrl-C #soak", function()
    local longest, where = 0, nil
    for _ = 1, 10 do
      for _, name in ipairs(names) do
        local _, _, took = interrupt(name)
        if took > longest then longest, where = took, name end
      end
    end
    print(("longest time from Ctrl-C to the end, of 10 in each of %d states: %.0f ms (%s)"):format(
      #names, longest * 1000, where))
    assert.is_true(longest < 0.25)
  end)
end)
