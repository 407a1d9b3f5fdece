-- Collections (once "spaces"): client.collections. SPDX-License-Identifier: MIT

local lists = require "studio.lists"

--- Query: filter = "all" (else the service leaves out collections that the caller is not a member of), page.
---@class studio.analyst.collections
---@field list fun(self, query: table?, options: studio.call_options?): table[]?, table, studio.page.info
---@field each fun(self, query: table?, options: studio.call_options?): fun(): table?
---@field pages fun(self, query: table?, options: studio.call_options?): fun(): table[]?, table?, studio.page.info?
local collections = {}
lists(collections, "collections", {})

---@param collection string|table token, or the row
---@param options studio.call_options?
---@return studio.analyst.collection? collection nil, err on failure
---@return table response_or_err
function collections:get(collection, options)
  return self.client:call("collections.get", { collection = collection }, nil, options)
end

---@param fields table { name = …, description = … }
---@param options studio.call_options?
---@return studio.analyst.collection? collection nil, err on failure
---@return table response_or_err
function collections:create(fields, options) return self.client:call("collections.create", nil, fields, options) end

---@param collection string|table token, or the row
---@param fields table what changes: name, description, default_access_level ("restricted", "view", "edit")
---@param options studio.call_options?
---@return studio.analyst.collection? collection nil, err on failure
---@return table response_or_err
function collections:update(collection, fields, options)
  return self.client:call("collections.update", { collection = collection }, fields, options)
end

---@param collection string|table token, or the row
---@param options studio.call_options?
---@return any? deleted true, or what the service answered; nil, err on failure
---@return table response_or_err
function collections:delete(collection, options)
  return self.client:call("collections.delete", { collection = collection }, nil, options)
end

return collections
