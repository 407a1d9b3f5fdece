-- Who is asking, and the workspace: client.workspace. SPDX-License-Identifier: MIT

---@class studio.analyst.workspace
local workspace = {}

--- Asks whether the token works, and for whom; seen: workspace, api_key_scope, and a link `self` to the key's record.
---@param options studio.call_options?
---@return table? token nil, err on failure
---@return table response_or_err
function workspace:verify(options) return self.client:call("workspace.verify", nil, nil, options) end

--- The record of a workspace or user.
---@param username string? default: the client's workspace
---@param options studio.call_options?
---@return studio.analyst.account? account nil, err on failure
---@return table response_or_err
function workspace:get(username, options)
  if username == nil then username = self.client.state.params.workspace end
  return self.client:call("workspace.get", { account = username }, nil, options)
end

--- The current user. The vendor no longer supports it with API tokens: see verify.
---@param options studio.call_options?
---@return studio.analyst.account? account nil, err on failure
---@return table response_or_err
function workspace:account(options) return self.client:call("workspace.account", nil, nil, options) end

--- The record of the API key in use, which has a link to its member. An unofficial client found the way: the link
--- `self` of what verify answers.
---@param options studio.call_options?
---@return table? key nil, err on failure
---@return table response_or_err
function workspace:api_key(options)
  local token, err = self:verify(options)
  if not token then return nil, err end
  return self.client:follow(token, "self", nil, options)
end

return workspace
