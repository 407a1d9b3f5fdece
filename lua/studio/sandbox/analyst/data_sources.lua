-- Data sources: databases that queries run on. The list does not page. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.analyst.answers"
local json = require "studio.sandbox.json"
local requests = require "studio.sandbox.analyst.requests"

local SHAPE = { name = "string", description = "string", password = "string", custom_attributes = "table",
  certificate = "any", key = "any", wallet = "any" }

local function row(ws, req, source)
  local self = ws:path("/data_sources/%s", source.token)
  return {
    id = source.id, token = source.token, name = source.name, display_name = source.name, adapter = "jdbc:postgresql",
    description = source.description or json.null, vendor = "postgresql", provider = "postgresql",
    database = "analytics", host = "db.example.invalid", port = 5432, ssl = true, username = "reader",
    warehouse = json.null, bridged = false, public = false, asleep = false, queryable = true, soft_deleted = false,
    ldap = false, account_id = 7, default_access_level = "query", adapter_version = "2.0",
    custom_attributes = source.custom_attributes or {},
    created_at = answers.time(ws.made - 1500 * 86400), updated_at = answers.time(source.updated or ws.made - 86400),
    _links = answers.links(req, { self = self, reports = self .. "/reports", permissions = self .. "/permissions" }),
  }
end

local function on_source(handle)
  return function(ws, req)
    local source, status, body = ws:data_source(req)
    if not source then return status, body end
    return handle(ws, req, source)
  end
end

local function list(ws, req)
  return answers.whole(req, "data_sources", ws.data_sources, function(source) return row(ws, req, source) end)
end

local function get(ws, req, source) return 200, row(ws, req, source) end

local function update(ws, req, source)
  local fields, status, body = requests.fields(req, "data_source", SHAPE)
  if not fields then return status, body end
  source.name, source.description = fields.name or source.name, fields.description or source.description
  source.custom_attributes = fields.custom_attributes or source.custom_attributes
  source.updated = ws:now()
  ws:changed("data_sources.update", source.token)
  return 200, row(ws, req, source)
end

local function refresh_schema(ws, req, source)
  ws:changed("data_sources.refresh_schema", source.token)
  return 200, {
    id = ws.last, token = ws:new_token "schema update", state = "pending", content_length = 0, number_of_schemas = 3,
    number_of_tables = 42, last_succesful_refresh_at = json.null, -- (sic)
    _links = answers.links(req, { data_source = ws:path("/data_sources/%s", source.token) }),
  }
end

-- Throws away the results of all runs up to now.
local function purge(ws, _, source)
  table.insert(ws.purges, { data_source = source.n, from = 0, to = ws:now(), at = ws:now() })
  ws:changed("data_sources.purge", source.token)
  return 202
end

-- The vendor took grants out of its documentation on 2021-04-30.
local function gone() return answers.error(404, "The requested resource was removed") end

return function(add)
  add("GET", "/data_sources", "data_sources", list)
  add("GET", "/data_sources/{data_source}", "data_sources", on_source(get))
  add("PATCH", "/data_sources/{data_source}", "data_sources", on_source(update))
  add("POST", "/data_sources/{data_source}/schema_updates", "data_sources", on_source(refresh_schema))
  add("POST", "/data_sources/{data_source}/purge", "data_sources", on_source(purge))
  add("GET", "/data_sources/{data_source}/grants", "data_sources", gone)
  add("POST", "/data_sources/{data_source}/grants", "data_sources", gone)
  add("GET", "/data_sources/{data_source}/grants/{grant}", "data_sources", gone)
  add("DELETE", "/data_sources/{data_source}/grants/{grant}", "data_sources", gone)
end
