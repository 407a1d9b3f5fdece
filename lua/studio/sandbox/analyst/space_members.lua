-- Members of a collection: what permissions are going to replace. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.analyst.answers"
local requests = require "studio.sandbox.analyst.requests"

local on_space = requests.on_space

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

-- A handler of a collection and its members; a private one was seen to answer like this.
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

-- A handler of one member, which gets it and its place.
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
  local memberships = "/spaces/{collection}/memberships"
  add("GET", memberships, "collection_memberships", on_members(list_members))
  add("POST", memberships, "collection_memberships", on_members(add_member))
  for method, handle in pairs { GET = show_member, DELETE = remove_member } do
    add(method, memberships .. "/{membership}", "collection_memberships", on_member(handle))
  end
end
