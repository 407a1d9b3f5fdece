-- mStudio's generations: what all kinds of them have in common, and what their jobs look like.
-- SPDX-License-Identifier: MIT
--
-- Nothing happens when a job is done: its state follows from its age, and whatever shows a frame, a track or a project
-- looks at its jobs. So a take is there from the moment on at which its job says so.

local answers = require "studio.sandbox.mstudio.answers"
local files = require "studio.sandbox.mstudio.files"
local jobs = require "studio.sandbox.jobs"
local json = require "studio.sandbox.json"

local generations = {}

---@class sandbox.generation : sandbox.job
---@field number integer      the id of its first take
---@field operation string    "generate", "edit", "multi_shot", "extend", "lip_sync", "render"
---@field project_id integer
---@field frame_id integer?
---@field track_id integer?
---@field prompt string
---@field takes integer       how many files it makes
---@field milliseconds integer?  how long the video or sound is
---@field made table?         what its result says besides where the file is

--- The state word of a job now, and its progress in per cent.
function generations.state(world, job) return jobs.state(job, world.now()) end

function generations.is_done(world, job) return (jobs.state(job, world.now())) == "completed" end

-- Jobs are found by what they are for, without a walk over all of them.
local function file_under(world, name, id, job)
  if id == nil then return end
  local key = name .. ":" .. id
  local list = world.jobs_of[key] or {}
  world.jobs_of[key] = list
  list[#list + 1] = job
end

--- The jobs of a "frame", "track" or "project", the oldest first.
---@return sandbox.generation[]
function generations.of(world, name, id) return world.jobs_of[name .. ":" .. id] or {} end

--- The latest of them that is done, of one kind.
---@return sandbox.generation|nil
function generations.latest(world, name, id, kind)
  local list = generations.of(world, name, id)
  for i = #list, 1, -1 do
    if list[i].kind == kind and generations.is_done(world, list[i]) then return list[i] end
  end
end

-- What a job that is done has made.
local function result_of(world, job)
  local result = {}
  for name, value in pairs(job.made or {}) do result[name] = value end
  if not files.of_kind[job.kind] then return result end
  result.url, result.content_type = files.url(world, job, 1), files.of_kind[job.kind].type
  result.duration_ms = job.milliseconds
  if job.kind == "image" then result.width, result.height = 384, 216 end
  if job.kind == "video" or job.kind == "export" then result.width, result.height = 192, 108 end
  if job.takes > 1 then
    result.urls = json.array {}
    for take = 1, job.takes do result.urls[take] = files.url(world, job, take) end
  end
  return result
end

--- What the service tells of a job.
function generations.show(world, job)
  local state, progress = generations.state(world, job)
  local shown = {
    id = job.id, type = job.kind, kind = job.kind, operation = job.operation, frame_id = job.frame_id,
    project_id = job.project_id, track_id = job.track_id, status = state, progress = progress, prompt = job.prompt,
    created_at = job.created_at,
  }
  if state == "completed" then shown.result = result_of(world, job) end
  if state == "failed" then shown.error = job.failure end
  return shown
end

--- The takes (versions) of a frame: every generation that is done has added one, or some.
function generations.takes(world, frame_id)
  local takes = {}
  for _, job in ipairs(generations.of(world, "frame", frame_id)) do
    if (job.kind == "image" or job.kind == "video") and generations.is_done(world, job) then
      for take = 1, job.takes do
        local url = files.url(world, job, take)
        takes[#takes + 1] = { id = job.number + take - 1, kind = job.kind, url = url, [job.kind .. "_url"] = url,
          job_id = job.id, prompt = job.prompt, created_at = job.created_at }
      end
    end
  end
  return takes
end

-- ---- accepting ----------------------------------------------------------------------------------------------------

local NEEDS = {
  image = "An active subscription or wallet balance is needed to generate images.",
  video = "An active subscription or wallet balance is needed to generate videos.",
  voice = "AI voice generation requires paid access.", sfx = "AI SFX generation requires paid access.",
  script = "An active subscription or wallet balance is needed to generate a script.",
  export = "Exports require paid access.",
}

--- The 402 of an account that cannot pay for another generation; nil while it can.
---@return integer? status
---@return table? body
function generations.unpaid(world, kind)
  if world.options.wallet and world.options.wallet <= 0 then return answers.error(402, NEEDS[kind]) end
end

local function failure_of(world, prompt)
  if prompt:find("FAIL", 1, true) then return "The prompt was refused by the content filter." end
  if world.random() < world.options.fail_rate then return "The model ran out of memory." end
end

-- How often what was generated, for those who count.
local function count(world, job)
  if job.frame_id then world.generations[job.frame_id] = (world.generations[job.frame_id] or 0) + 1 end
  local of_kind = world.generated[job.kind] or {}
  world.generated[job.kind] = of_kind
  local target = tostring(job.track_id or job.frame_id or job.project_id)
  of_kind[target] = (of_kind[target] or 0) + 1
end

local function submit(world, job)
  local options = world.options
  job.number, job.takes = world:id(), job.takes or 1
  for _ = 2, job.takes do world:id() end
  job.id = ("job_%08x"):format((job.number * 2654435761) & 0xFFFFFFFF)
  job.submitted, job.created_at = world.now(), world:timestamp()
  job.duration = options.instant and 0 or world:draw(options.kind_seconds[job.kind] or options.job_seconds)
  job.failure, job.oddity = failure_of(world, job.prompt), options.oddity or nil
  world.jobs[job.id] = job
  world.job_order[#world.job_order + 1] = job
  for _, name in ipairs { "frame", "track", "project" } do file_under(world, name, job[name .. "_id"], job) end
  count(world, job)
  if options.wallet then options.wallet = options.wallet - 1 end
  return job
end

-- Where an answer that is no job has its URL.
local URL_FIELD = { image = "image_url", video = "video_url", voice = "audio_url", sfx = "audio_url" }

local function at_once(world, job)
  local shown = result_of(world, job)
  local field = URL_FIELD[job.kind]
  if field then shown[field], shown.url = shown.url, nil end
  shown.frame_id, shown.track_id = job.frame_id, job.track_id
  return answers.data(200, shown)
end

--- A job as the answer, in the envelope that the sandbox was told.
function generations.answer(world, status, job)
  local shown = generations.show(world, job)
  if world.options.envelope == "job" then return answers.data(status, { job = shown }) end
  shown.job_id = job.id
  return answers.data(status, shown)
end

--- Accepts a generation, paid for: the answer is a job, or what it made when the sandbox answers at once.
---@param world sandbox.world
---@param job table  kind, operation, project_id, frame_id, track_id, prompt, takes, milliseconds, made, look …
---@return integer status
---@return table body
function generations.accept(world, job)
  submit(world, job)
  if world.options.instant and not job.failure then return at_once(world, job) end
  return generations.answer(world, 201, job)
end

return generations
