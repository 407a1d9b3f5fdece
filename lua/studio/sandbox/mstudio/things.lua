-- mStudio's state: the thing that a path names, or the 404 that says which is not there. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.mstudio.answers"

local things = {}

local function finder(collection, argument, title)
  return function(world, req)
    local id = req.args[argument]
    local thing = world[collection][math.tointeger(tonumber(id)) or id]
    if thing then return thing end
    return nil, answers.not_found(title)
  end
end

---@type fun(world: sandbox.world, req: table): table?, integer?, table?  the thing; else nil, status, body
things.project = finder("projects", "project", "Project")
things.frame = finder("frames", "frame", "Frame")
things.voice = finder("voices", "voice", "Voice")
things.asset = finder("assets", "asset", "Asset")
things.team = finder("teams", "team", "Team")
things.comment = finder("comments", "comment", "Comment")

--- A track of the project that the path names.
function things.track(world, req)
  local track = world.tracks[math.tointeger(tonumber(req.args.track)) or false]
  if track and track.project_id == math.tointeger(tonumber(req.args.project)) then return track end
  return nil, answers.not_found "Audio track"
end

--- A handler that gets the thing first.
---@param find fun(world: sandbox.world, req: table): table?, integer?, table?
---@param handle fun(world: sandbox.world, req: table, thing: table): integer, table?
function things.with(find, handle)
  return function(world, req)
    local thing, status, body = find(world, req)
    if not thing then return status, body end
    return handle(world, req, thing)
  end
end

return things
