-- Versions (takes) of a frame: client.versions. SPDX-License-Identifier: MIT

local lists = require "studio.lists"

---@class studio.mstudio.versions
---@field list studio.mstudio.list_of one page of a frame's versions
---@field each studio.mstudio.each_of all of them; raises the error object when a page fails
---@field pages studio.mstudio.pages_of page by page
local versions = {}
lists(versions, "versions", { "frame_id" })

return versions
