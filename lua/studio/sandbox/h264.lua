-- H.264 video, in plain Lua: still pictures that are panned. SPDX-License-Identifier: MIT
--
-- The first picture of a shot is sent as it is (macroblocks of the type I_PCM, so nothing is compressed); each further
-- one says of every macroblock that it is found a little to the side in the one before: a few bytes. All of it is
-- baseline profile, which every decoder knows. (Names and clauses are those of ITU-T H.264.)

local scenery = require "studio.sandbox.scenery"

local h264 = { width = 192, height = 108 }

local COLUMNS, ROWS = 12, 7 -- macroblocks of 16 x 16; four lines of the last row are cut off
local SWAY = 12             -- pictures in one direction, before it goes back

-- ---- bits ---------------------------------------------------------------------------------------------------------

-- Exp-Golomb codes, as texts of zeros and ones (9.1).
local function ue(value)
  local bits = ""
  local n = value + 1
  while n > 0 do
    bits = (n & 1) .. bits
    n = n >> 1
  end
  return ("0"):rep(#bits - 1) .. bits
end

local function se(value) return ue(value > 0 and 2 * value - 1 or -2 * value) end

local function u(width, value)
  local bits = {}
  for i = width - 1, 0, -1 do bits[#bits + 1] = value >> i & 1 end
  return table.concat(bits)
end

-- Whole bytes, the last one filled up.
local function bytes(bits)
  bits = bits .. ("0"):rep(-#bits % 8)
  return (bits:gsub("%d%d%d%d%d%d%d%d", function(byte) return string.char(tonumber(byte, 2)) end))
end

-- Three bytes that would look like a start code are taken apart (7.4.1).
local function guarded(payload)
  local out, from = {}, 1
  while true do
    local at = payload:find("\0\0[\0-\3]", from)
    if not at then break end
    out[#out + 1] = payload:sub(from, at + 1) .. "\3"
    from = at + 2
  end
  out[#out + 1] = payload:sub(from)
  return table.concat(out)
end

local function nal(header, payload) return string.char(header) .. guarded(payload) end

--- Sequence parameters (7.3.2.1.1).
h264.sps = nal(0x67, "\x42\xC0\x1E" .. bytes(table.concat {
  ue(0), ue(4),                     -- eight bits of frame_num
  ue(2), ue(1), "0",                -- shown in the order of coding; one reference picture
  ue(COLUMNS - 1), ue(ROWS - 1), "1", "0",
  "1", ue(0), ue(0), ue(0), ue((ROWS * 16 - h264.height) // 2),
  "0", "1",
}))

--- Picture parameters (7.3.2.2): no entropy coding but Exp-Golomb's, and slices may switch the smoothing filter off.
h264.pps = nal(0x68, bytes(table.concat {
  ue(0), ue(0), "0", "0", ue(0), ue(0), ue(0), "0", "00", se(0), se(0), se(0), "1", "0", "0", "1",
}))

-- ---- pictures -----------------------------------------------------------------------------------------------------

local function clamp(value) return string.char(math.max(16, math.min(235, math.floor(value + 0.5)))) end

-- What a byte of the palette is in each plane (BT.601).
local function planes_of(palette)
  local y, cb, cr = {}, {}, {}
  for i = 0, #palette // 3 - 1 do
    local r, g, b = palette:byte(i * 3 + 1, i * 3 + 3)
    local index = string.char(i)
    y[index] = clamp(16 + 0.257 * r + 0.504 * g + 0.098 * b)
    cb[index] = clamp(128 - 0.148 * r - 0.291 * g + 0.439 * b)
    cr[index] = clamp(128 + 0.439 * r - 0.368 * g - 0.071 * b)
  end
  return y, cb, cr
end

-- Every n-th pixel of every n-th row, as the plane's values; the last row again until there are enough.
local function plane(rows, skip, values, height)
  local lines = {}
  for i = 1, height do
    local row = rows[math.min((i - 1) * skip, #rows - 1) + 1]
    lines[i] = row:gsub("(.)" .. ("."):rep(skip - 1), "%1"):gsub(".", values)
  end
  return lines
end

local function block(out, lines, size, column, row)
  for i = row * size + 1, row * size + size do out[#out + 1] = lines[i]:sub(column * size + 1, column * size + size) end
end

-- A picture on its own (an IDR slice of I_PCM macroblocks, 7.3.3 and 7.3.5).
local function whole_picture(number, seed, shot)
  local rows, palette = scenery.draw(number, seed)
  local y, cb, cr = planes_of(palette)
  local luma, blue, red = plane(rows, 2, y, ROWS * 16), plane(rows, 4, cb, ROWS * 8), plane(rows, 4, cr, ROWS * 8)
  local head = ue(0) .. ue(7) .. ue(0) .. u(8, 0) .. ue(shot % 2) .. "0" .. "0" .. se(0) .. ue(1)
  local out = { bytes(head .. ue(25)) }
  for row = 0, ROWS - 1 do
    for column = 0, COLUMNS - 1 do
      if #out > 1 then out[#out + 1] = bytes(ue(25)) end
      block(out, luma, 16, column, row)
      block(out, blue, 8, column, row)
      block(out, red, 8, column, row)
    end
  end
  out[#out + 1] = "\x80"
  return nal(0x65, table.concat(out))
end

-- The picture before, every other time moved by two pixels (one is half of one for the colours, which blurs them). Only
-- the first macroblock says how far: the others are predicted to go with it.
local function moved_picture(place)
  local way = place % 2 == 0 and 0 or place // SWAY % 2 == 0 and -8 or 8 -- quarters of a pixel
  local head = ue(0) .. ue(5) .. ue(0) .. u(8, place & 0xFF) .. "0" .. "0" .. "0" .. se(0) .. ue(1)
  local first = ue(0) .. ue(0) .. se(way) .. se(0) .. ue(0)
  local other = ue(0) .. ue(0) .. se(0) .. se(0) .. ue(0)
  return nal(0x41, bytes(head .. first .. other:rep(COLUMNS * ROWS - 1) .. "1"))
end

--- The pictures of a shot, coded.
---@param shot { number: integer?, seed: integer }  as the picture of a frame
---@param index integer  of the shot in its film
---@param count integer  pictures
---@return string[]
function h264.shot(shot, index, count)
  local pictures = { whole_picture(tonumber(shot.number) or shot.seed, shot.seed, index) }
  for place = 1, count - 1 do pictures[place + 1] = moved_picture(place) end
  return pictures
end

return h264
