-- MP4 files with one video track, and with one of sound if there is any, in plain Lua. SPDX-License-Identifier: MIT
--
-- (Boxes are those of ISO/IEC 14496-12 and -15. What describes the film stands in front of it, so that a player can
-- begin before it has all.)

local flac = require "studio.sandbox.flac"
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

local function numbers(list)
  local out = {}
  for i, value in ipairs(list) do out[i] = (">I4"):pack(value) end
  return table.concat(out)
end

---@class sandbox.mp4_track
---@field samples string[]
---@field entry string        the box that says how they are coded
---@field times integer[]     pairs: how many samples take so many units of time
---@field scale integer       units of time in a second
---@field duration integer    in milliseconds
---@field sync integer[]?     the samples at which one can begin; default: all
---@field kind string         "vide" or "soun"
---@field header string       the box that says what kind of media it is

---@param at integer  where the samples are, all in one chunk
local function describe(track, id, at)
  local sizes = {}
  for i, sample in ipairs(track.samples) do sizes[i] = #sample end
  local volume, width, height = 0, h264.width << 16, h264.height << 16
  if track.kind == "soun" then volume, width, height = 0x100, 0, 0 end
  return box("trak",
    full("tkhd", 3, (">I4I4I4I4I4I8I2I2I2I2"):pack(0, 0, id, 0, track.duration, 0, 0, 0, volume, 0), MATRIX,
      (">I4I4"):pack(width, height)),
    box("mdia",
      full("mdhd", 0, (">I4I4I4I4I2I2"):pack(0, 0, track.scale, track.duration * track.scale // 1000, 0x55C4, 0)),
      full("hdlr", 0, numbers { 0 }, track.kind, ("\0"):rep(12), "track\0"),
      box("minf",
        track.header,
        box("dinf", full("dref", 0, numbers { 1 }, full("url ", 1))),
        box("stbl",
          full("stsd", 0, numbers { 1 }, track.entry),
          full("stts", 0, numbers { #track.times // 2 }, numbers(track.times)),
          track.sync and full("stss", 0, numbers { #track.sync }, numbers(track.sync)) or "",
          full("stsc", 0, numbers { 1, 1, #sizes, 1 }),
          full("stsz", 0, numbers { 0, #sizes }, numbers(sizes)),
          full("stco", 0, numbers { 1, at })))))
end

local function video(shots)
  local samples, sync = {}, {}
  for index, shot in ipairs(shots) do
    sync[index] = #samples + 1
    for _, picture in ipairs(h264.shot(shot, index, math.max(1, shot.milliseconds * RATE // 1000))) do
      samples[#samples + 1] = (">s4"):pack(picture)
    end
  end
  local sps, pps = h264.sps, h264.pps
  local config = "\1" .. sps:sub(2, 4) .. "\xFF\xE1" .. (">s2"):pack(sps) .. "\1" .. (">s2"):pack(pps)
  local entry = box("avc1",
    (">I6I2I8I8I2I2I4I4I4I2"):pack(0, 1, 0, 0, h264.width, h264.height, 0x480000, 0x480000, 0, 1),
    ("\0"):rep(32), (">I2i2"):pack(24, -1), box("avcC", config))
  return { kind = "vide", samples = samples, sync = sync, entry = entry, times = { #samples, SCALE // RATE },
    scale = SCALE, duration = #samples * SCALE // RATE, header = full("vmhd", 1, ("\0"):rep(8)) }
end

local function sound(pcm)
  local frames, count = flac.frames(pcm), #pcm // 2
  local rest = count % flac.block
  local times = count >= flac.block and { count // flac.block, flac.block } or {}
  if rest > 0 then table.move({ 1, rest }, 1, 2, #times + 1, times) end
  local entry = box("fLaC", (">I6I2I8I2I2I4I4"):pack(0, 1, 0, 1, 16, 0, flac.rate << 16),
    full("dfLa", 0, flac.head(count)))
  return { kind = "soun", samples = frames, entry = entry, times = times, scale = flac.rate,
    duration = count * 1000 // flac.rate, header = full("smhd", 0, numbers { 0 }) }
end

local function description(tracks, places)
  local duration, boxes = 0, {}
  for i, track in ipairs(tracks) do
    duration = math.max(duration, track.duration)
    boxes[i] = describe(track, i, places[i] or 0)
  end
  return box("moov",
    full("mvhd", 0, (">I4I4I4I4I4I2I2I8"):pack(0, 0, SCALE, duration, 0x10000, 0x100, 0, 0), MATRIX, ("\0"):rep(24),
      numbers { #tracks + 1 }),
    table.concat(boxes))
end

--- A film.
---@param shots { number: integer?, seed: integer, milliseconds: integer }[]
---@param name string  what makes it another file than one that shows the same
---@param pcm string?  its sound: samples of 16 bits, the higher byte first, at flac.rate
---@return string mp4  192 x 108 pixels, about 33 KB for a shot
function mp4.film(shots, name, pcm)
  local tracks = { video(shots), pcm and #pcm > 0 and sound(pcm) or nil }
  local head = box("ftyp", "isom", numbers { 0x200 }, "isomiso2avc1mp41") .. box("free", name)
  local at, data, places = #head + #description(tracks, {}) + 8, {}, {}
  for i, track in ipairs(tracks) do
    data[i], places[i] = table.concat(track.samples), at
    at = at + #data[i]
  end
  return head .. description(tracks, places) .. box("mdat", table.concat(data))
end

return mp4
