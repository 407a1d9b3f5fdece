-- What requests of a developer name: the project of the key, a scene of it, a version. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.cognitive3d.answers"

local developer = {}

local PROJECT <const> = 10 -- a developer key is of one project

--- The key's project.
function developer.project(c3) return c3.projects[PROJECT] end

--- A handler of a scene of the path: handle(c3, req, scene). One that was never uploaded is not found.
function developer.on_scene(handle)
  return function(c3, req)
    local scene = c3:scene(req.args.scene)
    if not scene or scene.projectId ~= PROJECT then return answers.not_found "scene" end
    return handle(c3, req, scene)
  end
end

--- A version of a scene by its number; without one the newest.
---@param scene table
---@param number string?  of the query
---@return table? version  else nil, status, body
---@return integer? status
---@return table? body
function developer.version(scene, number)
  if not number then return scene.versions[#scene.versions] end
  local version = scene.versions[math.tointeger(tonumber(number))]
  if not version then return nil, answers.not_found "version of the scene" end
  return version
end

return developer
