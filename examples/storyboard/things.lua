--- Everything that a storyboard wants made, in order: images, videos, voices, the film. SPDX-License-Identifier: MIT

local things = {}

---@class storyboard.Thing
---@field what "image"|"video"|"voice"|"film"
---@field step string  "new", "submitting", "submitted", "done", "failed", "unknown" or "skipped"
---@field file? string  below the folder, when it is done
---@field why? string   why it is not
---@field shot? studio.fountain.Shot
---@field block? integer  of a voice: which dialogue block of the shot
---@field whose? string   and who speaks
---@field frame_id? string|integer
---@field job_id? string|integer

local function add(list, what, entry, item, causes, more)
  local thing = { what = what, step = item.step, why = item.error, job_id = item.job_id, shot = entry.shot,
    file = item.step == "done" and item.file or nil, frame_id = entry.frame and entry.frame.id }
  for name, value in pairs(more or {}) do thing[name] = value end
  -- what was not asked for was not since something that it is made from is not there
  for _, cause in ipairs(causes) do
    if item.step == "new" and cause.step ~= "done" then thing.why = thing.why or cause.error end
  end
  list[#list + 1] = thing
end

-- An item that is wanted, or that an earlier run has made.
local function of_any_run(board, wanted, key)
  local earlier = board.state.items[key]
  return wanted or earlier and earlier.step == "done" and earlier or nil
end

-- The voices of a shot: those that are wanted, or else those that an earlier run has made.
local function add_voices(list, board, entry)
  for _, spoken in ipairs(entry.speeches) do
    add(list, "voice", entry, spoken.voice, { entry.frame, spoken.track },
      { block = spoken.speech.index, whose = spoken.speech.character })
  end
  for block = 1, entry.speeches[1] and 0 or #entry.shot.dialogue do
    local voice = of_any_run(board, nil, ("voice/%d/%d"):format(entry.shot.index, block))
    if voice then add(list, "voice", entry, voice, {}, { block = block }) end
  end
end

--- All of a board. What was made in an earlier run and is not asked for in this one is among it.
---@param board studio.mstudio.storyboard.board
---@return storyboard.Thing[]
function things.of(board)
  local list = {}
  for _, entry in ipairs(board.shots) do
    local frame, image = entry.frame, entry.image
    -- a frame that cannot be made is an image that cannot: there is nothing else to say of it
    local is_lost = frame.step == "failed" or frame.step == "unknown"
    add(list, "image", entry, is_lost and frame or image, { frame })
    local video = of_any_run(board, entry.video, "video/" .. entry.shot.index)
    if video then add(list, "video", entry, video, { frame, image }) end
    add_voices(list, board, entry)
  end
  local film = of_any_run(board, board.export, "export")
  if film then add(list, "film", {}, film, {}) end
  return list
end

--- How many are at which step.
---@param list storyboard.Thing[]
---@param what string?  of one kind only
---@return table<string, integer> by_step  0 where there is none
---@return integer all
function things.counts(list, what)
  local counts, all = { new = 0, submitting = 0, submitted = 0, done = 0, failed = 0, unknown = 0, skipped = 0 }, 0
  for _, thing in ipairs(list) do
    if not what or thing.what == what then
      counts[thing.step], all = counts[thing.step] + 1, all + 1
    end
  end
  return counts, all
end

return things
