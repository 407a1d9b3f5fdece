-- Routes: datasets, their runs and fields. SPDX-License-Identifier: MIT
--
-- A dataset is a report of type DatasetReport: its lists stand below the names of reports (mode-sdk, DataHub).

local dataset = "/api/{workspace}/datasets/{dataset}"
local runs = dataset .. "/runs"
local descriptions = dataset .. "/field_descriptions"
local description = descriptions .. "/{field_description}"
local BARE = "wrapped as in the swagger file; mode-sdk sends it bare (wrapper = false)"

return {
  { name = "datasets.list", verb = "GET", path = "/api/{workspace}/spaces/{collection}/datasets",
    from = "documented", key = "reports", paging = "pages" },
  { name = "datasets.list_by_data_source", verb = "GET",
    path = "/api/{workspace}/data_sources/{data_source}/datasets", from = "documented", key = "reports",
    paging = "pages" },
  { name = "datasets.get", verb = "GET", path = dataset, from = "documented" },
  { name = "datasets.update", verb = "PATCH", path = dataset, from = "documented", wrapper = "report" },
  { name = "datasets.delete", verb = "DELETE", path = dataset, from = "documented" },
  { name = "datasets.reports", verb = "GET", path = dataset .. "/reports", from = "documented", key = "reports",
    paging = "pages", note = "rows with few fields (mode-sdk)" },
  { name = "datasets.run", verb = "POST", path = runs, from = "documented", query = {}, priority = "submit",
    find_out = "list the dataset's runs and look for it among the newest before trying again" },

  { name = "dataset_runs.list", verb = "GET", path = runs, from = "documented", key = "report_runs",
    paging = "pages" },
  { name = "dataset_runs.get", verb = "GET", path = runs .. "/{run}", from = "documented" },

  { name = "dataset_fields.list", verb = "GET", path = dataset .. "/fields", from = "documented", key = "fields",
    paging = "pages" },

  { name = "field_descriptions.list", verb = "GET", path = descriptions, from = "documented",
    key = "field_descriptions", paging = "pages" },
  { name = "field_descriptions.create", verb = "POST", path = descriptions, from = "documented",
    wrapper = "field_description", required = { "name", "desc" }, note = BARE,
    find_out = "list the dataset's field descriptions and look for it before trying again" },
  { name = "field_descriptions.update", verb = "PATCH", path = description, from = "documented",
    wrapper = "field_description", note = BARE,
    find_out = "list the dataset's field descriptions and compare before trying again" },
  { name = "field_descriptions.delete", verb = "DELETE", path = description, from = "documented",
    find_out = "list the dataset's field descriptions" },
}
