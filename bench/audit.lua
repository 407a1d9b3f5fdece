-- How fast a workspace of 2,000 reports is audited, and in how much memory. SPDX-License-Identifier: MIT
--
-- usage: audit.lua [reports, default 2000] [collections, default 60] [window, default 4 seconds]
-- The sandbox counts 40 requests in a window, the client keeps 40 in a window and a fortieth of it between two: the
-- documented 40 in 10 s and 4 a second, both shortened alike. The allowed rate is 40 in a window; shown is what part
-- of it was used from the first request to the last by the sandbox's log, what was refused, and the client's memory on
-- the way: what was caught is held, nothing else. The guard, which covers what a network does to the documented 10 s,
-- is kept in the same ratio; what a busy machine is late by, a millisecond or two with each request, is not: the
-- shorter the window, the more that counts.

local audit_bench = {}

-- Documented: 40 in 10 s. The guard's default is 0.02 s.
local REQUESTS <const>, WINDOW <const>, GUARD <const> = 40, 10, 0.02

-- Bytes of memory in use by this process, as the system sees it; nil where there is no /proc.
local function resident()
  local status = io.open "/proc/self/status"
  if not status then return nil end
  local kib = status:read "a":match "VmRSS:%s*(%d+)"
  status:close()
  return tonumber(kib) * 1024
end

-- Requests, answers 429, and seconds from the first to the last, by the sandbox's log.
local function by_the_log(sb)
  local log, refused = sb:log(), 0
  for _, request in ipairs(log) do
    if request.status == 429 then refused = refused + 1 end
  end
  return #log, refused, log[#log].time - log[1].time
end

--- Audits a fresh sandbox.
---@param reports integer
---@param collections integer
---@param window number seconds
---@return table figures calls, refused, seconds, share (of the allowed rate), plan, memory: { { reports, bytes } }
function audit_bench.run(reports, collections, window)
  local studio = require "studio"
  local sb <close> = assert(studio.sandbox.start {
    workspace = { reports = reports, collections = collections, personal = 3 },
    analyst_limit = REQUESTS, analyst_window = window,
  })
  local an <close> = studio.analyst {
    workspace = "acme", token = "tok_workspace", secret = "sec_workspace", base_url = sb.analyst_url,
    limits = { window = window, spacing = window / REQUESTS, guard = GUARD * window / WINDOW },
    state_dir = false, read_only = true,
  }
  assert(an:warm())
  local memory = {}
  local plan = assert(an:audit {
    unused_for = "52w",
    progress = function(_, found) memory[#memory + 1] = { found.reports, resident() } end,
  })
  memory[#memory + 1] = { plan.counts.reports, resident() }
  local calls, refused, seconds = by_the_log(sb)
  return { calls = calls, refused = refused, seconds = seconds, plan = plan, memory = memory,
    share = (calls - 1) / seconds / (REQUESTS / window) }
end

--- Bytes when a share of the reports had been seen.
---@param figures table of run
---@param share number 0 to 1
---@return number
function audit_bench.memory_at(figures, share)
  local last = figures.memory[#figures.memory]
  for _, point in ipairs(figures.memory) do
    if point[1] >= share * last[1] then return point[2] end
  end
  return last[2]
end

if arg and arg[0] and arg[0]:find "audit%.lua$" then
  local figures = audit_bench.run(tonumber(arg[1]) or 2000, tonumber(arg[2]) or 60, tonumber(arg[3]) or 4)
  local counts = figures.plan.counts
  print(("audit of %d reports in %d collections: %d caught, %d schedules of theirs"):format(
    counts.reports, counts.collections, counts.caught, counts.delete_schedule))
  print(("  %d calls in %.2f s: %.1f %% of the allowed rate, %d answers 429"):format(
    figures.calls, figures.seconds, figures.share * 100, figures.refused))
  local parts = {}
  for _, share in ipairs { 0.1, 0.25, 0.5, 0.75, 1 } do
    parts[#parts + 1] = ("%.1f at %d %%"):format(audit_bench.memory_at(figures, share) / 2 ^ 20, share * 100)
  end
  print("  MiB resident: " .. table.concat(parts, ", "))
  print "aim: at least 98 % of the allowed rate, 0 answers 429, memory flat"
end

return audit_bench
