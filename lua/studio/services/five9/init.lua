-- studio.five9: data stores, prompts, bots and accounts at Five9 Studio 7. SPDX-License-Identifier: MIT

local base = require "studio.services.five9.base"
local chatbot = require "studio.services.five9.chatbot"
local check = require "studio.check"
local core = require "studio.core"
local kept = require "studio.services.five9.kept"
local login_guard = require "studio.services.five9.login_guard"
local merge = require "studio.merge"
local service = require "studio.service"
local where = require "studio.services.five9.where"

local scopes = { ac = "account", sp = "service provider" }

-- One of the three things that say who is asking, as a header takes it.
local function text_of(options, name, from_where, what)
  local value = options[name]
  if math.type(value) == "integer" then value = ("%d"):format(value) end
  if value == nil or value == "" then
    check.fail("%s: %s is missing (%s; is the environment variable set?)", what, name, from_where)
  end
  if value:find "[%c]" then
    check.fail("%s: %s has a line break or control character in it (read from a file?)", what, name)
  end
  return value
end

-- Nobody: a client for f9.chatbot and f9.account, which have credentials of their own.
local function is_nobody(options) return not (options.scope or options.scope_id or options.api_key) end

local limited = { ["2FA"] = "table", passwords = "table" }

-- What client.account and bots want to know later.
local function facts_of(options, what)
  local account_limits = options.account_limits
  if account_limits == nil then account_limits = options.limits ~= false and {} end
  if account_limits then check.options(what .. ": account_limits", account_limits, limited) end
  return {
    base_url = options.base_url, login_guard = login_guard.new(options.login_guard, what), limiters = {},
    account_limits = account_limits, ip_group = options.ip_group or "this machine",
  }
end

-- How to log in. No limit is published for data stores and prompts; a 429 makes all calls of a key wait.
local function connect(options, what)
  local limits, facts = { { name = "five9 key" } }, facts_of(options, what)
  if is_nobody(options) then
    return { auth = core.auth { kind = "headers", fields = {} }, limits = limits, facts = facts }
  end
  local scope = options.scope or "ac"
  if not scopes[scope] then
    check.fail("%s: there is no scope '%s': \"ac\" is an account, \"sp\" a service provider", what, scope)
  end
  local id = text_of(options, "scope_id", scope == "ac" and "the account's id, from Manage > Account Profile"
    or "the service provider's id, from Manage > Service Provider Profile", what)
  local key = text_of(options, "api_key", "from Manage > API Keys", what)
  facts.scope, facts.scope_id = scope, id
  return {
    -- Scope and id are no secrets; hidden, an "ac" would be taken out of every text.
    headers = { scope = scope, ["scope-id"] = id },
    auth = check.guarded(what, core.auth, { kind = "header", name = "studio-api-key", value = key }),
    limits = limits, limit_key = key, facts = facts,
  }
end

-- What must not be sent by this client, or not in this way.
local function refusal(client, r)
  if r.name:find "^account%." then
    return { kind = "refused", message = "this route goes through its method, which keeps the limits of each user",
      advice = ("Not sent: call client.%s"):format(r.name:gsub("%.", ":")) }
  elseif r.name == "chatbot.turn" then
    return { kind = "refused", message = "a turn belongs to a session",
      advice = "Not sent: client.chatbot { api_key = …, task_key = … }:start() makes one" }
  elseif not client.state.facts.scope then
    return { kind = "unauthorized", message = "this client has no api_key and scope_id",
      advice = "Not sent: keys are made in Manage > API Keys" }
  end
end

local methods = {}
local make, new

--- A client of another account, by a key for "All Accounts". It has the same options and shares connections and limits
--- with this one; each is closed for itself.
---@param id string|integer the account's id
---@return studio.five9.client
function methods:for_account(id)
  local what = "five9:for_account"
  check.argument(what, "id", id, { "string", "integer" })
  if not self.state.facts.scope then check.fail("%s: this client has no api_key", what) end
  return new(merge(kept.options(self), { scope = "ac", scope_id = id }))
end

make = service.define {
  name = "five9",
  base_url = base.of,
  options = {
    region = "string", scope = "string", scope_id = { "string", "integer" }, api_key = "string",
    login_guard = "table", account_limits = { "table", "boolean" }, ip_group = "string",
  },
  connect = connect,
  refusal = refusal,
  headers = { Accept = "application/json" },
  routes = require "studio.services.five9.routes",
  methods = methods,
  resources = {
    data_stores = require "studio.services.five9.data_stores",
    rows = require "studio.services.five9.rows",
    prompts = require "studio.services.five9.prompts",
    files = require "studio.services.five9.files",
    account = require "studio.services.five9.account",
  },
  explain = require "studio.services.five9.explain",
}

--- Makes a client of one account, or of a service provider, at Five9 Studio 7.
---@param options studio.five9.options
---@return studio.five9.client
function new(options)
  local client = make(options)
  kept.keep(client, options)
  client.where = where
  -- Called with a dot; a colon does no harm.
  client.chatbot = function(first, second) return chatbot.new(client, rawequal(first, client) and second or first) end
  return client
end

return new
