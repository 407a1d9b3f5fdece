-- Datasets: reports of a type of their own, with runs, fields and descriptions of these. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.analyst.answers"
local contents = require "studio.sandbox.analyst.contents"
local history = require "studio.sandbox.analyst.history"
local report_lists = require "studio.sandbox.analyst.report_lists"
local report_rows = require "studio.sandbox.analyst.report_rows"
local report_writes = require "studio.sandbox.analyst.report_writes"
local requests = require "studio.sandbox.analyst.requests"
local run_rows = require "studio.sandbox.analyst.run_rows"

local on_dataset = requests.on_dataset

local function is_dataset(report) return report.type == "DatasetReport" end

-- The key of the rows is "reports" here too.
local function list_of_collection(ws, req)
  local space, status, body = ws:collection(req)
  if not space then return status, body end
  return report_lists.page(ws, req, report_lists.chosen(req, space.reports, is_dataset))
end

local function list_of_data_source(ws, req)
  local source, status, body = ws:data_source(req)
  if not source then return status, body end
  return report_lists.page(ws, req, report_lists.everywhere(ws, req, function(report)
    return is_dataset(report) and report.data_source == source.n
  end))
end

local function get(ws, req, dataset) return 200, report_rows.whole(ws, req, dataset) end

-- Two reports use each dataset, or one: the rows are thin.
local function reports(ws, req, dataset)
  local using = report_lists.everywhere(ws, req, function(report)
    return not is_dataset(report) and report.n % 20 == dataset.n % 20
  end)
  return answers.page(req, "reports", using, function(report)
    return { token = report.token, name = report.name, _links = answers.links(req, {
      self = ws:path("/reports/%s", report.token) }) }
  end)
end

-- ---- runs ---------------------------------------------------------------------------------------------------------

local function run(ws, req, dataset)
  local fields, status, body = requests.check(req.json, {})
  if not fields then return status, body end
  return 202, run_rows.run(ws, req, history.begin(ws, dataset, {}))
end

local function get_run(ws, req, dataset)
  local found = history.find(ws, dataset, req.args.run)
  if not found then return answers.not_found "dataset run" end
  return 200, run_rows.run(ws, req, found)
end

-- ---- fields -------------------------------------------------------------------------------------------------------

local types = { id = "integer", amount = "number", ordered_at = "datetime" }

local function fields(_, req)
  return answers.page(req, "fields", contents.columns, function(name)
    return { name = name, type = types[name] or "string" }
  end)
end

local SHAPE = { name = "string", desc = "string" }

local function descriptions_of(dataset)
  dataset.descriptions = dataset.descriptions or {}
  return dataset.descriptions
end

local function description_row(ws, req, dataset, item)
  return { token = item.token, name = item.name, desc = item.desc, _links = answers.links(req, {
    self = ws:path("/datasets/%s/field_descriptions/%s", dataset.token, item.token) }) }
end

local function list_descriptions(ws, req, dataset)
  return answers.page(req, "field_descriptions", descriptions_of(dataset), function(item)
    return description_row(ws, req, dataset, item)
  end)
end

local function read(ws, req, required)
  local given, status, body = requests.either(ws, req, "field_description")
  if not given then return nil, status, body end
  return requests.check(given, SHAPE, required)
end

local function create_description(ws, req, dataset)
  local given, status, body = read(ws, req, { "name", "desc" })
  if not given then return status, body end
  local item = { token = ws:new_token "field description", name = given.name, desc = given.desc }
  table.insert(descriptions_of(dataset), item)
  ws:changed("field_descriptions.create", dataset.token)
  return 200, description_row(ws, req, dataset, item)
end

local function on_description(handle)
  return on_dataset(function(ws, req, dataset)
    local item, at = requests.find(descriptions_of(dataset), req.args.field_description)
    if not item then return answers.not_found "field description" end
    return handle(ws, req, dataset, item, at)
  end)
end

local function update_description(ws, req, dataset, item)
  local given, status, body = read(ws, req)
  if not given then return status, body end
  item.name, item.desc = given.name or item.name, given.desc or item.desc
  ws:changed("field_descriptions.update", item.token)
  return 200, description_row(ws, req, dataset, item)
end

local function delete_description(ws, req, dataset, item, at)
  table.remove(dataset.descriptions, at)
  ws:changed("field_descriptions.delete", item.token)
  return 200, description_row(ws, req, dataset, item)
end

return function(add)
  local one = "/datasets/{dataset}"
  add("GET", "/spaces/{collection}/datasets", "datasets", list_of_collection)
  add("GET", "/data_sources/{data_source}/datasets", "datasets", list_of_data_source)
  add("GET", one, "datasets", on_dataset(get))
  add("PATCH", one, "datasets", on_dataset(report_writes.update))
  add("DELETE", one, "datasets", on_dataset(report_writes.delete))
  add("GET", one .. "/reports", "datasets", on_dataset(reports))
  add("POST", one .. "/runs", "dataset_runs", on_dataset(run))
  add("GET", one .. "/runs", "dataset_runs", on_dataset(run_rows.list))
  add("GET", one .. "/runs/{run}", "dataset_runs", on_dataset(get_run))
  add("GET", one .. "/fields", "datasets", on_dataset(fields))
  add("GET", one .. "/field_descriptions", "field_descriptions", on_dataset(list_descriptions))
  add("POST", one .. "/field_descriptions", "field_descriptions", on_dataset(create_description))
  add("PATCH", one .. "/field_descriptions/{field_description}", "field_descriptions",
    on_description(update_description))
  add("DELETE", one .. "/field_descriptions/{field_description}", "field_descriptions",
    on_description(delete_description))
end
