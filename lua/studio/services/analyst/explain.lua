-- Analyst Studio's own failures, in sentences that say what to do. SPDX-License-Identifier: MIT
--
-- Documented: 400 bad_request, 401 unauthorized, 403 forbidden, 404
-- not_found, also for a missing parent. Seen by unofficial clients: 400 param_missing, 406 for audit logs asked for as
-- HAL, 400 for /account with an API token.

local words = require "studio.services.analyst.words"

local function on_not_found(err, client)
  local what = err.message:lower():match "^(.-) not found"
  if what and what ~= "account" and what ~= "workspace" and what ~= "organization" then
    return "Or it is there, and this token cannot see it"
  end
  return ("If everything answers 404: is '%s' the workspace's username, all lowercase, as in "
    .. "https://app.mode.com/USERNAME?"):format(client.state.params.workspace)
end

local function on_param_missing(err, client)
  local r = client.state.routes[err.route]
  if not (r and r.verb) then return nil end
  return ("The service wants the body in another wrapper; this one was sent %s. routes = { [\"%s\"] = { wrapper = … } "
    .. "} changes it (false: none)"):format(r.wrapper and "in '" .. r.wrapper .. "'" or "without one", r.name)
end

local advice = {
  unauthorized = function()
    return "Check token and secret: both are of an API token, and neither is a person's password. Tokens expire, and "
      .. "the API is part of paid plans"
  end,
  forbidden = function(err, client)
    local what = err.message:lower()
    if what:find "space" and not what:find "workspace" or what:find "collection" then
      return "It is somebody's personal collection, or a restricted one that this token is no member of"
    end
    local kind = client.state.facts.token_kind
    return ("The %s has no right to this: groups, invites and audit logs are for admins, and a member token can do "
      .. "what its member can"):format(kind and kind .. " token" or "token")
  end,
  not_found = on_not_found,
}

-- Of single statuses and codes, where the kind says too little.
local function finer(err, client)
  if err.code == "param_missing" then return on_param_missing(err, client) end
  if err.status == 400 and err.message:lower():find("unsupported for use with api key", 1, true) then
    return "The vendor closed this to API tokens; workspace:verify() tells who is asking"
  end
  if err.status == 406 then return "The service does not answer here in the form that was asked for (header Accept)" end
end

--- Adds to an error what only somebody who knows Analyst Studio can say.
---@param err studio.error
---@param client studio.client
return function(err, client)
  err.code = words.code(err.response) or err.code
  -- What to do about a write that may have been done is more urgent than why a later attempt was refused.
  if err.maybe_done or err.stage == "not_sent" then return end
  local sentence = finer(err, client)
  if not sentence and advice[err.kind] then sentence = advice[err.kind](err, client) end
  if not sentence and err.kind == "rate_limited" then
    sentence = (err.advice and err.advice .. ". " or "") .. "The limit is the user's: what else uses it? Clients with "
      .. "several tokens of one user share it with the option limit_key"
  end
  err.advice = sentence or err.advice
end
