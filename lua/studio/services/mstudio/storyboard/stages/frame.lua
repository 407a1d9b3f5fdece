-- A frame for each shot. SPDX-License-Identifier: MIT

local look = require "studio.services.mstudio.storyboard.look"
local plan = require "studio.services.mstudio.storyboard.plan"

local frame = { route = "frames.create", noun = "frame" }

function frame.ask(board, thing)
  local shot = thing.entry.shot
  return board.client.frames:create(board.project.id, { script = plan.script_of(shot), order = shot.index })
end

--- By its order, which is the shot's index. A frame that another shot has is none of ours.
function frame.find(board, thing)
  local taken = {}
  for _, entry in ipairs(board.shots) do
    if entry.frame.id then taken[entry.frame.id] = true end
  end
  local rows, err = look.all(board.client.frames:pages(board.project.id, { per_page = 100 }))
  if not rows then return nil, false, err end
  for _, row in ipairs(rows) do
    if tonumber(row.order) == thing.entry.shot.index and row.id ~= nil and not taken[row.id] then
      return { step = "done", id = row.id, error = false }, true
    end
  end
  return nil, true
end

return frame
