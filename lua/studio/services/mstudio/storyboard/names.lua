-- The names of a storyboard's files: images, videos, sounds, film. SPDX-License-Identifier: MIT

local names = {}

-- The Latin letters that headings have most often; others simply drop out of a name.
local PLAIN <const> = {
  a = "àáâãäåāăą", c = "çćčĉ", d = "ďđð", e = "èéêëēėęě", g = "ğĝ", i = "ìíîïīįı", l = "ł", n = "ñńň",
  o = "òóôõöøōő", r = "řŕ", s = "śšşș", t = "ťțţ", u = "ùúûüūůűų", y = "ýÿ", z = "źżž", ss = "ß", ae = "æ", oe = "œ",
  A = "ÀÁÂÃÄÅĀĂĄ", C = "ÇĆČĈ", D = "ĎĐÐ", E = "ÈÉÊËĒĖĘĚ", G = "ĞĜ", I = "ÌÍÎÏĪĮİ", L = "Ł", N = "ÑŃŇ",
  O = "ÒÓÔÕÖØŌŐ", R = "ŘŔ", S = "ŚŠŞȘ", T = "ŤȚŢ", U = "ÙÚÛÜŪŮŰŲ", Y = "ÝŸ", Z = "ŹŻŽ", AE = "Æ", OE = "Œ",
}
local letters = {}
for plain, list in pairs(PLAIN) do
  for _, c in utf8.codes(list) do letters[utf8.char(c)] = plain end
end

--- Words of a text as they may stand in any file name: "EXT. CAFÉ - DAY" becomes "ext-cafe-day".
---@param text string
---@param fallback string? when nothing is left; default "shot"
---@return string  at most 40 characters of a-z, 0-9 and "-"
function names.slug(text, fallback)
  local slug = text:gsub(utf8.charpattern, letters):lower():gsub("[^a-z0-9]+", "-"):sub(1, 40)
  slug = slug:gsub("^%-+", ""):gsub("%-+$", "")
  return slug ~= "" and slug or fallback or "shot"
end

--- The name of a shot's files without folder and extension: "03-012-ext-cafe-day" (scene, shot, heading). Numbers
--- have the same width over a storyboard, so that a folder lists its files in order.
---@param shot studio.fountain.Shot
---@param last studio.fountain.Shot the last one of all
---@return string
function names.stem(shot, last)
  local scene_width, shot_width = math.max(2, #tostring(last.scene)), math.max(3, #tostring(last.index))
  return string.format("%0" .. scene_width .. "d-%0" .. shot_width .. "d-%s", shot.scene, shot.index,
    names.slug(shot.heading ~= "" and shot.heading or shot.text))
end

--- The same of a dialogue block: "03-012-ext-cafe-day-1-anna".
---@param stem string of the shot
---@param speech studio.mstudio.storyboard.speech
---@return string
function names.speech(stem, speech)
  return ("%s-%d-%s"):format(stem, speech.index, names.slug(speech.character or "", "song"))
end

return names
