-- Runs of a dataset: client.dataset_runs. SPDX-License-Identifier: MIT

local lists = require "studio.services.analyst.lists"

---@class studio.analyst.dataset_runs
---@field list studio.analyst.list_of one page of a dataset's runs, newest first
---@field each studio.analyst.each_of all of them; raises the error object when a page fails
---@field pages studio.analyst.pages_of page by page
local dataset_runs = {}
lists(dataset_runs, "dataset_runs", { "dataset" })

return dataset_runs
