-- A video of each chosen frame, made from its image. SPDX-License-Identifier: MIT

local of_frame = require "studio.services.mstudio.storyboard.of_frame"

return of_frame("video", function(board, frame_id, fields) return board.client.videos:generate(frame_id, fields) end)
