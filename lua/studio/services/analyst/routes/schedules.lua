-- Routes: schedules of reports. SPDX-License-Identifier: MIT

local schedules = "/api/{workspace}/reports/{report}/schedules"
local schedule = schedules .. "/{schedule}"
local bare = "wrapped in report_schedule as an unofficial client does, which saw bare bodies refused (param_missing); "
  .. "the vendor's swagger file sends it bare (wrapper = false)"

return {
  { name = "schedules.list", verb = "GET", path = schedules, from = "documented", key = "report_schedules",
    paging = "pages" },
  { name = "schedules.create", verb = "POST", path = schedules, from = "third_party", wrapper = "report_schedule",
    required = { "cron" }, note = bare,
    find_out = "list the report's schedules and look for it before trying again" },
  { name = "schedules.get", verb = "GET", path = schedule, from = "documented" },
  { name = "schedules.update", verb = "PATCH", path = schedule, from = "third_party", wrapper = "report_schedule",
    note = bare },
  { name = "schedules.delete", verb = "DELETE", path = schedule, from = "documented" },
  { name = "schedules.bulk_delete", verb = "DELETE", path = "/api/{workspace}/reports/schedules/v1/bulk_delete",
    from = "documented", note = "what it takes is not documented: the fields go into the query",
    find_out = "list the reports' schedules and see which are left" },
  { name = "schedules.list_by_dataset", verb = "GET", path = "/api/{workspace}/datasets/{dataset}/schedules",
    from = "documented", key = "report_schedules", paging = "pages", note = "what a row holds is not documented" },
}
