-- Operations: identity, memberships, invites, groups. See analyst_operations.lua. SPDX-License-Identifier: MIT

return {
  -- The swagger file writes it /api/verify, below its base path /api; it has no workspace in its path.
  { "workspace.verify", "GET /api/verify" },
  { "workspace.account", "GET /api/account" }, -- "(Not Supported)" since 2024-01, and still in the file
  -- Defined there as `Account`, without a path; used by three clients.
  { "workspace.get", "GET /api/acme", swagger = false, standing = "third_party" },

  { "memberships.list", "GET /api/acme/memberships", rows = "memberships" },
  { "memberships.lite", "GET /api/acme/memberships/lite", rows = "memberships", once = true, swagger = false,
    standing = "third_party" },
  { "memberships.get", "GET /api/acme/memberships/m1", with = { "m1" } },
  { "memberships.delete", "DELETE /api/acme/memberships/m1", with = { "m1" } },
  { "invites.create", "POST /api/acme/invites", kind = false,
    with = { { invitee = { email = "ann@acme.test" }, message = "Welcome" } },
    body = '{"invite":{"invitee":{"email":"ann@acme.test"},"message":"Welcome"}}' },

  { "groups.list", "GET /api/acme/groups", rows = "groups" },
  { "groups.create", "POST /api/acme/groups", with = { { name = "Ops" } }, body = '{"user_group":{"name":"Ops"}}' },
  { "groups.get", "GET /api/acme/groups/g1", with = { "g1" } },
  { "groups.update", "PATCH /api/acme/groups/g1", with = { "g1", { name = "Ops" } },
    body = '{"user_group":{"name":"Ops"}}' },
  { "groups.delete", "DELETE /api/acme/groups/g1", with = { "g1" } },
  { "group_memberships.list", "GET /api/acme/groups/g1/memberships", with = { "g1" }, rows = "group_memberships" },
  { "group_memberships.create", "POST /api/acme/groups/g1/memberships", with = { "g1", { member_token = "u1" } },
    body = '{"membership":{"member_token":"u1"}}' },
  { "group_memberships.get", "GET /api/acme/groups/g1/memberships/m1", with = { "g1", "m1" } },
  { "group_memberships.delete", "DELETE /api/acme/groups/g1/memberships/m1", with = { "g1", "m1" } },
}
