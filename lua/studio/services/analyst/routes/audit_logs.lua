-- Routes: what was done in the workspace, and by whom. SPDX-License-Identifier: MIT

return {
  -- The form of the answer is documented for one entry and not for the list: an unofficial client found them below
  -- audit_logs, with the next page's token beside or in `pagination`. A bare list and a bare entry are read as well.
  { name = "audit_logs.list", verb = "GET", path = "/api/{workspace}/audit_logs", from = "documented",
    accept = "application/json", required = { "start_timestamp", "end_timestamp" }, key = "audit_logs",
    cursor = "next_token", single = true, token_kinds = { workspace = true },
    note = "asked for as plain JSON: unofficial clients saw 406 for HAL" },
}
