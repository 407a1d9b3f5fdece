-- Routes of the collector for editors and upload tools: a developer key. SPDX-License-Identifier: MIT
--
-- Source of all: the vendor's Unity and Unreal SDKs and its upload tools. What they do not read of an answer is not
-- known.

local doors = require "studio.services.cognitive3d.routes.doors"

local scene = "/v0/scenes/{sdk_scene_id}"
local objects = "/v0/objects/{sdk_scene_id}"
local FORM = "a form (multipart/form-data)"
local VERSIONS = "read the scene (collector:scene) and compare its versions before trying again"
local AGAIN = "sending it again does no harm: what is there is replaced"

return doors.developer {
  { name = "collector.verify", verb = "GET", path = "/v0/apiKeys/verify", answer = "any",
    note = "answers 200 when the key is good; nothing is known of its body" },
  { name = "collector.application_key", verb = "GET", path = "/v0/applicationKey", note = "{ apiKey, valid }" },
  { name = "collector.user", verb = "GET", path = "/v0/user",
    note = "whose key it is: e-mail, project, organization, keyExpiresAt" },
  { name = "collector.subscriptions", verb = "GET", path = "/v0/subscriptions" },

  { name = "collector.scenes", verb = "GET", path = "/v0/scenes", paging = "once" },
  { name = "collector.scene", verb = "GET", path = scene, note = "404: not uploaded yet" },
  { name = "collector.create_scene", verb = "POST", path = "/v0/scenes", answer = "text",
    query = { "sceneId", "sdkType" },
    find_out = "with a sceneId of your own: read collector:scene; else look at collector:scenes",
    note = FORM .. "; answered 201 with the scene's id as text. sceneId: a lower-case UUID made by the client" },
  { name = "collector.add_version", verb = "POST", path = scene, answer = "any", find_out = VERSIONS,
    note = FORM .. "; a new version of the scene; the answer is empty" },
  { name = "collector.add_files", verb = "PUT", path = scene, answer = "any",
    note = FORM .. "; more files of the version that was made last" },
  { name = "collector.replace_files", verb = "PUT", path = scene, answer = "any", query = { "version", "force" },
    note = FORM .. "; version: its number in the scene; force = true" },
  { name = "collector.rename", verb = "PATCH", path = scene, answer = "any", required = { "sceneName" },
    find_out = "read the scene: its name" },
  { name = "collector.screenshot", verb = "POST", path = scene .. "/screenshot", answer = "any",
    query = { "version" }, find_out = AGAIN, note = FORM .. " with the picture as `screenshot`" },

  { name = "collector.object", verb = "POST", path = objects .. "/{object_id}", answer = "any", query = { "version" },
    find_out = AGAIN, note = FORM .. ": gltf, bin, textures, cvr_object_thumbnail.png" },
  { name = "collector.manifest", verb = "POST", path = objects, answer = "any", query = { "version" },
    required = { "objects" }, find_out = AGAIN, note = "at most 250 objects in a call, as the vendor's editor does" },
  { name = "collector.objects", verb = "GET", path = "/v0/versions/{version_id}/objects", paging = "once" },
  { name = "collector.media", verb = "GET", path = "/v0/media", paging = "once", note = "of the key's project" },
  { name = "collector.hooks", verb = "GET", path = "/v0/hooks", paging = "once", note = "of ExitPoll" },
}
