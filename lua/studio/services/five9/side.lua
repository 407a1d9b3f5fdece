-- Clients of the same instance for calls that carry secrets of their own in their bodies. SPDX-License-Identifier: MIT
--
-- A password or a bot's key is hidden like a credential, in errors and curl commands; what a client hides is settled
-- when it is made. So each login has a client of its own, and each bot. Limiters are found by their keys.

local json = require "studio.json"
local kept = require "studio.services.five9.kept"
local merge = require "studio.merge"
local service = require "studio.service"

-- How a login is answered, nobody has documented: a "no" may come with status 200. It must not pass for a success,
-- which starts the login guard's count anew.
local function judge(response, r)
  local answer = r.name == "account.login" and json.decode(response.body or "")
  if type(answer) ~= "table" then return nil end
  for _, name in ipairs { "error", "errors" } do
    local said = answer[name]
    if said and said ~= json.null and said ~= "" and not (type(said) == "table" and next(said) == nil) then
      return { kind = "invalid", message = "the service says that it was not done, and not why" }
    end
  end
end

local make = service.define {
  name = "five9",
  base_url = function(options) return options.base_url end,
  options = { plan = "table" },
  connect = function(options) return options.plan end,
  headers = { Accept = "application/json" },
  routes = require "studio.services.five9.routes",
  resources = {},
  judge = judge,
  explain = require "studio.services.five9.explain",
}

-- What is said of the first client alone.
local own = { "region", "scope", "scope_id", "api_key", "limits", "limit_key", "login_guard", "account_limits",
  "ip_group", "scopes" }

local side = {}

--- Texts that must not be shown, as they are and as JSON has them.
---@param texts string[]
---@return string[]
function side.hidden(texts)
  local list = {}
  for _, text in ipairs(texts) do
    list[#list + 1] = text
    local written = json.encode(text):sub(2, -2)
    if written ~= text then list[#list + 1] = written end
  end
  return list
end

--- A client that sends to where another one sends, with its options but for those that say who is asking.
---@param client studio.five9.client
---@param plan studio.service.connection
---@param changes table options that differ
---@return studio.client
function side.client(client, plan, changes)
  local options = kept.options(client)
  for _, name in ipairs(own) do options[name] = nil end
  options.base_url = client.state.facts.base_url
  return make(merge(options, changes, { plan = plan }))
end

return side
