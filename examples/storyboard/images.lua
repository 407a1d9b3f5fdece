--- The names of a storyboard's images, and what is in them. SPDX-License-Identifier: MIT

local images = {}

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
function images.slug(text)
  local slug = text:gsub(utf8.charpattern, LETTERS):lower():gsub("[^a-z0-9]+", "-"):sub(1, 40)
  slug = slug:gsub("^%-+", ""):gsub("%-+$", "")
  return slug ~= "" and slug or "shot"
end

--- The name of a shot's image without its extension: "03-012-ext-cafe-day" (scene, shot, heading). Numbers
--- have the same width over a storyboard, so that a folder lists its images in order.
---@param shot studio.fountain.Shot
---@param shots studio.fountain.Shot[]  all of them
---@return string
function images.stem(shot, shots)
  local last = shots[#shots]
  local scene_width, shot_width = math.max(2, #tostring(last.scene)), math.max(3, #tostring(last.index))
  return string.format("%0" .. scene_width .. "d-%0" .. shot_width .. "d-%s", shot.scene, shot.index,
    images.slug(shot.heading ~= "" and shot.heading or shot.text))
end

local MAGIC = {
  { "^\x89PNG\r\n\x1A\n", "png" }, { "^\xFF\xD8\xFF", "jpg" }, { "^GIF8", "gif" }, { "^RIFF....WEBP", "webp" },
}

--- The extension that belongs to the bytes of an image; nil when they are none (an error page, say).
---@param path string
---@return string?
function images.image_type(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local head = file:read(16) or ""
  file:close()
  for _, magic in ipairs(MAGIC) do
    if head:find(magic[1]) then return magic[2] end
  end
end

return images
