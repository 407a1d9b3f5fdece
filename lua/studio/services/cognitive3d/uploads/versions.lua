-- A scene as the collector shows it, and the newest of its versions. SPDX-License-Identifier: MIT

local versions = {}

--- The newest version of a scene: the one with the highest number.
---@param scene table as from collector:scene
---@return table? version nil: it has none
function versions.newest(scene)
  local newest
  for _, one in ipairs(type(scene.versions) == "table" and scene.versions or {}) do
    if type(one) == "table" and math.type(one.versionNumber) == "integer"
      and (not newest or one.versionNumber > newest.versionNumber) then
      newest = one
    end
  end
  return newest
end

--- Reads a scene.
---@param client studio.client
---@param id string
---@return table|false|nil scene false: the service has no such scene; nil, err when that cannot be told
---@return studio.error? err
function versions.read(client, id)
  local scene, err = client.collector:scene(id)
  if scene == nil and err.kind == "not_found" then return false end
  return scene, scene == nil and err or nil
end

return versions
