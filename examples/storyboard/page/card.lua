--- The card of one shot: what is seen, said and heard in it, its takes and comments. SPDX-License-Identifier: MIT

local html = require "studio.html"

local e = html.element
local card = {}

-- Who said or made something may be written right to left: alone in <bdi>, it turns nothing around it.
local function named(text) return e("bdi", nil, text) end

local function source(shown) return html.file_link(shown.file) end

-- A video, with a picture until it is played.
local function video_of(shown, still, label)
  return e("video", { src = source(shown), poster = still and still.file and source(still), controls = true,
    preload = "metadata", playsinline = true, ["aria-label"] = label })
end

--- A line about what belongs here and is not there.
---@param what string
---@param shown storyboard.Shown
function card.lost(what, shown)
  return e("p", { class = "lost" }, e("b", nil, what .. " " .. shown.missing), shown.why and ": " .. shown.why)
end

--- A box of the size of a picture, in its place.
---@param what string
---@param shown storyboard.Shown
function card.missing(what, shown)
  return e("div", { class = "missing" }, e("b", nil, what .. " " .. shown.missing), e("span", nil, shown.why))
end

--- A video as wide as its column.
card.video = video_of

-- What is seen: the video, or else the image; and what of both is missing.
local function picture(shot, shown)
  local image, video = shown.image, shown.video
  local about = shot.text ~= "" and shot.text or shot.heading
  if video and video.file then
    return { video_of(video, image, about), not image.file and card.lost("Image", image) }
  end
  return {
    image.file and e("img", { src = source(image), alt = about, loading = "lazy" }) or card.missing("Image", image),
    video and card.lost("Video", video),
  }
end

local function voice_of(shown, who)
  if not shown then return nil end
  if not shown.file then return card.lost("Voice", shown) end
  return e("audio", { src = source(shown), controls = true, preload = "metadata",
    ["aria-label"] = "Voice of " .. (who or "somebody") })
end

--- The dialogue blocks of a shot: what one character says in one go. A voice speaks a block.
---@param shot studio.fountain.Shot
---@return { character: string?, [integer]: studio.fountain.Speech }[]
function card.blocks(shot)
  local blocks = {}
  for _, speech in ipairs(shot.dialogue) do
    local last = blocks[#blocks]
    if last and last.character == speech.character then
      last[#last + 1] = speech
    else
      blocks[#blocks + 1] = { character = speech.character, speech }
    end
  end
  return blocks
end

-- One name over all that somebody says in one go, and its sound below.
local function block_of(block, voice)
  local who, first, lines = block.character, block[1], {}
  if who and first.extension then who = who .. " (" .. first.extension .. ")" end
  if who and first.dual == "right" then who = who .. ", at the same time" end
  for i, speech in ipairs(block) do
    lines[i] = {
      speech.parenthetical and e("p", { class = "aside" }, "(" .. speech.parenthetical .. ")") or false,
      e("p", speech.lyrics and { class = "lyrics" }, speech.text),
    }
  end
  return e("div", { class = "speech" }, who and e("p", { class = "who" }, who), lines, voice_of(voice, block.character))
end

local function words(shot, voices)
  local blocks = {}
  for i, block in ipairs(card.blocks(shot)) do blocks[i] = block_of(block, voices[i]) end
  return blocks
end

-- A small picture that leads to the take itself; a box where there is none.
local function thumbnail(take, number)
  if not take.file then return e("div", { class = "none" }, take.missing) end
  local label = "Take " .. number
  return e("a", { href = source(take) },
    take.kind == "video" and e("video", { src = source(take), preload = "metadata", ["aria-label"] = label })
      or e("img", { src = source(take), alt = label, loading = "lazy" }))
end

local function take_of(take, number)
  return e("li", take.is_shown and { class = "shown" }, thumbnail(take, number),
    number .. ". " .. take.kind .. (take.is_shown and ", shown" or ""),
    take.made and { e("br"), take.made }, take.why and { e("br"), take.why })
end

-- All that was ever made for a shot, behind one line, where there is more than what the card shows anyway.
local function takes_of(takes)
  local list, more = {}, false
  for i, take in ipairs(takes) do
    list[i] = take_of(take, i)
    more = more or not take.is_shown
  end
  if not more then return nil end
  return e("details", { class = "takes" }, e("summary", nil, #takes == 1 and "1 take" or #takes .. " takes"),
    e("ol", nil, list))
end

-- What people wrote about the shot, or decided.
local function remarks_of(remarks, label)
  if #remarks == 0 then return nil end
  local list = {}
  for i, remark in ipairs(remarks) do
    local by = remark.author and named(remark.author) or remark.made
    list[i] = e("li", nil, remark.verdict and e("strong", nil, remark.verdict),
      remark.verdict and remark.text and ": ", remark.text, by and e("span", { class = "by" }, by,
      remark.author and remark.made and ", " .. remark.made))
  end
  return e("ul", { class = "comments", ["aria-label"] = label }, list)
end

--- The card of a shot.
---@param shot studio.fountain.Shot
---@param shown storyboard.ShownShot
---@return studio.html.Element
function card.render(shot, shown)
  local notes = {}
  for i, note in ipairs(shot.notes) do notes[i] = e("p", { class = "note" }, note) end
  return e("figure", { id = "shot-" .. shot.index }, picture(shot, shown),
    e("figcaption", nil,
      e("span", { class = "tag" }, string.format("%d.%d", shot.scene, shot.shot)),
      shot.text ~= "" and e("p", { class = "text" }, shot.text),
      words(shot, shown.voices or {}), notes,
      shot.transition and e("p", { class = "transition" }, shot.transition),
      takes_of(shown.takes or {}), remarks_of(shown.reviews or {}, "Reviews"),
      remarks_of(shown.comments or {}, "Comments")))
end

return card
