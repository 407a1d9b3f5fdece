-- mStudio's teams, their invites and their members. SPDX-License-Identifier: MIT
--
-- Nobody reads letters here, so people at joined.test take every invite at once; others never answer.

local answers = require "studio.sandbox.mstudio.answers"
local things = require "studio.sandbox.mstudio.things"

local ROLES = { member = true, admin = true, viewer = true }
local OWN = { id = true, created_at = true, updated_at = true, owner = true, members_count = true }

local function of_team(rows, team)
  return answers.sorted(rows, function(row) return row.team_id == team.id end)
end

local function shown(world, team)
  local copy = { members_count = #of_team(world.members, team) }
  for name, value in pairs(team) do copy[name] = value end
  return copy
end

local function complaint(fields, required)
  local name = fields.name
  if name == nil and required then return { name = "The name field is required." } end
  if name ~= nil and (type(name) ~= "string" or name == "" or #name > 255) then
    return { name = "The name must be a text of 1 to 255 characters." }
  end
end

local function add_member(world, team, name, email, role)
  local member = { id = world:id(), team_id = team.id, name = name, email = email, role = role,
    joined_at = world:timestamp() }
  world.members[member.id] = member
end

local function list(world, req)
  local teams = answers.sorted(world.teams, function() return true end)
  return answers.page(req, teams, function(team) return shown(world, team) end)
end

local function create(world, req)
  local wrong = complaint(req.json, true)
  if wrong then return answers.invalid(wrong) end
  local user = req.principal.user
  local team = { id = world:id(), created_at = world:timestamp(), updated_at = world:timestamp(), owner = user }
  answers.assign(team, req.json, OWN)
  world.teams[team.id] = team
  add_member(world, team, user, user .. "@example.test", "owner")
  return answers.data(201, shown(world, team))
end

local function get(world, _, team) return answers.data(200, shown(world, team)) end

local function update(world, req, team)
  local wrong = complaint(req.json, false)
  if wrong then return answers.invalid(wrong) end
  answers.assign(team, req.json, OWN)
  team.updated_at = world:timestamp()
  return answers.data(200, shown(world, team))
end

local function delete(world, _, team)
  world.teams[team.id] = nil
  for _, rows in ipairs { world.invites, world.members } do
    for _, row in ipairs(of_team(rows, team)) do rows[row.id] = nil end
  end
  return 204
end

-- ---- invites and members ------------------------------------------------------------------------------------------

local function row_of(collection, argument, title)
  return function(world, req, team)
    local row = world[collection][math.tointeger(tonumber(req.args[argument])) or false]
    if row and row.team_id == team.id then return row end
    return nil, answers.not_found(title)
  end
end

local function lister(collection)
  return function(world, req, team)
    return answers.page(req, of_team(world[collection], team), function(row) return row end)
  end
end

local function invited(world, team, email)
  for _, collection in ipairs { "invites", "members" } do
    for _, row in ipairs(of_team(world[collection], team)) do
      if row.email == email then return true end
    end
  end
end

local function invite(world, req, team)
  local email, role = req.json.email, req.json.role or "member"
  if type(email) ~= "string" or not email:find "^[^%s@]+@[^%s@]+%.[^%s@]+$" then
    return answers.invalid { email = "The email must be a valid email address." }
  end
  if not ROLES[role] then return answers.invalid { role = "The role must be member, admin or viewer." } end
  if invited(world, team, email) then return answers.invalid { email = "The email has already been invited." } end
  local row = { id = world:id(), team_id = team.id, email = email, role = role, status = "pending",
    created_at = world:timestamp() }
  if email:find "@joined%.test$" then
    row.status = "accepted"
    add_member(world, team, email:match "^[^@]+", email, role)
  else
    world.invites[row.id] = row
  end
  return answers.data(201, row)
end

local function withdraw(world, req, team)
  local row, status, body = row_of("invites", "invite", "Invite")(world, req, team)
  if not row then return status, body end
  world.invites[row.id] = nil
  return 204
end

local function remove(world, req, team)
  local row, status, body = row_of("members", "member", "Member")(world, req, team)
  if not row then return status, body end
  if row.role == "owner" then return answers.invalid { member = "The owner cannot leave the team." } end
  world.members[row.id] = nil
  return 204
end

return function(add)
  local function of_one(method, path, handle)
    add(method, "/teams/{team}" .. path, "teams", things.with(things.team, handle))
  end
  add("GET", "/teams", "teams", list)
  add("POST", "/teams", "teams", create)
  of_one("GET", "", get)
  of_one("PUT", "", update)
  of_one("PATCH", "", update)
  of_one("DELETE", "", delete)
  of_one("GET", "/invites", lister "invites")
  of_one("POST", "/invites", invite)
  of_one("DELETE", "/invites/{invite}", withdraw)
  of_one("GET", "/members", lister "members")
  of_one("DELETE", "/members/{member}", remove)
end
