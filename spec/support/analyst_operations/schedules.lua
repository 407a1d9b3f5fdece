-- Operations: schedules and subscriptions. See analyst_operations.lua. SPDX-License-Identifier: MIT
--
-- The swagger file has the bodies flat; the author of mode-sdk reports that unwrapped ones are answered 400
-- param_missing, and reads the wrapper from the service's own `_forms`. So they are wrapped.

return {
  { "schedules.list", "GET /api/acme/reports/r1/schedules", with = { "r1" }, rows = "report_schedules" },
  { "schedules.create", "POST /api/acme/reports/r1/schedules",
    with = { "r1", { name = "Daily", cron = { freq = "daily", hour = 6, time_zone = "UTC" }, timeout = 3600 } },
    body = '{"report_schedule":{"name":"Daily","cron":{"freq":"daily","hour":6,"time_zone":"UTC"},"timeout":3600}}',
    standing = "third_party" },
  { "schedules.get", "GET /api/acme/reports/r1/schedules/s1", with = { "r1", "s1" } },
  { "schedules.update", "PATCH /api/acme/reports/r1/schedules/s1", with = { "r1", "s1", { name = "Nightly" } },
    body = '{"report_schedule":{"name":"Nightly"}}', standing = "third_party" },
  { "schedules.delete", "DELETE /api/acme/reports/r1/schedules/s1", with = { "r1", "s1" }, empty = true },
  -- What it takes is not documented.
  { "schedules.bulk_delete", "DELETE /api/acme/reports/schedules/v1/bulk_delete?report=r1&schedule=s1",
    with = { { report = "r1", schedule = "s1" } }, empty = true },
  { "schedules.list_by_dataset", "GET /api/acme/datasets/t1/schedules", with = { "t1" }, rows = "report_schedules" },

  { "subscriptions.list", "GET /api/acme/reports/r1/subscriptions", with = { "r1" }, rows = "report_subscriptions" },
  { "subscriptions.list_by_schedule", "GET /api/acme/reports/r1/schedules/s1/subscriptions", with = { "r1", "s1" },
    rows = "report_subscriptions" },
  { "subscriptions.create", "POST /api/acme/reports/r1/subscriptions",
    with = { "r1", { csv_attachments_enabled = true } },
    body = '{"report_subscription":{"csv_attachments_enabled":true}}', standing = "third_party" },
  { "subscriptions.get", "GET /api/acme/reports/r1/subscriptions/u1", with = { "r1", "u1" } },
  { "subscriptions.update", "PATCH /api/acme/reports/r1/subscriptions/u1",
    with = { "r1", "u1", { pdf_attachments_enabled = false } },
    body = '{"report_subscription":{"pdf_attachments_enabled":false}}', standing = "third_party" },
  { "subscriptions.delete", "DELETE /api/acme/reports/r1/subscriptions/u1", with = { "r1", "u1" }, empty = true },
}
