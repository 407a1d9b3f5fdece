-- From a client of the REST API to one of the Discovery API: client:discovery. SPDX-License-Identifier: MIT

local check = require "studio.check"
local signature = require "studio.services.analyst.signature"

local inherit = { methods = {} }

-- What holds for both clients. Not `routes` and `scopes`: they name routes of the other API.
local shared = {
  "base_url", "workspace", "headers", "read_only", "limits", "limit_key", "state_dir", "max_attempts", "max_refusals",
  "backoff_base", "backoff_cap", "max_redirects", "user_agent", "insecure", "allow_http", "http2", "ca_file",
  "cert_file", "key_file", "key_password", "proxy", "timeout", "deadline", "stall", "max_body",
}

--- A function that gives a client's options for the other one. A function and no table: a proxy's password may be
--- among them, and somebody may print the client.
---@param options table
---@return fun(): table
function inherit.from(options)
  local copy = {}
  for _, name in ipairs(shared) do copy[name] = options[name] end
  -- Nobody knows whether both APIs count together: then to share one budget is never too much.
  copy.limit_key = copy.limit_key or options.token
  return function()
    local fresh = {}
    for name, value in pairs(copy) do fresh[name] = value end
    return fresh
  end
end

--- A client of the Discovery API for the same workspace, with the same options. It is one of its own: close both.
---@param credentials studio.analyst.signature|{ token: string, access_key: string, access_secret: string }
---@return studio.analyst.discovery.client
function inherit.methods:discovery(credentials)
  check.argument("analyst:discovery", "credentials", credentials, "table")
  if signature.is(credentials) then credentials = credentials:reveal() end
  local options = self.state.facts.discovery()
  for _, name in ipairs { "token", "access_key", "access_secret" } do
    check.argument("analyst:discovery", name, credentials[name], "string")
    options[name] = credentials[name]
  end
  return require "studio.services.analyst.discovery"(options)
end

return inherit
