-- Routes: members of the workspace, invitations, groups. SPDX-License-Identifier: MIT

local memberships = "/api/{workspace}/memberships"
local groups = "/api/{workspace}/groups"
local group = groups .. "/{group}"

return {
  { name = "memberships.list", verb = "GET", path = memberships, from = "documented", key = "memberships",
    paging = "once",
    note = "the list ignores page, and one client found it answered 404 (mode-sdk): then use memberships.lite" },
  { name = "memberships.lite", verb = "GET", path = memberships .. "/lite", from = "third_party",
    key = "memberships", paging = "once", note = "rows without a token" },
  { name = "memberships.get", verb = "GET", path = memberships .. "/{membership}", from = "documented" },
  { name = "memberships.delete", verb = "DELETE", path = memberships .. "/{membership}", from = "documented" },

  { name = "invites.create", verb = "POST", path = "/api/{workspace}/invites", from = "documented",
    wrapper = "invite", required = { "invitee" }, token_kinds = { personal = true },
    find_out = "look at the workspace's members before trying again, or the invitation may be sent twice",
    note = "closed to workspace and member tokens" },

  { name = "groups.list", verb = "GET", path = groups, from = "documented", key = "groups", paging = "pages",
    note = "member, and with it data_source, filter the list (mode-sdk)" },
  { name = "groups.create", verb = "POST", path = groups, from = "documented", wrapper = "user_group",
    required = { "name" }, find_out = "list the groups and look for it before trying again" },
  { name = "groups.get", verb = "GET", path = group, from = "documented" },
  { name = "groups.update", verb = "PATCH", path = group, from = "documented", wrapper = "user_group" },
  { name = "groups.delete", verb = "DELETE", path = group, from = "documented" },

  { name = "group_memberships.list", verb = "GET", path = group .. "/memberships", from = "documented",
    key = "group_memberships", paging = "pages" },
  { name = "group_memberships.create", verb = "POST", path = group .. "/memberships", from = "documented",
    wrapper = "membership", required = { "member_token" },
    find_out = "list the group's members and look for it before trying again" },
  { name = "group_memberships.get", verb = "GET", path = group .. "/memberships/{membership}",
    from = "documented" },
  { name = "group_memberships.delete", verb = "DELETE", path = group .. "/memberships/{membership}",
    from = "documented" },
}
