-- Signature tokens, the credentials of the Discovery API: client.signature_tokens. SPDX-License-Identifier: MIT

local signature = require "studio.services.analyst.signature"

---@class studio.analyst.signature_tokens
local signature_tokens = {}

--- Makes a signature token; needs the token of an admin. It dies when that admin leaves the workspace. The response is
--- not handed out, since the credentials stand in it: signature:reveal() gives them.
---@param fields table { name = 4 to 64 characters, expires_at = ISO 8601 }
---@param options studio.call_options?
---@return studio.analyst.signature? signature nil, err on failure
---@return studio.error? err
function signature_tokens:create(fields, options)
  local answer, response = self.client:call("signature_tokens.create", nil, fields, options)
  if answer == nil then return nil, response end
  local handle = type(answer) == "table" and signature.new(self.client, answer)
  if handle then return handle end
  return nil, self.client:problem("signature_tokens.create", {
    kind = "protocol", message = "the answer holds no credentials that this client can find",
  })
end

---@param token string|studio.analyst.signature|table its token, or what stands for it
---@param options studio.call_options?
---@return any? deleted true, or what the service answered; nil, err on failure
---@return table response_or_err
function signature_tokens:delete(token, options)
  return self.client:call("signature_tokens.delete", { token = token }, nil, options)
end

return signature_tokens
