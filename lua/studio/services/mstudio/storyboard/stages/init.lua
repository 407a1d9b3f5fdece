-- The stages of a storyboard. SPDX-License-Identifier: MIT

---@class studio.mstudio.storyboard.stage
---@field noun string what it makes, for people
---@field ask fun(board, thing): any, any has it made: a row with its id, or a job; nil, err
---@field find fun(board, thing): table?, boolean?, studio.error? what to set when the service has it; whether it is
---  certain that it has not; an error when the looking failed
---@field route string? of what is created without a job
---@field job (fun(board, id): studio.job?, any)? a job whose id is known
---@field made (fun(board, thing): string?, studio.error?)? the URL of what came of a job whose id is not known
---@field file (fun(board, thing): string)? the name of its file below the folder, without extension
---@field media string? "image", "video", "audio": what its bytes must be

return {
  project = require "studio.services.mstudio.storyboard.stages.project",
  frame = require "studio.services.mstudio.storyboard.stages.frame",
  image = require "studio.services.mstudio.storyboard.stages.image",
  video = require "studio.services.mstudio.storyboard.stages.video",
  track = require "studio.services.mstudio.storyboard.stages.track",
  voice = require "studio.services.mstudio.storyboard.stages.voice",
  export = require "studio.services.mstudio.storyboard.stages.export",
}
