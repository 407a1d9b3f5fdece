-- Operations: projects, scenes, versions and files. See cognitive3d_operations.lua. SPDX-License-Identifier: MIT

return {
  { "projects.get", "GET /v0/projects/10?attachStats=false&useImageLocations=true",
    with = { nil, { useImageLocations = true, attachStats = false } } },
  { "projects.create", "POST /v0/projects", with = { { name = "Hall", description = "d", enableGeoIp = true } },
    body = '{"name":"Hall","description":"d","type":"vr","organizationId":1,"enableGeoIp":true}' },
  { "projects.update", "PUT /v0/projects/11", with = { 11, { name = "Hall", categoryIds = { 3 } } },
    body = '{"name":"Hall","categoryIds":[3]}' },
  { "projects.delete", "DELETE /v0/projects/11", with = { { id = 11 } }, bare = true, standing = "third_party" },
  { "projects.scenes", "GET /v0/projects/10/scenes?attachStats=false", with = { nil, { attachStats = false } },
    list = true },

  { "scenes.get", "GET /v0/scenes/0a1b-2c", with = { "0a1b-2c" } },

  { "versions.gltf", "GET /v0/versions/7/files/scene/scene.gltf", with = { 7 }, file = '{"asset":{}}',
    standing = "third_party" },
  { "versions.optimized_gltf", "GET /v0/versions/7/files/optimized/scene/scene.gltf", with = { { id = 7 } },
    file = '{"asset":{}}', standing = "third_party" },
  { "versions.screenshot", "GET /v0/versions/7/files/screenshot_small/screenshot.png", with = { 7 }, file = "PNG",
    standing = "assumed" },
  { "versions.object_thumbnail", "GET /v0/versions/7/files/objects/lamp/cvr_object_thumbnail.png",
    with = { 7, "lamp" }, file = "PNG", standing = "assumed" },
}
