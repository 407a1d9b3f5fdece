-- Waiting for many jobs, of several clients too: studio.wait_all. SPDX-License-Identifier: MIT
--
--   local results, errors = studio.wait_all(jobs, { on_done = function(job, result, err, index) … end })
--
-- Each job is waited for by itself, in a task of its own, and all looks at jobs of one client take turns that leave
-- three quarters of its limit to everything else (job.lua): with many jobs each is looked at more seldom.

local check = require "studio.check"
local job = require "studio.job"
local task = require "studio.task"

-- Seconds that a job may take, as for job:wait; on top of it comes the time that looking at all of them takes.
local PATIENCE = 600
local ROUNDS = 3

local rules = { progress = "callable", on_done = "callable", timeout = "seconds", deadline = "seconds" }

-- The jobs that are there, by index; a list with holes says its length in `n`.
local function read(jobs)
  check.argument("studio.wait_all", "jobs", jobs, "table")
  local clients = {}
  for i = 1, jobs.n or #jobs do
    local one = jobs[i]
    if one and not job.is(one) then check.fail("studio.wait_all: entry %d of jobs is no job", i) end
    if one then clients[one.client] = (clients[one.client] or 0) + 1 end
  end
  return jobs.n or #jobs, clients
end

-- Looks are shared out among the jobs of a client, so the more there are the longer it takes until the last one is
-- known to be done.
local function patience(clients)
  local longest = 0
  for client, count in pairs(clients) do longest = math.max(longest, count * job.spacing(client)) end
  return PATIENCE + ROUNDS * longest
end

--- Waits until all jobs have ended, by looking at each now and then.
---@param jobs studio.job[] of any clients; a list with holes (of submissions, some of which failed) says its length
---  in `n`
---@param options studio.wait_all_options?
---@return table<integer, any>? results by index, n is the length of jobs; nil, err when the waiting was cancelled
---@return studio.error|table errors by index, n is how many; kinds as for job:wait
return function(jobs, options)
  local n, clients = read(jobs)
  options = check.options("studio.wait_all", options, rules)
  local wait_options = { progress = options.progress, deadline = options.deadline,
    timeout = options.timeout or options.deadline or patience(clients) }
  local indexes = {}
  for i = 1, n do indexes[i] = i end
  local results, errors = task.map(indexes, function(i)
    if not jobs[i] then return nil end
    local result, err = jobs[i]:wait(wait_options)
    if options.on_done then options.on_done(jobs[i], result, err, i) end
    return result, err
  end, { concurrency = math.max(n, 1), on_error = "collect" })
  return results, errors
end
