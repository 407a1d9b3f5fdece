-- Who gets a report by mail or in Slack: client.subscriptions. SPDX-License-Identifier: MIT

local lists = require "studio.lists"

---@class studio.analyst.subscriptions
---@field list studio.analyst.list_of one page of a report's subscriptions
---@field each studio.analyst.each_of all of them; raises the error object when a page fails
---@field pages studio.analyst.pages_of page by page
---@field list_by_schedule studio.analyst.list_of_two one page of a schedule's subscriptions (report, schedule, …)
---@field each_by_schedule studio.analyst.each_of_two all of them; raises the error object when a page fails
---@field pages_by_schedule studio.analyst.pages_of_two page by page
local subscriptions = {}
lists(subscriptions, "subscriptions", { "report" })
lists(subscriptions, "subscriptions", { "report", "schedule" }, "schedule")

---@param report studio.analyst.id
---@param subscription studio.analyst.id
---@param options studio.call_options?
---@return table? subscription nil, err on failure
---@return table response_or_err
function subscriptions:get(report, subscription, options)
  return self.client:call("subscriptions.get", { report = report, subscription = subscription }, nil, options)
end

---@param report studio.analyst.id
---@param fields studio.analyst.subscription_fields?
---@param options studio.call_options?
---@return table? subscription nil, err on failure
---@return table response_or_err
function subscriptions:create(report, fields, options)
  return self.client:call("subscriptions.create", { report = report }, fields, options)
end

---@param report studio.analyst.id
---@param subscription studio.analyst.id
---@param fields studio.analyst.subscription_fields
---@param options studio.call_options?
---@return table? subscription nil, err on failure
---@return table response_or_err
function subscriptions:update(report, subscription, fields, options)
  return self.client:call("subscriptions.update", { report = report, subscription = subscription }, fields, options)
end

---@param report studio.analyst.id
---@param subscription studio.analyst.id
---@param options studio.call_options?
---@return any? deleted true, or what the service answered; nil, err on failure
---@return table response_or_err
function subscriptions:delete(report, subscription, options)
  return self.client:call("subscriptions.delete", { report = report, subscription = subscription }, nil, options)
end

return subscriptions
