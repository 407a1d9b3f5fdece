-- Data stores: client.data_stores. SPDX-License-Identifier: MIT

local lists = require "studio.lists"

---@class studio.five9.data_stores
---@field list studio.five9.list the account's data stores
---@field each studio.five9.each all of them; raises the error object when a page fails
---@field pages studio.five9.pages page by page
local data_stores = {}
lists(data_stores, "data_stores", {})

--- One data store, with its columns.
---@param store studio.five9.store
---@param options studio.call_options?
---@return table? store nil, err on failure
---@return table response_or_err
function data_stores:get(store, options)
  return self.client:call("data_stores.get", { data_store_id = store }, nil, options)
end

return data_stores
