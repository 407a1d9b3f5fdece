-- mStudio's sharing: a link that opens a project for whoever has it. SPDX-License-Identifier: MIT
--
-- The link is at the origin of results, needs no signature, and is dead as soon as the project is not shared any more.

local answers = require "studio.sandbox.mstudio.answers"
local chance = require "studio.sandbox.chance"
local things = require "studio.sandbox.mstudio.things"

local ACCESS = { view = true, comment = true }

local function shown(world, project)
  local share = project.share
  return { project_id = project.id, access = share.access, token = share.token, created_at = share.created_at,
    url = ("%s/shared/%s"):format(world.cdn_url, share.token) }
end

-- A project has one link: to share it again changes what the link allows.
local function share(world, req, project)
  local access = req.json.access or project.share and project.share.access or "view"
  if not ACCESS[access] then return answers.invalid { access = "The access must be view or comment." } end
  local status = project.share and 200 or 201
  if not project.share then
    local token = chance.token(world.options.seed, "share", world:id())
    project.share = { token = token, created_at = world:timestamp() }
    world.shared[token] = project
  end
  project.share.access = access
  return answers.data(status, shown(world, project))
end

local function get(world, _, project)
  if not project.share then return answers.not_found "Share" end
  return answers.data(200, shown(world, project))
end

local function unshare(world, _, project)
  if not project.share then return answers.not_found "Share" end
  world.shared[project.share.token] = nil
  project.share = nil
  return 204
end

return function(add)
  local function of_project(method, handle)
    add(method, "/projects/{project}/share", "projects", things.with(things.project, handle))
  end
  of_project("POST", share)
  of_project("GET", get)
  of_project("DELETE", unshare)
end
