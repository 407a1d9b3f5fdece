-- Who a token is, and the workspace's own record. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.analyst.answers"
local chance = require "studio.sandbox.chance"

local function key_token(ws, principal) return chance.token(ws.seed, "api key " .. principal.token, 0) end

-- The shape is not documented; these are the fields that a client was seen to read.
local function verify(ws, req)
  local scope = req.principal.kind == "workspace" and "workspace" or "member"
  return 200, {
    workspace = ws.name, workspace_token = chance.token(ws.seed, "workspace", 0), api_key_scope = scope,
    _links = answers.links(req, { self = ws:path("/api_keys/%s", key_token(ws, req.principal)) }),
  }
end

local function api_key(ws, req)
  if req.args.api_key ~= key_token(ws, req.principal) then return answers.not_found "api key" end
  return 200, {
    token = req.args.api_key, name = "sandbox", scope = req.principal.kind, _links = answers.links(req, {
      self = req.path, member = "/api/" .. req.principal.user,
    }),
  }
end

-- "(Not Supported)" with API keys, says the documentation.
local function account() return answers.error(400, "This endpoint is unsupported for use with Api Keys") end

-- The record of the workspace; the same path with a user's name is that user's.
local function record(ws, req)
  local name = req.args.account
  local own = name == ws.name
  local user = ws:user(name)
  if not own and not user then return answers.not_found "account" end
  return 200, {
    id = own and 1 or user.id, token = own and chance.token(ws.seed, "workspace", 0) or user.token, username = name,
    name = name, plan_code = "plus", membership_type = "admin", space_count = 0, data_source_count = #ws.data_sources,
    created_at = answers.time(ws.made - 2000 * 86400), _links = answers.links(req, {
      self = req.path, spaces = ws:path "/spaces", data_sources = ws:path "/data_sources",
      definitions = ws:path "/definitions", memberships_lite = ws:path "/memberships/lite",
    }),
  }
end

return function(add)
  add("GET", "/api/verify", "account", verify)
  add("GET", "/api/account", "account", account)
  add("GET", "/api_keys/{api_key}", "account", api_key)
  add("GET", "/api/{account}", "account", record, { anonymous = true })
end
