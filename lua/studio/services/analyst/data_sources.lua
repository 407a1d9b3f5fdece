-- Databases that the workspace is connected with: client.data_sources. SPDX-License-Identifier: MIT
--
-- There is no route that makes or deletes one: the app does that.

local lists = require "studio.lists"

---@class studio.analyst.data_sources
---@field list studio.analyst.list one page of the workspace's data sources
---@field each studio.analyst.each all of them; raises the error object when a page fails
---@field pages studio.analyst.pages page by page
local data_sources = {}
lists(data_sources, "data_sources", {})

---@param data_source studio.analyst.id
---@param options studio.call_options?
---@return studio.analyst.data_source? data_source nil, err on failure
---@return table response_or_err
function data_sources:get(data_source, options)
  return self.client:call("data_sources.get", { data_source = data_source }, nil, options)
end

---@param data_source studio.analyst.id
---@param fields table { name =, description =, password =, custom_attributes = { connection_string = } }
---@param options studio.call_options?
---@return studio.analyst.data_source? data_source nil, err on failure
---@return table response_or_err
function data_sources:update(data_source, fields, options)
  return self.client:call("data_sources.update", { data_source = data_source }, fields, options)
end

--- Has the list of the database's schemas and tables read anew.
---@param data_source studio.analyst.id
---@param options studio.call_options?
---@return table? update its `state`; nil, err on failure
---@return table response_or_err
function data_sources:refresh_schema(data_source, options)
  return self.client:call("data_sources.refresh_schema", { data_source = data_source }, nil, options)
end

--- Deletes the results of all queries that ran on a data source. They are gone.
---@param data_source studio.analyst.id
---@param options studio.call_options?
---@return any? accepted true, or what the service answered; nil, err on failure
---@return table response_or_err
function data_sources:purge(data_source, options)
  return self.client:call("data_sources.purge", { data_source = data_source }, nil, options)
end

return data_sources
