-- The fields of a dataset, to be read only: client.dataset_fields. SPDX-License-Identifier: MIT

local lists = require "studio.lists"

---@class studio.analyst.dataset_fields
---@field list studio.analyst.list_of one page of a dataset's fields, { name, type }
---@field each studio.analyst.each_of all of them; raises the error object when a page fails
---@field pages studio.analyst.pages_of page by page
local dataset_fields = {}
lists(dataset_fields, "dataset_fields", { "dataset" })

return dataset_fields
