-- Members of the workspace, and invites of new ones. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.analyst.answers"

-- ---- memberships --------------------------------------------------------------------------------------------------

local function membership_row(ws, req, user)
  return {
    token = user.membership, admin = user.admin, state = "active", invited = false, managed_by_scim = false,
    member_username = user.username, member_token = user.token, activated_at = answers.time(ws.made - 900 * 86400),
    _links = answers.links(req, { self = ws:path("/memberships/%s", user.membership),
      user = "/api/" .. user.username }),
  }
end

local function list_memberships(ws, req)
  return answers.whole(req, "memberships", ws.users, function(user) return membership_row(ws, req, user) end)
end

-- Not documented: rows without a token.
local function list_lite(ws, req)
  return answers.whole(req, "memberships", ws.users, function(user)
    return { member_username = user.username, member_token = user.token, name = user.username, state = "active" }
  end)
end

local function on_membership(handle)
  return function(ws, req)
    for i, user in ipairs(ws.users) do
      if user.membership == req.args.membership then return handle(ws, req, user, i) end
    end
    return answers.not_found "membership"
  end
end

local function delete_membership(ws, req, user, at)
  table.remove(ws.users, at)
  ws:changed("memberships.delete", user.membership)
  return 200, membership_row(ws, req, user)
end

-- ---- invites ------------------------------------------------------------------------------------------------------

local function invite(ws, req)
  local fields, status, body = answers.wrapped(req, "invite")
  if not fields then return status, body end
  local email = type(fields.invitee) == "table" and fields.invitee.email
  if type(email) ~= "string" or not email:find "^[^@%s]+@[^@%s]+$" then
    return answers.invalid { email = "is invalid" }
  end
  local now = ws:now()
  local token = ws:new_token "invite"
  ws:changed("invites.create", token)
  return 200, {
    token = token, email = email, message = fields.message, inviter_id = 1, organization_id = 1, limited = false,
    sent_at = answers.time(now), expires_at = answers.time(now + 14 * 86400), created_at = answers.time(now),
    _links = answers.links(req, { self = ws:path("/invites/%s", token) }),
  }
end

return function(add)
  add("GET", "/memberships", "memberships", list_memberships)
  add("GET", "/memberships/lite", "memberships", list_lite)
  add("GET", "/memberships/{membership}", "memberships", on_membership(function(ws, req, user)
    return 200, membership_row(ws, req, user)
  end))
  add("DELETE", "/memberships/{membership}", "memberships", on_membership(delete_membership))
  -- documented: "cannot be used … for creating new invites", of workspace and member tokens
  add("POST", "/invites", "invites", invite, { kinds = { personal = true } })
end
