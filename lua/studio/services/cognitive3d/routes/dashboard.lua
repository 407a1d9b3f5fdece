-- Routes: the media library, widgets, dashboards, app reviews. SPDX-License-Identifier: MIT
--
-- How media are uploaded is said in general only (raw bytes with a true content type); no path is published.

local doors = require "studio.services.cognitive3d.routes.doors"

local project = "/v0/projects/{project_id}"
local media, widgets = project .. "/media", project .. "/widgets"
local dashboards, reviews = project .. "/dashboards", project .. "/reviews"

return doors.organization {
  { name = "media.list", verb = "GET", path = media, from = "documented", paging = "once",
    note = "excludeArchived = true" },
  { name = "media.file", verb = "GET", path = media .. "/{media_id}/files/{file}", from = "documented",
    answer = "file", note = "such as source_albedo.png; of the content type it was uploaded with" },
  { name = "media.points_of_interest", verb = "GET", path = media .. "/{media_id}/pointOfInterests",
    from = "documented", note = "what is answered is not documented" },
  { name = "media.delete", verb = "DELETE", path = media .. "/{media_id}", from = "documented",
    find_out = "list the project's media", note = "it is archived, probably" },

  { name = "widgets.list", verb = "GET", path = widgets, from = "documented", paging = "once" },
  { name = "widgets.create", verb = "POST", path = widgets, from = "documented", required = { "title", "query" },
    note = "title, chartType (\"DEFAULT\", \"BAR\" …), query" },
  { name = "widgets.get", verb = "GET", path = widgets .. "/{widget_id}", from = "documented" },
  { name = "widgets.update", verb = "PUT", path = widgets .. "/{widget_id}", from = "documented" },
  { name = "widgets.delete", verb = "DELETE", path = widgets .. "/{widget_id}", from = "documented" },

  { name = "dashboards.list", verb = "GET", path = dashboards, from = "documented", paging = "once" },
  { name = "dashboards.create", verb = "POST", path = dashboards, from = "documented", required = { "title" },
    note = "title, dateRangeKey (\"30D\"), dateStart, dateEnd (ms), widgetMetadataList: { widgetId, title, type }" },
  { name = "dashboards.update", verb = "PUT", path = dashboards .. "/{dashboard_id}", from = "documented",
    find_out = "list the project's dashboards and compare" },
  { name = "dashboards.delete", verb = "DELETE", path = dashboards .. "/{dashboard_id}", from = "documented",
    find_out = "list the project's dashboards" },

  { name = "reviews.upload", verb = "POST", path = reviews, from = "documented", answer = "any",
    note = "a form (multipart/form-data) with the CSV of Meta's developer dashboard as `reviews`" },
  { name = "reviews.list", verb = "GET", path = reviews, from = "documented", paging = "once",
    note = "what is answered is not documented" },
  { name = "reviews.by_session", verb = "GET", path = reviews .. "/session", from = "documented",
    required = { "sdkSessionId", "versionId" }, note = "what is answered is not documented" },
}
