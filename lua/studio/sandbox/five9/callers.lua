-- Who is calling: keys with a scope, a scope id and permissions. SPDX-License-Identifier: MIT
--
-- Documented: three headers; a key belongs to its scope id, or there is an error; account users have the scope ac only;
-- a service provider's "All Accounts" key has sp and the accounts. Statuses and sentences of refusals are assumed.

local answers = require "studio.sandbox.five9.answers"
local setup = require "studio.sandbox.five9.setup"

local callers = {}

--- The accounts that there are; 77 is the service provider's own.
callers.accounts = { ["1234"] = true, ["1235"] = true }

local ring = {}
for i, entry in ipairs(setup.keys) do
  local permissions
  for _, name in ipairs(entry.permissions or {}) do
    permissions = permissions or {}
    permissions[name] = true
  end
  ring[entry.key] = { id = "five9#" .. i, scope = entry.scope, own = entry.id, permissions = permissions }
end

---@class sandbox.five9.caller
---@field id string           for the log; never the key
---@field place string        whose data: "ac:1234", "sp:77"
---@field permissions table<string, boolean>?  nil: all

local function fits(key, scope, id)
  if key.scope == "ac" then return scope == "ac" and id == key.own end
  if scope == "sp" then return id == key.own end
  return callers.accounts[id] or false
end

--- Who sent these headers; or nil and the answer that refuses them.
---@param header fun(name: string): string?
---@return sandbox.five9.caller? caller
---@return integer? status
---@return table? body
function callers.find(header)
  local key = ring[header "studio-api-key" or ""]
  if not key then return nil, answers.unauthenticated() end
  local scope, id = header "scope", header "scope-id"
  if scope ~= "ac" and scope ~= "sp" then return nil, answers.error(403, "The selected scope is invalid.") end
  if key.scope == "ac" and scope == "sp" then return nil, answers.forbidden() end
  if not fits(key, scope, id) then return nil, answers.error(403, "The API key and the scope id do not match.") end
  return { id = key.id, place = scope .. ":" .. id, permissions = key.permissions }
end

return callers
