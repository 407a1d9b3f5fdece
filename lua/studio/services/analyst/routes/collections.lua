-- Routes: collections, which are "spaces" in paths. SPDX-License-Identifier: MIT

local spaces = "/api/{workspace}/spaces"
local space = spaces .. "/{collection}"

return {
  { name = "collections.list", verb = "GET", path = spaces, from = "documented", key = "spaces", paging = "pages",
    note = "without filter=all (or custom) only collections that the caller belongs to, or not those of others" },
  { name = "collections.create", verb = "POST", path = spaces, from = "documented", wrapper = "space",
    required = { "name" }, find_out = "list the collections and look for it before trying again" },
  { name = "collections.get", verb = "GET", path = space, from = "documented" },
  { name = "collections.update", verb = "PATCH", path = space, from = "documented", wrapper = "space",
    note = "PATCH as in the vendor's cookbook; its swagger file says POST" },
  { name = "collections.delete", verb = "DELETE", path = space, from = "documented" },
}
