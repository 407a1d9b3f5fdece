-- The organization: client.organizations. SPDX-License-Identifier: MIT
--
-- Its members, roles, audit log and keys have pages of the dashboard, and no published routes.

local core = require "studio.core"
local ids = require "studio.services.cognitive3d.ids"

---@class studio.cognitive3d.organizations
local organizations = {}

--- Whose key this is: the cheapest way to see whether it is good.
---@param options studio.call_options?
---@return table? whose { organizationId }; nil, err on failure
---@return table response_or_err
function organizations:whoami(options) return self.client:call("organizations.whoami", nil, nil, options) end

--- The organization with its projects.
---@param organization studio.cognitive3d.id? default: the client's organization_id
---@param query table? excludeTags = "test,junk"
---@param options studio.call_options?
---@return table? organization nil, err on failure
---@return table response_or_err
function organizations:get(organization, query, options)
  return self.client:call("organizations.get", { organization_id = organization }, query, options)
end

--- Where a participant's browser begins to log in (SSO). Nothing is sent: it is an address to open.
---@param organization studio.cognitive3d.id? default: the client's organization_id
---@return string url
function organizations:sso_url(organization)
  local state = self.client.state
  local id = ids.organization(self.client, "organizations:sso_url", organization)
  return state.facts.query_url .. state.routes["organizations.sso_url"].path .. "?orgId=" .. core.escape(id)
end

return organizations
