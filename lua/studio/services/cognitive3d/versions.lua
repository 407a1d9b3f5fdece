-- Files of a version of a scene: client.versions. SPDX-License-Identifier: MIT
--
--   c3.versions:gltf(version, { save_to = "scene.gltf" })
--
-- Each gives the bytes of the file, or, with save_to, the path that it was saved to. None of the paths is documented.

---@class studio.cognitive3d.versions
local versions = {}

---@param version studio.cognitive3d.id
---@param options studio.call_options? save_to
---@return string? bytes_or_path nil, err on failure
---@return table response_or_err
function versions:gltf(version, options)
  return self.client:call("versions.gltf", { version_id = version }, nil, options)
end

--- Of a version whose isOptimized is true.
---@param version studio.cognitive3d.id
---@param options studio.call_options? save_to
---@return string? bytes_or_path nil, err on failure
---@return table response_or_err
function versions:optimized_gltf(version, options)
  return self.client:call("versions.optimized_gltf", { version_id = version }, nil, options)
end

---@param version studio.cognitive3d.id
---@param options studio.call_options? save_to
---@return string? bytes_or_path nil, err on failure
---@return table response_or_err
function versions:screenshot(version, options)
  return self.client:call("versions.screenshot", { version_id = version }, nil, options)
end

---@param version studio.cognitive3d.id
---@param mesh string meshName of the object
---@param options studio.call_options? save_to
---@return string? bytes_or_path nil, err on failure
---@return table response_or_err
function versions:object_thumbnail(version, mesh, options)
  return self.client:call("versions.object_thumbnail", { version_id = version, mesh = mesh }, nil, options)
end

return versions
