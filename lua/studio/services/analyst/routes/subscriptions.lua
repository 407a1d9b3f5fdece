-- Routes: who gets a report by mail or in Slack. SPDX-License-Identifier: MIT

local report = "/api/{workspace}/reports/{report}"
local subscriptions = report .. "/subscriptions"
local subscription = subscriptions .. "/{subscription}"
local FORM = "wrapped, and with names that end in _enabled, as mode-sdk does, which saw bare bodies refused "
  .. "(param_missing); the vendor's swagger file sends it bare (wrapper = false), without that ending"

return {
  { name = "subscriptions.list", verb = "GET", path = subscriptions, from = "documented",
    key = "report_subscriptions", paging = "pages" },
  { name = "subscriptions.list_by_schedule", verb = "GET", path = report .. "/schedules/{schedule}/subscriptions",
    from = "documented", key = "report_subscriptions", paging = "pages" },
  { name = "subscriptions.create", verb = "POST", path = subscriptions, from = "third_party",
    wrapper = "report_subscription",
    find_out = "list the report's subscriptions and look for it before trying again", note = FORM },
  { name = "subscriptions.get", verb = "GET", path = subscription, from = "documented" },
  { name = "subscriptions.update", verb = "PATCH", path = subscription, from = "third_party",
    wrapper = "report_subscription", note = FORM },
  { name = "subscriptions.delete", verb = "DELETE", path = subscription, from = "documented" },
}
