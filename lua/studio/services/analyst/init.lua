-- studio.analyst: reports, runs and schedules at Analyst Studio (once Mode). SPDX-License-Identifier: MIT

local check = require "studio.check"
local core = require "studio.core"
local inherit = require "studio.services.analyst.discovery.inherit"
local log = require "studio.log"
local login = require "studio.services.analyst.login"
local management = require "studio.services.analyst.management"
local merge = require "studio.merge"
local service = require "studio.service"

local token_kinds = { workspace = true, member = true, personal = true }

local function check_options(options, what)
  login.check(options, what)
  login.check_text(options, "secret", "of the API token; it is shown once, when the token is made", what)
  local kind = options.token_kind
  if kind and not token_kinds[kind] then
    check.fail("%s: there is no token_kind '%s'%s", what, kind, check.suggestion(kind, token_kinds))
  end
end

-- How to log in, and which limit follows from that.
local function connect(options, what)
  check_options(options, what)
  if options.token_kind == "personal" then
    log.warn_once("analyst personal token", "personal API tokens of Analyst Studio were retired on 2025-02-28: use a "
      .. "workspace or a member token")
  end
  return {
    auth = check.guarded(what, core.auth, { kind = "basic", user = options.token, password = options.secret }),
    limits = { login.limit },
    -- Documented is a limit for each username. Two tokens of one user share it, which only the user knows: limit_key.
    limit_key = options.token,
    params = { workspace = options.workspace },
    facts = { token_kind = options.token_kind, discovery = inherit.from(options) },
  }
end

-- What the service takes from certain kinds of tokens only.
local function refusal(client, r)
  local kind = client.state.facts.token_kind
  if not r.token_kinds or not kind or r.token_kinds[kind] then return nil end
  local takes = {}
  for name in pairs(r.token_kinds) do takes[#takes + 1] = name end
  table.sort(takes)
  return {
    kind = "forbidden", code = "token_kind",
    message = ("a %s token cannot do this; it takes a %s token"):format(kind, table.concat(takes, " or ")),
    advice = r.refused_note or "Not sent: the service documents it so",
  }
end

--- Makes a client of one workspace of Analyst Studio.
---@type fun(options: studio.analyst.options): studio.analyst.client
return service.define {
  name = "analyst",
  base_url = "https://app.mode.com",
  options = { workspace = "string", token = "string", secret = "string", token_kind = "string" },
  connect = connect,
  refusal = refusal,
  id_field = "token",
  headers = { Accept = "application/hal+json" },
  routes = require "studio.services.analyst.routes",
  methods = merge(require "studio.services.analyst.links", inherit.methods, management),
  resources = {
    workspace = require "studio.services.analyst.workspace",
    memberships = require "studio.services.analyst.memberships",
    invites = require "studio.services.analyst.invites",
    groups = require "studio.services.analyst.groups",
    group_memberships = require "studio.services.analyst.group_memberships",
    collections = require "studio.services.analyst.collections",
    permissions = require "studio.services.analyst.permissions",
    collection_memberships = require "studio.services.analyst.collection_memberships",
    audit_logs = require "studio.services.analyst.audit_logs",
    reports = require "studio.services.analyst.reports",
    runs = require "studio.services.analyst.runs",
    query_runs = require "studio.services.analyst.query_runs",
    results = require "studio.services.analyst.results",
    exports = require "studio.services.analyst.exports",
    queries = require "studio.services.analyst.queries",
    charts = require "studio.services.analyst.charts",
    filters = require "studio.services.analyst.filters",
    schedules = require "studio.services.analyst.schedules",
    signature_tokens = require "studio.services.analyst.signature_tokens",
    subscriptions = require "studio.services.analyst.subscriptions",
    datasets = require "studio.services.analyst.datasets",
    dataset_runs = require "studio.services.analyst.dataset_runs",
    dataset_fields = require "studio.services.analyst.dataset_fields",
    field_descriptions = require "studio.services.analyst.field_descriptions",
    definitions = require "studio.services.analyst.definitions",
    data_sources = require "studio.services.analyst.data_sources",
    grants = require "studio.services.analyst.grants",
  },
  explain = require "studio.services.analyst.explain",
}
