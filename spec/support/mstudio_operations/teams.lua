-- Operations: teams, invites, members. See mstudio_operations.lua. SPDX-License-Identifier: MIT

local CRUD = "Team CRUD"

local operations = {
  { "teams.list", "GET /teams", rows = "teams", says = CRUD },
  { "teams.create", "POST /teams", with = { { name = "Crew" } }, body = '{"name":"Crew"}', says = CRUD },
  { "teams.get", "GET /teams/t1", with = { "t1" }, says = CRUD },
  { "teams.update", "PUT /teams/t1", with = { "t1", { name = "Cast" } }, body = '{"name":"Cast"}', says = CRUD },
  { "teams.delete", "DELETE /teams/t1", with = { "t1" }, says = CRUD },
  { "invites.list", "GET /teams/t1/invites", with = { "t1" }, rows = "invites", says = "invites" },
  { "invites.create", "POST /teams/t1/invites", with = { "t1", { email = "ann@acme.test" } },
    body = '{"email":"ann@acme.test"}', says = "invites" },
  { "invites.delete", "DELETE /teams/t1/invites/i1", with = { "t1", "i1" }, says = "invites" },
  { "members.list", "GET /teams/t1/members", with = { "t1" }, rows = "members", says = "members" },
  { "members.delete", "DELETE /teams/t1/members/m1", with = { "t1", "m1" }, says = "members" },
}
for _, operation in ipairs(operations) do operation.scope = "teams" end
return operations
