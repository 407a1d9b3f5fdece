-- Sessions made from a seed and a number, when somebody asks for them. SPDX-License-Identifier: MIT
--
-- Nothing is kept: session 7 of 10,000 costs the same as session 7 of ten, and is the same each time. Sessions are
-- numbered by date, so that a page of a list, and a session by its id, are found by counting.

local chance = require "studio.sandbox.chance"
local events = require "studio.sandbox.cognitive3d.events"
local properties = require "studio.sandbox.cognitive3d.properties"
local samples = require "studio.sandbox.cognitive3d.samples"

local generator = {}

--- What a session of the sandbox can do, also one that was recorded: `rows` and `properties` are all that its readers
--- ask of it beside the fields.
---@class sandbox.c3_session
---@field id string           `<unix seconds>_<device>`
---@field index integer?      its number, when it was generated
---@field project table       see places.lua
---@field start integer       ms since 1970
---@field duration integer    ms
---@field device string
---@field user string
---@field participant string? none: anonymous
---@field user_session integer  the user's first is 1
---@field latest boolean      the user's last one
---@field friendly string?    the name that people gave it
---@field hmd string
---@field visits { version: table, scene: table, from: integer, to: integer }[]  scenes in turn; ms from the start
---@field tags string[]
---@field counts table<string, integer>  of rows of each stream: events, gaze, fixations, sensors, dynamics, boundary
---@field manifest table?     of dynamics, of a recorded one
local methods = {}
methods.__index = methods

local STEP <const> = 100 -- ms between two samples of gaze
local OTHERS <const> = 5 -- sessions of the second project

local HMDS = { "Meta Quest 3", "Meta Quest 2", "Pico 4", "Vive Focus 3" }
local ODD_NAMES = { "=HYPERLINK(\"http://x\")", "../../etc/passwd", "<b>Ann</b>, \"the first\"", "zwei\nZeilen" }

--- Rows of a stream, in order of time (of sensors: sensor by sensor).
---@param stream string
---@param from integer?
---@param to integer?
---@return table[]
function methods:rows(stream, from, to)
  from, to = from or 1, math.min(to or math.maxinteger, self.counts[stream])
  local made, row = {}, stream == "events" and events.row or samples[stream]
  for k = from, to do made[#made + 1] = row(self, k) end
  return made
end

--- The flat, ragged set of properties.
function methods:properties() return properties.of(self) end

--- The scene in which the session is at that time.
---@param at number  ms from the start
function methods:visit(at)
  for _, visit in ipairs(self.visits) do
    if at < visit.to then return visit end
  end
  return self.visits[#self.visits]
end

---@class sandbox.c3_generator
---@field settings table
local makers = {}
makers.__index = makers

-- The scenes and versions that there are at first: what is uploaded later changes no session that was before it.
local function stages_of(projects)
  local stages = {}
  for _, project in ipairs(projects) do
    stages[project] = {}
    for i, scene in ipairs(project.scenes) do
      stages[project][i] = { scene = scene, versions = { table.unpack(scene.versions) } }
    end
  end
  return stages
end

--- A generator.
---@param settings table    complete
---@param projects table[]  see places.lua: the first has the sessions, the second a few
---@return sandbox.c3_generator
function generator.new(settings, projects)
  return setmetatable({ settings = settings, projects = projects, stages = stages_of(projects) }, makers)
end

--- How many sessions a project has.
---@param project table
function makers:count(project)
  if project == self.projects[1] then return self.settings.sessions end
  return project == self.projects[2] and OTHERS or 0
end

-- Each has a slot of its own on the calendar, and begins somewhere in its first half.
local function slot(self, count) return self.settings.days * 86400000 // math.max(1, count) end

local function is_long(self, k, count)
  local long = math.min(self.settings.long, count)
  return long > 0 and k * long // count > (k - 1) * long // count
end

local function counts_of(self, draw, long)
  local settings = self.settings
  local gaze = math.max(1, draw((settings.gaze + 1) // 2, settings.gaze * 3 // 2))
  local held = draw(settings.events // 2, settings.events * 2)
  if long then held = settings.event_cut + 50 + held end
  return { gaze = gaze, events = held, fixations = samples.fixation_count(gaze), sensors = samples.sensor_count(gaze),
    dynamics = samples.dynamic_count(gaze), boundary = 1 }
end

-- Most stay in one scene; every third goes on to the next.
local function visits_of(stages, k, draw, duration)
  local stage = stages[k % #stages + 1]
  local version = stage.versions[draw(1, #stage.versions)]
  local visits = { { scene = stage.scene, version = version, from = 0, to = duration } }
  local other = stages[(k + 1) % #stages + 1]
  if k % 3 == 0 and other ~= stage then
    visits[1].to = duration // 2 // STEP * STEP
    visits[2] = { scene = other.scene, version = other.versions[#other.versions], from = visits[1].to, to = duration }
  end
  return visits
end

local function tags_of(k)
  local tags = {}
  if k % 7 == 0 then tags[#tags + 1] = "test" end
  if k % 11 == 0 then tags[#tags + 1] = "junk" end
  return tags
end

-- Users take turns, so that how often one was there is known without counting; one in nine is nobody's name.
local function user_of(self, session, k, count)
  local users = math.max(3, count // 4)
  local user = (k - 1) % users
  session.user = ("user-%04d"):format(user + 1)
  session.user_session, session.latest = (k - 1) // users + 1, k + users > count
  if user % 9 ~= 8 then session.participant = ("P-%04d"):format(user + 1) end
  session.device = chance.token(self.settings.seed, "device", user) .. chance.token(self.settings.seed, "chip", user)
end

--- A session of a project: 1 is the oldest.
---@param project table
---@param k integer
---@return sandbox.c3_session?
function makers:session(project, k)
  local count = self:count(project)
  if k < 1 or k > count then return nil end
  local number = project.id << 32 | k -- whose draws these are
  local draw = chance.stream(self.settings.seed, "session", number)
  local width = slot(self, count)
  local start = self.settings.now * 1000 - (count - k + 1) * width + draw(0, width // 2)
  local session = setmetatable({ index = k, number = number, seed = self.settings.seed, project = project,
    start = start, hmd = HMDS[draw(1, #HMDS)], tags = tags_of(k),
    counts = counts_of(self, draw, is_long(self, k, count)),
    friendly = k % 13 == 5 and ODD_NAMES[k // 13 % #ODD_NAMES + 1] or nil }, methods)
  user_of(self, session, k, count)
  session.id = ("%d_%s"):format(start // 1000, session.device)
  session.duration = session.counts.gaze * STEP
  session.visits = visits_of(self.stages[project], k, draw, session.duration)
  return session
end

--- The session with that id.
---@param project table
---@param id string
---@return sandbox.c3_session?
function makers:find(project, id)
  local second = math.tointeger(tonumber(id:match "^(%d+)_"))
  local count = self:count(project)
  if not second or count == 0 or second > self.settings.now then return nil end
  local guess = count - (self.settings.now - second) * 1000 // slot(self, count)
  for k = guess - 1, guess + 1 do -- the id shows whole seconds
    local session = self:session(project, k)
    if session and session.id == id then return session end
  end
end

--- How many rows of each stream there are in all, by counting them.
---@return table<string, integer>
function makers:totals()
  if self.counted then return self.counted end
  local totals = { events = 0, gaze = 0, fixations = 0, sensors = 0, dynamics = 0, boundary = 0 }
  for _, project in ipairs(self.projects) do
    for k = 1, self:count(project) do
      for stream, n in pairs(self:session(project, k).counts) do totals[stream] = totals[stream] + n end
    end
  end
  self.counted = totals
  return totals
end

return generator
