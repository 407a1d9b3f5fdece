-- Operations of the Discovery ("batch") API. See analyst_operations.lua. SPDX-License-Identifier: MIT
--
-- `client = "discovery"`: called on an:discovery(…), which logs in with a signature token; the lists are plain JSON
-- without `_embedded`.

return {
  { "signature_tokens.create", "POST /batch/acme/signature_tokens", batch = true, handle = true,
    accept = "application/json",
    with = { { name = "audit", expires_at = "2027-01-01T00:00:00Z" } },
    body = [[{"signature_token":{"name":"audit","expires_at":"2027-01-01T00:00:00Z",
      "auth_scope":{"authentication_for":"batch-api","authorization_type":"read-only"}}}]] },
  { "signature_tokens.delete", "DELETE /batch/acme/signature_tokens/k1", with = { "k1" }, batch = true,
    accept = "application/json" },

  { "reports.list", "GET /batch/acme/reports?include_spaces=all", with = { { include_spaces = "all" } },
    client = "discovery", rows = "reports", plain = true, accept = "application/json", batch = true },
  { "report_stats.list", "GET /batch/acme/report_stats", client = "discovery", rows = "report_stats", plain = true,
    accept = "application/json", batch = true },
  { "queries.list", "GET /batch/acme/queries", client = "discovery", rows = "queries", plain = true,
    accept = "application/json", batch = true },
  { "charts.list", "GET /batch/acme/charts", client = "discovery", rows = "charts", plain = true,
    accept = "application/json", batch = true },
  { "collections.list", "GET /batch/acme/spaces", client = "discovery", rows = "spaces", plain = true,
    accept = "application/json", batch = true },
  { "members.list", "GET /batch/acme/members", client = "discovery", rows = "memberships", plain = true,
    accept = "application/json", batch = true },
}
