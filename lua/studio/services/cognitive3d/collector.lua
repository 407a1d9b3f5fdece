-- What editors and upload tools send: client.collector, with a developer_key. SPDX-License-Identifier: MIT
--
-- These are single requests; client:upload_scene and client:upload_objects make whole uploads of them. Files are given
-- as a list of paths (or studio.file …), each sent under its own name, or as a studio.multipart. Scenes are named by
-- the UUID that apps send (sdkFacingId), and their versions by number.

local form = require "studio.services.cognitive3d.form"

---@class studio.cognitive3d.collector
local collector = {}

local function read(client, name, options) return client:call("collector." .. name, nil, nil, options) end

--- Is the developer key good? 401 says no, also of one that has expired.
---@param options studio.call_options?
---@return any? answer nil, err on failure
---@return table response_or_err
function collector:verify(options) return read(self.client, "verify", options) end

--- The project's application key, which apps send as data_key. A secret: { apiKey, valid }.
---@param options studio.call_options?
---@return table? key nil, err on failure
---@return table response_or_err
function collector:application_key(options) return read(self.client, "application_key", options) end

--- Whose key it is, of which project, and until when: keyExpiresAt.
---@param options studio.call_options?
---@return table? user nil, err on failure
---@return table response_or_err
function collector:user(options) return read(self.client, "user", options) end

---@param options studio.call_options?
---@return table? subscriptions nil, err on failure
---@return table response_or_err
function collector:subscriptions(options) return read(self.client, "subscriptions", options) end

--- All scenes of the key's project.
---@param options studio.call_options?
---@return table[]? scenes nil, err on failure
---@return table response_or_err
function collector:scenes(options) return read(self.client, "scenes", options) end

--- One scene; kind "not_found": it was not uploaded yet.
---@param scene studio.cognitive3d.scene_id
---@param options studio.call_options?
---@return table? scene nil, err on failure
---@return table response_or_err
function collector:scene(scene, options)
  return self.client:call("collector.scene", { sdk_scene_id = scene }, nil, options)
end

-- One that sends a form.
local function send(client, name, params, files, query, options)
  name = "collector." .. name
  return client:call(name, params, form.of(name, files), form.with_query(options, query))
end

--- A new scene.
---@param files studio.cognitive3d.files scene.gltf, scene.bin, textures, settings.json, screenshot.png
---@param query table? sceneId (a lower-case UUID made by the caller), sdkType
---@param options studio.call_options?
---@return string? scene_id nil, err on failure
---@return table response_or_err
function collector:create_scene(files, query, options)
  return send(self.client, "create_scene", nil, files, query, options)
end

--- A new version of a scene. Nothing is answered: collector:scene tells its number.
---@param scene studio.cognitive3d.scene_id
---@param files studio.cognitive3d.files
---@param options studio.call_options?
---@return any? done nil, err on failure
---@return table response_or_err
function collector:add_version(scene, files, options)
  return send(self.client, "add_version", { sdk_scene_id = scene }, files, nil, options)
end

--- More files of the version that was made last.
---@param scene studio.cognitive3d.scene_id
---@param files studio.cognitive3d.files
---@param options studio.call_options?
---@return any? done nil, err on failure
---@return table response_or_err
function collector:add_files(scene, files, options)
  return send(self.client, "add_files", { sdk_scene_id = scene }, files, nil, options)
end

--- Other files in the place of those of a version.
---@param scene studio.cognitive3d.scene_id
---@param version_number integer
---@param files studio.cognitive3d.files
---@param options studio.call_options?
---@return any? done nil, err on failure
---@return table response_or_err
function collector:replace_files(scene, version_number, files, options)
  return send(self.client, "replace_files", { sdk_scene_id = scene }, files,
    { version = form.number("collector:replace_files", version_number), force = true }, options)
end

---@param scene studio.cognitive3d.scene_id
---@param name string
---@param options studio.call_options?
---@return any? done nil, err on failure
---@return table response_or_err
function collector:rename(scene, name, options)
  return self.client:call("collector.rename", { sdk_scene_id = scene }, { sceneName = name }, options)
end

--- The picture that the dashboard shows of a version.
---@param scene studio.cognitive3d.scene_id
---@param version_number integer
---@param picture string|studio.body a path, or a studio.file: a PNG
---@param options studio.call_options?
---@return any? done nil, err on failure
---@return table response_or_err
function collector:screenshot(scene, version_number, picture, options)
  return send(self.client, "screenshot", { sdk_scene_id = scene }, form.one("screenshot", picture),
    { version = form.number("collector:screenshot", version_number) }, options)
end

--- The mesh of a dynamic object.
---@param scene studio.cognitive3d.scene_id
---@param version_number integer
---@param object string name of the mesh, or id of the object
---@param files studio.cognitive3d.files gltf, bin, textures, cvr_object_thumbnail.png
---@param options studio.call_options?
---@return any? done nil, err on failure
---@return table response_or_err
function collector:object(scene, version_number, object, files, options)
  return send(self.client, "object", { sdk_scene_id = scene, object_id = object }, files,
    { version = form.number("collector:object", version_number) }, options)
end

--- Which objects a version has: at most 250 in a call, as the vendor's editor does.
---@param scene studio.cognitive3d.scene_id
---@param version_number integer
---@param objects table[] id, mesh, name, isController, scaleCustom, initialPosition, initialRotation
---@param options studio.call_options?
---@return any? done nil, err on failure
---@return table response_or_err
function collector:manifest(scene, version_number, objects, options)
  return self.client:call("collector.manifest", { sdk_scene_id = scene }, { objects = objects },
    form.with_query(options, { version = form.number("collector:manifest", version_number) }))
end

--- The objects of a version, by its id.
---@param version studio.cognitive3d.id
---@param options studio.call_options?
---@return table[]? objects nil, err on failure
---@return table response_or_err
function collector:objects(version, options)
  return self.client:call("collector.objects", { version_id = version }, nil, options)
end

--- The media library of the key's project.
---@param options studio.call_options?
---@return table[]? media nil, err on failure
---@return table response_or_err
function collector:media(options) return read(self.client, "media", options) end

--- ExitPoll's hooks, and the question set of each.
---@param options studio.call_options?
---@return table[]? hooks nil, err on failure
---@return table response_or_err
function collector:hooks(options) return read(self.client, "hooks", options) end

return collector
