-- Schedules of reports: client.schedules. SPDX-License-Identifier: MIT

local lists = require "studio.lists"

---@class studio.analyst.schedules
---@field list fun(self, report: string|table, query: table?, options: studio.call_options?): table[]?, table,
---  studio.page.info
---@field each fun(self, report: string|table, query: table?, options: studio.call_options?): fun(): table?
---@field pages fun(self, report: string|table, query: table?, options: studio.call_options?): fun(): table[]?
---@field list_by_dataset studio.analyst.list_of the same of a dataset
---@field each_by_dataset studio.analyst.each_of
---@field pages_by_dataset studio.analyst.pages_of
local schedules = {}
lists(schedules, "schedules", { "report" })
lists(schedules, "schedules", { "dataset" }, "dataset")

---@param report string|table token, or the row
---@param schedule string|table token, or the row
---@param options studio.call_options?
---@return studio.analyst.schedule? schedule nil, err on failure
---@return table response_or_err
function schedules:get(report, schedule, options)
  return self.client:call("schedules.get", { report = report, schedule = schedule }, nil, options)
end

---@param report string|table token, or the row
---@param fields table { cron = { freq = "daily", hour = 6, time_zone = … }, name = …, timeout = seconds, params = … }
---@param options studio.call_options?
---@return studio.analyst.schedule? schedule nil, err on failure
---@return table response_or_err
function schedules:create(report, fields, options)
  return self.client:call("schedules.create", { report = report }, fields, options)
end

---@param report string|table token, or the row
---@param schedule string|table token, or the row
---@param fields table what changes
---@param options studio.call_options?
---@return studio.analyst.schedule? schedule nil, err on failure
---@return table response_or_err
function schedules:update(report, schedule, fields, options)
  return self.client:call("schedules.update", { report = report, schedule = schedule }, fields, options)
end

---@param report string|table token, or the row
---@param schedule string|table token, or the row
---@param options studio.call_options?
---@return any? deleted true, or what the service answered; nil, err on failure
---@return table response_or_err
function schedules:delete(report, schedule, options)
  return self.client:call("schedules.delete", { report = report, schedule = schedule }, nil, options)
end

--- Deletes several schedules. The operation is documented, and what it takes is not: the fields go into the query.
--- Where it matters which ones are deleted, delete one after the other.
---@param fields table?
---@param options studio.call_options?
---@return any? deleted true, or what the service answered; nil, err on failure
---@return table response_or_err
function schedules:bulk_delete(fields, options)
  return self.client:call("schedules.bulk_delete", nil, fields, options)
end

return schedules
