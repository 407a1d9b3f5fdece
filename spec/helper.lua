-- Runs before the specs: nothing may stay open after a file, and GC torture. SPDX-License-Identifier: MIT
--
-- After each spec file, and a full collection, the process has no more files and pipes open than before it:
-- one that a spec (or the library under it) leaves behind, such as a download's or a sandbox's, is an error of
-- that spec file. Sockets and the loop's own descriptors may stay: connections are kept for the next call.
--
-- With STUDIO_GC_TORTURE=1 (or a number of VM instructions) the collector never rests, and takes a full turn
-- every so many instructions in the main thread and in every coroutine, so that an object nothing holds is
-- gone at once instead of by luck. STUDIO_GC_MODE=generational does the same with the other collector.

local busted = require "busted"

-- ---- Nothing stays open --------------------------------------------------------------------------------

--- What our open files and pipes are, by descriptor, and how many; none where there is no /proc.
-- A pipe of which we hold both ends leads nowhere: that is how libraries wake their own threads.
local function open_files()
  local found, count, ends = {}, 0, {}
  local pipe = assert(io.popen "readlink /proc/self/fd/1 2>/dev/null; ls -l /proc/$PPID/fd 2>/dev/null")
  local own = pipe:read "l" -- the pipe through which we are told
  for line in pipe:lines() do
    local number, target = line:match "(%d+) %-> (.*)$"
    if number and target ~= own and (target:find "^/" or target:find "^pipe:") then
      found[number] = target
      ends[target] = (ends[target] or 0) + 1
    end
  end
  pipe:close()
  for number, target in pairs(found) do
    if target:find "^pipe:" and ends[target] > 1 then found[number] = nil else count = count + 1 end
  end
  return found, count
end

local before, count_before

busted.subscribe({ "file", "start" }, function()
  collectgarbage()
  before, count_before = open_files()
  return nil, true
end)

busted.subscribe({ "file", "end" }, function(element)
  local core = package.loaded["studio.core"]
  if core and core.loop then core.loop():disconnect() end -- connections kept for later calls are no leak
  collectgarbage()
  collectgarbage()
  local after, count_after = open_files()
  if count_after > count_before then
    local lines = { element.name .. " left something open:" }
    for number, target in pairs(after) do
      if before[number] ~= target then lines[#lines + 1] = ("  %s -> %s"):format(number, target) end
    end
    error(table.concat(lines, "\n"), 0)
  end
  return nil, true
end)

-- ---- No limiter remembers an earlier spec ---------------------------------------------------------------

-- Each file gets a folder of its own for what limiters keep, and so do the programs that it starts: nobody's home is
-- written to, and a port that comes again in another file finds no slots in use.
local folder_pipe = assert(io.popen "mktemp -d")
local state_folder = folder_pipe:read "l"
local state_dir = state_folder .. "/none"
folder_pipe:close()

local getenv, execute, popen = os.getenv, os.execute, io.popen

function os.getenv(name) -- luacheck: ignore 122
  if name == "STUDIO_STATE_DIR" then return state_dir end
  return getenv(name)
end

local function with_state(command)
  return ("STUDIO_STATE_DIR='%s'; export STUDIO_STATE_DIR; %s"):format(state_dir, command)
end

function os.execute(command) -- luacheck: ignore 122
  if command == nil then return execute() end
  return execute(with_state(command))
end

function io.popen(command, ...) -- luacheck: ignore 122
  return popen(with_state(command), ...)
end

busted.subscribe({ "file", "start" }, function(element)
  state_dir = state_folder .. "/" .. element.name:gsub("%W", "-")
  return nil, true
end)

busted.subscribe({ "suite", "end" }, function()
  execute("rm -rf '" .. state_folder .. "'")
  return nil, true
end)

-- ---- GC torture ----------------------------------------------------------------------------------------

local torture = os.getenv "STUDIO_GC_TORTURE"
if torture and torture ~= "" and torture ~= "0" then
  local every = math.tointeger(tonumber(torture)) or 0
  if every < 2 then every = 5000 end

  if os.getenv "STUDIO_GC_MODE" == "generational" then
    collectgarbage("generational", 1, 1)
  else
    collectgarbage("incremental", 0, 1000, 4)
  end

  -- A turn costs what the heap is big: a spec with megabytes of tables gets as many fewer of them.
  local skip = 0
  local function collect()
    skip = skip - 1
    if skip > 0 then return end
    collectgarbage()
    skip = collectgarbage "count" // 4096
  end
  local sethook, create, wrap = debug.sethook, coroutine.create, coroutine.wrap

  -- Before each test anew: a test may use the hook for itself.
  busted.subscribe({ "test", "start" }, function()
    sethook(collect, "", every)
    return nil, true
  end)

  -- Hooks belong to a coroutine: new ones start without.
  function coroutine.create(fn) -- luacheck: ignore 122
    local co = create(fn)
    sethook(co, collect, "", every)
    return co
  end

  function coroutine.wrap(fn) -- luacheck: ignore 122
    return wrap(function(...)
      sethook(collect, "", every)
      return fn(...)
    end)
  end
end
