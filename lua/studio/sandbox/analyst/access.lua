-- Who may use a collection: permissions, and the memberships that they replace. SPDX-License-Identifier: MIT
--
-- Of the permissions only `accessor_type` ("Account" or "UserGroup") is documented; the rest of their shape is assumed
-- after the other resources.

local answers = require "studio.sandbox.analyst.answers"
local requests = require "studio.sandbox.analyst.requests"

local on_space = requests.on_space

-- ---- permissions --------------------------------------------------------------------------------------------------

local accessors = { Account = true, UserGroup = true }
local levels = { view = true, edit = true }

local function permission_row(ws, req, space, permission)
  return {
    token = permission.token, accessor_type = permission.accessor_type, accessor_token = permission.accessor_token,
    access_level = permission.access_level,
    _links = answers.links(req, { self = ws:path("/spaces/%s/permissions/%s", space.token, permission.token) }),
  }
end

local function wrong_permission(fields, required)
  if (required or fields.accessor_type ~= nil) and not accessors[fields.accessor_type] then
    return { accessor_type = "is not included in the list" }
  end
  if fields.access_level ~= nil and not levels[fields.access_level] then
    return { access_level = "is not included in the list" }
  end
end

-- All, or those whose accessor's token has the text `q`.
local function list_permissions(ws, req, space)
  local found = {}
  for _, permission in ipairs(space.permissions or {}) do
    if not req.query.q or tostring(permission.accessor_token):find(req.query.q, 1, true) then
      found[#found + 1] = permission
    end
  end
  return answers.page(req, "permissions", found, function(permission)
    return permission_row(ws, req, space, permission)
  end)
end

local function create_permission(ws, req, space)
  local fields, status, body = answers.wrapped(req, "permission")
  if not fields then return status, body end
  local why = wrong_permission(fields, true)
  if why then return answers.invalid(why) end
  local permission = { token = ws:new_token "permission", accessor_type = fields.accessor_type,
    accessor_token = fields.accessor_token, access_level = fields.access_level or "view" }
  space.permissions = space.permissions or {}
  table.insert(space.permissions, permission)
  ws:changed("permissions.create", permission.token)
  return 200, permission_row(ws, req, space, permission)
end

-- A handler of one permission, which gets it and its place.
local function on_permission(handle)
  return on_space(function(ws, req, space)
    local item, at = requests.find(space.permissions or {}, req.args.permission)
    if not item then return answers.not_found "permission" end
    return handle(ws, req, space, item, at)
  end)
end

local function show_permission(ws, req, space, permission) return 200, permission_row(ws, req, space, permission) end

local function update_permission(ws, req, space, permission)
  local fields, status, body = answers.wrapped(req, "permission")
  if not fields then return status, body end
  local why = wrong_permission(fields, false)
  if why then return answers.invalid(why) end
  permission.access_level = fields.access_level or permission.access_level
  ws:changed("permissions.update", permission.token)
  return 200, permission_row(ws, req, space, permission)
end

local function delete_permission(ws, _, space, permission, at)
  table.remove(space.permissions, at)
  ws:changed("permissions.delete", permission.token)
  return 204
end

-- ---- memberships of a collection ----------------------------------------------------------------------------------

local function member_row(ws, req, space, membership)
  return {
    token = membership.token, member_token = membership.user.token, member_type = "User",
    member_id = tostring(membership.user.id), email = membership.user.username .. "@example.com",
    _links = answers.links(req, { self = ws:path("/spaces/%s/memberships/%s", space.token, membership.token) }),
  }
end

-- Everybody at first; private collections have none.
local function members(ws, space)
  if not space.members then
    space.members = {}
    for i, user in ipairs(ws.users) do
      space.members[i] = { token = ws:new_token "space membership", user = user }
    end
  end
  return space.members
end

local function on_members(handle)
  return on_space(function(ws, req, space)
    if space.type == "private" then return answers.error(400, "Invalid space") end
    return handle(ws, req, space, members(ws, space))
  end)
end

local function list_members(ws, req, space, all)
  return answers.page(req, "space_memberships", all, function(item) return member_row(ws, req, space, item) end)
end

local function add_member(ws, req, space, all)
  local fields, status, body = answers.wrapped(req, "membership")
  if not fields then return status, body end
  if fields.member_type ~= "User" then return answers.invalid { member_type = "is not included in the list" } end
  local user = ws:user_of(fields.member_token)
  if not user then return answers.not_found "member" end
  local membership = { token = ws:new_token "space membership", user = user }
  all[#all + 1] = membership
  ws:changed("collection_memberships.create", membership.token)
  return 200, member_row(ws, req, space, membership)
end

local function on_member(handle)
  return on_members(function(ws, req, space, all)
    local item, at = requests.find(all, req.args.membership)
    if not item then return answers.not_found "membership" end
    return handle(ws, req, space, item, at)
  end)
end

local function show_member(ws, req, space, membership) return 200, member_row(ws, req, space, membership) end

local function remove_member(ws, req, space, membership, at)
  table.remove(space.members, at)
  ws:changed("collection_memberships.delete", membership.token)
  return 200, member_row(ws, req, space, membership)
end

return function(add)
  local permissions = "/spaces/{collection}/permissions"
  add("GET", permissions, "permissions", on_space(list_permissions))
  add("GET", permissions .. "/search", "permissions", on_space(list_permissions))
  add("POST", permissions, "permissions", on_space(create_permission))
  for method, handle in pairs { GET = show_permission, PATCH = update_permission, DELETE = delete_permission } do
    add(method, permissions .. "/{permission}", "permissions", on_permission(handle))
  end
  local memberships = "/spaces/{collection}/memberships"
  add("GET", memberships, "collection_memberships", on_members(list_members))
  add("POST", memberships, "collection_memberships", on_members(add_member))
  add("GET", memberships .. "/{membership}", "collection_memberships", on_member(show_member))
  add("DELETE", memberships .. "/{membership}", "collection_memberships", on_member(remove_member))
end
