-- What can be sent beside strings and JSON: files, readers, and forms made of both. SPDX-License-Identifier: MIT
--
--   client:request { method = "PUT", path = "/assets/7", body = studio.file "clip.mp4" }
--   client:request { path = "/assets", body = studio.multipart {
--     { name = "title", value = "Harbour" }, { name = "clip", file = "clip.mp4" } } }
--
-- A body is a list of pieces for the core, which streams them: nothing is read here but a file's first bytes, from
-- which its content type is guessed. That a file is missing is therefore told by the request, as `nil, err`.

local check = require "studio.check"
local core = require "studio.core"
local types = require("studio.filename").types

local upload = {}

---@class studio.body what studio.file, studio.reader and studio.multipart return; a `body` of client:request
local Body = { __name = "studio.body" }
Body.__index = Body

function Body:__tostring() return self.what end

-- Content types -----------------------------------------------------------------------------------

-- Patterns for how a file begins. They win over its name: what a service finds inside is what counts for it.
local by_start = {
  { "^\x89PNG\r\n\x1A\n", "png" }, { "^\xFF\xD8\xFF", "jpg" }, { "^GIF8[79]a", "gif" },
  { "^RIFF....WEBP", "webp" }, { "^RIFF....WAVE", "wav" },
  { "^ID3[\2-\4]", "mp3" }, { "^\xFF[\xFA\xFB\xF2\xF3]", "mp3" },
  { "^....ftyp[ima][sp][o4][m12-9]", "mp4" }, { "^....ftypavc1", "mp4" }, { "^....ftypM4V", "mp4" },
  { "^....ftypM4[AB]", "m4a" }, { "^....ftypqt  ", "mov" }, { "^\x1A\x45\xDF\xA3.*webm", "webm" },
  { "^OggS\0", "ogg" }, { "^fLaC", "flac" },
  { "^\xABKTX 20\xBB\r\n\x1A\n", "ktx2" }, { "^glTF[\1\2]", "glb" }, { "^%%PDF%-", "pdf" },
}

-- What its first bytes say it is, and the extension that belongs to that; nil when they say nothing.
local function type_by_start(start)
  for _, rule in ipairs(by_start) do
    if start and start:find(rule[1]) then return types[rule[2]], rule[2] end
  end
end

--- Guesses a content type.
---@param name string of a file
---@param start string? its first bytes
---@return string
function upload.type_of(name, start)
  local by_content = type_by_start(start)
  if by_content then return by_content end
  local known = types[(name:match "%.(%w+)$" or ""):lower()]
  if known then return known end
  -- many formats are zip archives inside, so this says something only where the name says nothing
  return start and start:find "^PK\3\4" and types.zip or types.bin
end

-- nil: it cannot be read, or is a folder.
local function start_of(path, offset)
  local file = io.open(path, "rb")
  if not file then return nil end
  local start, why = file:seek("set", offset or 0)
  if start then start, why = file:read(64) end
  file:close()
  return start or not why and "" or nil
end

--- The extension that a file should have by its first bytes, and its content type; nil when they say nothing.
---@param path string
---@return string? extension
---@return string? content_type
function upload.kind_of(path)
  local content_type, extension = type_by_start(start_of(path))
  return extension, content_type
end

local function read_type(what, kind)
  if kind and (kind == "" or kind:find "%c") then check.fail("%s: option 'type' cannot be sent", what) end
  return kind
end

-- Files and readers -------------------------------------------------------------------------------

local function count(what, options, name)
  local n = options[name]
  if n and n < 0 then check.fail("%s: option '%s' must be 0 or more", what, name) end
  return n and math.tointeger(n)
end

local function file_piece(what, path, options)
  if path == "" or path:find "\0" then check.fail("%s: not a file name", what) end
  return { file = path, offset = count(what, options, "offset"), size = count(what, options, "size") }
end

local function reader_piece(what, fn, options)
  return { reader = fn, size = count(what, options, "size"), rewind = options.rewind }
end

--- A file, or a part of one, as the body of a request. It is read while it is sent.
---@param path string
---@param options { type: string?, offset: integer?, size: integer? }? type: default guessed from name and first bytes;
---  offset and size: only this many bytes from there on
---@return studio.body
function upload.file(path, options)
  local what = "studio.file"
  check.argument(what, "path", path, "string")
  options = check.options(what, options, { type = "string", offset = "integer", size = "integer" })
  return setmetatable({
    what = what .. " (" .. path .. ")", pieces = { file_piece(what, path, options) },
    name = path:match "[^/]*$", type = read_type(what, options.type), path = path,
  }, Body)
end

--- A function as the body of a request: it is called for one piece after another while the body is sent.
--- It must not wait; between calls other things go on.
---@param fn fun(): string?, any the next bytes (not ""), nil at the end, or nil and why not
---@param options { size: integer?, rewind: function?, type: string? }? size: how many bytes it will give (without
---  it the body goes in chunks, which some services refuse); rewind: begins anew, so that the request can be repeated
---@return studio.body
function upload.reader(fn, options)
  local what = "studio.reader"
  check.argument(what, "function", fn, "callable")
  options = check.options(what, options, { size = "integer", rewind = "callable", type = "string" })
  return setmetatable({
    what = what, pieces = { reader_piece(what, fn, options) },
    type = read_type(what, options.type) or types.bin,
  }, Body)
end

-- Forms -------------------------------------------------------------------------------------------

local field_options = {
  name = "string", value = { "string", "number", "boolean" }, file = "string", reader = "callable", size = "integer",
  rewind = "callable", offset = "integer", filename = "string", type = "string",
}

-- What browsers do with the characters that would end a name (HTML, "multipart/form-data encoding algorithm").
local escapes = { ['"'] = "%22", ["\r"] = "%0D", ["\n"] = "%0A" }
local function escape(name) return (name:gsub('["\r\n]', escapes)) end

-- The one source of a field, as a piece, and the field's file name and type.
local function source_of(what, field)
  local sources = (field.value ~= nil and 1 or 0) + (field.file and 1 or 0) + (field.reader and 1 or 0)
  if sources ~= 1 then check.fail("%s: give one of 'value', 'file' and 'reader'", what) end
  if field.value ~= nil then return tostring(field.value), field.filename, field.type end
  if field.file then
    local filename = field.filename or field.file:match "[^/]*$"
    return file_piece(what, field.file, field), filename, field.type or upload.type_of(filename, start_of(field.file))
  end
  if not field.size then check.fail("%s: a reader in a form needs its 'size'", what) end
  return reader_piece(what, field.reader, field), field.filename, field.type or types.bin
end

local function read_field(i, field)
  local what = "studio.multipart: field " .. i
  check.argument(what, "a field", field, "table")
  check.options(what, field, field_options)
  if not field.name then check.fail("%s: option 'name' is missing", what) end
  local piece, filename, kind = source_of(what, field)
  read_type(what, kind)
  return {
    piece = piece,
    head = ('Content-Disposition: form-data; name="%s"%s\r\n%s\r\n'):format(escape(field.name),
      filename and ('; filename="%s"'):format(escape(filename)) or "",
      kind and "Content-Type: " .. kind .. "\r\n" or ""),
  }
end

-- Thirty letters that nobody can guess stand in no file by chance; values, which an enemy may have written before,
-- are looked through all the same.
local function boundary_for(fields)
  local letters, loop = "abcdefghijklmnopqrstuvwxyz0123456789", core.loop()
  local boundary, taken
  repeat
    boundary, taken = "studio-", false
    for _ = 1, 30 do
      local n = 1 + math.floor(loop:random() * #letters)
      boundary = boundary .. letters:sub(n, n)
    end
    for _, field in ipairs(fields) do
      taken = taken or (type(field.piece) == "string" and field.piece:find(boundary, 1, true) ~= nil)
    end
  until not taken
  return boundary
end

-- Strings that follow one another become one.
local function add(pieces, piece)
  if type(piece) == "string" and type(pieces[#pieces]) == "string" then
    pieces[#pieces] = pieces[#pieces] .. piece
  else
    pieces[#pieces + 1] = piece
  end
end

--- A form (multipart/form-data, RFC 7578) as the body of a request. Its size is known beforehand.
---@param fields table[] in this order; each has name, and one of value (text), file (path), reader (with size, rewind);
---  further filename, type, and offset, size of a file
---@return studio.body
function upload.multipart(fields)
  check.argument("studio.multipart", "fields", fields, "table")
  local form, pieces = {}, {}
  for i, field in ipairs(fields) do form[i] = read_field(i, field) end
  if #form == 0 or next(fields, #form) ~= nil then
    check.fail "studio.multipart: fields must be a list of tables, at least one"
  end
  local boundary = boundary_for(form)
  for i, field in ipairs(form) do
    add(pieces, (i > 1 and "\r\n--" or "--") .. boundary .. "\r\n" .. field.head)
    add(pieces, field.piece)
  end
  add(pieces, "\r\n--" .. boundary .. "--\r\n")
  return setmetatable({
    what = ("studio.multipart (%d fields)"):format(#form), pieces = pieces, own_type = true,
    type = "multipart/form-data; boundary=" .. boundary,
  }, Body)
end

--- One field of a form out of what a caller calls a file: a path, or a body made by studio.file or studio.reader.
---@param what string for messages
---@param name string of the field
---@param source string|studio.body
---@return table field as for upload.multipart
---@return string? content_type as its first bytes, or a reader's maker, say; nil when they say nothing
---@return boolean readable false: there is no such file, which the request will tell
function upload.field(what, name, source)
  if type(source) == "string" then source = upload.file(source) end
  if not upload.is(source) or #source.pieces > 1 then
    check.fail("%s: give the path of a file, or a studio.file or studio.reader", what)
  end
  local piece = source.pieces[1]
  local field = { name = name }
  for _, key in ipairs { "file", "offset", "size", "reader", "rewind" } do field[key] = piece[key] end
  if piece.reader then return field, source.type ~= types.bin and source.type or nil, true end
  local start = start_of(piece.file, piece.offset)
  field.filename = source.name
  return field, source.type or type_by_start(start), start ~= nil
end

-- For the client ----------------------------------------------------------------------------------

--- Is it one of ours?
---@param value any
---@return boolean
function upload.is(value) return getmetatable(value) == Body end

--- Says that pieces are about to be sent. A second request needs every reader at its beginning.
---@param pieces table as from upload.take
---@param label string of the request, for messages
function upload.begin(pieces, label)
  for _, piece in ipairs(pieces.used and pieces or {}) do
    if type(piece) == "table" and piece.reader then
      if not piece.rewind then
        check.fail("%s: the reader of this body was used already; give it the option 'rewind', or make another", label)
      end
      piece.rewind()
    end
  end
  pieces.used = true
end

--- A body as the core takes it.
---@param body studio.body
---@param content_type string? what the caller wants
---@param label string of the request, for messages
---@return table pieces
---@return string content_type
function upload.take(body, content_type, label)
  if body.own_type and content_type then
    check.fail("%s: option 'content_type' must not be given: a form has its own", label)
  end
  return body.pieces, content_type or body.type or upload.type_of(body.name, start_of(body.path))
end

return upload
