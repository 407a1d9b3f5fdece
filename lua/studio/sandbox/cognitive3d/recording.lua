-- A session that came in through the collector: its rows as readers want them. SPDX-License-Identifier: MIT
--
-- It has the fields and methods of a generated one (generator.lua). Rows are in milliseconds, as all that is read; what
-- comes in is in seconds.

local recording = {}

local STREAMS = { "gaze", "events", "sensors", "fixations", "dynamics", "boundary" }

---@class sandbox.c3_recording: sandbox.c3_session
local methods = {}
local Recording = { __index = methods }

local function copy(row)
  local one = {}
  for name, value in pairs(row) do one[name] = value end
  return one
end

-- Sensor after sensor; other streams as they came.
local function all_rows(self, stream)
  if stream ~= "sensors" then return self.kept[stream] end
  local rows = {}
  for _, name in ipairs(self.sensor_names) do
    local own = self.by_sensor[name]
    table.move(own, 1, #own, #rows + 1, rows)
  end
  return rows
end

function methods:rows(stream, from, to)
  local all, made = all_rows(self, stream), {}
  for k = from or 1, math.min(to or math.maxinteger, #all) do made[#made + 1] = copy(all[k]) end
  return made
end

function methods:properties() return copy(self.set) end

function methods:visit(at)
  for i = #self.visits, 1, -1 do
    if self.visits[i].from <= at then return self.visits[i] end
  end
  return self.visits[1]
end

--- That the session was in a version at a time.
---@param version table
---@param scene table
---@param at integer  ms since 1970
function methods:was_in(version, scene, at)
  local offset = math.max(0, at - self.start)
  self.duration = math.max(self.duration, offset)
  for _, visit in ipairs(self.visits) do
    if visit.version == version then
      visit.from, visit.to = math.min(visit.from, offset), math.max(visit.to, offset)
      return
    end
  end
  table.insert(self.visits, { version = version, scene = scene, from = offset, to = offset })
  table.sort(self.visits, function(a, b) return a.from < b.from end)
end

--- Keeps a row.
---@param stream string
---@param row table
function methods:add(stream, row)
  self.counts[stream] = self.counts[stream] + 1
  if stream ~= "sensors" then
    table.insert(self.kept[stream], row)
    return
  end
  if not self.by_sensor[row.name] then
    self.by_sensor[row.name] = {}
    table.insert(self.sensor_names, row.name)
  end
  table.insert(self.by_sensor[row.name], row)
end

--- A new one.
---@param id string
---@param project table
---@param user string
---@param started integer  seconds since 1970
---@return sandbox.c3_recording
function recording.new(id, project, user, started)
  local self = setmetatable({ id = id, project = project, start = started * 1000, duration = 0, device = user,
    user = user, user_session = 1, latest = true, hmd = "", visits = {}, tags = {}, counts = {}, kept = {}, set = {},
    manifest = {}, by_sensor = {}, sensor_names = {}, parts = {}, last = {} }, Recording)
  for _, stream in ipairs(STREAMS) do self.counts[stream], self.kept[stream], self.parts[stream] = 0, {}, {} end
  return self
end

return recording
