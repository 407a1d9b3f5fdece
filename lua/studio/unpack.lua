-- Packed files (gzip, zip), read piece by piece. SPDX-License-Identifier: MIT
--
-- A file that is neither is read as it is, so that a caller need not know what a server sends today.
-- What a file is, its first bytes say, whatever a server called it. Unpacking is lua-zlib's, which is wanted only when
-- something packed comes. Checksums and sizes are compared, and a file that ends too early is an error, so what was
-- read to its end is whole. Names in an archive are a stranger's: see studio.filename.

local pieces = require "studio.pieces"

local unpack = {}

-- Bytes of packed text that are unpacked at once: a thousand times as many may come of them.
local PIECE = 4096

-- Bytes that a file may unpack to, unless the caller says otherwise.
local MOST = 64 << 30

-- Bytes that the list of an archive may take; and what stands behind it: its end, and a comment.
local LIST_MOST, END, COMMENT_MOST = 16 << 20, 22, 65535

local DAMAGED = "the packed file is damaged"
local CUT = "the packed file ends too early"

-- The one of the modules called zlib that is meant here.
local function library()
  local found, zlib = pcall(require, "zlib")
  if found and type(zlib) == "table" and tostring(zlib._VERSION):find "^lua%-zlib" then return zlib end
  return nil, "it is packed, and lua-zlib, which would unpack it, is not installed", "no_zlib"
end

-- Streams -----------------------------------------------------------------------------------------

-- Counts what comes out of an archive, all readers together.
local function counted(budget, text)
  budget.left = budget.left - #text
  if budget.left >= 0 then return text end
  return nil, ("it unpacks to more than %d bytes"):format(budget.most)
end

-- One deflated stream out of `read`. `bits` is zlib's word for what is around it: 31 gzip, -15 nothing. At its end the
-- reader gives nil, nil and what was read beyond it.
local function inflated(zlib, read, bits, budget)
  local stream, fed, over = zlib.inflate(bits), 0, nil
  return function()
    while not over do
      local piece, why = read()
      if not piece then return nil, why or CUT end
      fed = fed + #piece
      local ok, text, ended, used = pcall(stream, piece)
      if not ok then return nil, DAMAGED end
      if ended then over = piece:sub(#piece - (fed - used) + 1) end
      if text ~= "" then return counted(budget, text) end
    end
    return nil, nil, over
  end
end

-- A gzip file is one stream after the other; zeros may fill it up.
local function gzip(zlib, file, budget)
  local read, left = pieces.of_file(file, PIECE), ""
  local function pull()
    local piece, why = left, nil
    left = ""
    if piece == "" then piece, why = read() end
    return piece, why
  end
  local stream = inflated(zlib, pull, 31, budget)
  return function()
    while true do
      local text, why, beyond = stream()
      if text or why then return text, why end
      if not beyond then return nil end
      left, why = pieces.more(beyond, read, 2)
      if not left then return nil, why end
      if not left:find "[^\0]" then return nil end -- a part of zeros, or the end: padding is the last thing
      if left:sub(1, 2) ~= "\x1f\x8b" then return nil, DAMAGED end
      stream = inflated(zlib, pull, 31, budget)
    end
  end
end

-- Archives ----------------------------------------------------------------------------------------

local function read_at(file, at, size)
  assert(file:seek("set", at))
  local bytes = size > 0 and file:read(size) or ""
  assert(bytes and #bytes == size, "short")
  return bytes
end

-- Where the archive's list is, and how long: its end says so, or, in large archives, an older sister of that.
local function find_list(file)
  local size = assert(file:seek "end")
  local tail = read_at(file, math.max(0, size - END - COMMENT_MOST), math.min(size, END + COMMENT_MOST))
  local at
  for i = #tail - END + 1, 1, -1 do
    if tail:sub(i, i + 3) == "PK\5\6" and ("<I2"):unpack(tail, i + 20) <= #tail - i + 1 - END then
      at = i
      break
    end
  end
  assert(at, "no end")
  local length, from = ("<I4I4"):unpack(tail, at + 12)
  local before = size - #tail + at - 1 - 20
  if before >= 0 and read_at(file, before, 4) == "PK\6\7" then
    local far = ("<I8"):unpack(read_at(file, before + 8, 8))
    assert(read_at(file, far, 4) == "PK\6\6", "no end")
    length, from = ("<I8I8"):unpack(read_at(file, far + 40, 16))
  end
  assert(length >= 0 and length <= LIST_MOST and from >= 0, "list")
  return read_at(file, from, length)
end

-- Sizes and place that did not fit into four bytes, out of an entry's extra fields.
local function widen(entry, extra)
  local at = 1
  while at + 3 <= #extra do
    local id, size = ("<I2I2"):unpack(extra, at)
    at = at + 4
    if id == 1 then
      local from = at
      for _, field in ipairs { "size", "packed", "at" } do
        if entry[field] == 0xFFFFFFFF then entry[field], from = ("<I8"):unpack(extra, from) end
      end
    end
    at = at + size
  end
end

-- The files of an archive; folders are none.
local function read_list(file)
  local list, at, found = find_list(file), 1, {}
  while list:sub(at, at + 3) == "PK\1\2" do
    local entry = {}
    local name, extra, comment
    entry.flags, entry.method, entry.crc, entry.packed, entry.size, name, extra, comment =
      ("<I2I2xxxxI4I4I4I2I2I2"):unpack(list, at + 8)
    entry.at = ("<I4"):unpack(list, at + 42)
    at = at + 46
    assert(at + name + extra + comment - 1 <= #list, "list")
    entry.name = list:sub(at, at + name - 1)
    widen(entry, list:sub(at + name, at + name + extra - 1))
    assert(entry.size >= 0 and entry.packed >= 0 and entry.at >= 0, "list")
    if entry.name:sub(-1) ~= "/" then found[#found + 1] = entry end
    at = at + name + extra + comment
  end
  return found
end

-- The packed bytes of an entry, whoever else reads the file meanwhile.
local function bytes_of(file, entry)
  local name, extra = ("<I2I2"):unpack(read_at(file, entry.at + 26, 4))
  local at, left = entry.at + 30 + name + extra, entry.packed
  return function()
    if left == 0 then return nil end
    file:seek("set", at)
    local piece, why = file:read(math.min(PIECE, left))
    if not piece then return nil, why or CUT end
    at, left = at + #piece, left - #piece
    return piece
  end
end

-- One entry, whose size and checksum must be those of the list.
local function zip(zlib, file, entry, budget)
  if entry.flags & 1 == 1 then return nil, "it is encrypted" end
  if entry.method ~= 0 and entry.method ~= 8 then
    return nil, ("it is packed in a way that is not known here (method %d)"):format(entry.method)
  end
  local ok, bytes = pcall(bytes_of, file, entry)
  if not ok then return nil, DAMAGED end
  local read = entry.method == 8 and inflated(zlib, bytes, -15, budget) or function()
    local piece, why = bytes()
    if not piece then return nil, why end
    return counted(budget, piece)
  end
  local checksum, crc, size = zlib.crc32(), 0, 0
  return function()
    local text, why = read()
    if text then
      crc, size = checksum(text), size + #text
      return text
    end
    if why then return nil, why end
    if crc ~= entry.crc or size ~= entry.size then return nil, DAMAGED end
    return nil
  end
end

-- What users hold ---------------------------------------------------------------------------------

---@class studio.unpacked
---@field kind string "plain", "gzip" or "zip"
---@field names string[] of the files in an archive, as they stand there; not safe. Else one name, which is empty.
local methods = {}
local Unpacked = { __name = "studio.unpacked", __index = methods }

--- Opens a file.
---@param path string
---@param options { max_bytes: integer? }? what it may unpack to, at the most, all parts together; default 64 GiB
---@return studio.unpacked? unpacked
---@return string? why
---@return string? code "no_zlib": lua-zlib is not installed
function unpack.open(path, options)
  local file, why = io.open(path, "rb")
  if not file then return nil, why end
  local most = options and options.max_bytes or MOST
  local self = setmetatable({ file = file, kind = "plain", names = { "" }, budget = { most = most, left = most } },
    Unpacked)
  local first = file:read(4) or ""
  file:seek("set", 0)
  if first:sub(1, 2) == "\x1f\x8b" then self.kind = "gzip" end
  if first == "PK\3\4" or first == "PK\5\6" then self.kind = "zip" end
  if self.kind == "plain" then return self end
  local code
  self.zlib, why, code = library()
  if self.zlib and self.kind == "zip" then
    local ok, entries = pcall(read_list, file)
    if ok then
      self.entries, self.names = entries, {}
      for i, entry in ipairs(entries) do self.names[i] = entry.name end
    else
      why = DAMAGED
    end
  end
  if why then
    file:close()
    return nil, why, code
  end
  return self
end

--- Reads one of the parts. Parts of an archive may be read side by side.
---@param which integer? as in `names`; default 1
---@return (fun(): string?, string?)? read the next piece; nil at the end; nil, why when the rest cannot be had
---@return string? why
function methods:reader(which)
  if self.kind == "zip" then return zip(self.zlib, self.file, self.entries[which or 1], self.budget) end
  self.file:seek("set", 0)
  if self.kind == "gzip" then return gzip(self.zlib, self.file, self.budget) end
  return pieces.of_file(self.file)
end

--- Closes the file. A second time does nothing.
function methods:close()
  if self.file then self.file:close() end
  self.file = nil
end

Unpacked.__close = methods.close
Unpacked.__gc = methods.close

return unpack
