--- Files of a storyboard: safe names, folders, whole-or-nothing writes. SPDX-License-Identifier: MIT

local process = require "storyboard.process"

local files = {}

-- The Latin letters that headings have most often; others simply drop out of a name.
local PLAIN = {
  a = "àáâãäåāăą", c = "çćčĉ", d = "ďđð", e = "èéêëēėęě", g = "ğĝ", i = "ìíîïīįı", l = "ł", n = "ñńň",
  o = "òóôõöøōő", r = "řŕ", s = "śšşș", t = "ťțţ", u = "ùúûüūůűų", y = "ýÿ", z = "źżž", ss = "ß", ae = "æ", oe = "œ",
  A = "ÀÁÂÃÄÅĀĂĄ", C = "ÇĆČĈ", D = "ĎĐÐ", E = "ÈÉÊËĒĖĘĚ", G = "ĞĜ", I = "ÌÍÎÏĪĮİ", L = "Ł", N = "ÑŃŇ",
  O = "ÒÓÔÕÖØŌŐ", R = "ŘŔ", S = "ŚŠŞȘ", T = "ŤȚŢ", U = "ÙÚÛÜŪŮŰŲ", Y = "ÝŸ", Z = "ŹŻŽ", AE = "Æ", OE = "Œ",
}
local LETTERS = {}
for plain, letters in pairs(PLAIN) do
  for _, c in utf8.codes(letters) do LETTERS[utf8.char(c)] = plain end
end

--- Words of a text as they may stand in any file name: "EXT. CAFÉ - DAY" becomes "ext-cafe-day".
---@param text string
---@return string  at most 40 characters of a-z, 0-9 and "-"; "shot" when nothing is left
function files.slug(text)
  local slug = text:gsub(utf8.charpattern, LETTERS):lower():gsub("[^a-z0-9]+", "-"):sub(1, 40)
  slug = slug:gsub("^%-+", ""):gsub("%-+$", "")
  return slug ~= "" and slug or "shot"
end

--- The name of a shot's image without its extension: "03-012-ext-cafe-day" (scene, shot, heading). Numbers
--- have the same width over a storyboard, so that a folder lists its images in order.
---@param shot studio.fountain.Shot
---@param shots studio.fountain.Shot[]  all of them
---@return string
function files.stem(shot, shots)
  local last = shots[#shots]
  local scene_width, shot_width = math.max(2, #tostring(last.scene)), math.max(3, #tostring(last.index))
  return string.format("%0" .. scene_width .. "d-%0" .. shot_width .. "d-%s", shot.scene, shot.index,
    files.slug(shot.heading ~= "" and shot.heading or shot.text))
end

local MAGIC = {
  { "^\x89PNG\r\n\x1A\n", "png" }, { "^\xFF\xD8\xFF", "jpg" }, { "^GIF8", "gif" }, { "^RIFF....WEBP", "webp" },
}

--- The extension that belongs to the bytes of an image; nil when they are none (an error page, say).
---@param path string
---@return string?
function files.image_type(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local head = file:read(16) or ""
  file:close()
  for _, magic in ipairs(MAGIC) do
    if head:find(magic[1]) then return magic[2] end
  end
end

--- Makes a folder and those above it.
---@param path string
---@return boolean? ok
---@return string? message
function files.make_folder(path)
  local pipe = assert(io.popen("mkdir -p -- " .. process.quote(path) .. " 2>&1"))
  local said = pipe:read "a"
  if not pipe:close() then return nil, "cannot make the folder " .. path .. ": " .. said:gsub("%s+$", "") end
  -- now, and not when what should go into it was paid for
  local probe, why = io.open(path .. "/.writable", "w")
  if not probe then return nil, "cannot write into the folder " .. path .. ": " .. tostring(why) end
  probe:close()
  os.remove(path .. "/.writable")
  return true
end

---@param path string
---@return boolean
function files.exists(path)
  local file = io.open(path, "rb")
  return file ~= nil and file:close() and true
end

---@param path string
---@return string? text
---@return string? message
function files.read(path)
  local file, message = io.open(path, "rb")
  if not file then return nil, message end
  local text, why = file:read("a")
  file:close()
  return text, why and path .. ": " .. why
end

--- Writes a file so that `path` is at every moment either the old or the new one, whole.
---@param path string
---@param text string
---@return boolean? ok
---@return string? message
function files.write(path, text)
  local file, message = io.open(path .. ".new", "wb")
  if not file then return nil, message end
  local ok, why = file:write(text)
  local closed, why_closed = file:close()
  if not ok or not closed then
    os.remove(path .. ".new")
    return nil, path .. ": " .. (why or why_closed or "cannot write")
  end
  return os.rename(path .. ".new", path)
end

return files
