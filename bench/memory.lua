-- What 10,000 calls that wait for a slot cost in memory and connections. SPDX-License-Identifier: MIT
--
-- usage: memory.lua URL [calls, default 10000]
-- A limiter lets one request an hour through and that one is spent first, so everything after it waits. Two rows:
-- calls of the binding, with their handles kept, and tasks that wait inside ms.projects:get. Linux only (/proc).

local core = require "studio.core"
local studio = require "studio"

local url, count = arg[1], tonumber(arg[2]) or 10000

-- Bytes of memory in use by this process, as the system sees it.
local function resident()
  collectgarbage()
  collectgarbage()
  for line in io.lines "/proc/self/status" do
    local kib = line:match "^VmRSS:%s*(%d+)"
    if kib then return tonumber(kib) * 1024 end
  end
end

local function sockets()
  local pid = assert(io.open "/proc/self/stat"):read "n"
  local listing = assert(io.popen("ls -l /proc/" .. pid .. "/fd"))
  local _, found = listing:read("a"):gsub("socket:", "")
  listing:close()
  return found
end

-- `fill(n)` makes n calls wait; stats tells of the client they belong to.
local function show(label, stats, fill)
  fill(100) -- tables and heaps get their first size
  local queued = stats().queued
  local before, lua, open = resident(), collectgarbage "count", sockets()
  local keep = fill(count)
  local after = resident()
  assert(stats().queued == queued + count and stats().in_flight == 0, "not all of them wait")
  print(("%-34s %10.0f %10.0f %12d"):format(label, (after - before) / count,
    (collectgarbage "count" - lua) * 1024 / count, sockets() - open))
  return keep
end

local function limiter() return { capacity = 1, window = 3600, name = "bench" } end

local function by_binding()
  local loop = core.loop()
  local client = core.client {
    base_url = url, auth = core.auth { kind = "header", name = "X-API-Key", value = "sk_bench" },
    limiters = { core.limiter(limiter()) },
  }
  local first = client:submit { path = "/projects/1" }
  while not first:done() do loop:step(1) end
  assert(first:result())
  return show("call of the binding", function() return client:stats() end, function(n)
    local calls = {}
    for i = 1, n do calls[i] = client:submit { path = "/projects/" .. i } end
    loop:step(0)
    return calls
  end)
end

local function by_sdk()
  local limit = { requests = 1, window = 3600 }
  local ms = studio.mstudio { api_key = "sk_bench", base_url = url, limits = limit, state_dir = false }
  assert(ms.projects:get(1))
  return show("task waiting in ms.projects:get", function() return ms:stats() end, function(n)
    local tasks = {}
    for i = 1, n do tasks[i] = studio.spawn(function() return ms.projects:get(i) end) end
    local wanted = ms:stats().queued + n
    while ms:stats().queued < wanted do studio.step(0) end
    return tasks
  end)
end

print(("%-34s %10s %10s %12s"):format("bytes for each of " .. count, "all", "of Lua", "connections"))
local calls, tasks = by_binding(), by_sdk()
print "aim: at most 4096 bytes for a waiting call, 0 connections (a task is more: a coroutine with its stack)"
assert(#calls + #tasks == 2 * count)
os.exit(true, false) -- 20,000 calls wait for an hour: nothing to say good-bye to
