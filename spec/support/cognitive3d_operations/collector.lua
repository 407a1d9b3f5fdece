-- Operations: the collector, for editors and tools. See cognitive3d_operations.lua. SPDX-License-Identifier: MIT

local studio = require "studio"

local function files() return studio.multipart { { name = "scene.gltf", value = "{}", filename = "scene.gltf" } } end

return {
  { "collector.verify", "GET /v0/apiKeys/verify", bare = true },
  { "collector.application_key", "GET /v0/applicationKey" },
  { "collector.user", "GET /v0/user" },
  { "collector.subscriptions", "GET /v0/subscriptions" },
  { "collector.scenes", "GET /v0/scenes", list = true },
  { "collector.scene", "GET /v0/scenes/0a1b", with = { { id = "backend", sdkFacingId = "0a1b" } } },
  { "collector.create_scene", "POST /v0/scenes?sceneId=0a1b&sdkType=UNITY", form = "scene.gltf",
    with = function() return { files(), { sceneId = "0a1b", sdkType = "UNITY" } } end,
    text = '"0a1b"', value = "0a1b" },
  { "collector.add_version", "POST /v0/scenes/0a1b", with = function() return { "0a1b", files() } end,
    form = "scene.gltf", bare = true },
  { "collector.add_files", "PUT /v0/scenes/0a1b", with = function() return { "0a1b", files() } end,
    form = "scene.gltf", bare = true },
  { "collector.replace_files", "PUT /v0/scenes/0a1b?force=true&version=3", form = "scene.gltf",
    with = function() return { "0a1b", 3, files() } end, bare = true },
  { "collector.rename", "PATCH /v0/scenes/0a1b", with = { "0a1b", "Hall" },
    body = '{"sceneName":"Hall"}', bare = true },
  { "collector.screenshot", "POST /v0/scenes/0a1b/screenshot?version=3", form = "screenshot",
    with = function()
      return { "0a1b", { versionNumber = 3 }, studio.reader(function() return nil end, { size = 0 }) }
    end, bare = true },
  { "collector.object", "POST /v0/objects/0a1b/lamp?version=3", form = "scene.gltf",
    with = function() return { "0a1b", 3, "lamp", files() } end },
  { "collector.manifest", "POST /v0/objects/0a1b?version=3",
    with = { "0a1b", 3, { { id = "lamp-1", mesh = "lamp", name = "Lamp", initialPosition = { 0, 1, 0 } } } },
    body = '{"objects":[{"id":"lamp-1","mesh":"lamp","name":"Lamp","initialPosition":[0,1,0]}]}' },
  { "collector.objects", "GET /v0/versions/7/objects", with = { 7 }, list = true },
  { "collector.media", "GET /v0/media", list = true },
  { "collector.hooks", "GET /v0/hooks", list = true },
}
