-- Operations: runs, query runs, results, exports. See analyst_operations.lua. SPDX-License-Identifier: MIT

local query_run = { report = "r1", run = "n1", query_run = "q1" }

return {
  { "runs.list", "GET /api/acme/reports/r1/runs?order=asc", with = { "r1", { order = "asc" } }, rows = "report_runs" },
  -- In the swagger file until 2023-03; the reference still links it.
  { "runs.run", "POST /api/acme/reports/r1/runs", with = { "r1", { parameters = { country = "SE" } } },
    body = '{"parameters":{"country":"SE"}}', job = "answer", swagger = false },
  { "runs.refresh_datasets", "POST /api/acme/reports/r1/runs", with = { "r1", { "t1", "t2" } },
    body = '{"report":{"dataset_tokens":[{"token":"t1"},{"token":"t2"}]}}', job = "answer" },
  { "runs.get", "GET /api/acme/reports/r1/runs/n1", with = { "r1", "n1" }, job = "n1" },
  { "runs.clone", "POST /api/acme/reports/r1/runs/n1/clone", with = { "r1", "n1" }, kind = false },
  { "runs.duplicate", "POST /api/acme/reports/r1/runs/n1/duplicates?collection_id=s2",
    with = { "r1", "n1", { collection_id = "s2" } } },
  { "runs.duplicate_status", "GET /api/acme/reports/r1/runs/n1/duplicates/d1", with = { "r1", "n1", "d1" } },
  { "runs.form_fields", "GET /api/acme/reports/r1/runs/n1/options", with = { "r1", "n1" }, rows = "form_fields",
    once = true },
  { "query_runs.list", "GET /api/acme/reports/r1/runs/n1/query_runs", with = { "r1", "n1" }, rows = "query_runs" },
  { "query_runs.get", "GET /api/acme/reports/r1/runs/n1/query_runs/q1", with = { "r1", "n1", "q1" } },

  -- One operation in the swagger file: results/content(.csv, .json).
  { "results.csv", "GET /api/acme/reports/r1/runs/n1/results/content.csv", with = { "r1", "n1" }, file = "a,b\n1,2\n",
    accept = "*/*", swagger = "run content" },
  { "results.json", "GET /api/acme/reports/r1/runs/n1/results/content.json", with = { "r1", "n1" },
    file = '[{"a":1}]', accept = "*/*", swagger = "run content" },
  -- The methods look the query run up first, so only the routes are held to this.
  { "results.query_csv", "GET /api/acme/reports/r1/runs/n1/query_runs/q1/results/content.csv", raw = query_run,
    swagger = "query run content" },
  { "results.query_json", "GET /api/acme/reports/r1/runs/n1/query_runs/q1/results/content.json", raw = query_run,
    swagger = "query run content" },
  { "results.latest_csv", "GET /api/acme/reports/r1/results/content.csv", with = { "r1" }, file = "a,b\n1,2\n",
    accept = "*/*", swagger = false, standing = "third_party" },

  { "exports.download", "GET /api/acme/reports/r1/exports/runs/n1/pdf/download", with = { "r1", "n1" },
    file = "%PDF-1.4 …", accept = "*/*" },
  { "exports.render", "POST /api/acme/reports/r1/exports/runs/n1/pdf", with = { "r1", "n1" }, job = "n1",
    body = '{"trk_source":"report"}', swagger = false, standing = "third_party" },
  { "exports.get", "GET /api/acme/reports/r1/exports/runs/n1/pdf.pdf", with = { "r1", "n1" }, job = "n1",
    swagger = false, standing = "third_party" },
}
