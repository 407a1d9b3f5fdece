-- Tags of sessions: client.tags. SPDX-License-Identifier: MIT
--
-- "test", "junk", "Crash" and "LowMemory" are always there. No route to change or delete one is published.

local lists = require "studio.lists"

---@class studio.cognitive3d.tags
---@field list studio.cognitive3d.list_of the organization's own; first argument: the organization, or nil
---@field each studio.cognitive3d.each_of
---@field pages studio.cognitive3d.pages_of
local tags = {}
lists(tags, "tags", { "organization_id" })

--- The inherited ones too.
---@param organization studio.cognitive3d.id? default: the client's organization_id
---@param options studio.call_options?
---@return table[]? tags nil, err on failure
---@return table response_or_err
function tags:all(organization, options)
  return self.client:call("tags.all", { organization_id = organization }, nil, options)
end

---@param organization studio.cognitive3d.id? default: the client's organization_id
---@param fields table title, description, colourHex, projectIds
---@param options studio.call_options?
---@return table? tag nil, err on failure
---@return table response_or_err
function tags:create(organization, fields, options)
  return self.client:call("tags.create", { organization_id = organization }, fields, options)
end

--- Puts a tag on a session, or takes it off.
---@param project studio.cognitive3d.id? default: that of the session's row, else the client's project_id
---@param session studio.cognitive3d.session_id
---@param tag string|table its title, or the row
---@param on boolean? default true
---@param options studio.call_options?
---@return any? done nil, err on failure
---@return table response_or_err
function tags:set(project, session, tag, on, options)
  if project == nil and type(session) == "table" then project = session.projectId end
  return self.client:call("tags.set", { project_id = project, session_id = session, tag_name = tag },
    { value = on ~= false }, options)
end

return tags
