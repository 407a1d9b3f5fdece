-- Files as forms of the collector. SPDX-License-Identifier: MIT
--
-- The vendor's clients name the parts differently ("file" for each, or the file's own name), so the service seems to go
-- by the file names. Here a part is called like its file.

local check = require "studio.check"
local merge = require "studio.merge"
local upload = require "studio.upload"

local form = {}

---@alias studio.cognitive3d.files (string|studio.body|table)[]|studio.body paths, studio.file or studio.reader, or
---  fields as of studio.multipart; or a studio.multipart

local function field_of(what, source, name)
  if type(source) == "table" and not upload.is(source) then return source end
  local field, content_type = upload.field(what, name or "file", source)
  field.type = content_type
  field.name = name or field.filename or "file"
  return field
end

--- A form with these files.
---@param what string for messages
---@param files studio.cognitive3d.files
---@return studio.body
function form.of(what, files)
  if upload.is(files) then return files end
  check.argument(what, "files", files, "table")
  local fields = {}
  for i, source in ipairs(files) do fields[i] = field_of(what, source) end
  if #fields == 0 then check.fail("%s: files must be a list of one file or more", what) end
  return upload.multipart(fields)
end

--- A form with one file as the part of that name.
---@param name string
---@param source string|studio.body|table
---@return studio.body
function form.one(name, source)
  local field = field_of(name, source, name)
  field.filename = field.filename or name
  return upload.multipart { field }
end

--- Options of a call with more in the query.
---@param options table?
---@param query table?
---@return table?
function form.with_query(options, query)
  if not query then return options end
  return merge(options, { query = merge(query, options and options.query) })
end

--- The number of a version (1, 2, 3 … in its scene), or a row that has one. Its id is something else.
---@param what string for messages
---@param value integer|table
---@return integer
function form.number(what, value)
  if type(value) == "table" then value = value.versionNumber end
  return check.argument(what, "version_number", value, "integer")
end

return form
