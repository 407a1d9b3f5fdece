-- Timers: a heap of things that are due at a time; any of them can be taken out. SPDX-License-Identifier: MIT
--
-- Knows no clock: times are numbers that the caller compares. Entries are tables of the caller's, which
-- get two fields: `at` (when it is due) and `place` (where it sits in the heap; nil when it does not).

local timers = {}
timers.__index = timers
timers.__name = "studio.timers"

--- Seconds that nobody waits at one go: whoever hands more than that to the core hands this. Its milliseconds
--- still fit where systems count them in 32 bits; it is eleven days.
timers.LONGEST = 1e6

function timers.new() return setmetatable({ size = 0 }, timers) end

local function put(heap, place, entry)
  heap[place], entry.place = entry, place
end

local function rise(heap, place)
  local entry = heap[place]
  while place > 1 do
    local parent = place // 2
    if heap[parent].at <= entry.at then break end
    put(heap, place, heap[parent])
    place = parent
  end
  put(heap, place, entry)
end

local function sink(heap, place)
  local entry = heap[place]
  while true do
    local child = place * 2
    if child > heap.size then break end
    if child < heap.size and heap[child + 1].at < heap[child].at then child = child + 1 end
    if entry.at <= heap[child].at then break end
    put(heap, place, heap[child])
    place = child
  end
  put(heap, place, entry)
end

--- Adds an entry.
---@param entry table
---@param at number when it is due
function timers:add(entry, at)
  entry.at = at
  self.size = self.size + 1
  put(self, self.size, entry)
  rise(self, self.size)
end

--- Takes an entry out; one that is not in is left alone.
---@param entry table
function timers:remove(entry)
  local place = entry.place
  if not place then return end
  local last = self[self.size]
  self[self.size] = nil
  self.size = self.size - 1
  entry.place = nil
  if last ~= entry then
    put(self, place, last)
    rise(self, place)
    sink(self, last.place)
  end
end

--- When the first entry is due; nil when there is none.
---@return number?
function timers:next() return self[1] and self[1].at end

--- Takes out the first entry that is due by `now`.
---@param now number
---@return table? entry
function timers:due(now)
  local first = self[1]
  if not first or first.at > now then return nil end
  self:remove(first)
  return first
end

return timers
