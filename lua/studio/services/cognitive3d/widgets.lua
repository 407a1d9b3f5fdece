-- Widgets of dashboards: client.widgets. SPDX-License-Identifier: MIT

local crud = require "studio.services.cognitive3d.crud"
local lists = require "studio.lists"

---@class studio.cognitive3d.widgets
---@field list studio.cognitive3d.list_of
---@field each studio.cognitive3d.each_of
---@field pages studio.cognitive3d.pages_of
---@field get studio.cognitive3d.get
---@field create studio.cognitive3d.create title, chartType, query
---@field update studio.cognitive3d.update
---@field delete studio.cognitive3d.get
local widgets = {}
lists(widgets, "widgets", { "project_id" })
crud(widgets, "widgets", "widget_id", { "get", "create", "update", "delete" })

return widgets
