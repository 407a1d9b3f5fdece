--- storyboard.html: the film, then the shots in order with all that was made for them. SPDX-License-Identifier: MIT
--
-- One file that needs no network, beside the media that it shows. Words come from a screenplay, comments and
-- reasons from a server: all of them pass through studio.html, where text cannot become markup.

local card = require "storyboard.page.card"
local fountain = require "studio.fountain"
local html = require "studio.html"
local style = require "storyboard.page.style"

local e = html.element
local page = {}

---@class storyboard.Shown  one thing that was to be made
---@field file? string     where it lies, seen from the page
---@field missing? string  without a file: what became of it, in a word or two ("failed", "not asked for yet")
---@field why? string      and the reason, or what to do about it

---@class storyboard.Take: storyboard.Shown
---@field kind string      "image", "video"
---@field made? string     when, for people
---@field is_shown? boolean  it is the one that the card shows

---@class storyboard.ShownShot
---@field image storyboard.Shown
---@field video? storyboard.Shown     nil: none was wanted
---@field voices? table<integer, storyboard.Shown>  by the index of the dialogue block
---@field takes? storyboard.Take[]
---@field comments? { text: string, author: string?, made: string? }[]
---@field reviews? { verdict: string?, text: string?, author: string?, made: string? }[]

local function counted(n, thing) return { e("b", nil, n), " " .. thing .. (n == 1 and "" or "s") } end

-- Everything that a shot should have: what it is, its state, and whose it is.
local function things_of(shot, shown)
  local things = { { "image", shown.image } }
  if shown.video then things[2] = { "video", shown.video } end
  for i, block in ipairs(card.blocks(shot)) do
    local voice = shown.voices and shown.voices[i]
    if voice then things[#things + 1] = { "voice", voice, block.character } end
  end
  return things
end

local function line(address, name, what, shown)
  return e("li", nil, e("a", { href = address }, name), what, " ", shown.missing, shown.why and { ": ", shown.why })
end

-- How much of each is there, and a line about each thing that is not.
local function survey(shots, shown, film)
  local there, missing = { image = 0, video = 0, voice = 0 }, {}
  if film and not film.file then missing[1] = line("#film", "The film", nil, film) end
  for i, shot in ipairs(shots) do
    for _, thing in ipairs(things_of(shot, shown[i])) do
      local what, state, whose = thing[1], thing[2], thing[3]
      if state.file then
        there[what] = there[what] + 1
      else
        missing[#missing + 1] = line("#shot-" .. shot.index, ("Shot %d.%d"):format(shot.scene, shot.shot),
          ", " .. what .. (whose and " of " .. whose or ""), state)
      end
    end
  end
  return there, missing
end

local function facts(shots, there, missing)
  local parts = { counted(#shots, "frame"), " in ", counted(shots[#shots].scene, "scene"), ", ",
    counted(there.image, "image") }
  for _, what in ipairs { "video", "voice" } do
    if there[what] > 0 then parts[#parts + 1] = { ", ", counted(there[what], what) } end
  end
  if #missing > 0 then parts[#parts + 1] = { ", ", e("span", { class = "bad" }, #missing .. " missing") } end
  return e("p", { class = "facts" }, parts)
end

local function failures(missing, stopped)
  local list = {}
  if stopped then list[1] = e("p", { class = "failures" }, e("b", { class = "bad" }, "Stopped: "), stopped) end
  if #missing > 0 then
    local title = "What is missing, and why" .. (#missing > 1 and (" (%d)"):format(#missing) or "")
    list[#list + 1] = e("details", { class = "failures", open = #missing <= 10 }, e("summary", nil, title),
      e("ul", nil, missing))
  end
  return list
end

-- A film that is not there needs no more room than its reason does.
local function film_of(film, first)
  if not film then return nil end
  return e("section", { id = "film", ["aria-label"] = "The film" },
    film.file and card.video(film, first, "The film") or card.lost("Film", film))
end

local function scene_title(shot)
  if shot.scene == 0 then return "Before the first scene" end
  return shot.heading
end

-- Scenes in order, each with the cards of its shots, and their list for the top of the page.
local function scenes(shots, shown)
  local sections, list = {}, {}
  local i = 1
  while shots[i] do
    local first, cards = shots[i], {}
    repeat
      cards[#cards + 1] = { card.render(shots[i], shown[i]), "\n" }
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

local function byline_of(title)
  local byline = {}
  for _, key in ipairs { "credit", "author", "draft date" } do
    if title[key] then byline[#byline + 1] = fountain.plain(title[key]):gsub("%s*\n%s*", ", ") end
  end
  return byline[1] and e("p", { class = "byline" }, table.concat(byline, " · "))
end

--- The page of a storyboard.
---@param board { script: studio.fountain.Script, shots: studio.fountain.Shot[], shown: storyboard.ShownShot[],
---  film: storyboard.Shown?, stopped: string?, service: string }  shown: for each shot; stopped: what ended the run
---  early; service: who made what is shown
---@return string html
function page.render(board)
  local shots, shown, title = board.shots, board.shown, board.script.title
  local name = fountain.plain(title.title or "Untitled"):gsub("%s*\n%s*", " ")
  local sections, list = scenes(shots, shown)
  local there, missing = survey(shots, shown, board.film)
  return html.document {
    title = name .. " - storyboard", style = style,
    body = {
      e("header", nil,
        e("h1", nil, name), byline_of(title), facts(shots, there, missing),
        film_of(board.film, shown[1].image), failures(missing, board.stopped),
        e("nav", { ["aria-label"] = "Scenes" }, e("ol", nil, list))), "\n",
      e("main", nil, "\n", sections), "\n",
      e("footer", nil, "Made with lua-studio; what is seen and heard was generated by ", board.service, "."),
    },
  }
end

return page
