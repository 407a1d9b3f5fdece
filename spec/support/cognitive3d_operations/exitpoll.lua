-- Operations: ExitPoll. See cognitive3d_operations.lua. SPDX-License-Identifier: MIT

local sets <const> = "/v0/projects/10/questionSets"

return {
  { "exitpoll.question_sets", "GET " .. sets, list = true },
  { "exitpoll.versions", "GET " .. sets .. "/comfort", with = { nil, { id = "comfort:2", name = "comfort" } },
    list = true },
  { "exitpoll.by_projects", "GET /v0/questionSets?projectIds=10%2C11", with = { { 10, 11 } }, standing = "vendor" },
  { "exitpoll.responses", "GET " .. sets .. "/comfort/2/responses?excludeTags=test%2Cjunk&search=archived%3Afalse",
    with = { nil, "comfort:2", { excludeTags = "test,junk", search = "archived:false" } }, page = true },
  { "exitpoll.dump", "POST " .. sets .. "/comfort/2/responseDumps?search=archived%3Afalse",
    with = { nil, { name = "comfort", version = 2 }, { search = "archived:false" } }, text = "a,b", value = "a,b" },
  { "exitpoll.counts", "POST " .. sets .. "/how%3Ais%20it/2/responseCountQueries", with = { nil, "how:is it:2" },
    body = '{"sessionFilters":[]}', list = true },
  { "exitpoll.archive", "DELETE " .. sets .. "/comfort", with = { nil, "comfort" }, bare = true },
}
