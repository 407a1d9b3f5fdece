-- Operations: reports. See analyst_operations.lua. SPDX-License-Identifier: MIT

local filters = { filter = "updated_at.gt.2026-01-01T00:00:00Z", order = "asc", order_by = "updated_at" }
local as_query = "?filter=updated_at.gt.2026-01-01T00%3A00%3A00Z&order=asc&order_by=updated_at"

return {
  { "reports.list", "GET /api/acme/spaces/s1/reports" .. as_query, with = { "s1", filters }, rows = "reports" },
  { "reports.list_by_data_source", "GET /api/acme/data_sources/d1/reports" .. as_query, with = { "d1", filters },
    rows = "reports" },
  { "reports.get", "GET /api/acme/reports/r1", with = { "r1" } },
  { "reports.update", "PATCH /api/acme/reports/r1", with = { "r1", { name = "N", description = "d" } },
    body = '{"report":{"name":"N","description":"d"}}' },
  { "reports.update", "PATCH /api/acme/reports/r1", method = "reports.move", with = { "r1", { token = "s2" } },
    body = '{"report":{"space_token":"s2"}}' },
  { "reports.delete", "DELETE /api/acme/reports/r1", with = { "r1" }, empty = true },
  { "reports.archive", "PATCH /api/acme/reports/r1/archive", with = { "r1" } },
  { "reports.unarchive", "PATCH /api/acme/reports/r1/unarchive", with = { "r1" } },
  -- As the swagger file has it; mode-sdk sends the same as a flat JSON body.
  { "reports.purge", "POST /api/acme/reports/purge?end_time=2026-02-01&in_progress=false&time=2026-01-01",
    with = { { time = "2026-01-01", end_time = "2026-02-01", in_progress = false } }, empty = true },
  { "reports.create", "POST /api/acme/reports", swagger = false, standing = "third_party" },
}
