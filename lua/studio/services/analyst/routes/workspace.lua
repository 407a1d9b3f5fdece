-- Routes: who is asking, and the workspace. SPDX-License-Identifier: MIT

return {
  { name = "workspace.verify", verb = "GET", path = "/api/verify", from = "documented" },
  -- Marked "(Not Supported)" in the vendor's swagger file since 2024-01.
  { name = "workspace.account", verb = "GET", path = "/api/account", from = "documented",
    note = "not supported with API tokens since 2024-01: workspace:verify() tells who is asking" },
  { name = "workspace.get", verb = "GET", path = "/api/{account}", from = "third_party",
    note = "the vendor's swagger file defines what it answers, and not the path" },
}
