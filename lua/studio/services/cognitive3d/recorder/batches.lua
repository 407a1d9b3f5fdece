-- Samples on their way into batches: one that grows for each stream, and the full ones. SPDX-License-Identifier: MIT
--
-- Everything here is memory, and quick: a call of the game that records does nothing but this.

local envelope = require "studio.services.cognitive3d.recorder.envelope"

-- Bytes of full batches that nobody has taken yet: a host that never calls studio.step must not run out of memory.
local MOST <const> = 8 * 1024 * 1024

local batches = {}

---@class studio.cognitive3d.recorder.batches
local methods = {}
local Batches = { __name = "studio.cognitive3d.recorder.batches", __index = methods }

--- The batch of a stream that grows; begun where there is none.
---@param stream string
---@return studio.cognitive3d.recorder.batch
function methods:open(stream)
  local batch = self.growing[stream]
  if batch then return batch end
  batch = { stream = stream, count = 0, bytes = 0, items = {}, from = self.clock(), scene = self.scene,
    version = self.version }
  if stream == "sensors" then batch.groups, batch.names = {}, {} end
  if stream == "boundary" then batch.shapes = {} end
  self.growing[stream] = batch
  return batch
end

local function drop_oldest(self)
  local batch = self:take()
  self.on_drop(batch, "memory_full")
end

-- The batch grows no more, and gets its number.
local function close(self, batch)
  local stream = batch.stream
  self.growing[stream] = nil
  self.parts[stream] = self.parts[stream] + 1
  batch.part = self.parts[stream]
  self.last = self.last + 1
  self.full[self.last] = batch
  self.bytes = self.bytes + batch.bytes
  while self.bytes > MOST and self.first < self.last do drop_oldest(self) end
end

--- Adds a sample.
---@param batch studio.cognitive3d.recorder.batch
---@param items string[] of that batch
---@param text string
function methods:add(batch, items, text)
  items[#items + 1] = text
  local count = batch.count + 1
  batch.count = count
  self.recorded[batch.stream] = self.recorded[batch.stream] + 1
  if count >= self.sizes[batch.stream] then
    batch.bytes = batch.bytes + #text
    close(self, batch)
  else
    self:grow(batch, #text)
  end
end

--- What a batch holds besides samples weighs, too.
---@param batch studio.cognitive3d.recorder.batch
---@param bytes integer
function methods:grow(batch, bytes)
  batch.bytes = batch.bytes + bytes
  if batch.bytes >= self.largest then close(self, batch) end
end

--- Closes the batches that are older than so many seconds, or younger than now where a host's clock was put back.
---@param age number 0: all of them
function methods:close(age)
  local now = self.clock()
  for _, stream in ipairs(self.order) do
    local batch = self.growing[stream]
    if batch and (age <= 0 or now - batch.from >= age or now < batch.from) then close(self, batch) end
  end
end

--- Takes the oldest full batch.
---@return studio.cognitive3d.recorder.batch? nil: there is none
function methods:take()
  local batch = self.full[self.first]
  if not batch then return nil end
  self.full[self.first] = nil
  self.first = self.first + 1
  self.bytes = self.bytes - batch.bytes
  return batch
end

--- How many full batches nobody has taken yet.
---@return integer
function methods:unwritten() return self.last - self.first + 1 end

--- Is there anything that nobody has taken yet?
---@return boolean
function methods:any() return self.first <= self.last or next(self.growing) ~= nil end

--- What is recorded from now on belongs to another scene.
---@param scene string
---@param version integer
function methods:enter(scene, version)
  self.scene, self.version = scene, version -- first, since what is begun meanwhile is of the new scene
  self:close(0)
end

---@param options table clock, sizes (by stream), largest (bytes from which a batch is full, too), scene, version,
---  on_drop(batch, reason)
---@return studio.cognitive3d.recorder.batches
function batches.new(options)
  local self = setmetatable({
    clock = options.clock, sizes = {}, largest = options.largest, on_drop = options.on_drop, scene = options.scene,
    version = options.version, growing = {}, full = {}, first = 1, last = 0, bytes = 0, parts = {}, recorded = {},
    order = { "gaze", "events", "sensors", "fixations", "dynamics", "boundary" },
  }, Batches)
  for _, stream in ipairs(self.order) do
    self.sizes[stream] = options.sizes[stream] or envelope.sizes[stream]
    self.parts[stream], self.recorded[stream] = 0, 0
  end
  return self
end

return batches
