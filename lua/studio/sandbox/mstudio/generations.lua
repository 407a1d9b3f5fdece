-- mStudio's generation jobs: what they look like, and where their results are. SPDX-License-Identifier: MIT

local cdn = require "studio.sandbox.cdn"
local jobs = require "studio.sandbox.jobs"

local generations = {}

--- The state word of a job now, and its progress in per cent.
function generations.state(world, job) return jobs.state(job, world.now()) end

--- A fresh URL of its result.
function generations.url(world, job) return cdn.sign(world, ("/images/%s.png"):format(job.id)) end

--- The jobs of a frame, the oldest first.
function generations.of_frame(world, frame_id)
  local list = {}
  for _, job in pairs(world.jobs) do
    if job.frame_id == frame_id then list[#list + 1] = job end
  end
  table.sort(list, function(a, b) return a.number < b.number end)
  return list
end

--- What the service tells of a job.
function generations.show(world, job)
  local state, progress = generations.state(world, job)
  local shown = {
    id = job.id, type = job.kind, frame_id = job.frame_id, status = state, progress = progress,
    created_at = job.created_at,
  }
  if state == "completed" then
    shown.result = { url = generations.url(world, job), content_type = "image/png", width = 384, height = 216 }
  elseif state == "failed" then
    shown.error = job.failure
  end
  return shown
end

--- Accepts a generation.
function generations.submit(world, kind, frame, prompt)
  local options = world.options
  local number = world:id()
  local failure
  if prompt:find("FAIL", 1, true) then
    failure = "The prompt was refused by the content filter."
  elseif world.random() < options.fail_rate then
    failure = "The model ran out of memory."
  end
  local job = {
    id = ("job_%08x"):format((number * 2654435761) & 0xFFFFFFFF), number = number, kind = kind, frame_id = frame.id,
    order = frame.order, prompt = prompt, submitted = world.now(), created_at = world:timestamp(),
    duration = options.instant and 0 or world:draw(options.job_seconds),
    failure = failure, oddity = options.oddity or nil,
  }
  world.jobs[job.id] = job
  world.generations[frame.id] = (world.generations[frame.id] or 0) + 1
  if options.wallet then options.wallet = options.wallet - 1 end
  return job
end

return generations
