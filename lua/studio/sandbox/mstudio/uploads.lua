-- Files that somebody has uploaded: what they are by their bytes, and where they are kept. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.mstudio.answers"
local form = require "studio.sandbox.form"

local uploads = {}

---@class sandbox.blob
---@field name string   at the origin of results
---@field type string
---@field bytes string

-- { where from the first byte, what is there, type }
local signs = {
  { 0, "\x89PNG\r\n\x1a\n", "image/png" }, { 0, "\xFF\xD8\xFF", "image/jpeg" }, { 0, "GIF8", "image/gif" },
  { 8, "WEBP", "image/webp" }, { 8, "WAVE", "audio/wav" }, { 0, "OggS", "audio/ogg" }, { 0, "fLaC", "audio/flac" },
  { 0, "ID3", "audio/mpeg" }, { 0, "\xFF\xFB", "audio/mpeg" }, { 0, "\xFF\xF3", "audio/mpeg" },
  { 4, "ftypM4A", "audio/mp4" }, { 4, "ftypqt", "video/quicktime" }, { 4, "ftyp", "video/mp4" },
  { 0, "\x1A\x45\xDF\xA3", "video/webm" },
}

local KNOWN = { image = true, audio = true, video = true }

-- Its first bytes tell; where they do not, the sender may.
local function type_of(file)
  for _, sign in ipairs(signs) do
    if file.bytes:sub(sign[1] + 1, sign[1] + #sign[2]) == sign[2] then return sign[3] end
  end
  local said = (file.type or ""):match "^[%w]+/[%w.+-]+"
  return said and KNOWN[said:match "^%a+"] and said
end

--- Reads an upload, and keeps its file.
---@param kinds table<string, boolean>  which of image, audio and video it may be
---@return sandbox.blob|nil blob  else nil, status, body
---@return table|integer fields   the form's texts, and `filename`
---@return table|nil body
function uploads.receive(world, req, kinds)
  local fields, why = form.read(req)
  if not fields then return nil, answers.error(422, "The request body is no form: " .. why .. ".") end
  local file = fields.file
  if type(file) ~= "table" then return nil, answers.invalid { file = "The file field is required." } end
  local media_type = type_of(file)
  if not media_type or not kinds[media_type:match "^%a+"] then
    local names = {}
    for kind in pairs(kinds) do names[#names + 1] = kind end
    table.sort(names)
    return nil, answers.invalid { file = ("The file must be of the type %s."):format(table.concat(names, ", ")) }
  end
  if world.blob_bytes + #file.bytes > world.options.upload_limit then
    return nil, answers.invalid { file = "The file is too large for what is left of the library." }
  end
  local blob = { name = ("blob_%08x"):format((world:id() * 2654435761) & 0xFFFFFFFF), type = media_type,
    bytes = file.bytes }
  world.blobs[blob.name], world.blob_bytes = blob, world.blob_bytes + #blob.bytes
  fields.file, fields.filename = nil, file.name
  return blob, fields
end

--- Forgets a file.
---@param blob sandbox.blob|nil
function uploads.drop(world, blob)
  if not blob then return end
  world.blobs[blob.name], world.blob_bytes = nil, world.blob_bytes - #blob.bytes
end

return uploads
