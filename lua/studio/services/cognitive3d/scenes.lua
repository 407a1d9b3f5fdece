-- Scenes: client.scenes. They are made by uploads: client.collector, client:upload_scene. SPDX-License-Identifier: MIT

---@class studio.cognitive3d.scenes
local scenes = {}

--- A scene with its versions and their stats.
---@param scene string|table its id (a UUID), or the row
---@param options studio.call_options?
---@return table? scene nil, err on failure
---@return table response_or_err
function scenes:get(scene, options) return self.client:call("scenes.get", { scene_id = scene }, nil, options) end

--- The versions of a scene, and which is the newest: uploads name it by number, queries by id.
---@param scene string|table its id, or the row
---@param options studio.call_options?
---@return table[]? versions sorted by versionNumber; nil, err on failure
---@return table response_or_err
function scenes:versions(scene, options)
  local row, response = self:get(scene, options)
  if row == nil then return nil, response end
  local versions = table.move(row.versions or {}, 1, #(row.versions or {}), 1, {})
  table.sort(versions, function(a, b) return (tonumber(a.versionNumber) or 0) < (tonumber(b.versionNumber) or 0) end)
  return versions, response
end

return scenes
