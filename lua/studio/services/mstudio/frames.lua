-- mStudio frames (the shots of a project): client.frames. SPDX-License-Identifier: MIT

local page = require "studio.page"

---@class studio.mstudio.frames
local frames = {}

--- One page of a project's frames.
---@param project_id string|integer
---@param query { page: integer?, per_page: integer? }?
---@param options studio.call_options?
---@return table[]? frames nil, err on failure
---@return table response_or_err
---@return studio.page.info info
function frames:list(project_id, query, options)
  return page.list(self.client, "frames.list", { project_id = project_id }, query, options)
end

--- An iterator over all frames of a project; raises the error object when a page fails.
---@param project_id string|integer
---@param query { page: integer?, per_page: integer? }?
---@param options studio.call_options?
function frames:each(project_id, query, options)
  return page.each(self.client, "frames.list", { project_id = project_id }, query, options)
end

--- An iterator over pages: items, response, info; nil, err when a page fails.
---@param project_id string|integer
---@param query { page: integer?, per_page: integer? }?
---@param options studio.call_options?
function frames:pages(project_id, query, options)
  return page.pages(self.client, "frames.list", { project_id = project_id }, query, options)
end

---@param id string|integer
---@param options studio.call_options?
---@return table? frame nil, err on failure
---@return table response_or_err
function frames:get(id, options) return self.client:call("frames.get", { frame_id = id }, nil, options) end

---@param project_id string|integer
---@param fields table { script = … }
---@param options studio.call_options?
---@return table? frame nil, err on failure
---@return table response_or_err
function frames:create(project_id, fields, options)
  return self.client:call("frames.create", { project_id = project_id }, fields, options)
end

---@param id string|integer
---@param fields table what changes
---@param options studio.call_options?
---@return table? frame nil, err on failure
---@return table response_or_err
function frames:update(id, fields, options)
  return self.client:call("frames.update", { frame_id = id }, fields, options)
end

---@param id string|integer
---@param options studio.call_options?
---@return any? deleted true, or what the service answered; nil, err on failure
---@return table response_or_err
function frames:delete(id, options) return self.client:call("frames.delete", { frame_id = id }, nil, options) end

return frames
