-- mStudio projects: client.projects. SPDX-License-Identifier: MIT

local jobs = require "studio.services.mstudio.jobs"
local lists = require "studio.lists"
local merge = require "studio.merge"

---@class studio.mstudio.projects
---@field list studio.mstudio.list one page of the caller's projects
---@field each studio.mstudio.each all of them; raises the error object when a page fails
---@field pages studio.mstudio.pages page by page
local projects = {}
lists(projects, "projects", {})

---@param project studio.mstudio.id
---@param options studio.call_options?
---@return table? project nil, err on failure
---@return table response_or_err
function projects:get(project, options)
  return self.client:call("projects.get", { project_id = project }, nil, options)
end

---@param fields table { title = … }
---@param options studio.call_options?
---@return table? project nil, err on failure
---@return table response_or_err
function projects:create(fields, options) return self.client:call("projects.create", nil, fields, options) end

---@param project studio.mstudio.id
---@param fields table what changes
---@param options studio.call_options?
---@return table? project nil, err on failure
---@return table response_or_err
function projects:update(project, fields, options)
  return self.client:call("projects.update", { project_id = project }, fields, options)
end

---@param project studio.mstudio.id
---@param options studio.call_options?
---@return any? deleted true, or what the service answered; nil, err on failure
---@return table response_or_err
function projects:delete(project, options)
  return self.client:call("projects.delete", { project_id = project }, nil, options)
end

-- A script has no URL: an answer that holds one is the result.
local function script_source(submit) return merge(jobs.source(submit), { made = { "script", "scenes" } }) end

--- Has the project's script written. The script is in result.data, at the service's own place.
---@param project studio.mstudio.id
---@param fields table? { prompt = … }
---@param options studio.call_options?
---@return studio.job? job nil, err on failure
---@return table response_or_err
function projects:generate_script(project, fields, options)
  return jobs.submit(self.client, "projects.generate_script", { project_id = project }, fields, options,
    script_source)
end

--- Shares a project by a link. Whoever has the link sees the project: it is a secret like a key.
---@param project studio.mstudio.id
---@param fields table?
---@param options studio.call_options?
---@return table? shared the row with the link; nil, err on failure
---@return table response_or_err
function projects:share(project, fields, options)
  return self.client:call("projects.share", { project_id = project }, fields, options)
end

--- Takes the link back.
---@param project studio.mstudio.id
---@param options studio.call_options?
---@return any? done true, or what the service answered; nil, err on failure
---@return table response_or_err
function projects:unshare(project, options)
  return self.client:call("projects.unshare", { project_id = project }, nil, options)
end

return projects
