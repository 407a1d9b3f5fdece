-- Routes: the credentials of the Discovery API. SPDX-License-Identifier: MIT

local tokens = "/batch/{workspace}/signature_tokens"

return {
  { name = "signature_tokens.create", verb = "POST", path = tokens, from = "documented", accept = "application/json",
    wrapper = "signature_token", required = { "name", "expires_at" },
    defaults = { auth_scope = { authentication_for = "batch-api", authorization_type = "read-only" } },
    find_out = "look at the workspace's signature tokens in its settings: the secret of one that was made is lost" },
  { name = "signature_tokens.delete", verb = "DELETE", path = tokens .. "/{token}", from = "documented",
    accept = "application/json", find_out = "look at the workspace's signature tokens in its settings" },
}
