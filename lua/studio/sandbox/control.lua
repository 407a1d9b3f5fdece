-- How the parent talks to its sandbox: look at the log, change options, start again. SPDX-License-Identifier: MIT

local json = require "studio.sandbox.json"
local options = require "studio.sandbox.options"
local router = require "studio.sandbox.router"
local snapshot = require "studio.sandbox.analyst.snapshot"

local control = {}

local routes = router.new()
local function add(method, path, handle) routes:add(method, path, { handle = handle }) end

add("GET", "/log", function(world, req)
  local records = world.log:list(math.tointeger(tonumber(req.query.after)))
  return 200, { records = json.array(records), total = world.log.total }
end)

add("DELETE", "/log", function(world)
  world.log:clear()
  return 204
end)

add("POST", "/reset", function(world)
  world:reset()
  return 204
end)

add("POST", "/options", function(world, req)
  local given = json.decode(req.body)
  if type(given) ~= "table" then return 422, { message = "not a JSON object" } end
  local complaint = options.complaint(given, true)
  if complaint then return 422, { message = complaint } end
  for name, value in pairs(given) do world.options[name] = value end
  -- another one is made when somebody asks for it
  if given.workspace then world.workspace = nil end
  if given.five9 then world:forget_five9() end
  if given.cognitive3d then world.cognitive3d_state = nil end
  return 204
end)

-- What a spec wants to know of the state: how often each frame was generated, and how much there is of what.
add("GET", "/state", function(world)
  local function count(items)
    local n = 0
    for _ in pairs(items) do n = n + 1 end
    return n
  end
  local generations = {}
  for frame, n in pairs(world.generations) do generations[tostring(frame)] = n end
  return 200, {
    projects = count(world.projects), frames = count(world.frames), jobs = count(world.jobs),
    tracks = count(world.tracks), voices = count(world.voices), assets = count(world.assets),
    teams = count(world.teams), comments = count(world.comments), reviews = count(world.reviews),
    generations = generations, generated = world.generated, wallet = world.options.wallet,
    analyst = snapshot.state(world:analyst()), five9 = world:five9():state(),
    cognitive3d = world:cognitive3d():summary(),
  }
end)

-- Every generation that was accepted, in order: also those of which nobody was told.
add("GET", "/generations", function(world)
  local list = json.array {}
  for i, job in ipairs(world.job_order) do
    list[i] = { id = job.id, kind = job.kind, operation = job.operation, project_id = job.project_id,
      frame_id = job.frame_id, track_id = job.track_id, prompt = job.prompt }
  end
  return 200, { generations = list }
end)

add("GET", "/workspace", function(world) return 200, snapshot.dump(world:analyst()) end)

--- Answers a request.
function control.handle(world, req)
  local route = routes:find(req.method, req.path)
  if not route then return 404, { message = "no such control" } end
  return route.handle(world, req)
end

return control
