-- Data stores: client.data_stores. SPDX-License-Identifier: MIT

local export_csv = require "studio.services.five9.data.export"
local id_of = require "studio.services.five9.ids"
local import_csv = require "studio.services.five9.data.import"
local lists = require "studio.lists"
local mirror = require "studio.services.five9.data.mirror"

---@class studio.five9.data_stores
---@field list studio.five9.list the account's data stores
---@field each studio.five9.each all of them; raises the error object when a page fails
---@field pages studio.five9.pages page by page
local data_stores = {}
lists(data_stores, "data_stores", {})

--- One data store, with its columns.
---@param store studio.five9.store
---@param options studio.call_options?
---@return table? store nil, err on failure
---@return table response_or_err
function data_stores:get(store, options)
  return self.client:call("data_stores.get", { data_store_id = store }, nil, options)
end

--- Inserts the rows of a CSV file. The first line names columns; every row is checked against their types before
--- anything is sent, and rows that do not fit go to a file of their own. Empty cells are left out of a row.
---
--- No row is inserted twice: with the option `state` an import that was killed goes on where it was, and a request that
--- got no answer is looked for first. Where it cannot be told whether it was carried out, the import stops and says so.
---@param store studio.five9.store
---@param path string
---@param options studio.five9.import_options?
---@return studio.five9.import_report? report nil, err on failure
---@return studio.error? err
---@return studio.five9.import_report? so_far of an import that ended early
function data_stores:import_csv(store, path, options)
  return import_csv(self.client, id_of("data_stores:import_csv", "store", store, "data_store_id"), path, options)
end

--- Writes the rows of a data store to a CSV file, which has its name when it is whole. An import of it gives equal
--- rows; but empty text and no value are both an empty cell.
---@param store studio.five9.store
---@param path string what is there is replaced
---@param options studio.five9.export_options?
---@return studio.five9.export_report? report nil, err on failure
---@return studio.error? err
function data_stores:export_csv(store, path, options)
  return export_csv(self.client, id_of("data_stores:export_csv", "store", store, "data_store_id"), path, options)
end

--- Plans to make a data store equal to a CSV file: rows that it lacks are inserted, those that differ updated. Nothing
--- is written before plan:apply. Rows that only the data store has stay as they are. Every row of the file must fit,
--- and its key must be its own.
---@param store studio.five9.store
---@param path string
---@param options studio.five9.mirror_options key is needed
---@return studio.five9.mirror_plan? plan nil, err on failure
---@return studio.error? err
function data_stores:mirror(store, path, options)
  return mirror(self.client, id_of("data_stores:mirror", "store", store, "data_store_id"), path, options)
end

return data_stores
