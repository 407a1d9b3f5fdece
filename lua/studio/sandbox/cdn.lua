-- Where results are downloaded from: another origin, with URLs that are signed and expire. SPDX-License-Identifier: MIT

local files = require "studio.sandbox.mstudio.files"
local ranges = require "studio.sandbox.ranges"
local signing = require "studio.sandbox.signing"

local cdn = {}

local TEXT = { ["content-type"] = "text/plain" }

--- Answers a request.
---@return integer status
---@return string body
---@return table<string, string> headers
function cdn.handle(world, req)
  local bytes, media_type, tag, open = files.find(world, req.path)
  if not bytes then return 404, "no such file", TEXT end
  local complaint = not open and signing.complaint(world, req)
  if complaint then return 403, complaint, TEXT end
  return ranges.answer(req, bytes(), { ["content-type"] = media_type, etag = '"' .. tag .. '"' })
end

return cdn
