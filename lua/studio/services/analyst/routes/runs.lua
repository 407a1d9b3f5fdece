-- Routes: runs of reports, their query runs, results and exports. SPDX-License-Identifier: MIT

local runs = "/api/{workspace}/reports/{report}/runs"
local run = runs .. "/{run}"
local query_run = run .. "/query_runs/{query_run}"
local exports = "/api/{workspace}/reports/{report}/exports/runs/{run}"

return {
  { name = "runs.list", verb = "GET", path = runs, from = "documented", key = "report_runs", paging = "pages",
    note = "newest first; filter, order and order_by are documented, and mode-sdk saw filter answered 500" },
  { name = "runs.run", verb = "POST", path = runs, from = "documented", priority = "submit",
    find_out = "list the report's runs and look for it among the newest before trying again",
    note = "the swagger file had it until 2023-03, where runs.refresh_datasets now has the same path; the reference "
      .. "still links it" },
  { name = "runs.refresh_datasets", verb = "POST", path = runs, from = "documented", wrapper = "report",
    required = { "dataset_tokens" }, priority = "submit",
    find_out = "list the report's runs and look for it among the newest before trying again",
    note = "takes the datasets' latest run, and runs none anew" },
  { name = "runs.get", verb = "GET", path = run, from = "documented" },
  { name = "runs.clone", verb = "POST", path = run .. "/clone", from = "documented", query = {},
    token_kinds = { personal = true },
    find_out = "look for the new report in your personal collection before trying again: it may come late",
    note = "closed to workspace and member tokens; slow, may finish after a timeout (mode-sdk)" },
  { name = "runs.duplicate", verb = "POST", path = run .. "/duplicates", from = "documented",
    query = { "collection_id" },
    find_out = "look for the new report in the collection before trying again",
    note = "collection_id is a collection's token; what is answered is not documented" },
  { name = "runs.duplicate_status", verb = "GET", path = run .. "/duplicates/{duplicate}", from = "documented",
    note = "its states are not documented" },
  { name = "runs.form_fields", verb = "GET", path = run .. "/options", from = "documented", key = "form_fields",
    paging = "once" },

  { name = "query_runs.list", verb = "GET", path = run .. "/query_runs", from = "documented", key = "query_runs",
    paging = "once", note = "the list ignores page (mode-sdk, DataHub)" },
  { name = "query_runs.get", verb = "GET", path = query_run, from = "documented" },

  -- The swagger file counts the two formats of a result as one operation: content(.csv, .json).
  { name = "results.csv", verb = "GET", path = run .. "/results/content.csv", from = "documented", accept = "*/*",
    note = "may come as text or as a zip archive of one file for each query (mode-sdk)" },
  { name = "results.json", verb = "GET", path = run .. "/results/content.json", from = "documented", accept = "*/*",
    note = "holds the first query's rows only (mode-sdk)" },
  { name = "results.query_csv", verb = "GET", path = query_run .. "/results/content.csv", from = "documented",
    accept = "*/*" },
  { name = "results.query_json", verb = "GET", path = query_run .. "/results/content.json", from = "documented",
    accept = "*/*" },
  { name = "results.latest_csv", verb = "GET", path = "/api/{workspace}/reports/{report}/results/content.csv",
    from = "third_party", accept = "*/*", note = "of the latest run; seen in a public script, in no reference" },

  { name = "exports.render", verb = "POST", path = exports .. "/pdf", from = "third_party",
    defaults = { trk_source = "report" }, priority = "submit",
    find_out = "ask for the export's state (exports.get) before trying again",
    note = "as the vendor's cookbook on PDF exports was carried on; mode-sdk only reads exports.get, which has the "
      .. "same effect" },
  { name = "exports.get", verb = "GET", path = exports .. "/pdf.pdf", from = "third_party",
    note = "the state of the PDF; the first look has it made (mode-sdk); rel pdf_export" },
  { name = "exports.download", verb = "GET", path = exports .. "/pdf/download", from = "documented", accept = "*/*",
    note = "404 until the PDF is made (mode-sdk)" },
}
