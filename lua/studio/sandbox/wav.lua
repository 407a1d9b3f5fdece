-- Sounds (PCM, 16 bits, mono) and their WAV files, in plain Lua. SPDX-License-Identifier: MIT
--
-- A sound is a row of tones, and a tone one period of a wave that is repeated: a file of a few seconds costs a string
-- operation for each of its tones.

local wav = {}

local RATE = 16000 -- samples in a second
wav.rate = RATE

local TONE = 0.12  -- seconds that a tone takes, about: it ends where its wave does
local SCALE = { 0, 2, 4, 7, 9, 12 } -- semitones above the lowest: any order of these is bearable

-- One period, as sine with an overtone: bytes that begin and end at silence.
local function period(frequency, format)
  local n = math.floor(RATE / frequency + 0.5)
  local samples = {}
  for i = 0, n - 1 do
    local angle = 2 * math.pi * i / n
    samples[i + 1] = format:pack(math.floor(5200 * math.sin(angle) + 2100 * math.sin(2 * angle)))
  end
  return table.concat(samples), n
end

--- Wraps samples.
---@param samples string
---@return string wav
function wav.encode(samples)
  return "RIFF" .. ("<I4"):pack(36 + #samples) .. "WAVEfmt "
    .. ("<I4I2I2I4I4I2I2"):pack(16, 1, 1, RATE, RATE * 2, 2, 16)
    .. "data" .. ("<I4"):pack(#samples) .. samples
end

--- The samples of a tune.
---@param lowest number   Hz: what tells one voice from another
---@param seed integer    which tones follow each other
---@param milliseconds integer  how long: exactly that
---@param format string   of a sample, as string.pack has it
---@return string
function wav.samples(lowest, seed, milliseconds, format)
  local wanted, out, have, draw = milliseconds * RATE // 1000, {}, 0, seed
  while have < wanted do
    draw = (draw * 1664525 + 1013904223) & 0xFFFFFFFF
    local wave, n = period(lowest * 2 ^ (SCALE[(draw >> 16) % #SCALE + 1] / 12), format)
    local times = math.max(1, math.floor(TONE * RATE / n))
    out[#out + 1] = wave:rep(times)
    have = have + times * n
  end
  return table.concat(out):sub(1, wanted * 2)
end

--- A tune as a file.
---@param lowest number
---@param seed integer
---@param milliseconds integer
---@return string wav
function wav.tune(lowest, seed, milliseconds) return wav.encode(wav.samples(lowest, seed, milliseconds, "<i2")) end

return wav
