-- One operation, counted bucket by bucket over sessions and events. SPDX-License-Identifier: MIT

local buckets = require "studio.sandbox.cognitive3d.slicer.buckets"
local json = require "studio.sandbox.json"
local shape = require "studio.sandbox.cognitive3d.slicer.shape"
local view = require "studio.sandbox.cognitive3d.slicer.view"

---@class sandbox.slicer_tally
---@field kind string    type of the operation
---@field field sandbox.slicer_field?
---@field slices sandbox.slicer_slice[]
---@field cells table    bucket -> bucket -> cell; without slices the cell alone
local tally = {}
tally.__index = tally

--- A tally of nothing yet.
---@param operation table
---@param slices table[]?  sliceBys of its aggregation
function tally.new(operation, slices)
  local self = setmetatable({ kind = operation.type, slices = {}, weights = { {}, {} }, cells = {} }, tally)
  for i, item in ipairs(shape.given(slices) or {}) do self.slices[i] = buckets.slice(item) end
  if operation.type == "Groups" or operation.type == "CustomGroups" then
    self.slices[#self.slices + 1] = buckets.slice(operation)
    self.kind = "sessionCount"
    if self.slices[#self.slices].field.parent == "event" then self.kind = "eventCount" end
  elseif operation.field then
    self.field = view.field(operation.field)
  end
  self.of_events = self.kind == "eventCount" or self.field ~= nil and self.field.parent == "event"
  for _, slice in ipairs(self.slices) do self.by_event = self.by_event or slice.field.parent == "event" end
  return self
end

-- The cell of a session, or of one of its events; nil when it is in no bucket.
local function cell_of(self, seen, event)
  local at = self.cells
  for i, slice in ipairs(self.slices) do
    local value = seen:value(slice.field, event)
    local key = value ~= nil and slice.key(value)
    if key == nil or key == false then return nil end
    self.weights[i][key] = (self.weights[i][key] or 0) + 1
    at[key] = at[key] or {}
    at = at[key]
  end
  return at
end

local function add(cell, value)
  cell.n = (cell.n or 0) + 1
  if value == true then return end
  cell.sum = (cell.sum or 0) + value
  cell.min = math.min(cell.min or value, value)
  cell.max = math.max(cell.max or value, value)
end

-- What counts is the session: once for each bucket that it, or one of its events, is in.
local function add_session(self, cell, seen)
  if not cell or cell.last == seen then return end
  cell.last = seen
  local value = self.field == nil or seen:value(self.field)
  if value ~= nil then add(cell, value) end
end

local function add_event(self, cell, seen, event)
  if not cell then return end
  local value = self.field == nil or seen:value(self.field, event)
  if value ~= nil then add(cell, value) end
end

--- Counts a session.
---@param seen sandbox.slicer_view
---@param passes fun(seen: sandbox.slicer_view, event: table): boolean  which of its events
function tally:count(seen, passes)
  if not self.of_events and not self.by_event then return add_session(self, cell_of(self, seen), seen) end
  for _, event in ipairs(seen:events()) do
    if passes(seen, event) then
      (self.of_events and add_event or add_session)(self, cell_of(self, seen, event), seen, event)
    end
  end
end

-- The number in a cell; where there is nothing, counts and sums are 0, and the rest is null.
local function number(self, cell)
  local n = cell and cell.n or 0
  if self.kind == "sessionCount" or self.kind == "eventCount" then return n end
  if self.kind == "sum" then return cell and cell.sum or 0 end
  if n == 0 then return json.null end
  if self.kind == "average" then return cell.sum / n end
  return cell[self.kind]
end

--- The number in a bucket.
---@param first any?   its key by the first slice
---@param second any?
---@return number|table value  json.null where there is none
function tally:value(first, second)
  local cell = self.cells
  if first ~= nil then cell = cell[first] end
  if cell and second ~= nil then cell = cell[second] end
  return number(self, cell)
end

--- Is there anything in that bucket?
function tally:has(first, second)
  local row = self.cells[first]
  return row ~= nil and row[second] ~= nil
end

--- The keys of a slice's buckets, in the order of answers.
---@param i integer
---@return any[] keys
---@return string? warning
function tally:keys(i) return buckets.order(self.slices[i], self.weights[i]) end

return tally
