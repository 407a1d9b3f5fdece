-- Invitations to a team: client.invites. SPDX-License-Identifier: MIT

local lists = require "studio.lists"

---@class studio.mstudio.invites
---@field list studio.mstudio.list_of one page of a team's open invites
---@field each studio.mstudio.each_of all of them; raises the error object when a page fails
---@field pages studio.mstudio.pages_of page by page
local invites = {}
lists(invites, "invites", { "team_id" })

--- Invites somebody, who gets a letter.
---@param team studio.mstudio.id
---@param fields table { email = …, role = … }
---@param options studio.call_options?
---@return table? invite nil, err on failure
---@return table response_or_err
function invites:create(team, fields, options)
  return self.client:call("invites.create", { team_id = team }, fields, options)
end

--- Takes an invite back.
---@param team studio.mstudio.id
---@param invite studio.mstudio.id
---@param options studio.call_options?
---@return any? deleted true, or what the service answered; nil, err on failure
---@return table response_or_err
function invites:delete(team, invite, options)
  return self.client:call("invites.delete", { team_id = team, invite_id = invite }, nil, options)
end

return invites
