-- A report's queries: client.queries. SPDX-License-Identifier: MIT
--
-- The service does not check the report of a query: a wrong report's token is answered all the same (mode-sdk).

local lists = require "studio.lists"

---@class studio.analyst.queries
---@field list studio.analyst.list_of one page of a report's queries
---@field each studio.analyst.each_of all of them; raises the error object when a page fails
---@field pages studio.analyst.pages_of page by page
local queries = {}
lists(queries, "queries", { "report" })

---@param report studio.analyst.id
---@param query studio.analyst.id
---@param options studio.call_options?
---@return studio.analyst.query? query nil, err on failure
---@return table response_or_err
function queries:get(report, query, options)
  return self.client:call("queries.get", { report = report, query = query }, nil, options)
end

---@param report studio.analyst.id
---@param fields table { raw_query = …, data_source_id = the number `id` of a data source, name = …? }
---@param options studio.call_options?
---@return studio.analyst.query? query nil, err on failure
---@return table response_or_err
function queries:create(report, fields, options)
  return self.client:call("queries.create", { report = report }, fields, options)
end

---@param report studio.analyst.id
---@param query studio.analyst.id
---@param fields table what changes
---@param options studio.call_options?
---@return studio.analyst.query? query nil, err on failure
---@return table response_or_err
function queries:update(report, query, fields, options)
  return self.client:call("queries.update", { report = report, query = query }, fields, options)
end

---@param report studio.analyst.id
---@param query studio.analyst.id
---@param options studio.call_options?
---@return any? deleted true, or what the service answered; nil, err on failure
---@return table response_or_err
function queries:delete(report, query, options)
  return self.client:call("queries.delete", { report = report, query = query }, nil, options)
end

return queries
