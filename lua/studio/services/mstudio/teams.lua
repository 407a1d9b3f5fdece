-- Teams: client.teams. SPDX-License-Identifier: MIT

local lists = require "studio.lists"

---@class studio.mstudio.teams
---@field list studio.mstudio.list one page of the caller's teams
---@field each studio.mstudio.each all of them; raises the error object when a page fails
---@field pages studio.mstudio.pages page by page
local teams = {}
lists(teams, "teams", {})

---@param team studio.mstudio.id
---@param options studio.call_options?
---@return table? team nil, err on failure
---@return table response_or_err
function teams:get(team, options) return self.client:call("teams.get", { team_id = team }, nil, options) end

---@param fields table { name = … }
---@param options studio.call_options?
---@return table? team nil, err on failure
---@return table response_or_err
function teams:create(fields, options) return self.client:call("teams.create", nil, fields, options) end

---@param team studio.mstudio.id
---@param fields table what changes
---@param options studio.call_options?
---@return table? team nil, err on failure
---@return table response_or_err
function teams:update(team, fields, options)
  return self.client:call("teams.update", { team_id = team }, fields, options)
end

---@param team studio.mstudio.id
---@param options studio.call_options?
---@return any? deleted true, or what the service answered; nil, err on failure
---@return table response_or_err
function teams:delete(team, options) return self.client:call("teams.delete", { team_id = team }, nil, options) end

return teams
