-- FLAC frames that hold their samples as they are: sound that may stand in an MP4. SPDX-License-Identifier: MIT
--
-- (Names are those of RFC 9639. Mono, 16 bits, 16 kHz; subframes are of the type VERBATIM, so nothing is compressed.)

local flac = { rate = 16000, block = 4096 }

-- The table of a check sum, a byte at a time.
local function table_of(width, polynomial)
  local top, mask, out = 1 << (width - 1), (1 << width) - 1, {}
  for byte = 0, 255 do
    local sum = byte << (width - 8)
    for _ = 1, 8 do sum = (sum & top ~= 0 and sum << 1 ~ polynomial or sum << 1) & mask end
    out[byte] = sum
  end
  return out
end

local CRC8, CRC16 = table_of(8, 0x07), table_of(16, 0x8005)

local function crc8(text)
  local sum = 0
  for i = 1, #text do sum = CRC8[sum ~ text:byte(i)] end
  return sum
end

local function crc16(text)
  local sum = 0
  for i = 1, #text, 64 do
    for _, byte in ipairs { text:byte(i, i + 63) } do sum = (sum << 8 ~ CRC16[sum >> 8 ~ byte]) & 0xFFFF end
  end
  return sum
end

--- What stands before the frames (the block STREAMINFO).
---@param samples integer
---@return string
function flac.head(samples)
  return (">BI3I2I2I3I3I8"):pack(0x80, 34, flac.block, flac.block, 0, 0, flac.rate << 44 | 15 << 36 | samples)
    .. ("\0"):rep(16)
end

--- The frames.
---@param pcm string  samples of 16 bits, the higher byte first
---@return string[]
function flac.frames(pcm)
  local frames, bytes = {}, flac.block * 2
  for number = 0, (#pcm + bytes - 1) // bytes - 1 do
    local part = pcm:sub(number * bytes + 1, number * bytes + bytes)
    local head = "\xFF\xF8\x75\x08" .. utf8.char(number) .. (">I2"):pack(#part // 2 - 1)
    local frame = head .. string.char(crc8(head)) .. "\2" .. part
    frames[number + 1] = frame .. (">I2"):pack(crc16(frame))
  end
  return frames
end

return flac
