-- Files sent to mStudio in a form, what they are told by their first bytes. SPDX-License-Identifier: MIT
--
-- A service that stores anything under the name of an image is used to spread anything, so such services refuse what
-- they do not know, after all of it was sent. Here that is found out before.

local check = require "studio.check"
local exchange = require "studio.exchange"
local route = require "studio.route"
local upload = require "studio.upload"

local uploads = {}

local KNOWN = "png, jpg, webp, gif, mp4, mov, webm, wav, mp3, ogg, flac, m4a"

-- Fields that are about the file and not for the service.
local own = { content_type = true, filename = true }

local function kind_of(content_type) return content_type and content_type:match "^(%a+)/" end

local function unknown(client, name, field, kinds)
  return exchange.refuse(client, name, {
    kind = "invalid", code = "media_type",
    message = ("by its first bytes %s is no %s that is known (%s)"):format(
      field.file or "what the reader gives", table.concat(kinds, " or "), KNOWN),
    advice = "Not sent; give content_type = … if it is one all the same",
  })
end

-- The fields of the form: the texts, sorted by name, then the file.
local function form_of(name, fields, file)
  local form = {}
  for key, value in pairs(fields) do
    if not own[key] then
      local text = value
      if type(value) == "table" then
        local id, why = route.id(value, "id")
        if not id then check.fail("%s: field '%s' %s", name, key, why) end
        text = id
      end
      form[#form + 1] = { name = key, value = text }
    end
  end
  table.sort(form, function(a, b) return a.name < b.name end)
  form[#form + 1] = file
  return form
end

--- Sends a file as the field `file` of a form.
---@param client studio.client
---@param name string of the route
---@param params table
---@param source string|studio.body
---@param fields studio.mstudio.upload_fields?
---@param options studio.call_options?
---@param kinds string[] "image", "audio", "video": what it may be
---@param typed boolean? the form says in `type` which of them it is
---@return any value nil, err on failure
---@return table response_or_err
function uploads.send(client, name, params, source, fields, options, kinds, typed)
  fields = check.argument(name, "fields", fields or {}, "table")
  local file, content_type, readable = upload.field(name, "file", source)
  local given = fields.content_type
  if given ~= nil then check.argument(name, "field 'content_type'", given, "string") end
  local kind = kind_of(content_type)
  local allowed = false
  for _, wanted in ipairs(kinds) do allowed = allowed or kind == wanted end
  if readable and not given and not allowed then return unknown(client, name, file, kinds) end
  file.type = given or content_type
  file.filename = fields.filename or file.filename or "upload"
  local form = form_of(name, fields, file)
  if typed and fields.type == nil and (kind_of(given) or allowed) then
    table.insert(form, 1, { name = "type", value = kind_of(given) or kind })
  end
  return client:call(name, params, upload.multipart(form), options)
end

return uploads
