-- mStudio's script generation: a short screenplay from an idea. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.mstudio.answers"
local chance = require "studio.sandbox.chance"
local generations = require "studio.sandbox.mstudio.generations"
local things = require "studio.sandbox.mstudio.things"

local MOST_SCENES = 20

local places = { "INT. KITCHEN - NIGHT", "EXT. HARBOUR - DAWN", "INT. TRAIN - DAY", "EXT. ROOFTOP - DUSK",
  "INT. WORKSHOP - DAY" }
local actions = { "%s waits. Nobody comes.", "%s opens a letter, and puts it down again.",
  "%s looks up: a light, far away.", "%s runs." }
local lines = { "Did you hear that?", "We should have gone when we could.", "It is only the wind.", "Tell me again." }
local people = { "MAYA", "JONAS" }

-- A scene has a shot and a line; the same idea gives the same screenplay.
local function write(seed, idea, scenes)
  local draw = chance.stream(seed, idea, scenes)
  local out = { "Title: " .. idea:gsub("%c", " "), "" }
  for _ = 1, scenes do
    local who = people[draw(1, #people)]
    out[#out + 1] = places[draw(1, #places)] .. "\n"
    out[#out + 1] = actions[draw(1, #actions)]:format(who) .. "\n"
    out[#out + 1] = who .. "\n" .. lines[draw(1, #lines)] .. "\n"
  end
  return table.concat(out, "\n")
end

local function generate(world, req, project)
  local idea, scenes = req.json.prompt, req.json.scenes or 3
  if idea == nil then idea = project.title end
  if type(idea) ~= "string" or not idea:find "%S" then
    return answers.invalid { prompt = "The prompt must be a text." }
  end
  if math.type(scenes) ~= "integer" or scenes < 1 or scenes > MOST_SCENES then
    return answers.invalid { scenes = ("The scenes must be between 1 and %d."):format(MOST_SCENES) }
  end
  local status, body = generations.unpaid(world, "script")
  if status then return status, body end
  return generations.accept(world, {
    kind = "script", operation = "generate", project_id = project.id, prompt = idea,
    made = { script = write(world.options.seed, idea, scenes) },
  })
end

return function(add)
  add("POST", "/projects/{project}/generate-script", "projects", things.with(things.project, generate))
end
