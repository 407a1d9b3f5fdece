-- A signature token: the credentials of the Discovery API, kept as a secret. SPDX-License-Identifier: MIT
--
-- The service shows access_key and access_secret once, when it makes the token. They lie outside the handle, so that
-- printing it, or writing it as JSON, does not show them.

local check = require "studio.check"

---@class studio.analyst.signature
---@field token string by which it is deleted
---@field data table what the service said of it, without the secrets: name, expires_at, created_at …
local methods = {}
local Signature = { __name = "studio.analyst.signature", __index = methods }

-- handle -> { access_key, access_secret }
local secrets = setmetatable({}, { __mode = "k" })

local signature = {}

--- Makes a handle of what the service answered; nil when the credentials are not in it.
---@param client studio.analyst.client
---@param answer table
---@return studio.analyst.signature?
function signature.new(client, answer)
  for _, name in ipairs { "token", "access_key", "access_secret" } do
    if type(answer[name]) ~= "string" or answer[name] == "" then return nil end
  end
  local data = {}
  for name, value in pairs(answer) do data[name] = value end
  data.access_key, data.access_secret = nil, nil
  local handle = setmetatable({ token = answer.token, data = data }, Signature)
  secrets[handle] = { access_key = answer.access_key, access_secret = answer.access_secret, client = client }
  return handle
end

--- Is this a handle of ours?
---@param value any
---@return boolean
function signature.is(value) return getmetatable(value) == Signature end

--- The credentials, to be kept somewhere safe: the service never shows them again.
---@return { token: string, access_key: string, access_secret: string }
function methods:reveal()
  check.method("signature:reveal", self, Signature)
  local kept = secrets[self]
  return { token = self.token, access_key = kept.access_key, access_secret = kept.access_secret }
end

--- Deletes the token at the service; clients that use it are refused from then on.
---@param options studio.call_options?
---@return any? deleted true, or what the service answered; nil, err on failure
---@return table response_or_err
function methods:delete(options)
  check.method("signature:delete", self, Signature)
  return secrets[self].client.signature_tokens:delete(self, options)
end

function Signature:__tostring()
  local name = type(self.data.name) == "string" and self.data.name:gsub("%c", " ") or self.token
  return ("%s (%s, ***)"):format(Signature.__name, name)
end

return signature
