-- An image for each frame. SPDX-License-Identifier: MIT

local of_frame = require "studio.services.mstudio.storyboard.of_frame"

return of_frame("image", function(board, frame_id, fields) return board.client.images:generate(frame_id, fields) end)
