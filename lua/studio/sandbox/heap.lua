-- Bytes that would be too many for memory: on disk, in one file that has no name. SPDX-License-Identifier: MIT
--
-- It is gone when the sandbox ends, however it does. Blobs are written piece by piece, several at a time; what was
-- written is not changed any more, and its room is not used again.

local lazy = require "studio.sandbox.lazy"

local heap = {}

---@class sandbox.heap
---@field size integer   bytes written
---@field limit integer  bytes that may be written
local methods = {}
methods.__index = methods

---@class sandbox.heap_blob
---@field size integer
---@field overflow boolean?  it does not have all that was given: the heap is full
local Blob = {}
Blob.__index = Blob

--- An empty heap.
---@param limit integer
---@return sandbox.heap
function heap.new(limit) return setmetatable({ size = 0, limit = limit }, methods) end

--- An empty blob.
---@return sandbox.heap_blob
function methods:blob() return setmetatable({ heap = self, size = 0, pieces = {} }, Blob) end

--- Adds bytes; what does not fit is left out, and `overflow` says so.
---@param bytes string
function Blob:write(bytes)
  local own = self.heap
  if own.size + #bytes > own.limit then self.overflow = true end
  if self.overflow or bytes == "" then return end
  own.file = own.file or assert(io.tmpfile())
  assert(own.file:seek("set", own.size))
  assert(own.file:write(bytes))
  local last = self.pieces[#self.pieces]
  if last and last.at + last.size == own.size then
    last.size = last.size + #bytes
  else
    self.pieces[#self.pieces + 1] = { at = own.size, from = self.size, size = #bytes }
  end
  own.size, self.size = own.size + #bytes, self.size + #bytes
end

-- Bytes `from` to `to`, counted from 1.
local function read(self, from, to)
  local out, file = {}, self.heap.file
  for _, piece in ipairs(self.pieces) do
    local first, last = math.max(from - 1, piece.from), math.min(to, piece.from + piece.size)
    if first < last then
      assert(file:seek("set", piece.at + first - piece.from))
      out[#out + 1] = assert(file:read(last - first))
    end
  end
  return table.concat(out)
end

--- The bytes, read when somebody asks for them.
---@return sandbox.lazy
function Blob:bytes()
  return lazy.new(self.size, function(from, to) return read(self, from, to) end)
end

--- All of it in memory: for what is known to be small.
---@return string
function Blob:text() return self.size > 0 and read(self, 1, self.size) or "" end

return heap
