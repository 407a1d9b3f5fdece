-- Operations: assets, exports. See mstudio_operations.lua. SPDX-License-Identifier: MIT

local LIBRARY = "library management"

return {
  { "assets.list", "GET /assets?type=image", with = { { type = "image" } }, rows = "assets", scope = "assets",
    says = LIBRARY },
  { "assets.upload", "POST /assets", with = { "FILE", { project_id = "p1" } }, file = "\x89PNG\r\n\x1A\nand so on",
    type = "image/png", scope = "assets", says = "Asset uploads" },
  { "assets.get", "GET /assets/a1", with = { "a1" }, scope = "assets", says = LIBRARY },
  { "assets.delete", "DELETE /assets/a1", with = { "a1" }, scope = "assets", says = LIBRARY },

  { "exports.create", "POST /projects/p1/export", with = { "p1", { format = "mp4" } }, body = '{"format":"mp4"}',
    job = "answer", scope = "export", says = "Project exports" },
  { "exports.render", "POST /projects/p1/render", with = { "p1", { fps = 24 } }, body = '{"fps":24}', job = "answer",
    scope = "export", says = "Remotion video rendering" },
  { "exports.get", "GET /exports/e1", with = { "e1" }, job = "e1", scope = "export", says = "Project exports" },
}
