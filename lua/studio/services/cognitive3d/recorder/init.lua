-- studio.cognitive3d.recorder: what happens in a game, live, to Cognitive3D. SPDX-License-Identifier: MIT
--
--   local rec = studio.cognitive3d.recorder { data_key = …, scene = …, version_number = 1, user = device_id,
--     spool = save_folder .. "/recordings" }
--   rec:gaze { position = head, rotation = turn, gaze = hit }       -- in each frame, or in every ninth
--   rec:event("door opened", where, { door = "left" })
--   studio.step(0)                                                  -- in each frame: writes and sends, never waits
--   rec:finish { wait = 5 }                                         -- at the end
--
-- The way of a sample: samples.lua writes it, batches.lua collects, `work` below hands what is full (or old) to
-- spool.lua, sender.lua sends from there. A record call does only the first two: no file, no socket.

local check = require "studio.check"
local envelope = require "studio.services.cognitive3d.recorder.envelope"
local errors = require "studio.error"
local merge = require "studio.merge"
local open = require "studio.services.cognitive3d.recorder.open"
local samples = require "studio.services.cognitive3d.recorder.samples"
local task = require "studio.task"

-- Seconds between two looks at what has grown old.
local TICK <const> = 0.05

---@class studio.cognitive3d.recorder
---@field session_id string
local methods = {}
local Recorder = { __name = "studio.cognitive3d.recorder", __index = methods }

-- ---- What is lost is counted --------------------------------------------------------------------------------------

-- What travels once travels again: the session's properties with the next gaze, things with their next movement.
local function tell_again(self, stream)
  if stream == "dynamics" then self.told = {} end
  if stream == "gaze" and next(self.properties) then self.batches:open("gaze").properties = merge(self.properties) end
end

-- `of`: a batch, or an entry of the spool.
local function drop(self, of, reason, err)
  local count = of.samples or of.count
  local dropped = self.dropped
  dropped.batches, dropped.samples = dropped.batches + 1, dropped.samples + count
  dropped.reasons[reason] = (dropped.reasons[reason] or 0) + count
  -- Not so what was refused, or too large: perhaps for just that.
  local is_earlier = of.session and of.session ~= self.session_id
  if reason ~= "refused" and reason ~= "too_large" and not is_earlier and not self.finished then
    tell_again(self, of.stream)
  end
  if not self.on_drop then return end
  local told, why = pcall(self.on_drop, { reason = reason, stream = of.stream, session = of.session or self.session_id,
    part = of.part, samples = count, status = err and err.status, message = err and err.message })
  if not told then warn("recorder: on_drop: " .. tostring(why)) end
end

-- ---- The work between frames --------------------------------------------------------------------------------------

-- Hands one full batch to the spool.
local function hand_over(self)
  local batch = self.batches:take()
  if not batch then return false end
  local entry = { stream = batch.stream, scene = batch.scene, version = batch.version, session = self.session_id,
    part = batch.part, samples = batch.count }
  if self.spool:put(entry, envelope.write(self.session, batch)) then self.sender:add(entry) end
  return true
end

-- One task, alive while there is something to do. A batch a turn: a frame pays for one at most.
local function work(self)
  local _ <close> = setmetatable({}, { __close = function() self.working = false end })
  while not self.closed and (self.batches:any() or self.spool.waiting > 0) do
    self.batches:close(self.flush_every)
    while hand_over(self) do
      self.sender:start()
      if not task.sleep(0) then return end
    end
    self.sender:start()
    if not task.sleep(TICK) then return end
  end
end

-- ---- Recording ----------------------------------------------------------------------------------------------------

-- Every call that records begins here.
local function moment(self, what, time)
  if getmetatable(self) ~= Recorder then check.method(what, self, Recorder) end
  if self.finished then check.fail("%s: the recorder has finished", what) end
  if not self.working then
    self.working = true
    task.spawn(work, self)
  end
  return time or self.clock()
end

local function time_of(sample) return type(sample) == "table" and sample.time or nil end

local function add(self, stream, text)
  local batch = self.batches:open(stream)
  self.batches:add(batch, batch.items, text)
end

--- Where the head is, and what it looks at. Call it every `interval` seconds (an option, 0.1 by default), as the
--- vendor's SDKs do, or oftener.
---@param sample { position: number[], rotation: number[], gaze: number[]?, object: string?, floor: number[]?,
---  media: string?, media_time: number?, uv: number[]?, time: number? } rotation is a quaternion x, y, z, w; gaze is
---  the point that is looked at (in the object's own space where `object` says which one), nil: the sky;
---  media_time in milliseconds; time in seconds since 1970, default now. A mistake in it raises and names the field
function methods:gaze(sample)
  local text = samples.gaze(sample, moment(self, "recorder:gaze", time_of(sample)))
  local head, position = self.head, sample.position
  head[1], head[2], head[3] = position[1], position[2], position[3]
  add(self, "gaze", text)
end

--- Something that happened.
---@param name string
---@param position number[]? where; default: where the head was last
---@param properties table<string, string|number|boolean>?
---@param more { object: string?, time: number? }? object: the id of the thing that it happened to
function methods:event(name, position, properties, more)
  local time = moment(self, "recorder:event", time_of(more))
  if more ~= nil then check.options("recorder:event", more, { object = "string", time = "number" }) end
  local sample = { position = position or self.head, object = more and more.object }
  add(self, "events", samples.event(name, sample, properties, time))
end

--- A value of a sensor: frames a second, a heart rate, whatever there is.
---@param name string
---@param value number
---@param time number? seconds since 1970; default now
function methods:sensor(name, value, time)
  local text = samples.sensor(value, moment(self, "recorder:sensor", time))
  local quoted = self.sensor_names[name]
  if not quoted then
    quoted = samples.name("recorder:sensor", "name", name)
    self.sensor_names[name] = quoted
  end
  local batch = self.batches:open "sensors"
  local items = batch.groups[quoted]
  if not items then
    items = {}
    batch.groups[quoted], batch.names[#batch.names + 1] = items, quoted
  end
  self.batches:add(batch, items, text)
end

--- A place that the eyes rested on.
---@param sample { position: number[], duration: number, radius: number, object: string?, time: number? } duration in
---  seconds; radius as the eyes wandered at most; position in the object's own space where `object` says which one
function methods:fixation(sample)
  add(self, "fixations", samples.fixation(sample, moment(self, "recorder:fixation", time_of(sample))))
end

local object_fields = { id = "string", name = "string", mesh = "string", file_type = "string", controller = "string",
  properties = "table" }

--- Tells of a thing that moves, once, before its first `dynamic`.
---@param object { id: string, name: string, mesh: string, file_type: string?, controller: string?, properties: table? }
---  mesh: the name under which its mesh was uploaded; file_type: default "gltf"; controller: of a hand's, its type
function methods:object(object)
  moment(self, "recorder:object")
  local what = "recorder:object"
  object = check.options(what, object, object_fields)
  local id = samples.name(what, "id", object.id)
  local text = ('%s:{"name":%s,"mesh":%s,"fileType":%s'):format(id, samples.name(what, "name", object.name),
    samples.name(what, "mesh", object.mesh), samples.name(what, "file_type", object.file_type or "gltf"))
  if object.controller then
    text = text .. ',"controllerType":' .. samples.name(what, "controller", object.controller)
  end
  if object.properties then text = text .. ',"properties":[' .. samples.properties(what, object.properties) .. "]" end
  self.objects[object.id], self.told[object.id] = text .. "}", nil
end

--- Where a thing is now.
---@param sample { id: string, position: number[], rotation: number[], scale: number[]?, properties: table?,
---  time: number? } properties: say { enabled = false } when it is gone
function methods:dynamic(sample)
  local text = samples.dynamic(sample, moment(self, "recorder:dynamic", time_of(sample)))
  local id = sample.id
  local about = self.objects[id]
  if not about then check.fail("recorder:dynamic: nothing is known of '%s'; tell of it with recorder:object", id) end
  local batch = self.batches:open "dynamics"
  -- the first batch in which a scene sees a thing says what it is
  if not (self.told[id] or batch.manifest and batch.manifest[id]) then
    batch.manifest = batch.manifest or {}
    table.insert(batch.manifest, about)
    batch.bytes, batch.manifest[id], self.told[id] = batch.bytes + #about, true, true
  end
  self.batches:add(batch, batch.items, text)
end

--- The room that may be walked in: where it is, its outline, or both.
---@param sample { position: number[]?, rotation: number[]?, points: number[][]?, time: number? } position and rotation
---  are those of the tracking space; points are the outline's
function methods:boundary(sample)
  local what = "recorder:boundary"
  local time = moment(self, what, time_of(sample))
  check.options(what, sample, { position = "table", rotation = "table", points = "table", time = "number" })
  local shape = sample.points and samples.shape(sample.points, time)
  local space = (sample.position or sample.rotation) and samples.space({ position = sample.position,
    rotation = sample.rotation }, time)
  if not (shape or space) then check.fail("%s: give points, or position and rotation", what) end
  if space then add(self, "boundary", space) end
  if shape then
    local batch = self.batches:open "boundary"
    self.batches:add(batch, batch.shapes, shape)
  end
end

--- Something that holds for the whole session: a level, a participant's group, a setting. The last value counts.
---@param name string
---@param value string|number|boolean
function methods:property(name, value)
  moment(self, "recorder:property")
  samples.name("recorder:property", "name", name)
  local text = samples.properties("recorder:property", { [name] = value })
  local batch = self.batches:open "gaze" -- properties travel with gaze, be it without a sample
  batch.properties = batch.properties or {}
  batch.properties[name], self.properties[name] = value, value
  self.batches:grow(batch, #text)
end

--- What is recorded from now on belongs to another scene.
---@param scene string|table its id, or its row
---@param version_number integer
function methods:scene(scene, version_number)
  moment(self, "recorder:scene")
  self.batches:enter(open.scene("recorder:scene", scene, version_number))
  tell_again(self, "gaze") -- the new scene knows nothing
  tell_again(self, "dynamics")
end

-- ---- The end, and what can be known ---------------------------------------------------------------------------------

--- Connects to the collector without sending anything: before the first frame, since a TLS handshake takes a
--- millisecond or two of the step in which it falls.
---@return boolean? connected
---@return studio.error? err
function methods:warm()
  check.method("recorder:warm", self, Recorder)
  return self.client:warm()
end

--- Sends what was recorded so far, soon: the next steps do it. Nothing waits here.
function methods:flush()
  moment(self, "recorder:flush")
  self.batches:close(0)
end

--- Counts since the recorder was made.
---@return table stats recorded (samples by stream), unwritten (full batches that no step has taken yet), waiting
---  { batches, bytes } (in the spool), sent { batches, samples, bytes },
---  dropped { batches, samples, reasons = { refused, spool_full, memory_full, too_large, unreadable, unsent } in
---  samples }, left_over (batches of earlier recorders that were found in the spool), failures (tries that ended
---  without success), last_error, paused_for (seconds until the next try, where a stream stands still), spool
---  { bytes, troubles, trouble, damaged }
function methods:stats()
  check.method("recorder:stats", self, Recorder)
  local spool, way = self.spool, self.sender
  return {
    recorded = merge(self.batches.recorded), unwritten = self.batches:unwritten(), sent = merge(way.sent),
    waiting = { batches = spool.waiting, bytes = spool.bytes },
    dropped = merge(self.dropped, { reasons = merge(self.dropped.reasons) }), left_over = #spool.left,
    failures = way.failures, last_error = way.last_error, paused_for = way:paused_for(),
    spool = { bytes = spool.bytes, troubles = spool.troubles, trouble = spool.trouble, damaged = spool.damaged },
  }
end

-- What an end with something left says.
local function left_behind(self, waiting, lost)
  local kept = "they are lost; with the option 'spool' they would have been kept for the next recorder"
  if self.folder then
    kept = ("they wait in %s for the next recorder"):format(self.folder)
    if lost > 0 then
      kept = ("%s, but for %d, which the disk did not take and which are lost: %s"):format(kept, lost,
        tostring(self.spool.trouble))
    end
  end
  local last = self.sender.last_error
  return errors.new {
    kind = last and last.kind or "timeout", status = last and last.status, service = "cognitive3d",
    message = ("%d batches of recordings were not sent: %s%s"):format(waiting, kept,
      last and " (" .. last.message .. ")" or ""),
  }
end

local function shut(self)
  self.closed = true
  self.sender:stop()
  local lost = 0
  for _, lane in ipairs(self.sender.order) do
    for i = lane.from, lane.to do
      local entry = lane[i]
      if entry.text and not entry.gone then -- in memory alone
        lost = lost + 1
        drop(self, entry, "unsent")
      end
    end
  end
  self.left, self.lost = self.spool.waiting, lost
  self.spool:close()
  if self.owns_client then self.client:close() end
end

--- Ends the session: what was recorded is sent, and recording raises from now on. Everything is written to the spool
--- first, where there is one.
---@param options { wait: number? }? seconds to wait for what is not sent yet; default 10, 0: as soon as it is written
---@return boolean? sent true: everything was sent or given up; nil, err when something is left
---@return studio.error? err
function methods:finish(options)
  check.method("recorder:finish", self, Recorder)
  local wait = check.options("recorder:finish", options, { wait = "seconds" }).wait or 10
  if not self.finished then
    moment(self, "recorder:finish")
    for _ = 1, 2 do -- what is pushed out meanwhile may have to be told again
      self.batches:close(0)
      while hand_over(self) do end -- luacheck: ignore 542
    end
    self.finished = true
    self.sender:hurry()
    self.sender:start()
    local due = task.loop:now() + wait
    while self.sender:is_busy(due) and task.loop:now() < due do
      if not task.sleep(0.01) then break end
      self.sender:start()
    end
    shut(self)
  end
  if not self.left then
    return nil, errors.new { kind = "refused", service = "cognitive3d", stage = "not_sent",
      message = "the recorder is being finished by somebody else, who is told what became of it" }
  elseif self.left == 0 then
    return true
  end
  return nil, left_behind(self, self.left, self.lost)
end

Recorder.__close = function(self) self:finish() end

function Recorder:__tostring()
  return ("studio.cognitive3d.recorder (%s, %s)"):format(self.session_id, self.finished and "finished" or "recording")
end

-- ---- Making one -----------------------------------------------------------------------------------------------------

--- Makes a recorder, which is one session of one user. What earlier ones have left in the spool is sent, too.
---@param options studio.cognitive3d.recorder.options
---@return studio.cognitive3d.recorder? recorder nil, err when the spool cannot be used
---@return studio.error? err kind "file"; code "busy": another recorder has that folder
return function(options)
  local self = setmetatable({
    head = { 0, 0, 0 }, sensor_names = {}, objects = {}, told = {}, properties = {}, working = false, finished = false,
    closed = false, dropped = { batches = 0, samples = 0, reasons = {} },
  }, Recorder)
  local plan = open.read(options)
  self.clock, self.flush_every, self.on_drop, self.folder = plan.clock, plan.flush_every, plan.on_drop, plan.spool
  self.session, self.session_id = plan.session, plan.session.id
  local function on_drop(...) drop(self, ...) end
  local opened, err = open.parts(self, plan, on_drop)
  if not opened then return nil, err end
  for name, value in pairs(plan.properties or {}) do self:property(name, value) end
  return self
end
