-- mStudio's image generation, and the polling of its jobs. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.mstudio.answers"
local generations = require "studio.sandbox.mstudio.generations"

local function generate(world, req)
  local frame = world.frames[math.tointeger(tonumber(req.args.frame)) or false]
  if not frame then return answers.not_found "Frame" end
  local prompt = req.json.prompt
  if prompt == nil then prompt = frame.script end
  if type(prompt) ~= "string" or not prompt:find "%S" then
    return answers.invalid { prompt = "The prompt field is required when the frame has no script." }
  end
  if world.options.wallet and world.options.wallet <= 0 then
    return answers.error(402, "An active subscription or wallet balance is needed to generate images.")
  end
  local job = generations.submit(world, "image", frame, prompt)
  if world.options.instant then
    return answers.data(200, { image_url = generations.url(world, job), frame_id = frame.id })
  end
  local shown = generations.show(world, job)
  shown.job_id = job.id
  return answers.data(201, shown)
end

local function get_job(world, req)
  local job = world.jobs[req.args.job]
  if not job then return answers.not_found "Generation job" end
  return answers.data(200, generations.show(world, job))
end

return function(add)
  add("POST", "/frames/{frame}/generate-image", "image_generation", generate)
  add("GET", "/generation-jobs/{job}", "frames", get_job)
end
