-- What a client sees of a report: as a row of a list, and alone. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.analyst.answers"
local history = require "studio.sandbox.analyst.history"
local json = require "studio.sandbox.json"

local rows = {}

local DATASET_RELS = { "runs", "schedules", "reports", "fields", "field_descriptions" }
local RELS = { "runs", "queries", "schedules", "subscriptions", "filters", "archive", "unarchive" }

local function links(ws, req, report)
  local dataset = report.type == "DatasetReport"
  local self = ws:path(dataset and "/datasets/%s" or "/reports/%s", report.token)
  local paths = {
    self = self, space = ws:path("/collections/%s", report.collection.token), creator = "/api/" .. report.owner,
    csv_export = not dataset and self .. "/results/content.csv" or nil,
  }
  local prefix = dataset and "dataset_" or "report_"
  for _, rel in ipairs(dataset and DATASET_RELS or RELS) do paths[prefix .. rel] = self .. "/" .. rel end
  if report.n % 11 == 0 then paths.creator = nil end -- the creator left
  local made = answers.links(req, paths)
  made.web = { href = ("https://app.mode.com/%s/reports/%s"):format(ws.name, report.token) } -- for people: elsewhere
  return made
end

-- Counts are typed as strings in the documentation and sent as numbers; a client sees both.
local function count(report, n) return report.n % 5 == 0 and tostring(n) or n end

--- A row, as a table.
---@param ws sandbox.workspace
---@param req table
---@param report table
function rows.row(ws, req, report)
  local dataset = report.type == "DatasetReport"
  history.settle(ws, report)
  return {
    token = report.token, id = tostring(700000 + report.n), name = report.name, type = report.type,
    description = report.description or json.null, space_token = report.collection.token, archived = report.archived,
    account_id = 7, account_username = ws.name, public = false, shared = false, full_width = report.n % 2 == 0,
    created_at = answers.time(report.created), updated_at = answers.time(report.updated),
    edited_at = answers.time(report.edited), published_at = json.null,
    -- a row may lack what the documentation calls required
    last_saved_at = report.n % 7 ~= 3 and answers.time(report.edited) or nil,
    last_run_at = answers.time(report.last_run), last_successfully_run_at = answers.time(report.last_success),
    last_successful_run_token = history.success_token(ws, report) or json.null, last_successful_sync_at = json.null,
    query_count = report.queries_count, max_query_count = 100, chart_count = report.queries_count,
    runs_count = count(report, report.runs_count), schedules_count = count(report, #report.schedules),
    view_count = count(report, report.views), query_preview = "SELECT 1", expected_runtime = 2.5, theme_id = 1,
    layout = "<div></div>", manual_run_disabled = false, drill_anywhere_enabled = false, drilldowns_enabled = false,
    run_privately = false, is_embedded = false, is_signed = false, has_imported_datasets = false,
    github_link = json.null, web_preview_image = json.null, is_sample = dataset and json.null or false,
    _links = links(ws, req, report),
  }
end

--- The same as text, kept until the report changes: lists of thousands are walked again and again.
function rows.cached(ws, req, report)
  history.settle(ws, report)
  report.rows = report.rows or {}
  local text = report.rows[req.origin]
  if not text then
    text = json.raw(json.encode(rows.row(ws, req, report)))
    report.rows[req.origin] = text
  end
  return text
end

--- A report alone: with the forms that change it.
function rows.whole(ws, req, report)
  local row = rows.row(ws, req, report)
  local self = ws:path("/reports/%s", report.token)
  row._forms = {
    edit = { method = "patch", action = self, input = { report = {
      name = { type = "text", value = report.name }, description = { type = "text", value = row.description },
    } } },
    destroy = { method = "delete", action = self },
    archive = { method = "patch", action = self .. "/archive" },
  }
  return row
end

return rows
