-- Texts that are made as they are read: a result of a gibibyte takes no memory. SPDX-License-Identifier: MIT
--
-- A lazy text has a length and a `sub`, like a string, so that the server can send half of it, a range of it, or all of
-- it, and need not know which kind of text it has.

local lazy = {}

local PIECE = 65536 -- bytes that are made at a time

---@class sandbox.lazy
---@field size integer
---@field read fun(from: integer, to: integer): string  bytes `from` to `to`, counted from 1
local methods = {}
local Lazy = { __name = "sandbox.lazy", __index = methods }

function Lazy:__len() return self.size end

function Lazy:__tostring() return self.size > 0 and self.read(1, self.size) or "" end

function Lazy.__concat(a, b) return tostring(a) .. tostring(b) end

--- Whether that is one.
function lazy.is(value) return getmetatable(value) == Lazy end

--- A text of `size` bytes.
---@param size integer
---@param read fun(from: integer, to: integer): string
---@return sandbox.lazy
function lazy.new(size, read) return setmetatable({ size = size, read = read }, Lazy) end

--- A part of it, as lazy as the whole; positions as with string.sub, from the start only.
function methods:sub(from, to)
  from, to = math.max(1, from), math.min(to or self.size, self.size)
  local before = from - 1
  return lazy.new(math.max(0, to - before), function(first, last) return self.read(before + first, before + last) end)
end

--- The pieces of a text of either kind, one after the other.
---@param text string|sandbox.lazy
---@return fun(): string|nil, boolean|nil  a piece, and whether it is the last one
function lazy.pieces(text)
  local at, size = 0, #text
  return function()
    if at >= size then return nil end
    if type(text) == "string" then
      at = size
      return text, true
    end
    local to = math.min(at + PIECE, size)
    local piece = text.read(at + 1, to)
    at = to
    return piece, at >= size
  end
end

-- Rows in a block: many enough that making one costs little, and few enough for the arguments of string.format.
local BLOCK = 64

--- A text of many rows that differ in a number only, so that any byte of it is found by counting.
---@param head string
---@param formats string[]  rows in turn; each has one "%d", and BLOCK is a multiple of their number
---@param first integer     the number of the first row; all of them must have the same number of digits
---@param count integer     rows
---@param tail string
---@return sandbox.lazy
function lazy.rows(head, formats, first, count, tail)
  local lines = {}
  for i = 1, BLOCK do lines[i] = formats[(i - 1) % #formats + 1] end
  local format = table.concat(lines)
  local function block(index, rows)
    local numbers = {}
    for i = 1, rows do numbers[i] = first + index * BLOCK + i - 1 end
    local shape = rows == BLOCK and format or table.concat(lines, "", 1, rows)
    return shape:format(table.unpack(numbers))
  end
  local whole, rest = count // BLOCK, count % BLOCK
  local length = whole > 0 and #block(0, BLOCK) or 1
  tail = block(whole, rest) .. tail
  local body_end = #head + whole * length
  return lazy.new(body_end + #tail, function(from, to)
    local out = { head:sub(from, to) }
    local skipped = math.max(0, from - 1 - #head) // length
    local start = #head + skipped * length -- bytes before the first block that is made
    local index = skipped
    while index < whole and #head + index * length < to do
      out[#out + 1] = block(index, BLOCK)
      index = index + 1
    end
    if #out > 1 then
      local made = table.concat(out, "", 2)
      out = { out[1], made:sub(math.max(1, from - start), to - start) }
    end
    if to > body_end then out[#out + 1] = tail:sub(math.max(1, from - body_end), to - body_end) end
    return table.concat(out)
  end)
end

return lazy
