-- Reviews of a frame: client.reviews. SPDX-License-Identifier: MIT

local lists = require "studio.lists"

---@class studio.mstudio.reviews
---@field list studio.mstudio.list_of one page of a frame's reviews
---@field each studio.mstudio.each_of all of them; raises the error object when a page fails
---@field pages studio.mstudio.pages_of page by page
local reviews = {}
lists(reviews, "reviews", { "frame_id" })

---@param frame studio.mstudio.id
---@param fields table { status = "approved", text = … }; what a review holds is not documented
---@param options studio.call_options?
---@return table? review nil, err on failure
---@return table response_or_err
function reviews:create(frame, fields, options)
  return self.client:call("reviews.create", { frame_id = frame }, fields, options)
end

return reviews
