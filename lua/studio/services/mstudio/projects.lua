-- mStudio projects: client.projects. SPDX-License-Identifier: MIT

local page = require "studio.page"

---@class studio.mstudio.projects
local projects = {}

--- One page of the caller's projects.
---@param query { page: integer?, per_page: integer? }? and whatever else the service filters by
---@param options studio.call_options?
---@return table[]? projects nil, err on failure
---@return table response_or_err
---@return studio.page.info info
function projects:list(query, options) return page.list(self.client, "projects.list", nil, query, options) end

--- An iterator over all projects; raises the error object when a page fails.
---@param query { page: integer?, per_page: integer? }?
---@param options studio.call_options?
function projects:each(query, options) return page.each(self.client, "projects.list", nil, query, options) end

--- An iterator over pages: items, response, info; nil, err when a page fails.
---@param query { page: integer?, per_page: integer? }?
---@param options studio.call_options?
function projects:pages(query, options) return page.pages(self.client, "projects.list", nil, query, options) end

---@param id string|integer
---@param options studio.call_options?
---@return table? project nil, err on failure
---@return table response_or_err
function projects:get(id, options) return self.client:call("projects.get", { project_id = id }, nil, options) end

---@param fields table { title = … }
---@param options studio.call_options?
---@return table? project nil, err on failure
---@return table response_or_err
function projects:create(fields, options) return self.client:call("projects.create", nil, fields, options) end

---@param id string|integer
---@param fields table what changes
---@param options studio.call_options?
---@return table? project nil, err on failure
---@return table response_or_err
function projects:update(id, fields, options)
  return self.client:call("projects.update", { project_id = id }, fields, options)
end

---@param id string|integer
---@param options studio.call_options?
---@return any? deleted true, or what the service answered; nil, err on failure
---@return table response_or_err
function projects:delete(id, options) return self.client:call("projects.delete", { project_id = id }, nil, options) end

return projects
