-- The routes of the Discovery API. SPDX-License-Identifier: MIT
--
-- Source: the vendor's batch swagger file. Pages hold up to 1,000 rows; the link to the next page is there past the
-- end, so pages are counted (`paging`). The classes keep what its headers say apart from those of the REST API.

local function list(name, path, note)
  return {
    name = name .. ".list", verb = "GET", path = "/batch/{workspace}/" .. path, from = "documented",
    key = path == "members" and "memberships" or path, paging = "pages", class = "batch " .. name, note = note,
  }
end

local all = "include_spaces = \"all\" takes in all collections; per_page below 1000"

return {
  list("reports", "reports", all),
  list("report_stats", "report_stats", all),
  list("queries", "queries", all),
  list("charts", "charts", all),
  list("collections", "spaces"),
  list("members", "members"),
}
