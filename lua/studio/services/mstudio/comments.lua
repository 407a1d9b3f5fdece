-- Comments on a frame: client.comments. SPDX-License-Identifier: MIT

local lists = require "studio.lists"

---@class studio.mstudio.comments
---@field list studio.mstudio.list_of one page of a frame's comments
---@field each studio.mstudio.each_of all of them; raises the error object when a page fails
---@field pages studio.mstudio.pages_of page by page
local comments = {}
lists(comments, "comments", { "frame_id" })

---@param frame studio.mstudio.id
---@param fields table { text = … }
---@param options studio.call_options?
---@return table? comment nil, err on failure
---@return table response_or_err
function comments:create(frame, fields, options)
  return self.client:call("comments.create", { frame_id = frame }, fields, options)
end

---@param comment studio.mstudio.id
---@param options studio.call_options?
---@return any? deleted true, or what the service answered; nil, err on failure
---@return table response_or_err
function comments:delete(comment, options)
  return self.client:call("comments.delete", { comment_id = comment }, nil, options)
end

return comments
