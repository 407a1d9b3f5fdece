-- The project that all frames are in. SPDX-License-Identifier: MIT

local look = require "studio.services.mstudio.storyboard.look"

local project = { route = "projects.create", noun = "project" }

function project.ask(board)
  return board.client.projects:create {
    title = board.plan.title, description = "Storyboard made by lua-studio, " .. board.state.header.mark,
  }
end

--- By the mark in its description: the answer to its creation was lost. One of its name that does not show its
--- description may be it.
function project.find(board)
  local rows, err = look.all(board.client.projects:pages())
  if not rows then return nil, false, err end
  local certain = true
  for _, row in ipairs(rows) do
    if type(row.description) ~= "string" then
      certain = certain and row.title ~= nil and row.title ~= board.plan.title
    elseif row.description:find(board.state.header.mark, 1, true) and row.id ~= nil then
      return { step = "done", id = row.id, error = false }, true
    end
  end
  return nil, certain
end

return project
