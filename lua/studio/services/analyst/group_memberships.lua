-- Members of a group: client.group_memberships. SPDX-License-Identifier: MIT

local lists = require "studio.lists"

---@class studio.analyst.group_memberships
---@field list studio.analyst.list_of one page of a group's members
---@field each studio.analyst.each_of all of them; raises the error object when a page fails
---@field pages studio.analyst.pages_of page by page
local group_memberships = {}
lists(group_memberships, "group_memberships", { "group" })

---@param group studio.analyst.id
---@param membership studio.analyst.id
---@param options studio.call_options?
---@return table? membership nil, err on failure
---@return table response_or_err
function group_memberships:get(group, membership, options)
  return self.client:call("group_memberships.get", { group = group, membership = membership }, nil, options)
end

--- Puts a member into a group.
---@param group studio.analyst.id
---@param fields table { member_token = … }
---@param options studio.call_options?
---@return table? membership nil, err on failure
---@return table response_or_err
function group_memberships:create(group, fields, options)
  return self.client:call("group_memberships.create", { group = group }, fields, options)
end

--- Takes a member out of a group.
---@param group studio.analyst.id
---@param membership studio.analyst.id
---@param options studio.call_options?
---@return any? deleted true, or what the service answered; nil, err on failure
---@return table response_or_err
function group_memberships:delete(group, membership, options)
  return self.client:call("group_memberships.delete", { group = group, membership = membership }, nil, options)
end

return group_memberships
