-- Routes: teams, invites and members. SPDX-License-Identifier: MIT

local team = "/teams/{team_id}"

return {
  { name = "teams.list", verb = "GET", path = "/teams", from = "assumed", scope = "teams", key = "teams" },
  { name = "teams.create", verb = "POST", path = "/teams", from = "assumed", scope = "teams", unwrap = "data",
    find_out = "list the teams and look for it before trying again" },
  { name = "teams.get", verb = "GET", path = team, from = "assumed", scope = "teams", unwrap = "data" },
  { name = "teams.update", verb = "PUT", path = team, from = "assumed", scope = "teams", unwrap = "data" },
  { name = "teams.delete", verb = "DELETE", path = team, from = "assumed", scope = "teams", unwrap = "data" },

  { name = "invites.list", verb = "GET", path = team .. "/invites", from = "assumed", scope = "teams",
    key = "invites" },
  { name = "invites.create", verb = "POST", path = team .. "/invites", from = "assumed", scope = "teams",
    unwrap = "data", find_out = "list the team's invites before trying again, or somebody gets two letters" },
  { name = "invites.delete", verb = "DELETE", path = team .. "/invites/{invite_id}", from = "assumed", scope = "teams",
    unwrap = "data", find_out = "list the team's invites" },

  { name = "members.list", verb = "GET", path = team .. "/members", from = "assumed", scope = "teams",
    key = "members" },
  { name = "members.delete", verb = "DELETE", path = team .. "/members/{member_id}", from = "assumed", scope = "teams",
    unwrap = "data", find_out = "list the team's members" },
}
