-- The workspace's members: client.memberships. SPDX-License-Identifier: MIT
--
-- An unofficial client found the documented list answered 404 with its key, and read `lite` instead, whose rows have no
-- token. Both are here.

local lists = require "studio.lists"
local page = require "studio.page"

---@class studio.analyst.memberships
---@field list studio.analyst.list one page of the workspace's members
---@field each studio.analyst.each all of them; raises the error object when a page fails
---@field pages studio.analyst.pages page by page
local memberships = {}
lists(memberships, "memberships", {})

--- The members in short, without tokens: an undocumented route, where `list` is closed.
---@param query table?
---@param options studio.call_options?
---@return table[]? members nil, err on failure
---@return table response_or_err
---@return studio.page.info? info
function memberships:lite(query, options) return page.list(self.client, "memberships.lite", nil, query, options) end

---@param membership studio.analyst.id
---@param options studio.call_options?
---@return studio.analyst.membership? membership nil, err on failure
---@return table response_or_err
function memberships:get(membership, options)
  return self.client:call("memberships.get", { membership = membership }, nil, options)
end

--- Takes a member out of the workspace.
---@param membership studio.analyst.id
---@param options studio.call_options?
---@return any? deleted true, or what the service answered; nil, err on failure
---@return table response_or_err
function memberships:delete(membership, options)
  return self.client:call("memberships.delete", { membership = membership }, nil, options)
end

return memberships
