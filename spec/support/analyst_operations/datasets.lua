-- Operations: datasets, their runs and fields. See analyst_operations.lua. SPDX-License-Identifier: MIT

return {
  -- A dataset is a report of type DatasetReport, and stands below that name.
  { "datasets.list", "GET /api/acme/spaces/s1/datasets?order=desc", with = { "s1", { order = "desc" } },
    rows = "reports" },
  { "datasets.list_by_data_source", "GET /api/acme/data_sources/d1/datasets", with = { "d1" }, rows = "reports" },
  { "datasets.get", "GET /api/acme/datasets/t1", with = { "t1" } },
  { "datasets.update", "PATCH /api/acme/datasets/t1", with = { "t1", { name = "N" } },
    body = '{"report":{"name":"N"}}' },
  { "datasets.delete", "DELETE /api/acme/datasets/t1", with = { "t1" }, empty = true },
  { "datasets.reports", "GET /api/acme/datasets/t1/reports", with = { "t1" }, rows = "reports", once = true },
  { "datasets.run", "POST /api/acme/datasets/t1/runs", with = { "t1" }, job = "answer" },

  { "dataset_runs.list", "GET /api/acme/datasets/t1/runs", with = { "t1" }, rows = "report_runs" },
  { "dataset_runs.get", "GET /api/acme/datasets/t1/runs/n1", with = { "t1", "n1" }, job = "n1" },
  { "dataset_fields.list", "GET /api/acme/datasets/t1/fields", with = { "t1" }, rows = "fields" },

  { "field_descriptions.list", "GET /api/acme/datasets/t1/field_descriptions", with = { "t1" },
    rows = "field_descriptions" },
  { "field_descriptions.create", "POST /api/acme/datasets/t1/field_descriptions",
    with = { "t1", { name = "country", desc = "ISO code" } },
    body = '{"field_description":{"name":"country","desc":"ISO code"}}' },
  { "field_descriptions.update", "PATCH /api/acme/datasets/t1/field_descriptions/f1",
    with = { "t1", "f1", { desc = "ISO 3166" } }, body = '{"field_description":{"desc":"ISO 3166"}}' },
  { "field_descriptions.delete", "DELETE /api/acme/datasets/t1/field_descriptions/f1", with = { "t1", "f1" } },
}
