-- Operations: collections (spaces in paths) and their users. See analyst_operations.lua. SPDX-License-Identifier: MIT

return {
  { "collections.list", "GET /api/acme/spaces?filter=all", with = { { filter = "all" } }, rows = "spaces" },
  { "collections.create", "POST /api/acme/spaces", with = { { name = "Ops", description = "d" } },
    body = '{"space":{"name":"Ops","description":"d"}}' },
  { "collections.get", "GET /api/acme/spaces/s1", with = { "s1" } },
  -- The swagger file says POST; the cookbook and two clients PATCH, and one of these found POST answered 404.
  { "collections.update", "PATCH /api/acme/spaces/s1", with = { "s1", { default_access_level = "view" } },
    body = '{"space":{"default_access_level":"view"}}' },
  { "collections.delete", "DELETE /api/acme/spaces/s1", with = { "s1" } },

  -- In the vendor's cookbook (manage collection permissions), which shows the paths and verbs; bodies are not known.
  { "permissions.list", "GET /api/acme/spaces/s1/permissions", with = { "s1" }, rows = "permissions",
    swagger = false },
  { "permissions.create", "POST /api/acme/spaces/s1/permissions", with = { "s1", { accessor_type = "UserGroup" } },
    body = '{"permission":{"accessor_type":"UserGroup"}}', swagger = false, standing = "assumed" },
  { "permissions.get", "GET /api/acme/spaces/s1/permissions/p1", with = { "s1", "p1" }, swagger = false },
  { "permissions.update", "PATCH /api/acme/spaces/s1/permissions/p1", with = { "s1", "p1", { action = "view" } },
    body = '{"permission":{"action":"view"}}', swagger = false, standing = "assumed" },
  { "permissions.delete", "DELETE /api/acme/spaces/s1/permissions/p1", with = { "s1", "p1" }, swagger = false },
  -- A rel, search_space_permissions, that a client mentions without its whole path.
  { "permissions.search", "GET /api/acme/spaces/s1/permissions/search?query=ann", with = { "s1", { query = "ann" } },
    rows = "permissions", once = true, swagger = false, standing = "assumed" },

  { "collection_memberships.list", "GET /api/acme/spaces/s1/memberships", with = { "s1" },
    rows = "space_memberships" },
  { "collection_memberships.create", "POST /api/acme/spaces/s1/memberships", with = { "s1", { member_token = "u1" } },
    body = '{"membership":{"member_type":"User","member_token":"u1"}}' },
  { "collection_memberships.get", "GET /api/acme/spaces/s1/memberships/m1", with = { "s1", "m1" } },
  { "collection_memberships.delete", "DELETE /api/acme/spaces/s1/memberships/m1", with = { "s1", "m1" } },
}
