-- Widgets, and dashboards made of them. SPDX-License-Identifier: MIT

local collection = require "studio.sandbox.cognitive3d.collection"

---@type sandbox.c3_kind
local widgets = {
  name = "widgets", title = "widget", required = { "title", "query" },
  fields = { title = "string", chartType = "string", query = "table" },
  make = function(thing)
    thing.userId, thing.isPreset, thing.chartType = 1, false, thing.chartType or "DEFAULT"
  end,
  first = function(project)
    return { { id = project.id * 100 + 1, projectId = project.id, userId = 1, title = "Sessions by day",
      isPreset = true, chartType = "BAR", query = { friendlyName = "Sessions", name = "sessionCount",
      type = "outOfTheBox", aggType = "count" } } }
  end,
}

---@type sandbox.c3_kind
local dashboards = {
  name = "dashboards", title = "dashboard", required = { "title" },
  fields = { title = "string", dateRangeKey = "string", dateStart = "number", dateEnd = "number",
    widgetMetadataList = "table", isDefault = "boolean" },
  check = function(c3, project, body)
    for _, one in ipairs(body.widgetMetadataList or {}) do
      if not collection.find(c3, widgets, project, one.widgetId) then return "widgetId is none of the project's" end
    end
  end,
  make = function(thing) thing.isDefault = thing.isDefault or false end,
}

return function(add)
  collection.routes(add, "widgets", widgets, "list get create update delete")
  collection.routes(add, "dashboards", dashboards, "list create update delete")
end
