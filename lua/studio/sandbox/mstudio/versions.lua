-- mStudio's versions of a frame: the takes that its generations made. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.mstudio.answers"
local generations = require "studio.sandbox.mstudio.generations"
local things = require "studio.sandbox.mstudio.things"

local function list(world, req, frame)
  local takes = {}
  for _, take in ipairs(generations.takes(world, frame.id)) do
    if not req.query.kind or req.query.kind == take.kind then takes[#takes + 1] = take end
  end
  return answers.page(req, takes, function(take) return take end)
end

return function(add)
  add("GET", "/frames/{frame}/versions", "frames", things.with(things.frame, list))
end
