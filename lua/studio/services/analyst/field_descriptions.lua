-- What a dataset's fields mean: client.field_descriptions. SPDX-License-Identifier: MIT

local lists = require "studio.lists"

---@class studio.analyst.field_descriptions
---@field list studio.analyst.list_of one page of the descriptions of a dataset's fields
---@field each studio.analyst.each_of all of them; raises the error object when a page fails
---@field pages studio.analyst.pages_of page by page
local field_descriptions = {}
lists(field_descriptions, "field_descriptions", { "dataset" })

---@param dataset studio.analyst.id
---@param fields table { name = of the field, desc = … }
---@param options studio.call_options?
---@return table? description nil, err on failure
---@return table response_or_err
function field_descriptions:create(dataset, fields, options)
  return self.client:call("field_descriptions.create", { dataset = dataset }, fields, options)
end

---@param dataset studio.analyst.id
---@param field_description studio.analyst.id
---@param fields table { desc = … }
---@param options studio.call_options?
---@return table? description nil, err on failure
---@return table response_or_err
function field_descriptions:update(dataset, field_description, fields, options)
  return self.client:call("field_descriptions.update",
    { dataset = dataset, field_description = field_description }, fields, options)
end

---@param dataset studio.analyst.id
---@param field_description studio.analyst.id
---@param options studio.call_options?
---@return any? deleted true, or what the service answered; nil, err on failure
---@return table response_or_err
function field_descriptions:delete(dataset, field_description, options)
  return self.client:call("field_descriptions.delete",
    { dataset = dataset, field_description = field_description }, nil, options)
end

return field_descriptions
