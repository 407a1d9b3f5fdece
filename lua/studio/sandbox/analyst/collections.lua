-- Collections, called spaces in paths. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.analyst.answers"
local json = require "studio.sandbox.json"
local requests = require "studio.sandbox.analyst.requests"

local on_space = requests.on_space

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
    if req.query.filter == "mine" then wanted = space.owner == req.principal.user end
    if wanted then shown[#shown + 1] = space end
  end
  return answers.page(req, "spaces", shown, function(space) return row(ws, req, space) end)
end

local types = { private = true, community = true, custom = true }
local levels_made = { view = true, edit = true, none = true }
local levels_changed = { restricted = true, view = true, edit = true }

local function wrong(fields, levels, required)
  if (required or fields.name ~= nil) and (type(fields.name) ~= "string" or fields.name == "") then
    return { name = "can't be blank" }
  end
  local kind = fields.space_type
  if kind ~= nil and not types[kind] then return { space_type = "is not included in the list" } end
  local level = fields.default_access_level
  if level ~= nil and not levels[level] then return { default_access_level = "is not included in the list" } end
end

local function create(ws, req)
  local fields, status, body = answers.wrapped(req, "space")
  if not fields then return status, body end
  local why = wrong(fields, levels_made, true)
  if why then return answers.invalid(why) end
  local token = ws:new_token "space"
  local space = ws:add_collection {
    n = 1000 + ws.last, token = token, type = fields.space_type or "custom", name = fields.name, created = ws:now(),
    description = fields.description or json.null, level = fields.default_access_level or "view",
    owner = fields.space_type == "private" and req.principal.user or nil,
  }
  ws:changed("collections.create", token)
  return 200, row(ws, req, space)
end

local function update(ws, req, space)
  local fields, status, body = answers.wrapped(req, "space")
  if not fields then return status, body end
  local why = wrong(fields, levels_changed, false)
  if why then return answers.invalid(why) end
  space.name, space.description = fields.name or space.name, fields.description or space.description
  space.level = fields.default_access_level or space.level
  ws:changed("collections.update", space.token)
  return 200, row(ws, req, space)
end

local function delete(ws, req, space)
  local last = row(ws, req, space)
  ws:remove_collection(space)
  ws:changed("collections.delete", space.token)
  return 200, last
end

return function(add)
  add("GET", "/spaces", "collections", list)
  add("POST", "/spaces", "collections", create)
  add("GET", "/spaces/{collection}", "collections", on_space(function(ws, req, space)
    return 200, row(ws, req, space)
  end))
  -- the documentation has two verbs for it; both work here
  add("PATCH", "/spaces/{collection}", "collections", on_space(update))
  add("POST", "/spaces/{collection}", "collections", on_space(update))
  add("DELETE", "/spaces/{collection}", "collections", on_space(delete))
end
