-- Routes: definitions and data sources. SPDX-License-Identifier: MIT
--
-- How a data source is made is not known.

local definitions = "/api/{workspace}/definitions"
local definition = definitions .. "/{definition}"
local data_sources = "/api/{workspace}/data_sources"
local data_source = data_sources .. "/{data_source}"
local grants = data_source .. "/grants"
local BODY = "the swagger file shows no body; this one is mode-sdk's"
local REMOVED = "taken out of the swagger file on 2021-04-30, with nothing documented in its place"

return {
  { name = "definitions.list", verb = "GET", path = definitions, from = "documented", key = "definitions",
    paging = "once", note = "the list ignores page (mode-sdk)" },
  { name = "definitions.create", verb = "POST", path = definitions, from = "third_party", wrapper = "definition",
    required = { "name", "source" }, find_out = "list the definitions and look for it before trying again",
    note = BODY },
  { name = "definitions.get", verb = "GET", path = definition, from = "documented" },
  { name = "definitions.update", verb = "PATCH", path = definition, from = "third_party", wrapper = "definition",
    note = BODY },
  { name = "definitions.delete", verb = "DELETE", path = definition, from = "documented" },

  { name = "data_sources.list", verb = "GET", path = data_sources, from = "documented", key = "data_sources",
    paging = "once", note = "the list ignores page (mode-sdk)" },
  { name = "data_sources.get", verb = "GET", path = data_source, from = "documented" },
  { name = "data_sources.update", verb = "PATCH", path = data_source, from = "documented",
    wrapper = "data_source" },
  { name = "data_sources.refresh_schema", verb = "POST", path = data_source .. "/schema_updates",
    from = "documented", query = {},
    find_out = "look at the schemas in the app; another refresh costs the database another look" },
  { name = "data_sources.purge", verb = "POST", path = data_source .. "/purge", from = "documented",
    query = {}, find_out = "look at purge_started_at of old runs before trying again" },

  { name = "grants.list", verb = "GET", path = grants, from = "assumed", key = "grants", paging = "pages",
    note = REMOVED },
  { name = "grants.create", verb = "POST", path = grants, from = "assumed", wrapper = "grant",
    required = { "grantee_type", "grantee_token" }, note = REMOVED,
    find_out = "list the data source's grants and look for it before trying again" },
  { name = "grants.get", verb = "GET", path = grants .. "/{grant}", from = "assumed", note = REMOVED },
  { name = "grants.delete", verb = "DELETE", path = grants .. "/{grant}", from = "assumed", note = REMOVED },
}
