-- mStudio's generation jobs: how one is, and which there are. SPDX-License-Identifier: MIT
--
-- That one can be polled is documented; the list is what a service that has jobs may have.

local answers = require "studio.sandbox.mstudio.answers"
local generations = require "studio.sandbox.mstudio.generations"

local function get(world, req)
  local job = world.jobs[req.args.job]
  if not job then return answers.not_found "Generation job" end
  return generations.answer(world, 200, job)
end

-- The jobs of what the query names, else all; the shortest list there is.
local function asked_for(world, query)
  for _, name in ipairs { "frame", "track", "project" } do
    local id = query[name .. "_id"]
    if id then return generations.of(world, name, id) end
  end
  return world.job_order
end

local FILTERS = { "frame_id", "track_id", "project_id", "kind" }

local function list(world, req)
  local query, found = req.query, {}
  for _, job in ipairs(asked_for(world, query)) do
    local wanted = not query.status or query.status == generations.state(world, job)
    for _, name in ipairs(FILTERS) do
      if query[name] and query[name] ~= tostring(job[name]) then wanted = false end
    end
    if wanted then found[#found + 1] = job end
  end
  return answers.page(req, found, function(job) return generations.show(world, job) end)
end

return function(add)
  add("GET", "/generation-jobs", "frames", list)
  add("GET", "/generation-jobs/{job}", "frames", get)
end
