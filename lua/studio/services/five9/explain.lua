-- Five9 Studio's own failures, in sentences that say what to do. SPDX-License-Identifier: MIT
--
-- Documented: key and scope id must belong together, else "an error" (which one is not said); a key has permissions.
-- Seen in a third party's tests: 403 {"message": "User does not have permission to perform this action."}.

local profile = { ac = "the account's (Manage > Account Profile)",
  sp = "the service provider's (Manage > Service Provider Profile)" }

-- Key, scope and scope id, of which the service does not say which one is wrong.
local function together(facts)
  return ("with scope \"%s\" the scope_id must be %s, here it is %s, and the key one of the same (Manage > API Keys)")
    :format(facts.scope, profile[facts.scope], facts.scope_id)
end

local advice = {
  unauthorized = function(facts)
    if not facts.scope then return "This client was made without api_key and scope_id" end
    return "Is the key right and set to Active? And " .. together(facts)
  end,
  forbidden = function(facts)
    if not facts.scope then return nil end
    return "The key needs the permission for this (Manage > API Keys); or it is not this account's: " .. together(facts)
  end,
}

-- Calls with credentials of their own in the body: what is wrong with those is no matter of the client's key.
local own_credentials = {
  ["chatbot.turn"] = "Is api_key a key of the account (keys of service providers are refused here), and task_key the "
    .. "one in the ChatBot task's details?",
}

local sources = {
  third_party = "is not documented, it was seen in other people's clients",
  assumed = "is assumed, nobody has documented it",
}

-- No route is in the vendor's documents: one that is not there may have moved.
local function not_there(err, client)
  local r = client.state.routes[err.route]
  local source = r and (err.status == 404 or err.status == 405) and sources[r.from]
  if not source then return nil end
  if err.route == "chatbot.turn" then
    return "If the task is there: where turns are sent is a guess, nobody has documented it; \"API Info\" of the "
      .. "ChatBot task shows the address, for f9.chatbot { chat_path = … }"
  end
  return ("If it is there all the same: the route %s %s; routes = { [\"%s\"] = \"VERB /path\" } replaces it (or is "
    .. "base_url wrong?)"):format(err.route, source, err.route)
end

--- Adds to an error what only somebody who knows Five9 Studio can say.
---@param err studio.error
---@param client studio.client
return function(err, client)
  -- What to do about a write that may have been done is more urgent than why a later attempt was refused.
  if err.maybe_done or err.stage == "not_sent" then return end
  local route = err.route or ""
  if advice[err.kind] and (own_credentials[route] or route:find "^account%.") then
    err.advice = own_credentials[route] or err.advice
    return
  end
  local own = advice[err.kind]
  local known = own and own(client.state.facts) or route ~= "chatbot.turn" and err.advice -- a bot has a better one
  err.advice = known or not_there(err, client) or err.advice
end
