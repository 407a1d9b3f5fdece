-- Requests to Cognitive3D's sandbox by the core alone, without the service's client. SPDX-License-Identifier: MIT
--
--   local ask, close = cognitive3d_ask(sb)
--   local status, body, response = ask("GET", "/projects/10")
--
-- As cognitive3d_curl, and without a process for each request.

local core = require "studio.core"
local json = require "studio.json"
local support = require "spec.support.core"

--- What asks one sandbox: ask(method, path, body, key) -> status, body (decoded when it is JSON), response. `path` is
--- below /v0, "data:/…" at the collector; a body that is a table goes as JSON; `key` is the header Authorization.
---@param sb studio.sandbox
---@return fun(method: string, path: string, body: table|string|nil, key: string?): integer, any, table ask
---@return fun() close
return function(sb)
  local clients = {}
  for name, url in pairs { query = sb.cognitive3d_url, data = sb.cognitive3d_data_url } do
    clients[name] = core.client { base_url = url, proxy = "", max_attempts = 1 }
  end
  local function ask(method, path, body, key)
    local at_collector = path:find "^data:"
    local client = at_collector and clients.data or clients.query
    local response, failure = support.run(client:submit {
      method = method, path = "/v0" .. path:gsub("^data:", ""), deadline = 60,
      body = type(body) == "table" and json.encode(body) or body,
      headers = { authorization = key or at_collector and "APIKEY:DEVELOPER dev-sandbox" or "orgkey-sandbox",
        ["content-type"] = body and "application/json" or nil },
    })
    response = response or failure.response or error(tostring(failure.message), 2)
    local is_json = (response:header "content-type" or ""):find "json"
    return response.status, is_json and json.decode(response.body) or response.body, response
  end
  return ask, function()
    for _, client in pairs(clients) do client:close() end
  end
end
