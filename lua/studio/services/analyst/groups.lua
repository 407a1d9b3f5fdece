-- Groups of members: client.groups. SPDX-License-Identifier: MIT
--
-- For admins of a Business workspace only, as documented.

local lists = require "studio.lists"

---@class studio.analyst.groups
---@field list studio.analyst.list one page of the workspace's groups
---@field each studio.analyst.each all of them; raises the error object when a page fails
---@field pages studio.analyst.pages page by page
local groups = {}
lists(groups, "groups", {})

---@param group studio.analyst.id
---@param options studio.call_options?
---@return table? group nil, err on failure
---@return table response_or_err
function groups:get(group, options) return self.client:call("groups.get", { group = group }, nil, options) end

---@param fields table { name = … }
---@param options studio.call_options?
---@return table? group nil, err on failure
---@return table response_or_err
function groups:create(fields, options) return self.client:call("groups.create", nil, fields, options) end

---@param group studio.analyst.id
---@param fields table { name = … }
---@param options studio.call_options?
---@return table? group nil, err on failure
---@return table response_or_err
function groups:update(group, fields, options)
  return self.client:call("groups.update", { group = group }, fields, options)
end

---@param group studio.analyst.id
---@param options studio.call_options?
---@return any? deleted true, or what the service answered; nil, err on failure
---@return table response_or_err
function groups:delete(group, options) return self.client:call("groups.delete", { group = group }, nil, options) end

return groups
