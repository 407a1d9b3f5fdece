-- Permissions: who may see or edit a collection. SPDX-License-Identifier: MIT
--
-- Of their shape only `accessor_type` ("Account" or "UserGroup") is documented; the rest is assumed after the other
-- resources.

local answers = require "studio.sandbox.analyst.answers"
local requests = require "studio.sandbox.analyst.requests"

local on_space = requests.on_space

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

return function(add)
  local permissions = "/spaces/{collection}/permissions"
  add("GET", permissions, "permissions", on_space(list_permissions))
  add("GET", permissions .. "/search", "permissions", on_space(list_permissions)) -- its rel is all that was seen of it
  add("POST", permissions, "permissions", on_space(create_permission))
  for method, handle in pairs { GET = show_permission, PATCH = update_permission, DELETE = delete_permission } do
    add(method, permissions .. "/{permission}", "permissions", on_permission(handle))
  end
end
