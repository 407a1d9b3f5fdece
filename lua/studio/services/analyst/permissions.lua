-- Who may do what in a collection: client.permissions. SPDX-License-Identifier: MIT
--
-- The vendor's cookbook shows the paths and verbs (manage collection permissions); which fields there are beside
-- accessor_type ("Account" or "UserGroup") is not documented. The `_forms` of a row or list tell what a service takes.

local lists = require "studio.lists"
local page = require "studio.page"

---@class studio.analyst.permissions
---@field list studio.analyst.list_of one page of a collection's permissions
---@field each studio.analyst.each_of all of them; raises the error object when a page fails
---@field pages studio.analyst.pages_of page by page
local permissions = {}
lists(permissions, "permissions", { "collection" })

--- Looks for permissions; one page. Known only as the name of a link: both path and filters are assumed.
---@param collection studio.analyst.id
---@param query table?
---@param options studio.call_options?
---@return table[]? permissions nil, err on failure
---@return table response_or_err
---@return studio.page.info? info
function permissions:search(collection, query, options)
  return page.list(self.client, "permissions.search", { collection = collection }, query, options)
end

---@param collection studio.analyst.id
---@param permission studio.analyst.id
---@param options studio.call_options?
---@return table? permission nil, err on failure
---@return table response_or_err
function permissions:get(collection, permission, options)
  return self.client:call("permissions.get", { collection = collection, permission = permission }, nil, options)
end

---@param collection studio.analyst.id
---@param fields table { accessor_type = "Account"|"UserGroup", … }
---@param options studio.call_options?
---@return table? permission nil, err on failure
---@return table response_or_err
function permissions:create(collection, fields, options)
  return self.client:call("permissions.create", { collection = collection }, fields, options)
end

---@param collection studio.analyst.id
---@param permission studio.analyst.id
---@param fields table what changes
---@param options studio.call_options?
---@return table? permission nil, err on failure
---@return table response_or_err
function permissions:update(collection, permission, fields, options)
  return self.client:call("permissions.update", { collection = collection, permission = permission }, fields, options)
end

---@param collection studio.analyst.id
---@param permission studio.analyst.id
---@param options studio.call_options?
---@return any? deleted true, or what the service answered; nil, err on failure
---@return table response_or_err
function permissions:delete(collection, permission, options)
  return self.client:call("permissions.delete", { collection = collection, permission = permission }, nil, options)
end

return permissions
