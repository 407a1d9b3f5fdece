-- Routes: the library of uploaded images, sounds and videos. SPDX-License-Identifier: MIT

local asset = "/assets/{asset_id}"

return {
  { name = "assets.list", verb = "GET", path = "/assets", from = "assumed", scope = "assets", key = "assets" },
  { name = "assets.upload", verb = "POST", path = "/assets", from = "assumed", scope = "assets", unwrap = "data",
    find_out = "list the assets and look for it before trying again",
    note = "a form (multipart/form-data) with the file as `file`, and the fields beside it" },
  { name = "assets.get", verb = "GET", path = asset, from = "assumed", scope = "assets", unwrap = "data" },
  { name = "assets.delete", verb = "DELETE", path = asset, from = "assumed", scope = "assets", unwrap = "data" },
}
