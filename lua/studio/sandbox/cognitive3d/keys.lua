-- Who is calling, and whether that key opens this door. SPDX-License-Identifier: MIT
--
-- Three kinds of keys, two hosts. The value of Authorization is the whole credential: `orgkey-…` bare, the others after
-- their kind. No Bearer anywhere.

local keys = {}

---@class sandbox.c3_key
---@field id string       for the log
---@field kind "organization"|"developer"|"data"
---@field writes boolean
---@field expired boolean?

---@type table<string, sandbox.c3_key>
local RING = {
  ["orgkey-sandbox"] = { id = "orgkey-sandbox", kind = "organization", writes = true },
  ["orgkey-readonly"] = { id = "orgkey-readonly", kind = "organization", writes = false },
  ["APIKEY:ORGANIZATION oldorg"] = { id = "oldorg", kind = "organization", writes = true },
  ["APIKEY:DEVELOPER dev-sandbox"] = { id = "dev-sandbox", kind = "developer", writes = true },
  ["APIKEY:DEVELOPER dev-expired"] = { id = "dev-expired", kind = "developer", writes = true, expired = true },
  ["APIKEY:DATA data-sandbox"] = { id = "data-sandbox", kind = "data", writes = true },
}

local NAMES = { organization = "an organization key", developer = "a developer key", data = "a data key" }

-- A key of another kind than the route's. On the query host there are none but organizations'.
local function wrong_kind(key, wanted)
  local sentence = ("this needs %s, not %s"):format(NAMES[wanted], NAMES[key.kind])
  if wanted == "organization" or key.kind == "organization" then return 401, sentence end
  return 403, sentence
end

--- Judges a credential.
---@param value string?     of the header Authorization
---@param wanted "organization"|"developer"|"data"
---@param writes boolean?   whether the route changes anything
---@return sandbox.c3_key? key  whose it is, also when it is refused
---@return integer? status    of the refusal
---@return string? message
function keys.judge(value, wanted, writes)
  local key = value and RING[value]
  if not value then return nil, 401, "no Authorization header" end
  if not key then
    if value:find "^[Bb]earer" then return nil, 401, "unknown scheme: the key goes into Authorization as it is" end
    return nil, 401, "unknown api key"
  end
  if key.expired then return key, 401, "key expired" end
  if key.kind ~= wanted then return key, wrong_kind(key, wanted) end
  if writes and not key.writes then return key, 403, "this key is read-only" end
  return key
end

return keys
