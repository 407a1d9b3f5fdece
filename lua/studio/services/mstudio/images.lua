-- mStudio image generation: client.images. SPDX-License-Identifier: MIT

local jobs = require "studio.services.mstudio.jobs"

---@class studio.mstudio.images
local images = {}

--- Has an image generated for a frame. Needs a subscription or wallet balance; never repeated when its
--- outcome is unknown, since that may be paid for twice.
---@param frame_id string|integer
---@param fields table { prompt = … }
---@param options studio.call_options?
---@return studio.job? job nil, err on failure
---@return table response_or_err
function images:generate(frame_id, fields, options)
  return jobs.submit(self.client, "images.generate", { frame_id = frame_id }, fields, options)
end

return images
