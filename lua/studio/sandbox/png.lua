-- Pictures as PNG, in plain Lua. SPDX-License-Identifier: MIT
--
-- They are indexed (8 bits), and the deflate stream only stores: no compression, so no library.

local pack = require "studio.sandbox.pack"
local scenery = require "studio.sandbox.scenery"

local png = {}

local function adler32(s)
  local a, b = 1, 0
  for i = 1, #s, 64 do
    local bytes = { s:byte(i, i + 63) }
    for k = 1, #bytes do
      a = a + bytes[k]
      b = b + a
    end
    a, b = a % 65521, b % 65521
  end
  return b << 16 | a
end

local function chunk(kind, data)
  return (">I4"):pack(#data) .. kind .. data .. (">I4"):pack(pack.crc32(kind .. data))
end

-- What PNG keeps its rows in.
local function zlib(data) return "\x78\x01" .. pack.deflate(data) .. (">I4"):pack(adler32(data)) end

--- Writes an indexed picture.
---@param width integer
---@param rows string[]     one string for each row, a byte for each pixel
---@param palette string    3 bytes (red, green, blue) for each colour
---@return string png
function png.encode(width, rows, palette)
  local lines = {}
  for i, row in ipairs(rows) do lines[i] = "\0" .. row end -- filter 0: as it is
  return "\x89PNG\r\n\x1a\n"
    .. chunk("IHDR", (">I4I4BBBBB"):pack(width, #rows, 8, 3, 0, 0, 0))
    .. chunk("PLTE", palette)
    .. chunk("IDAT", zlib(table.concat(lines)))
    .. chunk("IEND", "")
end

--- The picture of a frame.
---@param number integer  shown in the corner
---@param seed integer    what the rest depends on
---@return string png     384 x 216 pixels, about 84 KB
function png.picture(number, seed)
  local rows, palette = scenery.draw(number, seed)
  return png.encode(scenery.width, rows, palette)
end

return png
