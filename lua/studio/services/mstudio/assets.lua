-- The library of uploaded images, sounds and videos: client.assets. SPDX-License-Identifier: MIT

local lists = require "studio.lists"
local uploads = require "studio.services.mstudio.uploads"

---@class studio.mstudio.assets
---@field list studio.mstudio.list one page of the assets
---@field each studio.mstudio.each all of them; raises the error object when a page fails
---@field pages studio.mstudio.pages page by page
local assets = {}
lists(assets, "assets", {})

--- Uploads an image, a sound or a video. It is streamed from the file. Which of them it is, its first bytes say, and
--- neither its name nor anybody's word.
---@param source string|studio.body a path, or a studio.file or studio.reader
---@param fields studio.mstudio.upload_fields?
---@param options studio.call_options?
---@return table? asset nil, err on failure: kind "invalid", code "media_type" when it is none of these
---@return table response_or_err
function assets:upload(source, fields, options)
  return uploads.send(self.client, "assets.upload", {}, source, fields, options, { "image", "audio", "video" }, true)
end

---@param asset studio.mstudio.id
---@param options studio.call_options?
---@return table? asset nil, err on failure
---@return table response_or_err
function assets:get(asset, options) return self.client:call("assets.get", { asset_id = asset }, nil, options) end

---@param asset studio.mstudio.id
---@param options studio.call_options?
---@return any? deleted true, or what the service answered; nil, err on failure
---@return table response_or_err
function assets:delete(asset, options) return self.client:call("assets.delete", { asset_id = asset }, nil, options) end

return assets
