-- An audio track for each dialogue block, for its voice to be put on. SPDX-License-Identifier: MIT

local look = require "studio.services.mstudio.storyboard.look"

local track = { route = "audio.create", noun = "audio track" }

-- Its name is what it is found again by.
local function name_of(board, thing)
  return ("%s %d.%d %s"):format(board.state.header.mark, thing.entry.shot.index, thing.speech.index,
    thing.speech.character or "")
end

function track.ask(board, thing)
  return board.client.audio:create(board.project.id, {
    kind = "voiceover", name = name_of(board, thing), frame_id = thing.entry.frame.id, text = thing.speech.text,
  })
end

function track.find(board, thing)
  local rows, err = look.rows(board.client.audio:pages(board.project.id, { per_page = 100 }))
  if err then return nil, false, err end
  local certain = rows ~= nil
  for _, row in ipairs(rows or {}) do
    if row.name == name_of(board, thing) and row.id ~= nil then
      return { step = "done", id = row.id, error = false }, true
    end
    certain = certain and type(row.name) == "string"
  end
  return nil, certain
end

return track
