-- A report's filters: client.filters. SPDX-License-Identifier: MIT

local lists = require "studio.lists"

---@class studio.analyst.filters
---@field list studio.analyst.list_of one page of a report's filters
---@field each studio.analyst.each_of all of them; raises the error object when a page fails
---@field pages studio.analyst.pages_of page by page
local filters = {}
lists(filters, "filters", { "report" })

---@param report studio.analyst.id
---@param filter studio.analyst.id
---@param options studio.call_options?
---@return table? filter nil, err on failure
---@return table response_or_err
function filters:get(report, filter, options)
  return self.client:call("filters.get", { report = report, filter = filter }, nil, options)
end

---@param report studio.analyst.id
---@param fields studio.analyst.filter_fields
---@param options studio.call_options?
---@return table? filter nil, err on failure
---@return table response_or_err
function filters:create(report, fields, options)
  return self.client:call("filters.create", { report = report }, fields, options)
end

---@param report studio.analyst.id
---@param filter studio.analyst.id
---@param fields studio.analyst.filter_fields what changes
---@param options studio.call_options?
---@return table? filter nil, err on failure
---@return table response_or_err
function filters:update(report, filter, fields, options)
  return self.client:call("filters.update", { report = report, filter = filter }, fields, options)
end

---@param report studio.analyst.id
---@param filter studio.analyst.id
---@param options studio.call_options?
---@return any? deleted true, or what the service answered; nil, err on failure
---@return table response_or_err
function filters:delete(report, filter, options)
  return self.client:call("filters.delete", { report = report, filter = filter }, nil, options)
end

return filters
