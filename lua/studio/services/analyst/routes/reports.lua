-- Routes: reports. SPDX-License-Identifier: MIT

local reports = "/api/{workspace}/reports"
local report = reports .. "/{report}"
local ARCHIVED = "read the report and look at `archived` before trying again"

return {
  { name = "reports.list", verb = "GET", path = "/api/{workspace}/spaces/{collection}/reports", from = "documented",
    key = "reports", paging = "pages",
    note = "archived reports are among them: look at `archived`; filter and order may be ignored (mode-sdk)" },
  { name = "reports.list_by_data_source", verb = "GET", path = "/api/{workspace}/data_sources/{data_source}/reports",
    from = "documented", key = "reports", paging = "pages", note = "seen: a row for each report and query" },
  { name = "reports.get", verb = "GET", path = report, from = "documented" },
  { name = "reports.update", verb = "PATCH", path = report, from = "documented", wrapper = "report",
    note = "seen: a name has at most 64 characters, and 202 is answered" },
  { name = "reports.delete", verb = "DELETE", path = report, from = "documented" },
  { name = "reports.archive", verb = "PATCH", path = report .. "/archive", from = "documented", query = {},
    find_out = ARCHIVED },
  { name = "reports.unarchive", verb = "PATCH", path = report .. "/unarchive", from = "documented", query = {},
    find_out = ARCHIVED },
  { name = "reports.purge", verb = "POST", path = reports .. "/purge", from = "documented",
    query = { "time", "end_time", "in_progress" }, required = { "time" },
    find_out = "look at purge_started_at of old runs before trying again",
    note = "in the query as in the vendor's swagger file; an unofficial client sends a body (query = false)" },
  { name = "reports.create", verb = "POST", path = reports, from = "third_party", query = {},
    find_out = "look for a report without a name in the personal collection before trying again",
    note = "undocumented: makes a report without a name in the caller's personal collection, whatever is sent" },
}
