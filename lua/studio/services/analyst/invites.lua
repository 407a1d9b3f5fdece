-- Invitations to the workspace: client.invites. SPDX-License-Identifier: MIT

---@class studio.analyst.invites
local invites = {}

--- Invites somebody. Closed to workspace and member tokens, as documented: refused before sending with these.
---@param fields table { invitee = { email = … }, message = … }
---@param options studio.call_options?
---@return table? invite nil, err on failure
---@return table response_or_err
function invites:create(fields, options) return self.client:call("invites.create", nil, fields, options) end

return invites
