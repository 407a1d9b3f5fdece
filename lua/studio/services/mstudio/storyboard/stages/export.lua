-- The film. SPDX-License-Identifier: MIT

local look = require "studio.services.mstudio.storyboard.look"

local export = { noun = "film", media = "video" }

function export.ask(board)
  return board.client.exports:create(board.project.id, board:fields("export", {}))
end

function export.job(board, id) return board.client.exports:get(id) end

--- In the list of jobs, if exports are there at all; that there is none is therefore never certain.
function export.find(board)
  local found, _, err = look.jobs_list(board, { project_id = board.project.id, kind = "export", per_page = 100 },
    "export", { project_id = board.project.id })()
  return found, false, not found and err or nil
end

function export.made(board)
  return nil, board.client:problem("exports.get", {
    kind = "protocol", message = "nothing is known of the export but that it was asked for",
  })
end

function export.file() return "film" end

return export
