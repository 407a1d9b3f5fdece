-- Routes: who may use a collection. SPDX-License-Identifier: MIT

local permissions = "/api/{workspace}/spaces/{collection}/permissions"
local memberships = "/api/{workspace}/spaces/{collection}/memberships"
local BODY = "path and verb as in the vendor's cookbook; the body's wrapper is assumed, from how the other writes look"
local ENDING = "the vendor announces its end: permissions take its place"

return {
  { name = "permissions.list", verb = "GET", path = permissions, from = "documented", key = "permissions",
    paging = "pages", note = "paths and verbs as in the vendor's cookbook; the list's name is not documented" },
  { name = "permissions.create", verb = "POST", path = permissions, from = "assumed", wrapper = "permission",
    find_out = "list the collection's permissions and look for it before trying again", note = BODY },
  { name = "permissions.get", verb = "GET", path = permissions .. "/{permission}", from = "documented" },
  { name = "permissions.update", verb = "PATCH", path = permissions .. "/{permission}", from = "assumed",
    wrapper = "permission", note = BODY },
  { name = "permissions.delete", verb = "DELETE", path = permissions .. "/{permission}", from = "documented" },
  { name = "permissions.search", verb = "GET", path = permissions .. "/search", from = "assumed",
    key = "permissions", paging = "pages", note = "known as the rel search_space_permissions only" },

  { name = "collection_memberships.list", verb = "GET", path = memberships, from = "documented",
    key = "space_memberships", paging = "pages",
    note = ENDING },
  { name = "collection_memberships.create", verb = "POST", path = memberships, from = "documented",
    wrapper = "membership", required = { "member_token" }, defaults = { member_type = "User" },
    find_out = "list the collection's members and look for it before trying again",
    note = ENDING },
  { name = "collection_memberships.get", verb = "GET", path = memberships .. "/{membership}", from = "documented",
    note = ENDING .. "; private collections answer 400 (mode-sdk)" },
  { name = "collection_memberships.delete", verb = "DELETE", path = memberships .. "/{membership}",
    from = "documented", note = ENDING .. "; private collections answer 400 (mode-sdk)" },
}
