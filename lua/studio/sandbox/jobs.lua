-- Generation jobs whose state follows from their age alone: no timers. SPDX-License-Identifier: MIT

local jobs = {}

local QUEUED = 0.15 -- share of a job's time that it spends waiting

---@class sandbox.job
---@field id string
---@field kind string        "image", later "video", "voice", …
---@field submitted number   seconds on the sandbox's clock
---@field duration number    seconds
---@field failure string|nil why it is going to fail; decided when it is submitted
---@field oddity string|nil  a state no client has heard of, shown instead of "processing"

--- What a job looks like at `now`.
---@param job sandbox.job
---@param now number
---@return "pending"|"processing"|"completed"|"failed"|string state
---@return integer progress  percent
function jobs.state(job, now)
  local age = now - job.submitted
  if age >= job.duration then
    if job.failure then return "failed", 100 end
    return "completed", 100
  end
  if age < job.duration * QUEUED then return "pending", 0 end
  return job.oddity or "processing", math.floor(100 * age / job.duration)
end

return jobs
