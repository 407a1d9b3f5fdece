-- Operations: definitions, data sources, audit logs. See analyst_operations.lua. SPDX-License-Identifier: MIT

local january = { start_timestamp = "2026-01-01T00:00:00Z", end_timestamp = "2026-02-01T00:00:00Z" }

return {
  { "definitions.list", "GET /api/acme/definitions?filter=by_tokens&tokens=a%2Cb",
    with = { { filter = "by_tokens", tokens = "a,b" } }, rows = "definitions" },
  { "definitions.create", "POST /api/acme/definitions", with = { { name = "n", source = "SELECT 1" } },
    body = '{"definition":{"name":"n","source":"SELECT 1"}}', standing = "third_party" },
  { "definitions.get", "GET /api/acme/definitions/d1", with = { "d1" } },
  { "definitions.update", "PATCH /api/acme/definitions/d1", with = { "d1", { source = "SELECT 2" } },
    body = '{"definition":{"source":"SELECT 2"}}', standing = "third_party" },
  { "definitions.delete", "DELETE /api/acme/definitions/d1", with = { "d1" } },

  { "data_sources.list", "GET /api/acme/data_sources", rows = "data_sources" },
  { "data_sources.get", "GET /api/acme/data_sources/d1", with = { "d1" } },
  { "data_sources.update", "PATCH /api/acme/data_sources/d1", with = { "d1", { description = "d" } },
    body = '{"data_source":{"description":"d"}}' },
  { "data_sources.refresh_schema", "POST /api/acme/data_sources/d1/schema_updates", with = { "d1" } },
  { "data_sources.purge", "POST /api/acme/data_sources/d1/purge", with = { "d1" }, empty = true },

  -- In the swagger file until 2021-04-30.
  { "grants.list", "GET /api/acme/data_sources/d1/grants", with = { "d1" }, rows = "grants", swagger = false,
    standing = "assumed" },
  { "grants.create", "POST /api/acme/data_sources/d1/grants",
    with = { "d1", { grantee_type = "User", grantee_token = "u1" } },
    body = '{"grant":{"grantee_type":"User","grantee_token":"u1"}}', swagger = false, standing = "assumed" },
  { "grants.get", "GET /api/acme/data_sources/d1/grants/g1", with = { "d1", "g1" }, swagger = false,
    standing = "assumed" },
  { "grants.delete", "DELETE /api/acme/data_sources/d1/grants/g1", with = { "d1", "g1" }, swagger = false,
    standing = "assumed" },

  { "audit_logs.list",
    "GET /api/acme/audit_logs?end_timestamp=2026-02-01T00%3A00%3A00Z&start_timestamp=2026-01-01T00%3A00%3A00Z",
    with = { january }, rows = "audit_logs", plain = true, accept = "application/json" },
}
