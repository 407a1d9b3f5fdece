-- A scene as the collector shows it, and the newest of its versions. SPDX-License-Identifier: MIT

local versions = {}

--- A version of a scene.
---@param scene table as from collector:scene
---@param number integer? default: the highest there is
---@return table? version nil: it has none such
function versions.find(scene, number)
  local found
  for _, one in ipairs(type(scene.versions) == "table" and scene.versions or {}) do
    local its = type(one) == "table" and math.type(one.versionNumber) == "integer" and one.versionNumber
    if its and (its == number or not number and (not found or its > found.versionNumber)) then found = one end
  end
  return found
end

--- The newest version of a scene: the one with the highest number.
---@param scene table as from collector:scene
---@return table? version nil: it has none
function versions.newest(scene) return versions.find(scene) end

--- Reads a scene.
---@param client studio.client
---@param id string
---@return table|false|nil scene false: the service has no such scene; nil, err when that cannot be told
---@return studio.error? err
function versions.read(client, id)
  local scene, response = client.collector:scene(id)
  if type(scene) == "table" then return scene end
  if scene == nil then
    if response.kind == "not_found" then return false end
    return nil, response
  end
  return nil, client:problem("collector.scene", { kind = "protocol", response = response,
    message = "the answer is no scene" })
end

return versions
