-- Members of a team: client.members. SPDX-License-Identifier: MIT

local lists = require "studio.lists"

---@class studio.mstudio.members
---@field list studio.mstudio.list_of one page of a team's members
---@field each studio.mstudio.each_of all of them; raises the error object when a page fails
---@field pages studio.mstudio.pages_of page by page
local members = {}
lists(members, "members", { "team_id" })

--- Takes a member out of a team.
---@param team studio.mstudio.id
---@param member studio.mstudio.id
---@param options studio.call_options?
---@return any? deleted true, or what the service answered; nil, err on failure
---@return table response_or_err
function members:delete(team, member, options)
  return self.client:call("members.delete", { team_id = team, member_id = member }, nil, options)
end

return members
