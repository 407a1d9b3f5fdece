-- The login of a person, the organization, and its tags. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.cognitive3d.answers"
local json = require "studio.sandbox.json"
local places = require "studio.sandbox.cognitive3d.places"
local requests = require "studio.sandbox.cognitive3d.requests"

local CSRF, COOKIE = "csrf-sandbox", "c3d_session=sandbox; HttpOnly; Path=/"

local TAGS = { { "test", "#2D9CDB" }, { "junk", "#828282" }, { "Crash", "#EB5757" }, { "LowMemory", "#F2994A" } }
local MAX_TAGS <const>, TAGS_OF_SESSION <const> = 100, 10

local function tags(c3)
  return c3:keep("tags", function()
    local list = json.array {}
    for i, facts in ipairs(TAGS) do
      list[i] = { id = i, title = facts[1], colourHex = facts[2], isDefault = true }
    end
    return list
  end)
end

-- A handler of the organization in the path.
local function on_organization(handle)
  return function(c3, req)
    if tonumber(req.args.organization) ~= places.organization then return answers.not_found "organization" end
    return handle(c3, req)
  end
end

local function login(_, req)
  if type(req.json.email) ~= "string" or type(req.json.password) ~= "string" then
    return answers.error(400, "email and password are needed")
  end
  if req.json.password ~= "sandbox" then return answers.error(401, "wrong email or password") end
  return 200, { userId = 1, csrf = CSRF }, { ["set-cookie"] = COOKIE }
end

-- With a cookie of the login, or with a key.
local function current(_, req)
  if not req.key and not (req.header "cookie" or ""):find("c3d_session=sandbox", 1, true) then
    return answers.error(401, "not logged in")
  end
  return 200, { csrf = CSRF }
end

-- Where participants begin: a browser goes on from here.
local function sso(_, req)
  local id = tonumber(req.query.orgId)
  if id ~= places.organization then return answers.not_found "organization" end
  return 302, nil, { location = ("%s/v0/identify/sso/callback?orgId=%d"):format(req.origin, id) }
end

-- A project as the organization lists it: without its scenes.
local function project_row(c3, project, excluded)
  local count = c3:session_count(project)
  local row = { categoryGroup = { id = 1, name = "Retail" }, categories = json.array {},
    sessionTagTypes = json.array {} }
  for name, value in pairs(project) do
    if name ~= "scenes" and name ~= "categories" then row[name] = value end
  end
  if excluded then
    for k = 1, c3:session_count(project) do
      for _, tag in ipairs(c3:session_at(project, k).tags) do
        if excluded[tag] then
          count = count - 1
          break
        end
      end
    end
  end
  row.stats = { session_count = count, scene_count = #project.scenes }
  return row
end

local function organization(c3, req)
  local excluded, list = nil, json.array {}
  for tag in (req.query.excludeTags or ""):gmatch "[^,]+" do
    excluded = excluded or {}
    excluded[tag] = true
  end
  for _, project in pairs(c3.projects) do list[#list + 1] = project_row(c3, project, excluded) end
  table.sort(list, function(a, b) return a.id < b.id end)
  return 200, { id = places.organization, name = "Sandbox", projects = list }
end

local function own_tags(c3)
  local list = json.array {}
  for _, tag in ipairs(tags(c3)) do
    if tag.isDefault or tag.organizationId then list[#list + 1] = tag end
  end
  return 200, list
end

-- Those of the organization, and one that it inherits.
local function all_tags(c3)
  local _, list = own_tags(c3)
  list[#list + 1] = { id = 900, title = "demo", colourHex = "#000000", isDefault = false, description = "inherited" }
  return 200, list
end

local function create_tag(c3, req)
  local list, title = tags(c3), req.json.title
  if type(title) ~= "string" or title == "" then return answers.error(400, "title is needed") end
  if #list >= MAX_TAGS then return answers.error(400, "an organization has 100 tags at most") end
  for _, tag in ipairs(list) do
    if tag.title == title then return answers.error(400, "there is a tag of this title") end
  end
  local tag = { id = c3:id(), title = title, colourHex = req.json.colourHex, description = req.json.description,
    isDefault = false, organizationId = places.organization, projectIds = req.json.projectIds }
  list[#list + 1] = tag
  return 200, tag
end

local function known(c3, title)
  for _, tag in ipairs(tags(c3)) do
    if tag.title == title then return true end
  end
end

local function set_tag(c3, req, session)
  local on, title = req.json.value, req.args.tag
  if type(on) ~= "boolean" then return answers.error(400, "value must be true or false") end
  if not known(c3, title) then return answers.not_found "tag" end
  if on and #session.tags >= TAGS_OF_SESSION then return answers.error(400, "a session has 10 tags at most") end
  c3:tag(session, title, on)
  return 200, { sessionId = session.id, tag = title, value = on }
end

return function(add)
  add("POST", "/sessions", login, { anonymous = true })
  add("GET", "/sessions/current", current, { anonymous = true })
  add("GET", "/organizations/apiKeys/whoami", function() return 200, { organizationId = places.organization } end)
  add("GET", "/identify/sso/login", sso, { anonymous = true })
  add("GET", "/organizations/{organization}", on_organization(organization))
  add("GET", "/organizations/{organization}/tags", on_organization(own_tags))
  add("GET", "/organizations/{organization}/tags/all", on_organization(all_tags))
  add("POST", "/organizations/{organization}/tags", on_organization(create_tag), { writes = true })
  add("PUT", "/projects/{project}/sessions/{session}/tags/{tag}", requests.on_session(set_tag), { writes = true })
end
