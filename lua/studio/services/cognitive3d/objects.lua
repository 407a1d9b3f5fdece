-- Dynamic objects: client.objects. They are made by uploads. SPDX-License-Identifier: MIT
--
-- Queries about gaze want an object's sdkId, deleting one its id.

local lists = require "studio.lists"

---@class studio.cognitive3d.objects
---@field list studio.cognitive3d.list_of of a version of a scene; query: includeFiles
---@field each studio.cognitive3d.each_of
---@field pages studio.cognitive3d.pages_of
---@field list_by_project studio.cognitive3d.list_of of all versions; first argument: the project, or nil
---@field each_by_project studio.cognitive3d.each_of
---@field pages_by_project studio.cognitive3d.pages_of
local objects = {}
lists(objects, "objects", { "version_id" })
lists(objects, "objects", { "project_id" }, "project")

--- Takes an object off a version of a scene.
---@param version studio.cognitive3d.id
---@param object studio.cognitive3d.id its id, not its sdkId; or the row
---@param query table? versionNumber and sdkSceneId, as the service wants them
---@param options studio.call_options?
---@return any? deleted true, or what the service answered; nil, err on failure
---@return table response_or_err
function objects:delete(version, object, query, options)
  return self.client:call("objects.delete", { version_id = version, object_id = object }, query, options)
end

return objects
