-- Dashboards of a project: client.dashboards. SPDX-License-Identifier: MIT

local crud = require "studio.services.cognitive3d.crud"
local lists = require "studio.lists"

---@class studio.cognitive3d.dashboards
---@field list studio.cognitive3d.list_of
---@field each studio.cognitive3d.each_of
---@field pages studio.cognitive3d.pages_of
---@field create studio.cognitive3d.create title, dateRangeKey, widgetMetadataList …
---@field update studio.cognitive3d.update
---@field delete studio.cognitive3d.get
local dashboards = {}
lists(dashboards, "dashboards", { "project_id" })
crud(dashboards, "dashboards", "dashboard_id", { "create", "update", "delete" })

return dashboards
