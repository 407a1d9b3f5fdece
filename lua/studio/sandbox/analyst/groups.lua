-- Groups of people, and who is in them. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.analyst.answers"
local requests = require "studio.sandbox.analyst.requests"

local function group_row(ws, req, group)
  local self = ws:path("/groups/%s", group.token)
  return {
    token = group.token, group_type = "custom", name = group.name, description = group.description, state = "active",
    member_count = #group.members, spaces_count = 0, data_sources_count = 0, managed = false,
    _links = answers.links(req, { self = self, user_group_memberships = self .. "/memberships" }),
  }
end

local function has(group, username)
  for _, member in ipairs(group.members) do
    if member.user.username == username then return true end
  end
  return false
end

-- All, or those that `member` (a username) is in.
local function list_groups(ws, req)
  local shown = {}
  for _, group in ipairs(ws.groups) do
    if not req.query.member or has(group, req.query.member) then shown[#shown + 1] = group end
  end
  return answers.page(req, "groups", shown, function(group) return group_row(ws, req, group) end)
end

-- The fields of a group: a name, and nothing else.
local function named(req)
  local fields, status, body = answers.wrapped(req, "user_group")
  if not fields then return nil, status, body end
  if type(fields.name) ~= "string" or fields.name == "" then return nil, answers.invalid { name = "can't be blank" } end
  return fields
end

local function create_group(ws, req)
  local fields, status, body = named(req)
  if not fields then return status, body end
  local group = { token = ws:new_token "group", name = fields.name, members = {} }
  table.insert(ws.groups, group)
  ws:changed("groups.create", group.token)
  return 200, group_row(ws, req, group)
end

-- A handler of one group, which gets it and its place.
local function on_group(handle)
  return function(ws, req)
    local group, at = requests.find(ws.groups, req.args.group)
    if not group then return answers.not_found "group" end
    return handle(ws, req, group, at)
  end
end

local function show_group(ws, req, group) return 200, group_row(ws, req, group) end

local function update_group(ws, req, group)
  local fields, status, body = named(req)
  if not fields then return status, body end
  group.name = fields.name
  ws:changed("groups.update", group.token)
  return 200, group_row(ws, req, group)
end

local function delete_group(ws, req, group, at)
  table.remove(ws.groups, at)
  ws:changed("groups.delete", group.token)
  return 200, group_row(ws, req, group)
end

-- ---- members of groups --------------------------------------------------------------------------------------------

local function member_row(ws, req, group, member)
  return { token = member.token, member_token = member.user.token, _links = answers.links(req, {
    self = ws:path("/groups/%s/memberships/%s", group.token, member.token), user = "/api/" .. member.user.username,
  }) }
end

local function list_members(ws, req, group)
  return answers.page(req, "group_memberships", group.members, function(member)
    return member_row(ws, req, group, member)
  end)
end

local function add_member(ws, req, group)
  local fields, status, body = answers.wrapped(req, "membership")
  if not fields then return status, body end
  local user = ws:user_of(fields.member_token)
  if not user then return answers.not_found "member" end
  local member = { token = ws:new_token "group membership", user = user }
  table.insert(group.members, member)
  ws:changed("group_memberships.create", member.token)
  return 200, member_row(ws, req, group, member)
end

-- A handler of one member of a group, which gets it and its place.
local function on_member(handle)
  return on_group(function(ws, req, group)
    local member, at = requests.find(group.members, req.args.membership)
    if not member then return answers.not_found "membership" end
    return handle(ws, req, group, member, at)
  end)
end

local function show_member(ws, req, group, member) return 200, member_row(ws, req, group, member) end

local function remove_member(ws, req, group, member, at)
  table.remove(group.members, at)
  ws:changed("group_memberships.delete", member.token)
  return 200, member_row(ws, req, group, member)
end

return function(add)
  add("GET", "/groups", "groups", list_groups)
  add("POST", "/groups", "groups", create_group)
  for method, handle in pairs { GET = show_group, PATCH = update_group, DELETE = delete_group } do
    add(method, "/groups/{group}", "groups", on_group(handle))
  end
  add("GET", "/groups/{group}/memberships", "group_memberships", on_group(list_members))
  add("POST", "/groups/{group}/memberships", "group_memberships", on_group(add_member))
  for method, handle in pairs { GET = show_member, DELETE = remove_member } do
    add(method, "/groups/{group}/memberships/{membership}", "group_memberships", on_member(handle))
  end
end
