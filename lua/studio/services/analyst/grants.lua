-- Access to a data source, as it once was: client.grants. SPDX-License-Identifier: MIT
--
-- The vendor took these operations out of the reference on 2021-04-30 and has documented none in their place; a data
-- source's link `permissions` leads on. They are here for installations that still answer them.

local lists = require "studio.lists"

---@class studio.analyst.grants
---@field list studio.analyst.list_of one page of a data source's grants
---@field each studio.analyst.each_of all of them; raises the error object when a page fails
---@field pages studio.analyst.pages_of page by page
local grants = {}
lists(grants, "grants", { "data_source" })

---@param data_source studio.analyst.id
---@param grant studio.analyst.id
---@param options studio.call_options?
---@return table? grant nil, err on failure
---@return table response_or_err
function grants:get(data_source, grant, options)
  return self.client:call("grants.get", { data_source = data_source, grant = grant }, nil, options)
end

---@param data_source studio.analyst.id
---@param fields table { grantee_type = …, grantee_token = … }
---@param options studio.call_options?
---@return table? grant nil, err on failure
---@return table response_or_err
function grants:create(data_source, fields, options)
  return self.client:call("grants.create", { data_source = data_source }, fields, options)
end

---@param data_source studio.analyst.id
---@param grant studio.analyst.id
---@param options studio.call_options?
---@return any? deleted true, or what the service answered; nil, err on failure
---@return table response_or_err
function grants:delete(data_source, grant, options)
  return self.client:call("grants.delete", { data_source = data_source, grant = grant }, nil, options)
end

return grants
