-- Filters of reports. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.analyst.answers"
local json = require "studio.sandbox.json"
local requests = require "studio.sandbox.analyst.requests"

local SHAPE = {
  name = "string", formula = "string", data_type = "string", formula_type = "string", filter_type = "string",
  control_type = "string", variable_type = "string", options = "any", next_filter_token = "string",
}
local WORDS = {
  filter_type = { SINGLE = true, MULTI = true, RANGE = true },
  control_type = { LIST = true, DROPDOWN = true, RANGE = true },
  variable_type = { CONTINUOUS = true, DISCRETE = true },
}

local function filters_of(report)
  report.filters = report.filters or {}
  return report.filters
end

local function row(ws, req, report, filter)
  local made = { row_order = filter.n, hide_select_all = false, show_relevant_values_only = false }
  for name, value in pairs(filter.fields) do made[name] = value end
  made.token = filter.token
  made.created_at, made.updated_at = answers.time(filter.created), answers.time(filter.updated)
  made._links = answers.links(req, { self = ws:path("/reports/%s/filters/%s", report.token, filter.token),
    report = ws:path("/reports/%s", report.token) })
  return made
end

local function on_filter(handle)
  return requests.on_report(function(ws, req, report)
    local filter, at = requests.find(filters_of(report), req.args.filter)
    if not filter then return answers.not_found "filter" end
    return handle(ws, req, report, filter, at)
  end)
end

local function read(req, required)
  local fields, status, body = requests.fields(req, "report_filter", SHAPE, required)
  if not fields then return nil, status, body end
  for name, words in pairs(WORDS) do
    if fields[name] and fields[name] ~= json.null and not words[fields[name]] then
      return nil, answers.invalid { [name] = "is not included in the list" }
    end
  end
  return fields
end

local function list(ws, req, report)
  return answers.page(req, "report_filters", filters_of(report), function(filter)
    return row(ws, req, report, filter)
  end)
end

local function create(ws, req, report)
  local fields, status, body = read(req, { "name", "formula" })
  if not fields then return status, body end
  local all = filters_of(report)
  local filter = { n = #all, token = ws:new_token "filter", fields = fields, created = ws:now(), updated = ws:now() }
  all[#all + 1] = filter
  ws:changed("filters.create", report.token)
  return 200, row(ws, req, report, filter)
end

local function get(ws, req, report, filter) return 200, row(ws, req, report, filter) end

local function update(ws, req, report, filter)
  local fields, status, body = read(req)
  if not fields then return status, body end
  for name, value in pairs(fields) do filter.fields[name] = value end
  filter.updated = ws:now()
  ws:changed("filters.update", filter.token)
  return 200, row(ws, req, report, filter)
end

local function delete(ws, req, report, filter, at)
  table.remove(report.filters, at)
  ws:changed("filters.delete", filter.token)
  return 200, row(ws, req, report, filter)
end

return function(add)
  add("GET", "/reports/{report}/filters", "filters", requests.on_report(list))
  add("POST", "/reports/{report}/filters", "filters", requests.on_report(create))
  add("GET", "/reports/{report}/filters/{filter}", "filters", on_filter(get))
  add("PATCH", "/reports/{report}/filters/{filter}", "filters", on_filter(update))
  add("DELETE", "/reports/{report}/filters/{filter}", "filters", on_filter(delete))
end
