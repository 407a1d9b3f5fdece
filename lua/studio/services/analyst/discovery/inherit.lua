-- From a client of the REST API to one of the Discovery API: client:discovery. SPDX-License-Identifier: MIT

local check = require "studio.check"
local merge = require "studio.merge"
local signature = require "studio.services.analyst.signature"

---@class studio.analyst.inherit methods of studio.analyst.client
local methods = {}

local inherit = { methods = methods }

-- What holds for both clients. Not `routes` and `scopes`: they name routes of the other API.
local shared = {
  "base_url", "workspace", "read_only", "limits", "limit_key", "state_dir", "max_attempts", "max_refusals",
  "backoff_base", "backoff_cap", "max_redirects", "user_agent", "insecure", "allow_http", "http2", "ca_file",
  "cert_file", "key_file", "proxy", "timeout", "deadline", "stall", "max_body",
}

--- What a client keeps of its options for the other one: no secret, nor what may hold one.
---@param options table
---@return { options: table, again: table<string, boolean> } kept again: options that must be given anew
function inherit.from(options)
  local copy = {}
  for _, name in ipairs(shared) do copy[name] = options[name] end
  -- Nobody knows whether both APIs count together: then to share one budget is never too much.
  copy.limit_key = copy.limit_key or options.token
  local again = { headers = options.headers ~= nil, key_password = options.key_password ~= nil }
  if type(copy.proxy) == "string" and copy.proxy:find "@" then copy.proxy, again.proxy = nil, true end
  return { options = copy, again = again }
end

--- A client of the Discovery API for the same workspace, with the same options. It is one of its own: close both.
---@param credentials studio.analyst.signature|{ token: string, access_key: string, access_secret: string }
---@param options studio.options? that differ; headers, key_password and a proxy with a password are given anew, since
---  no client keeps a secret where it could be read
---@return studio.analyst.discovery.client
function methods:discovery(credentials, options)
  local what = "analyst:discovery"
  check.argument(what, "credentials", credentials, "table")
  if signature.is(credentials) then credentials = credentials:reveal() end
  local kept = self.state.facts.discovery
  local all = merge(kept.options, options)
  for name, needed in pairs(kept.again) do
    if needed and all[name] == nil then
      check.fail("%s: give the option '%s' again: it may hold a secret, and is not kept", what, name)
    end
  end
  for _, name in ipairs { "token", "access_key", "access_secret" } do
    all[name] = check.argument(what, name, credentials[name], "string")
  end
  return require "studio.services.analyst.discovery"(all)
end

return inherit
