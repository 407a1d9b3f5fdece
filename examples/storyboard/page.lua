--- storyboard.html: the shots in order with heading, script, words and image. SPDX-License-Identifier: MIT

local fountain = require "studio.fountain"
local html = require "studio.html"

local e = html.element
local page = {}

local STYLE = [[
:root { --paper: #f6f4ef; --card: #fff; --ink: #23211d; --soft: #6d675d; --line: #dcd7cc;
  --accent: #a4452c; --shade: rgba(40, 30, 10, .12); }
@media (prefers-color-scheme: dark) {
  :root { --paper: #161614; --card: #211f1d; --ink: #e9e5dc; --soft: #a09a8d; --line: #38352f;
    --accent: #e58b6c; --shade: rgba(0, 0, 0, .5); }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 92rem; padding: 2.5rem 1.5rem 4rem; background: var(--paper);
  color: var(--ink); font: 16px/1.5 "Iowan Old Style", Charter, Georgia, serif; }
header { border-bottom: 3px double var(--line); padding-bottom: 1.5rem; }
h1 { font-size: clamp(1.9rem, 5vw, 3.2rem); line-height: 1.1; margin: 0 0 .4rem; letter-spacing: .02em; }
.byline { margin: 0; color: var(--soft); white-space: pre-line; }
.facts { margin: 1rem 0 0; font: .85rem/1.5 system-ui, sans-serif; color: var(--soft); }
.facts b { color: var(--ink); }
.bad, .facts .bad { color: var(--accent); }
nav ol { columns: 20rem; margin: 1.2rem 0 0; padding-left: 1.6rem; font: .85rem/1.7 system-ui, sans-serif; }
nav a { color: inherit; text-decoration: none; border-bottom: 1px solid var(--line); }
nav a:hover, nav a:focus { border-color: var(--accent); color: var(--accent); }
section { margin-top: 3rem; }
h2 { font: 700 1rem/1.3 "Courier Prime", "Courier New", monospace; letter-spacing: .06em; margin: 0 0 1rem;
  padding: .5rem 0; border-bottom: 1px solid var(--line); display: flex; gap: 1rem; overflow-wrap: anywhere; }
h2 .number { color: var(--accent); }
.shots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(19rem, 100%), 1fr));
  gap: 1.4rem; }
figure { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 6px;
  overflow: hidden; box-shadow: 0 2px 8px var(--shade); display: flex; flex-direction: column; break-inside: avoid; }
figure img, .missing { display: block; width: 100%; aspect-ratio: 16 / 9; object-fit: cover;
  background: var(--line); }
.missing { display: flex; flex-direction: column; align-items: center; justify-content: center; gap: .4rem;
  padding: 1rem; text-align: center; font: .85rem/1.4 system-ui, sans-serif; color: var(--soft);
  overflow: auto; overflow-wrap: anywhere;
  background: repeating-linear-gradient(135deg, var(--card) 0 12px, var(--paper) 12px 24px); }
.missing b { color: var(--accent); }
figcaption { padding: .8rem 1rem 1rem; overflow-wrap: anywhere; }
.tag { float: right; margin-left: .6rem; font: .75rem/1.9 system-ui, sans-serif; color: var(--soft); }
.text { margin: 0; white-space: pre-line; }
.speech { margin: .9rem auto 0; max-width: 24rem;
  font: .85rem/1.45 "Courier Prime", "Courier New", monospace; }
.speech p { margin: 0; white-space: pre-line; padding: 0 8%; }
.speech .who { text-align: center; font-weight: 700; }
.speech .aside { text-align: center; color: var(--soft); }
.lyrics { font-style: italic; }
.note { margin: .9rem 0 0; padding-left: .7rem; border-left: 3px solid var(--accent); font-size: .88rem;
  color: var(--soft); white-space: pre-line; }
.transition { margin: 1rem 0 0; text-align: right; font: .85rem "Courier Prime", "Courier New", monospace; }
footer { margin-top: 3.5rem; border-top: 3px double var(--line); padding-top: 1rem;
  font: .8rem/1.6 system-ui, sans-serif; color: var(--soft); }
@media print { body { max-width: none; } nav { display: none; } figure { box-shadow: none; } }
]]

-- What is shown in place of an image that is not there: a word, and the reason where there is one.
local MISSING = {
  new = "not asked for yet", submitting = "unknown", submitted = "still being made", unknown = "unknown",
  failed = "failed",
}
local REASON = {
  submitting = "The run was cut off while it asked for this image.",
  submitted = "Run the script again to fetch it.",
}

local function picture(shot, entry)
  if entry.step == "done" then
    local alt = shot.text ~= "" and shot.text or shot.heading
    return e("img", { src = html.file_link(entry.image), alt = alt, loading = "lazy" })
  end
  return e("div", { class = "missing" }, e("b", nil, "Image " .. MISSING[entry.step]),
    e("span", nil, entry.error or REASON[entry.step]))
end

local function speech_block(speech)
  local who = speech.character
  if who and speech.extension then who = who .. " (" .. speech.extension .. ")" end
  if who and speech.dual == "right" then who = who .. ", at the same time" end
  return e("div", { class = "speech" },
    who and e("p", { class = "who" }, who),
    speech.parenthetical and e("p", { class = "aside" }, "(" .. speech.parenthetical .. ")"),
    e("p", speech.lyrics and { class = "lyrics" }, speech.text))
end

local function shot_card(shot, entry)
  local caption = { e("span", { class = "tag" }, string.format("%d.%d", shot.scene, shot.shot)) }
  if shot.text ~= "" then caption[#caption + 1] = e("p", { class = "text" }, shot.text) end
  local last_speaker
  for _, speech in ipairs(shot.dialogue) do
    -- one name over all that somebody says in one go
    local shown = speech
    if speech.character and speech.character == last_speaker then
      shown = { parenthetical = speech.parenthetical, text = speech.text, lyrics = speech.lyrics }
    end
    last_speaker = speech.character
    caption[#caption + 1] = speech_block(shown)
  end
  for _, note in ipairs(shot.notes) do caption[#caption + 1] = e("p", { class = "note" }, note) end
  if shot.transition then caption[#caption + 1] = e("p", { class = "transition" }, shot.transition) end
  return e("figure", { id = "shot-" .. shot.index }, picture(shot, entry), e("figcaption", nil, caption))
end

local function scene_title(shot)
  if shot.scene == 0 then return "Before the first scene" end
  return shot.heading
end

-- Scenes in order, each with the cards of its shots, and their list for the top of the page.
local function scenes(shots, entries)
  local sections, list = {}, {}
  local i = 1
  while shots[i] do
    local first, cards = shots[i], {}
    repeat
      cards[#cards + 1] = { shot_card(shots[i], entries[i]), "\n" }
      i = i + 1
    until not shots[i] or shots[i].scene ~= first.scene
    local id, number = "scene-" .. first.scene, first.number or first.scene
    list[#list + 1] = e("li", { value = first.scene }, e("a", { href = "#" .. id }, scene_title(first)))
    sections[#sections + 1] = { e("section", { id = id },
      e("h2", nil, e("span", { class = "number" }, number), e("span", nil, scene_title(first))),
      e("div", { class = "shots" }, "\n", cards)), "\n" }
  end
  return sections, list
end

local function facts(shots, entries)
  local count, last = {}, shots[#shots].scene
  for _, entry in ipairs(entries) do count[entry.step] = (count[entry.step] or 0) + 1 end
  local done = count.done or 0
  local line = { e("b", nil, #shots), #shots == 1 and " frame in " or " frames in ",
    e("b", nil, last), last == 1 and " scene, " or " scenes, ",
    e("b", nil, done), done == 1 and " image" or " images" }
  for _, step in ipairs { "failed", "unknown", "submitting", "submitted", "new" } do
    if count[step] then
      line[#line + 1] = { ", ", e("span", { class = "bad" }, count[step] .. " " .. MISSING[step]) }
    end
  end
  return e("p", { class = "facts" }, line)
end

--- The page of a storyboard.
---@param script studio.fountain.Script
---@param shots studio.fountain.Shot[]
---@param entries storyboard.Entry[]  what became of each shot
---@param service string  who made the images
---@return string html
function page.render(script, shots, entries, service)
  local title = script.title
  local name = fountain.plain(title.title or "Untitled"):gsub("%s*\n%s*", " ")
  local byline = {}
  for _, key in ipairs { "credit", "author", "draft date" } do
    if title[key] then byline[#byline + 1] = fountain.plain(title[key]):gsub("%s*\n%s*", ", ") end
  end
  local sections, list = scenes(shots, entries)
  return html.document {
    title = name .. " - storyboard", style = STYLE,
    body = {
      e("header", nil,
        e("h1", nil, name),
        byline[1] and e("p", { class = "byline" }, table.concat(byline, " · ")),
        facts(shots, entries),
        e("nav", { ["aria-label"] = "Scenes" }, e("ol", nil, list))), "\n",
      e("main", nil, "\n", sections), "\n",
      e("footer", nil, "Made with lua-studio; the images were generated by ", service, "."),
    },
  }
end

return page
