-- Members of a collection: client.collection_memberships. SPDX-License-Identifier: MIT
--
-- The vendor's reference announces their end, and client.permissions in their place.

local lists = require "studio.lists"

---@class studio.analyst.collection_memberships
---@field list studio.analyst.list_of one page of a collection's members
---@field each studio.analyst.each_of all of them; raises the error object when a page fails
---@field pages studio.analyst.pages_of page by page
local collection_memberships = {}
lists(collection_memberships, "collection_memberships", { "collection" })

---@param collection studio.analyst.id
---@param membership studio.analyst.id
---@param options studio.call_options?
---@return table? membership nil, err on failure
---@return table response_or_err
function collection_memberships:get(collection, membership, options)
  return self.client:call("collection_memberships.get",
    { collection = collection, membership = membership }, nil, options)
end

--- Puts a member into a collection.
---@param collection studio.analyst.id
---@param fields table { member_token = … }
---@param options studio.call_options?
---@return table? membership nil, err on failure
---@return table response_or_err
function collection_memberships:create(collection, fields, options)
  return self.client:call("collection_memberships.create", { collection = collection }, fields, options)
end

--- Takes a member out of a collection.
---@param collection studio.analyst.id
---@param membership studio.analyst.id
---@param options studio.call_options?
---@return any? deleted true, or what the service answered; nil, err on failure
---@return table response_or_err
function collection_memberships:delete(collection, membership, options)
  return self.client:call("collection_memberships.delete",
    { collection = collection, membership = membership }, nil, options)
end

return collection_memberships
