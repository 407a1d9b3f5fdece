-- A frame for each shot. SPDX-License-Identifier: MIT

local look = require "studio.services.mstudio.storyboard.look"
local plan = require "studio.services.mstudio.storyboard.plan"

local frame = { route = "frames.create", noun = "frame" }

function frame.ask(board, thing)
  local shot = thing.entry.shot
  return board.client.frames:create(board.project.id, { script = plan.script_of(shot), order = shot.index })
end

--- By its order, which is the shot's index. A frame that another shot has is none of ours; one that does not say its
--- order may be.
function frame.find(board, thing)
  local taken = {}
  for _, entry in ipairs(board.shots) do
    if entry.frame.id then taken[entry.frame.id] = true end
  end
  local rows, err = look.all(board.client.frames:pages(board.project.id, { per_page = 100 }))
  if not rows then return nil, false, err end
  local certain = true
  for _, row in ipairs(rows) do
    local order = tonumber(row.order)
    if row.id ~= nil and not taken[row.id] then
      if order == thing.entry.shot.index then return { step = "done", id = row.id, error = false }, true end
      certain = certain and order ~= nil
    end
  end
  return nil, certain
end

return frame
