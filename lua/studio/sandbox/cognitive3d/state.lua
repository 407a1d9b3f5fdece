-- What the Cognitive3D sandbox holds: one state for the query host and the collector. SPDX-License-Identifier: MIT

local generator = require "studio.sandbox.cognitive3d.generator"
local json = require "studio.sandbox.json"
local objectives = require "studio.sandbox.cognitive3d.objectives"
local places = require "studio.sandbox.cognitive3d.places"
local settings = require "studio.sandbox.cognitive3d.settings"
local uploads = require "studio.sandbox.cognitive3d.uploads"

local state = {}

---@class sandbox.c3
---@field world sandbox.world
---@field settings table       see settings.lua
---@field projects table<integer, table>  by id
---@field scenes table<string, table>     by id, with `versions`
---@field versions table<integer, table>  by id, with `objects`
---@field made sandbox.c3_generator
---@field recorded table<integer, sandbox.c3_session[]>  by project: sessions that came in through the collector
---@field recorded_by_id table<string, sandbox.c3_session>
---@field ingested table<string, integer>  rows that came in, by stream
---@field tagged table<string, table<string, boolean>>  session id -> tag -> what somebody set it to
---@field revision integer     counts what changes the lists of sessions
---@field shelf table<string, table>  what the parts keep, by name; see `keep`
local methods = {}
methods.__index = methods

--- A new state.
---@param world sandbox.world
---@return sandbox.c3
function state.new(world)
  local self = setmetatable({ world = world, settings = settings.complete(world.options.cognitive3d, world.epoch()),
    projects = {}, scenes = {}, versions = {}, recorded = {}, recorded_by_id = {}, ingested = {}, tagged = {},
    revision = 0, shelf = {}, last_id = 1000 }, methods)
  local list = places.projects()
  for _, project in ipairs(list) do
    self.projects[project.id] = project
    for _, scene in ipairs(project.scenes) do self:add_scene(scene) end
  end
  self.made = generator.new(self.settings, list)
  return self
end

--- Ids of what is made later.
function methods:id()
  self.last_id = self.last_id + 1
  return self.last_id
end

--- ms since 1970.
function methods:now() return math.floor(self.world.epoch() * 1000) end

--- What a part keeps under a name; made by `first` when it is first asked for.
function methods:keep(name, first)
  self.shelf[name] = self.shelf[name] or first(self)
  return self.shelf[name]
end

--- Takes up a scene with its versions (also one that is there already).
function methods:add_scene(scene)
  self.scenes[scene.id] = scene
  for _, version in ipairs(scene.versions) do self.versions[version.id] = version end
end

--- The scene that the SDK calls so.
function methods:scene(id)
  if self.scenes[id] then return self.scenes[id] end
  for _, scene in pairs(self.scenes) do
    if scene.sdkFacingId == id then return scene end
  end
end

-- ---- sessions -----------------------------------------------------------------------------------------------------

--- Takes up a session that was recorded; its project's list has it from now on.
---@param session sandbox.c3_session
function methods:record(session)
  local list = self.recorded[session.project.id] or {}
  self.recorded[session.project.id] = list
  list[#list + 1] = session
  self.recorded_by_id[session.id] = session
  self.revision = self.revision + 1
end

--- How many sessions a project has.
function methods:session_count(project)
  return self.made:count(project) + #(self.recorded[project.id] or {})
end

-- What people changed since.
local function dressed(self, session)
  local changes = session and self.tagged[session.id]
  if not changes then return session end
  local tags, held = {}, {}
  for _, tag in ipairs(session.tags) do held[tag] = true end
  for tag, on in pairs(changes) do held[tag] = on or nil end
  for tag in pairs(held) do tags[#tags + 1] = tag end
  table.sort(tags)
  session.tags = tags
  return session
end

--- A session of a project: the generated ones by date, then those that were recorded as they came.
---@param project table
---@param k integer  from 1
---@return sandbox.c3_session?
function methods:session_at(project, k)
  local made = self.made:count(project)
  if k <= made then return dressed(self, self.made:session(project, k)) end
  return dressed(self, (self.recorded[project.id] or {})[k - made])
end

--- A session of a project by its id.
---@return sandbox.c3_session?
function methods:session(project, id)
  local recorded = self.recorded_by_id[id]
  if recorded and recorded.project == project then return dressed(self, recorded) end
  return dressed(self, self.made:find(project, id))
end

--- Sets or takes away a session's tag.
function methods:tag(session, tag, on)
  local changes = self.tagged[session.id] or {}
  self.tagged[session.id] = changes
  changes[tag] = on
  self.revision = self.revision + 1
end

--- How a session fared in the objectives of its project; see objectives.lua.
function methods:results(session) return objectives.results(self, session) end

--- What a spec wants to know: rows that are generated in all, rows that came in, how many scenes there are.
function methods:summary()
  local scenes, versions, recorded = 0, 0, 0
  for _ in pairs(self.scenes) do scenes = scenes + 1 end
  for _ in pairs(self.versions) do versions = versions + 1 end
  for _ in pairs(self.recorded_by_id) do recorded = recorded + 1 end
  local ingested = {}
  for stream, n in pairs(self.ingested) do ingested[stream] = n end
  local sessions = {}
  for id, project in pairs(self.projects) do sessions[tostring(id)] = self:session_count(project) end
  return { generated = self.made:totals(), ingested = next(ingested) and ingested or json.raw "{}", recorded = recorded,
    scenes = scenes, versions = versions, sessions = sessions, uploads = uploads.counts(self) }
end

return state
