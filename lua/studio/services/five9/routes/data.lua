-- Routes: data stores and their rows. SPDX-License-Identifier: MIT

local store = "data_store_id"

return {
  { name = "data_stores.list", verb = "GET", path = "/data/data-store", from = "third_party", key = "data",
    id_field = store },
  { name = "data_stores.get", verb = "GET", path = "/data/data-store/{data_store_id}", from = "third_party",
    unwrap = "data", id_field = store },
  -- `per_page` and "no-limit" as they were seen. What `page` does is not known: rows that come again are the end.
  { name = "rows.query", verb = "POST", path = "/data/getdatastorecollection", from = "third_party", reads = true,
    key = "ws_response_data", paging = "pages", id_field = "_id", required = { store },
    defaults = { per_page = 10000, row_limit = "no-limit" }, note = "`where` is a tree of conditions: f9.where" },
  { name = "rows.insert", verb = "POST", path = "/data/data-store-collection", from = "third_party", unwrap = "data",
    required = { store, "data" }, find_out = "query the rows and look for these before inserting them again" },
  { name = "rows.update", verb = "POST", path = "/data/bulk-update-documents", from = "third_party", unwrap = "data",
    required = { store, "data" }, find_out = "query the rows and compare; the same values once more do no harm" },
}
