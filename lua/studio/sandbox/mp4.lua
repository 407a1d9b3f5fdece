-- MP4 files with one video track, in plain Lua. SPDX-License-Identifier: MIT
--
-- (Boxes are those of ISO/IEC 14496-12 and -15. What describes the film stands in front of it, so that a player can
-- begin before it has all.)

local h264 = require "studio.sandbox.h264"

local mp4 = {}

local RATE, SCALE = 10, 1000 -- pictures and units of time in a second

local function box(kind, ...)
  local data = table.concat { ... }
  return (">I4"):pack(#data + 8) .. kind .. data
end

-- A box with a version and flags.
local function full(kind, flags, ...) return box(kind, (">I4"):pack(flags), ...) end

local MATRIX = (">i4i4i4i4i4i4i4i4i4"):pack(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)

local function sample_entry()
  local sps, pps = h264.sps, h264.pps
  local config = "\1" .. sps:sub(2, 4) .. "\xFF\xE1" .. (">s2"):pack(sps) .. "\1" .. (">s2"):pack(pps)
  return box("avc1", (">I6I2I8I8I2I2I4I4I4I2"):pack(0, 1, 0, 0, h264.width, h264.height, 0x480000, 0x480000, 0, 1),
    ("\0"):rep(32), (">I2i2"):pack(24, -1), box("avcC", config))
end

local function numbers(list)
  local out = {}
  for i, value in ipairs(list) do out[i] = (">I4"):pack(value) end
  return table.concat(out)
end

-- Where the samples are: all in one chunk.
local function sample_table(sizes, whole, at)
  return box("stbl",
    full("stsd", 0, numbers { 1 }, sample_entry()),
    full("stts", 0, numbers { 1, #sizes, SCALE // RATE }),
    full("stss", 0, numbers { #whole }, numbers(whole)),
    full("stsc", 0, numbers { 1, 1, #sizes, 1 }),
    full("stsz", 0, numbers { 0, #sizes }, numbers(sizes)),
    full("stco", 0, numbers { 1, at }))
end

local function description(sizes, whole, at)
  local duration = #sizes * SCALE // RATE
  return box("moov",
    full("mvhd", 0, (">I4I4I4I4I4I2I2I8"):pack(0, 0, SCALE, duration, 0x10000, 0x100, 0, 0), MATRIX, ("\0"):rep(24),
      numbers { 2 }),
    box("trak",
      full("tkhd", 3, (">I4I4I4I4I4I8I2I2I2I2"):pack(0, 0, 1, 0, duration, 0, 0, 0, 0, 0), MATRIX,
        (">I4I4"):pack(h264.width << 16, h264.height << 16)),
      box("mdia",
        full("mdhd", 0, (">I4I4I4I4I2I2"):pack(0, 0, SCALE, duration, 0x55C4, 0)), -- "und"
        full("hdlr", 0, numbers { 0 }, "vide", ("\0"):rep(12), "video\0"),
        box("minf",
          full("vmhd", 1, ("\0"):rep(8)),
          box("dinf", full("dref", 0, numbers { 1 }, full("url ", 1))),
          sample_table(sizes, whole, at)))))
end

--- A film.
---@param shots { number: integer?, seed: integer, milliseconds: integer }[]
---@param name string  what makes it another file than one that shows the same
---@return string mp4  192 x 108 pixels, about 33 KB for a shot
function mp4.film(shots, name)
  local samples, sizes, whole = {}, {}, {}
  for index, shot in ipairs(shots) do
    whole[index] = #samples + 1
    for _, picture in ipairs(h264.shot(shot, index, math.max(1, shot.milliseconds * RATE // 1000))) do
      samples[#samples + 1] = (">s4"):pack(picture)
      sizes[#sizes + 1] = #samples[#samples]
    end
  end
  local head = box("ftyp", "isom", numbers { 0x200 }, "isomiso2avc1mp41") .. box("free", name)
  local at = #head + #description(sizes, whole, 0) + 8
  return head .. description(sizes, whole, at) .. box("mdat", table.concat(samples))
end

return mp4
