-- Operations: media, widgets, dashboards, app reviews. See cognitive3d_operations.lua. SPDX-License-Identifier: MIT

local studio = require "studio"

local project <const> = "/v0/projects/10"
local widget = { title = "Sessions", chartType = "BAR", query = { name = "sessions", type = "custom" } }

return {
  { "media.list", "GET " .. project .. "/media?excludeArchived=true", with = { nil, { excludeArchived = true } },
    list = "ways" },
  { "media.file", "GET " .. project .. "/media/3/files/source_albedo.png",
    with = { nil, { id = 3, fileName = "source_albedo.png" }, nil }, arguments = 3, file = "PNG" },
  { "media.points_of_interest", "GET " .. project .. "/media/3/pointOfInterests", with = { nil, 3 } },
  { "media.delete", "DELETE " .. project .. "/media/3", with = { nil, 3 }, bare = true },

  { "widgets.list", "GET " .. project .. "/widgets", list = "ways" },
  { "widgets.create", "POST " .. project .. "/widgets", with = { nil, widget },
    body = '{"title":"Sessions","chartType":"BAR","query":{"name":"sessions","type":"custom"}}' },
  { "widgets.get", "GET " .. project .. "/widgets/2", with = { nil, 2 } },
  { "widgets.update", "PUT " .. project .. "/widgets/2", with = { nil, 2, { title = "All" } },
    body = '{"title":"All"}' },
  { "widgets.delete", "DELETE " .. project .. "/widgets/2", with = { nil, 2 }, bare = true },

  { "dashboards.list", "GET " .. project .. "/dashboards", list = "ways" },
  { "dashboards.create", "POST " .. project .. "/dashboards",
    with = { nil, { title = "Weekly", dateRangeKey = "30D",
      widgetMetadataList = { { widgetId = 2, title = "Sessions", type = "CUSTOM" } } } },
    body = [[{"title":"Weekly","dateRangeKey":"30D",
      "widgetMetadataList":[{"widgetId":2,"title":"Sessions","type":"CUSTOM"}]}]] },
  { "dashboards.update", "PUT " .. project .. "/dashboards/4", with = { nil, 4, { title = "Daily" } },
    body = '{"title":"Daily"}' },
  { "dashboards.delete", "DELETE " .. project .. "/dashboards/4", with = { nil, 4 }, bare = true },

  { "reviews.upload", "POST " .. project .. "/reviews", form = "reviews",
    with = function() return { studio.reader(function() return nil end, { size = 0, type = "text/csv" }) } end,
    bare = true },
  { "reviews.list", "GET " .. project .. "/reviews", list = "ways" },
  { "reviews.by_session", "GET " .. project .. "/reviews/session?sdkSessionId=1700000000_abc&versionId=7",
    with = { "1700000000_abc", 7 } },
}
