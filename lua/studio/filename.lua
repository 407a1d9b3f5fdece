-- Names that came from a server, made safe to be names of files. SPDX-License-Identifier: MIT
--
-- A name is data of somebody else's: "../../.ssh/authorized_keys", "CON.png", an escape sequence for the terminal.
-- What comes out of here is the base name of a plain, visible file on any system: no folder, no hidden file, no
-- option of a command, nothing that looks like another name than it is. Letters of all scripts stay. That two
-- names differ only in case is for the file system to judge (on macOS they are one).

local filename = {}

-- Bytes: of the 255 that file systems allow some are kept for our own endings (".part.info") and a number.
local MOST, MOST_EXTENSION = 200, 16

-- What a file is called that has no usable name.
local FALLBACK = "download"

local reserved = { con = true, prn = true, aux = true, nul = true, ["conin$"] = true, ["conout$"] = true }
for i = 0, 9 do reserved["com" .. i], reserved["lpt" .. i] = true, true end

-- Marks that turn the direction of writing or have no width: with them "gnp.exe" is shown as "exe.png".
local function is_invisible(c)
  return c < 0x20 or (c >= 0x7F and c < 0xA0) or c == 0xAD or c == 0x61C or c == 0x180E
    or (c >= 0x200B and c <= 0x200F) or (c >= 0x2028 and c <= 0x202E) or (c >= 0x2060 and c <= 0x206F)
    or c == 0xFEFF or (c >= 0xFFF0 and c <= 0xFFFB) or (c >= 0xE0000 and c <= 0xE0FFF)
end

-- Bytes that are no UTF-8 are the Latin-1 that old servers send.
local function to_utf8(text)
  if utf8.len(text) then return text end
  return (text:gsub("[\x80-\xff]", function(c) return utf8.char(c:byte()) end))
end

local function cut(text, most)
  if #text <= most then return text end
  return text:sub(1, utf8.offset(text, 0, most + 1) - 1) -- not in the middle of a character
end

--- Makes a name safe.
---@param name any a string; of anything else comes the fallback
---@param fallback string? when nothing is left of it; default "download"
---@return string
function filename.safe(name, fallback)
  name = type(name) == "string" and to_utf8(name):match "[^/\\]*$" or ""
  local out = {}
  for _, c in utf8.codes(name) do
    if not is_invisible(c) then out[#out + 1] = utf8.char(c) end
  end
  name = table.concat(out):gsub('[<>:"|?*]', "_"):gsub("^[%s%.%-~]+", ""):gsub("[%s%.]+$", "")
  if name == "" then return fallback or FALLBACK end
  if reserved[name:lower():match "^[^.]*":gsub("%s+$", "")] then name = "_" .. name end
  local stem, extension = name:match "^(.+)(%.[^.]*)$"
  if not stem or #extension > MOST_EXTENSION then stem, extension = name, "" end
  if #name > MOST then name = cut(stem, MOST - #extension):gsub("[%s%.]+$", "") .. extension end
  -- ".part" and ".part.info" are what we call the unfinished download of another file
  name = name:gsub("%.([Pp][Aa][Rr][Tt])$", "_%1"):gsub("%.([Pp][Aa][Rr][Tt]%.[Ii][Nn][Ff][Oo])$", "_%1")
  return name
end

-- Where a server says the name --------------------------------------------------------------------

local function decode(text)
  return (text:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end

-- The parameters behind a header's value: ; name=token; name="quoted \" string"
local function parameters(text)
  local found, at = {}, (text:find(";", 1, true) or #text + 1)
  while at <= #text do
    local name, from = text:match("^;%s*([^=;%s]*)%s*=?%s*()", at)
    if not name then break end
    local value
    if text:sub(from, from) == '"' then
      local out, i = {}, from + 1
      while i <= #text and text:sub(i, i) ~= '"' do
        if text:sub(i, i) == "\\" then i = i + 1 end
        out[#out + 1] = text:sub(i, i)
        i = i + 1
      end
      value, at = table.concat(out), i + 1
    else
      value = text:match("^[^;]*", from):gsub("%s+$", "")
      at = from + #text:match("^[^;]*", from)
    end
    name = name:lower()
    if found[name] == nil then found[name] = value end -- the first, as browsers do
    at = text:find(";", at, true) or #text + 1
  end
  return found
end

--- The name in a Content-Disposition: that of filename* (RFC 8187) before filename.
---@param disposition string?
---@return string? name as the server sent it, not safe
function filename.of_disposition(disposition)
  if not disposition then return nil end
  local given = parameters(disposition)
  local charset, text = (given["filename*"] or ""):match "^([^']*)'[^']*'(.*)$"
  charset = charset and charset:lower()
  if charset == "utf-8" or charset == "iso-8859-1" then
    text = decode(text)
    if charset == "utf-8" and utf8.len(text) then return text end
    if charset == "iso-8859-1" then
      return (text:gsub("[\x80-\xff]", function(c) return utf8.char(c:byte()) end))
    end
  end
  return given.filename
end

--- The last segment of a URL's path.
---@param url string
---@return string name not safe
function filename.of_url(url)
  local path = url:match "^%a[%w+.-]*://[^/?#]*([^?#]*)" or url:match "^[^?#]*"
  return decode(path:match "[^/]*$")
end

-- Content types by extension; what is sent is named by them, and what comes without an extension gets one. An unknown
-- type stands under "bin", which is therefore no extension to give.
filename.types = {
  png = "image/png", jpg = "image/jpeg", jpeg = "image/jpeg", gif = "image/gif", webp = "image/webp",
  svg = "image/svg+xml", ktx2 = "image/ktx2",
  wav = "audio/wav", mp3 = "audio/mpeg", mp4 = "video/mp4", webm = "video/webm",
  mov = "video/quicktime", m4a = "audio/mp4", ogg = "audio/ogg", flac = "audio/flac",
  json = "application/json", csv = "text/csv", txt = "text/plain", gltf = "model/gltf+json", glb = "model/gltf-binary",
  bin = "application/octet-stream", zip = "application/zip", pdf = "application/pdf",
}

local extensions = { ["audio/x-wav"] = "wav" }
for extension, kind in pairs(filename.types) do
  if extension ~= "jpeg" and extension ~= "bin" then extensions[kind] = extension end
end

--- A safe name for what an answer brings: the server's own, else the URL's; the content type adds an extension
--- where there is none.
---@param url string
---@param disposition string? Content-Disposition
---@param content_type string?
---@return string
function filename.choose(url, disposition, content_type)
  local name = filename.safe(filename.of_disposition(disposition), "")
  if name == "" then name = filename.safe(filename.of_url(url)) end
  local extension = extensions[(content_type or ""):lower():match "^[^;%s]*"]
  if extension and not name:find "[^.]%.%w+$" then name = name .. "." .. extension end
  return name
end

--- The same name with a number: "a.png" becomes "a-2.png".
---@param name string
---@param n integer
---@return string
function filename.numbered(name, n)
  local stem, extension = name:match "^(.+)(%.%w+)$"
  return ("%s-%d%s"):format(stem or name, n, extension or "")
end

return filename
