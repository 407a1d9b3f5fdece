-- Projects: client.projects. SPDX-License-Identifier: MIT
--
-- Reading needs access to the project, writing a key that may write. A list of them is in organizations:get().

local ids = require "studio.services.cognitive3d.ids"
local merge = require "studio.merge"

---@class studio.cognitive3d.projects
local projects = {}

--- A project with its scenes and their versions.
---@param project studio.cognitive3d.id? default: the client's project_id
---@param query table? useImageLocations, attachStats (booleans)
---@param options studio.call_options?
---@return table? project nil, err on failure
---@return table response_or_err
function projects:get(project, query, options)
  return self.client:call("projects.get", { project_id = project }, query, options)
end

---@param fields table name, description, type ("vr"), organizationId (default: the client's), enableGeoIp
---@param options studio.call_options?
---@return table? project nil, err on failure
---@return table response_or_err
function projects:create(fields, options)
  local client = self.client
  if type(fields) == "table" and fields.organizationId == nil then
    local organization = ids.organization(client, "projects:create")
    fields = merge(fields, { organizationId = tonumber(organization) or organization })
  end
  return client:call("projects.create", nil, fields, options)
end

---@param project studio.cognitive3d.id? default: the client's project_id
---@param fields table name, type, categoryIds, enableGeoIp
---@param options studio.call_options?
---@return table? project nil, err on failure
---@return table response_or_err
function projects:update(project, fields, options)
  return self.client:call("projects.update", { project_id = project }, fields, options)
end

--- Deletes a project with all its sessions. The project must be named: the client's own does not stand in here.
---@param project studio.cognitive3d.id
---@param options studio.call_options?
---@return any? deleted true, or what the service answered; nil, err on failure
---@return table response_or_err
function projects:delete(project, options)
  local id = ids.needed("projects:delete", "project", project)
  return self.client:call("projects.delete", { project_id = id }, nil, options)
end

--- The scenes of a project with their versions.
---@param project studio.cognitive3d.id? default: the client's project_id
---@param query table? attachStats
---@param options studio.call_options?
---@return table[]? scenes nil, err on failure
---@return table response_or_err
function projects:scenes(project, query, options)
  return self.client:call("projects.scenes", { project_id = project }, query, options)
end

return projects
