-- mStudio's own failures, in sentences that say what to do. SPDX-License-Identifier: MIT
--
-- Documented: 401 missing or invalid key; 402 subscription or wallet balance needed; 403 scope missing
-- or endpoint not open to API keys, the first with the text "API key missing required scope: <scope>".

local closed = { available = true, open = true, allowed = true, accessible = true }
local ways = { via = true, ["for"] = true, to = true, with = true, by = true, through = true, using = true }

-- "This endpoint is not available via API key.", and not "This API key is not allowed to …".
local function is_closed_to_keys(text)
  text = text:lower():gsub("%s+an?%s+api%f[%A]", " api")
  local state, way = text:match "not%s+(%a+)[^.]-(%a+)%s+api%s+key"
  return closed[state] and ways[way]
end

--- Adds to an error what only somebody who knows mStudio can say.
---@param err studio.error
return function(err)
  if err.kind == "unauthorized" then
    err.advice = "Check the key: mStudio shows it once, in Settings > Developer"
  elseif err.kind == "payment_required" then
    err.advice = "This needs an active subscription or wallet balance at mStudio"
  elseif err.kind == "forbidden" then
    err.missing_scope = err.missing_scope or err.message:match "[Mm]issing required scope:?%s*([%w_*]+)"
    if err.missing_scope then
      err.advice = ("Make a key with the scope %s (Settings > Developer), or one with *"):format(err.missing_scope)
    elseif is_closed_to_keys(err.message) then
      err.advice = "This endpoint is closed to API keys: log in with a Bearer token (option 'token'), or use the app"
    end
  end
end
