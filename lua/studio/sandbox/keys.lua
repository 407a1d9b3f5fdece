-- Who is calling: API keys with scopes, and users' bearer tokens. SPDX-License-Identifier: MIT
--
-- A principal never carries its secret: what the log and the state show of it is `id`.

local keys = {}

---@class sandbox.principal
---@field id string         "key#1", or the name it was given; "user:ada" for a bearer token
---@field kind "key"|"user"
---@field user string       whose data it sees
---@field scopes table<string, boolean>
---@field budget string     which limiter counts it: the key itself, or the user behind the token
local principal = {}
principal.__index = principal

--- Whether the principal may do what needs `scope` ("*" stands for all; a user has all).
function principal:has(scope)
  return self.scopes["*"] or self.scopes[scope] or false
end

local function set(list)
  local out = {}
  for _, name in ipairs(list) do out[name] = true end
  return out
end

---@class sandbox.keyring
local keyring = {}
keyring.__index = keyring

--- Makes a keyring.
---@param key_list {key: string, scopes: string[]|nil, name: string|nil, user: string|nil}[]
---@param token_list {token: string, user: string}[]  several tokens of one user share that user's budget
---@return sandbox.keyring
function keys.new(key_list, token_list)
  local self = setmetatable({ by_key = {}, by_token = {} }, keyring)
  for i, entry in ipairs(key_list) do
    local id = entry.name or "key#" .. i
    self.by_key[entry.key] = setmetatable({
      id = id, kind = "key", user = entry.user or "owner", scopes = set(entry.scopes or { "*" }), budget = "key:" .. i,
    }, principal)
  end
  for _, entry in ipairs(token_list) do
    local id = "user:" .. entry.user
    self.by_token[entry.token] = setmetatable({
      id = id, kind = "user", user = entry.user, scopes = set { "*" }, budget = id,
    }, principal)
  end
  return self
end

--- Finds who sent these headers.
---@param get fun(name: string): string|nil  reads a request header
---@return sandbox.principal|nil
function keyring:find(get)
  local key = get "x-api-key"
  if key then return self.by_key[key] end
  local token = (get "authorization" or ""):match "^[Bb]earer +(%S+)$"
  return token and self.by_token[token]
end

return keys
