-- Reports: client.reports. SPDX-License-Identifier: MIT

local check = require "studio.check"
local lists = require "studio.lists"
local merge = require "studio.merge"
local page = require "studio.page"
local route = require "studio.route"

--- There is no list of all reports of a workspace: go through the collections, or ask the Discovery API. Archived ones
--- are among the rows. Query: filter ("updated_at.gt.2026-01-31T00:00:00Z"), order, order_by, page; it is not certain
--- that the service heeds filter and order here.
---@class studio.analyst.reports
---@field list fun(self, collection: string|table, query: table?, options: studio.call_options?): table[]?, table,
---  studio.page.info
---@field each fun(self, collection: string|table, query: table?, options: studio.call_options?): fun(): table?
---@field pages fun(self, collection: string|table, query: table?, options: studio.call_options?): fun(): table[]?
---@field list_by_data_source fun(self, data_source: string|table, query: table?, options: studio.call_options?):
---  table[]?, table, studio.page.info
---@field pages_by_data_source fun(self, data_source: string|table, query: table?, options: studio.call_options?):
---  fun(): table[]?
local reports = {}
lists(reports, "reports", { "collection" })
lists(reports, "reports", { "data_source" }, "data_source")

--- All reports on a data source, each once: the service gives a report once for each of its queries, and so do
--- list_by_data_source and pages_by_data_source.
---@param data_source string|table token, or the row
---@param query table? filter, order, order_by
---@param options studio.call_options?
---@return fun(): table? next raises the error object when a page fails
function reports:each_by_data_source(data_source, query, options)
  local params, seen = { data_source = data_source }, {}
  local step, _, _, closing = page.each(self.client, "reports.list_by_data_source", params, query, options)
  local function next_new()
    for report in step do
      local token = report.token
      if token == nil or not seen[token] then
        seen[token or report] = true
        return report
      end
    end
  end
  return next_new, nil, nil, closing
end

---@param report string|table token, or the row
---@param options studio.call_options?
---@return studio.analyst.report? report nil, err on failure
---@return table response_or_err
function reports:get(report, options) return self.client:call("reports.get", { report = report }, nil, options) end

---@param report string|table token, or the row
---@param fields table what changes: name (seen: at most 64 characters), description, space_token
---@param options studio.call_options?
---@return studio.analyst.report? report nil, err on failure
---@return table response_or_err
function reports:update(report, fields, options)
  return self.client:call("reports.update", { report = report }, fields, options)
end

--- Puts a report into another collection.
---@param report string|table token, or the row
---@param collection string|table token, or the row
---@param options studio.call_options?
---@return studio.analyst.report? report nil, err on failure
---@return table response_or_err
function reports:move(report, collection, options)
  local token, why = route.id(collection, "token")
  if not token then check.fail("reports.move: collection %s", why) end
  return self:update(report, { space_token = token }, options)
end

---@param report string|table token, or the row
---@param options studio.call_options?
---@return any? deleted true, or what the service answered; nil, err on failure
---@return table response_or_err
function reports:delete(report, options)
  return self.client:call("reports.delete", { report = report }, nil, options)
end

--- Takes a report out of sight; unarchive brings it back. Whether that stops its schedules is not documented.
---@param report string|table token, or the row
---@param options studio.call_options?
---@return studio.analyst.report? report nil, err on failure
---@return table response_or_err
function reports:archive(report, options)
  return self.client:call("reports.archive", { report = report }, nil, options)
end

---@param report string|table token, or the row
---@param options studio.call_options?
---@return studio.analyst.report? report nil, err on failure
---@return table response_or_err
function reports:unarchive(report, options)
  return self.client:call("reports.unarchive", { report = report }, nil, options)
end

--- Deletes results of all reports of the workspace, which cannot be undone. Which ones a day means, and how `end_time`
--- cuts a big purge, is for the vendor's reference to say.
---@param fields table { time = "YYYY-MM-DD", end_time = "YYYY-MM-DD"?, in_progress = boolean? }
---@param options studio.call_options?
---@return any? accepted true, or what the service answered; nil, err on failure
---@return table response_or_err
function reports:purge(fields, options) return self.client:call("reports.purge", nil, fields, options) end

--- Makes a report without a name in the caller's personal collection. The vendor does not document it.
---@param fields table? seen: the service takes no notice of it; update the report afterwards
---@param options studio.call_options?
---@return studio.analyst.report? report nil, err on failure
---@return table response_or_err
function reports:create(fields, options) return self.client:call("reports.create", nil, merge(fields), options) end

return reports
