-- mStudio video generation: client.videos. SPDX-License-Identifier: MIT
--
-- A video is made from a frame's image, as documented, and always by a job. It needs a subscription or wallet balance,
-- and is never repeated when its outcome is unknown, since that may be paid for twice.

local jobs = require "studio.services.mstudio.jobs"

---@class studio.mstudio.videos
local videos = {}

--- Has a video made from a frame's image.
---@param frame studio.mstudio.id
---@param fields table? { prompt = … }
---@param options studio.call_options?
---@return studio.job? job nil, err on failure
---@return table response_or_err
function videos:generate(frame, fields, options)
  return jobs.submit(self.client, "videos.generate", { frame_id = frame }, fields, options)
end

--- Has a frame's video made longer.
---@param frame studio.mstudio.id
---@param fields table? { prompt = … }
---@param options studio.call_options?
---@return studio.job? job nil, err on failure
---@return table response_or_err
function videos:extend(frame, fields, options)
  return jobs.submit(self.client, "videos.extend", { frame_id = frame }, fields, options)
end

--- Has the lips in a frame's video moved to a voice.
---@param frame studio.mstudio.id
---@param fields table? { track_id = … }
---@param options studio.call_options?
---@return studio.job? job nil, err on failure
---@return table response_or_err
function videos:lip_sync(frame, fields, options)
  return jobs.submit(self.client, "videos.lip_sync", { frame_id = frame }, fields, options)
end

return videos
