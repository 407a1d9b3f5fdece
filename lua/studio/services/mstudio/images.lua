-- mStudio image generation: client.images. SPDX-License-Identifier: MIT
--
-- All of it needs a subscription or wallet balance, and is never repeated when its outcome is unknown, since that may
-- be paid for twice.

local jobs = require "studio.services.mstudio.jobs"

---@class studio.mstudio.images
local images = {}

--- Has an image generated for a frame.
---@param frame studio.mstudio.id
---@param fields table? { prompt = … }
---@param options studio.call_options?
---@return studio.job? job nil, err on failure
---@return table response_or_err
function images:generate(frame, fields, options)
  return jobs.submit(self.client, "images.generate", { frame_id = frame }, fields, options)
end

--- Has a frame's image changed.
---@param frame studio.mstudio.id
---@param fields table { prompt = … }
---@param options studio.call_options?
---@return studio.job? job nil, err on failure
---@return table response_or_err
function images:edit(frame, fields, options)
  return jobs.submit(self.client, "images.edit", { frame_id = frame }, fields, options)
end

--- Has several shots made of a frame. One job may make them all, or each its own: then `job` is the first one.
---@param frame studio.mstudio.id
---@param fields table? { prompt = … }
---@param options studio.call_options?
---@return studio.job? job nil, err on failure
---@return table response_or_err
---@return studio.job[]? jobs all of them
function images:multi_shot(frame, fields, options)
  return jobs.submit(self.client, "images.multi_shot", { frame_id = frame }, fields, options)
end

return images
