-- Collections, called spaces in paths. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.analyst.answers"

local function row(ws, req, space)
  local self = ws:path("/collections/%s", space.token)
  local below = ws:path("/spaces/%s", space.token)
  local links = answers.links(req, {
    self = self, reports = below .. "/reports", datasets = below .. "/datasets", permissions = below .. "/permissions",
    space_memberships = below .. "/memberships",
  })
  links.search_space_permissions = { href = below .. "/permissions/search{?q}", templated = true }
  return {
    token = space.token, id = tostring(5000 + space.n), space_type = space.type, name = space.name, state = "active",
    description = space.description, restricted = false, free_default = false, default_access_level = space.level,
    ["viewable?"] = ws:sees(req.principal, space), ["viewed?"] = false, created_at = answers.time(space.created),
    _links = links,
  }
end

-- Without a filter only those that the caller belongs to, with `all` other people's personal ones too; a filter that
-- nobody knows is passed over.
local function list(ws, req)
  local shown = {}
  for _, space in ipairs(ws.collections) do
    local own = ws:sees(req.principal, space)
    local wanted = req.query.filter == "all" or own
    if req.query.filter == "custom" then wanted = own and space.type == "custom" end
    if wanted then shown[#shown + 1] = space end
  end
  return answers.page(req, "spaces", shown, function(space) return row(ws, req, space) end)
end

local function get(ws, req)
  local space, status, body = ws:collection(req)
  if not space then return status, body end
  return 200, row(ws, req, space)
end

return function(add)
  add("GET", "/spaces", "collections", list)
  add("GET", "/spaces/{collection}", "collections", get)
end
