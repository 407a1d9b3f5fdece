-- Routes: ExitPoll, its question sets and what people answered. SPDX-License-Identifier: MIT

local doors = require "studio.services.cognitive3d.routes.doors"

local sets = "/v0/projects/{project_id}/questionSets"
local version = sets .. "/{name}/{version}"

return doors.organization {
  { name = "exitpoll.question_sets", verb = "GET", path = sets, from = "documented", paging = "once" },
  { name = "exitpoll.versions", verb = "GET", path = sets .. "/{name}", from = "documented", paging = "once",
    note = "all versions of that name; a version never changes" },
  { name = "exitpoll.by_projects", verb = "GET", path = "/v0/questionSets", from = "vendor",
    required = { "projectIds" },
    note = "an object by \"name:version\" now, a list once (cognitive3dpy, cognitive3dr)" },
  { name = "exitpoll.responses", verb = "GET", path = version .. "/responses", from = "documented", key = "results",
    paging = "from_zero",
    note = "excludeTags = \"test,junk\", limit, orderBy = \"createdAt\", sort = \"DESC\", search = \"archived:false\"; "
      .. "the service sends about 50 a page, whatever limit says" },
  { name = "exitpoll.dump", verb = "POST", path = version .. "/responseDumps", from = "documented",
    query = { "search" }, answer = "any", reads = true,
    note = "whether it answers with a file or begins a job is not documented" },
  { name = "exitpoll.counts", verb = "POST", path = version .. "/responseCountQueries", from = "documented",
    reads = true, required = { "sessionFilters" }, note = "a list for each question: { value, count, skipped }" },
  { name = "exitpoll.archive", verb = "DELETE", path = sets .. "/{name}", from = "documented",
    note = "its hooks stay, and then fail in the app without a word" },
}
