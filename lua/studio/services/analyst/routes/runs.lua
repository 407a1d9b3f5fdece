-- Analyst Studio's routes of runs: report runs, query runs, results, exports. SPDX-License-Identifier: MIT
--
-- `documented` is the vendor's swagger file (its last change is of 2025-02) or reference pages; `third_party` is an
-- unofficial client, mode-sdk, or the vendor's cookbook as others carried it on. Where these differ, `note` says so.
-- `key` is the list's name in `_embedded`: the swagger file leaves these names out, they are clients' observations.

return {
  { name = "runs.list", verb = "GET", path = "/api/{workspace}/reports/{report}/runs", from = "documented",
    key = "report_runs", paging = "pages",
    note = "newest first; filter, order and order_by are documented, and mode-sdk saw filter answered 500" },
  { name = "runs.run", verb = "POST", path = "/api/{workspace}/reports/{report}/runs", from = "documented",
    priority = "submit", find_out = "list the report's runs and look for it among the newest before trying again",
    note = "the swagger file had it until 2023-03, where runs.refresh_datasets now has the same path; the reference "
      .. "still links it" },
  { name = "runs.refresh_datasets", verb = "POST", path = "/api/{workspace}/reports/{report}/runs",
    from = "documented", wrapper = "report", required = { "dataset_tokens" }, priority = "submit",
    find_out = "list the report's runs and look for it among the newest before trying again",
    note = "takes the datasets' latest run, and runs none anew" },
  { name = "runs.get", verb = "GET", path = "/api/{workspace}/reports/{report}/runs/{run}", from = "documented" },
  { name = "runs.clone", verb = "POST", path = "/api/{workspace}/reports/{report}/runs/{run}/clone",
    from = "documented", token_kinds = { "personal" },
    find_out = "look for the new report in your personal collection before trying again: it may come late",
    note = "closed to workspace and member tokens; slow, may finish after a timeout (mode-sdk)" },
  { name = "runs.duplicate", verb = "POST", path = "/api/{workspace}/reports/{report}/runs/{run}/duplicates",
    from = "documented", place = "query",
    find_out = "look for the new report in the collection before trying again",
    note = "collection_id is a collection's token; what is answered is not documented" },
  { name = "runs.duplicate_status", verb = "GET",
    path = "/api/{workspace}/reports/{report}/runs/{run}/duplicates/{duplicate}", from = "documented",
    note = "its states are not documented" },
  { name = "runs.form_fields", verb = "GET", path = "/api/{workspace}/reports/{report}/runs/{run}/options",
    from = "documented", key = "form_fields", paging = "once" },

  { name = "query_runs.list", verb = "GET", path = "/api/{workspace}/reports/{report}/runs/{run}/query_runs",
    from = "documented", key = "query_runs", paging = "once", note = "the list ignores page (mode-sdk, DataHub)" },
  { name = "query_runs.get", verb = "GET",
    path = "/api/{workspace}/reports/{report}/runs/{run}/query_runs/{query_run}", from = "documented" },

  -- The swagger file counts the two formats of a result as one operation: content(.csv, .json).
  { name = "results.csv", verb = "GET", path = "/api/{workspace}/reports/{report}/runs/{run}/results/content.csv",
    from = "documented", accept = "*/*",
    note = "may come as text or as a zip archive of one file for each query (mode-sdk)" },
  { name = "results.json", verb = "GET", path = "/api/{workspace}/reports/{report}/runs/{run}/results/content.json",
    from = "documented", accept = "*/*", note = "holds the first query's rows only (mode-sdk)" },
  { name = "results.query_csv", verb = "GET",
    path = "/api/{workspace}/reports/{report}/runs/{run}/query_runs/{query_run}/results/content.csv",
    from = "documented", accept = "*/*" },
  { name = "results.query_json", verb = "GET",
    path = "/api/{workspace}/reports/{report}/runs/{run}/query_runs/{query_run}/results/content.json",
    from = "documented", accept = "*/*" },
  { name = "results.latest_csv", verb = "GET", path = "/api/{workspace}/reports/{report}/results/content.csv",
    from = "third_party", accept = "*/*", note = "of the latest run; seen in a public script, in no reference" },

  { name = "exports.render", verb = "POST", path = "/api/{workspace}/reports/{report}/exports/runs/{run}/pdf",
    from = "third_party", defaults = { trk_source = "report" }, priority = "submit",
    -- Rendering again costs time and changes nothing, but that is nobody's documented word.
    find_out = "ask for the export's state (exports.get) before trying again",
    note = "as the vendor's cookbook on PDF exports was carried on; mode-sdk only reads exports.get, which has the "
      .. "same effect" },
  { name = "exports.get", verb = "GET", path = "/api/{workspace}/reports/{report}/exports/runs/{run}/pdf.pdf",
    from = "third_party", note = "the state of the PDF; the first look has it made (mode-sdk); rel pdf_export" },
  { name = "exports.download", verb = "GET",
    path = "/api/{workspace}/reports/{report}/exports/runs/{run}/pdf/download", from = "documented", accept = "*/*",
    note = "404 until the PDF is made (mode-sdk)" },
}
