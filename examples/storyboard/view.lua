--- What the page shows, out of what a run knows. SPDX-License-Identifier: MIT

local things = require "storyboard.things"

local view = {}

-- What is shown in place of something that is not there: a word or two, and the reason where there is one.
local MISSING = {
  new = "not asked for yet", submitting = "unknown", submitted = "still being made", unknown = "unknown",
  failed = "failed", skipped = "left out",
}
local REASON = {
  submitting = "The run was cut off while it asked for this.",
  submitted = "Run the script again to fetch it.",
}

local function shown(thing)
  if thing.file then return { file = thing.file } end
  local why = thing.why or REASON[thing.step]
  return { missing = MISSING[thing.step], why = why and why:gsub("^not asked for: ", "") }
end

--- The page's words for a board.
---@param board studio.mstudio.storyboard.board
---@param extras table<integer, { takes: storyboard.Take[], comments: table[], reviews: table[] }>  by the shot's index
---@param err studio.error?  what stopped the run
---@return table  for page.render
function view.of(board, extras, err)
  local shots, by_shot, film = {}, {}, nil
  for i, entry in ipairs(board.shots) do
    local extra = extras[i] or {}
    shots[i] = entry.shot
    by_shot[entry.shot] = { voices = {}, takes = extra.takes, comments = extra.comments,
      reviews = extra.reviews }
  end
  for _, thing in ipairs(things.of(board)) do
    local of_shot = by_shot[thing.shot]
    if thing.what == "film" then
      film = shown(thing)
    elseif thing.what == "voice" then
      of_shot.voices[thing.block] = shown(thing)
    else
      of_shot[thing.what] = shown(thing)
    end
  end
  local list = {}
  for i, shot in ipairs(shots) do list[i] = by_shot[shot] end
  return { script = board.script, shots = shots, shown = list, film = film, service = "mStudio",
    stopped = err and err.message }
end

return view
