-- The project that all frames are in. SPDX-License-Identifier: MIT

local look = require "studio.services.mstudio.storyboard.look"

local project = { route = "projects.create", noun = "project" }

function project.ask(board)
  return board.client.projects:create {
    title = board.plan.title, description = "Storyboard made by lua-studio, " .. board.state.header.mark,
  }
end

--- By the mark in its description: the answer to its creation was lost.
function project.find(board)
  local rows, err = look.all(board.client.projects:pages())
  if not rows then return nil, false, err end
  for _, row in ipairs(rows) do
    if type(row.description) == "string" and row.description:find(board.state.header.mark, 1, true) then
      return { step = "done", id = row.id, error = false }, true
    end
  end
  return nil, true
end

return project
