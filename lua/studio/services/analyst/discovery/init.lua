-- studio.analyst_discovery: a whole workspace in few calls (the "batch" API). SPDX-License-Identifier: MIT
--
-- It needs an Enterprise workspace, and a signature token (client.signature_tokens:create) instead of an API token.

local check = require "studio.check"
local core = require "studio.core"
local login = require "studio.services.analyst.login"
local service = require "studio.service"

local function connect(options, what)
  login.check(options, what)
  for _, name in ipairs { "access_key", "access_secret" } do
    login.check_text(options, name, "of the signature token; shown once, when it is made", what)
  end
  return {
    auth = check.guarded(what, core.auth, {
      kind = "basic", scheme = "Bearer", user = options.token,
      password = options.access_key .. ":" .. options.access_secret,
      hide = { options.access_key, options.access_secret },
    }),
    -- The limit of this API is not documented: the REST API's is kept.
    limits = { login.limit },
    limit_key = options.token,
    params = { workspace = options.workspace },
  }
end

--- Makes a client of the Discovery API of one workspace; see also analyst:discovery.
---@type fun(options: studio.analyst.discovery.options): studio.analyst.discovery.client
return service.define {
  name = "analyst_discovery",
  family = "analyst",
  base_url = "https://app.mode.com",
  options = { workspace = "string", token = "string", access_key = "string", access_secret = "string" },
  connect = connect,
  id_field = "token",
  headers = { Accept = "application/json" },
  routes = require "studio.services.analyst.discovery.routes",
  resources = require "studio.services.analyst.discovery.resources",
  explain = require "studio.services.analyst.discovery.explain",
}
