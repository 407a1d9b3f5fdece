-- Requests to Five9 Studio's sandbox by the core alone, without the service's client. SPDX-License-Identifier: MIT
--
--   local ask, close = five9_ask(sb)
--   local status, body, response = ask("GET", "/prompt/prompts", nil, { key = "f9-key", query = { page = 2 } })

local core = require "studio.core"
local json = require "studio.json"
local support = require "spec.support.core"

--- What asks one sandbox: ask(method, path, body, more) -> status, body (decoded when it is JSON), response.
--- `more`: key, scope, id (false: not sent; default: the account 1234 by its own key) and query.
---@param sb studio.sandbox
---@return fun(method: string, path: string, body: table|string|nil, more: table?): integer, any, table ask
---@return fun() close
return function(sb)
  -- a 429 is waited for: not here, where windows take an hour
  local client = core.client { base_url = sb.five9_url, proxy = "", max_attempts = 1 }
  local function ask(method, path, body, more)
    more = more or {}
    local function header(name, fallback)
      if more[name] == nil then return fallback end
      return more[name] or nil
    end
    local response, failure = support.run(client:submit {
      method = method, path = path, query = more.query, deadline = 60,
      body = type(body) == "table" and json.encode(body) or body,
      headers = { ["studio-api-key"] = header("key", "f9-key"), scope = header("scope", "ac"),
        ["scope-id"] = header("id", "1234"), ["content-type"] = body and "application/json" or nil },
    })
    response = response or failure.response or error(tostring(failure.message), 2)
    local is_json = (response:header "content-type" or ""):find "json"
    return response.status, is_json and json.decode(response.body) or response.body, response
  end
  return ask, function() client:close() end
end
