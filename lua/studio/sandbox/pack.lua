-- Checksums, gzip and zip, in plain Lua: what is packed is stored, not made smaller. SPDX-License-Identifier: MIT

local pack = {}

local crc_table = {}
for i = 0, 255 do
  local c = i
  for _ = 1, 8 do c = (c & 1 == 1) and (0xEDB88320 ~ (c >> 1)) or (c >> 1) end
  crc_table[i] = c
end

--- The CRC-32 of PNG, gzip and zip.
function pack.crc32(s)
  local c = 0xFFFFFFFF
  for i = 1, #s, 64 do
    local bytes = { s:byte(i, i + 63) }
    for k = 1, #bytes do c = crc_table[(c ~ bytes[k]) & 0xFF] ~ (c >> 8) end
  end
  return c ~ 0xFFFFFFFF
end

--- A deflate stream of stored blocks, 65535 bytes at most in each.
function pack.deflate(data)
  local out = {}
  for i = 1, math.max(1, #data), 65535 do
    local piece = data:sub(i, i + 65534)
    local final = i + 65535 > #data and 1 or 0
    out[#out + 1] = ("<BI2I2"):pack(final, #piece, ~#piece & 0xFFFF) .. piece
  end
  return table.concat(out)
end

--- One gzip member.
function pack.gzip(data)
  return "\x1f\x8b\x08\0\0\0\0\0\0\xff" .. pack.deflate(data) .. ("<I4I4"):pack(pack.crc32(data), #data & 0xFFFFFFFF)
end

local UTF8_NAMES, DEFLATED = 0x800, 8
local DATE = (2026 - 1980) << 9 | 11 << 5 | 22 -- every archive of the same files is the same bytes

--- A zip archive.
---@param files { name: string, data: string }[]
---@return string
function pack.zip(files)
  local out, directory, at = {}, {}, 0
  for _, file in ipairs(files) do
    local packed = pack.deflate(file.data)
    local common = ("<I2I2I2I2I2I4I4I4I2I2"):pack(20, UTF8_NAMES, DEFLATED, 0, DATE, pack.crc32(file.data), #packed,
      #file.data, #file.name, 0)
    directory[#directory + 1] = "PK\1\2" .. ("<I2"):pack(20) .. common .. ("<I2I2I2I4I4"):pack(0, 0, 0, 0, at)
      .. file.name
    out[#out + 1] = "PK\3\4" .. common .. file.name .. packed
    at = at + #out[#out]
  end
  local listing = table.concat(directory)
  return table.concat(out) .. listing
    .. "PK\5\6" .. ("<I2I2I2I2I4I4I2"):pack(0, 0, #files, #files, #listing, at, 0)
end

return pack
