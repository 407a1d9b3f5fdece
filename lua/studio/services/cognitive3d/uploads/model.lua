-- A folder with a model (glTF 2, its buffers and textures), looked through before anything is sent.
-- SPDX-License-Identifier: MIT
--
-- Sent is what the model refers to and nothing else that lies there: plain files of this folder, of which each is what
-- it should be and not too large. Links are not followed, since they may lead anywhere; files in folders below are
-- refused, since the service keeps a model's files by their names alone.

local check = require "studio.check"
local core = require "studio.core"
local json = require "studio.json"
local upload = require "studio.upload"

local model = {}

---@class studio.cognitive3d.model
---@field files table[] fields of a form (see studio.multipart), each with `bytes`
---@field bytes integer of all of them
---@field mark string says whether what is there is the same as another time

--- The vendor's upload tools refuse files that are larger; the service's own limit is not published.
model.MAX_BYTES = 100 << 20

-- A model that is larger than this carries its buffers in itself, as text: all of that would have to be read at once.
local MOST_TEXT <const> = 32 << 20
local PIECE <const> = 1 << 20

--- Where a folder ends in slashes, without them.
---@param what string
---@param folder any
---@return string
function model.folder(what, folder)
  check.argument(what, "folder", folder, "string")
  if folder == "" or folder:find "\0" then check.fail("%s: folder must be the name of one", what) end
  return #folder > 1 and folder:gsub("(.)/+$", "%1") or folder
end

local function problem(code, format, ...)
  return nil, { kind = code == "unreadable" and "file" or "invalid", code = code, message = format:format(...) }
end

-- Files -----------------------------------------------------------------------------------------------------------

local odd = {
  link = "is a link, and links are not followed: put the file itself there", folder = "is a folder",
  other = "is no plain file",
}

-- A plain file that may be sent: its size.
local function look(look_at, name, max_bytes, why)
  local path = look_at .. "/" .. name
  local kind, size = core.entry(path)
  if not kind then return problem("missing_file", "%s is not there%s", path, why or "") end
  if kind ~= "file" then return problem("odd_file", "%s %s", path, odd[kind]) end
  if size > max_bytes then
    return problem("too_large", "%s has %d bytes, and more than %d are not sent (option max_bytes)", path, size,
      max_bytes)
  end
  return size
end

local function read_text(path)
  local file, why = io.open(path, "rb")
  if not file then return problem("unreadable", "cannot read %s", why) end
  local _ <close> = file
  local text, wrong = file:read "a"
  if not text then return problem("unreadable", "cannot read %s: %s", path, wrong or "nothing came") end
  return text
end

local function read_json(path)
  local text, wrong = read_text(path)
  if not text then return nil, wrong end
  local value, why = json.decode(text)
  if type(value) ~= "table" then return problem("bad_json", "%s is not JSON: %s", path, why or "it is no object") end
  return value
end

-- What the model refers to ----------------------------------------------------------------------------------------

-- The name of a file of this folder; nil without a problem: it stands in the model itself.
local function name_of(uri, path)
  if type(uri) ~= "string" or uri:lower():find "^data:" then return nil end
  local name = uri:gsub("^%./", ""):gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
  if name:find "^[^/\\%c:]+/" and not name:find "%.%." then
    return problem("outside", "%s refers to \"%s\", in a folder below: the service keeps a model's files by their "
      .. "names alone, so it must be exported with all of them beside it", path, uri)
  end
  if name == "" or name == "." or name == ".." or name:find "[/\\%c]" or name:find "^%a[%w+.-]*:" then
    return problem("outside", "%s refers to \"%s\", and only files that lie beside it are sent", path, uri)
  end
  return name
end

local function list_of(gltf, name, path)
  local list = gltf[name]
  if list == nil then return {} end
  if type(list) ~= "table" then return problem("bad_gltf", "%s is no glTF: its %s are no list", path, name) end
  for _, one in ipairs(list) do
    if type(one) ~= "table" then return problem("bad_gltf", "%s is no glTF: one of its %s is none", path, name) end
  end
  return list
end

local function add_buffer(found, one, name)
  local size, wrong = look(found.folder, name, found.max_bytes, ", and the model needs it")
  if not size then return nil, wrong end
  if math.type(one.byteLength) == "integer" and size < one.byteLength then
    return problem("cut_short", "%s/%s has %d bytes, and the model says that it has %d", found.folder, name, size,
      one.byteLength)
  end
  return found:add(name, size, "application/octet-stream")
end

-- By what a picture is, not by what it is called: the service would only find out after all of it was sent.
local function add_picture(found, _, name, only)
  local size, wrong = look(found.folder, name, found.max_bytes, ", and the model needs it")
  if not size then return nil, wrong end
  local path = found.folder .. "/" .. name
  local _, content_type = upload.kind_of(path)
  if not (content_type and content_type:find "^image/") or only and content_type ~= only then
    return problem("media_type", "by its first bytes %s is no picture (%s)", path, only or "png, jpg, webp, gif, ktx2")
  end
  return found:add(name, size, content_type)
end

local function add_all(found, gltf, list_name, add)
  local list, wrong = list_of(gltf, list_name, found.path)
  if not list then return nil, wrong end
  for _, one in ipairs(list) do
    local name
    name, wrong = name_of(one.uri, found.path)
    if wrong then return nil, wrong end
    if name and not found.names[name] then
      local ok
      ok, wrong = add(found, one, name)
      if not ok then return nil, wrong end
    end
  end
  return true
end

local function read_gltf(found, name)
  local size, wrong = look(found.folder, name, found.max_bytes)
  if not size then return nil, wrong end
  if size > MOST_TEXT then
    return problem("too_large", "%s has %d bytes: export its buffers as files of their own (.bin)", found.path, size)
  end
  local gltf
  gltf, wrong = read_json(found.path)
  if not gltf then return nil, wrong end
  local version = type(gltf.asset) == "table" and gltf.asset.version
  if type(version) ~= "string" or not version:find "^2%." then
    return problem("bad_gltf", "%s is no glTF 2: it has no asset with a version 2.x", found.path)
  end
  found:add(name, size, "model/gltf+json")
  return gltf
end

-- Marks -----------------------------------------------------------------------------------------------------------

-- The hash of a file's hashes, a piece at a time: files may be larger than what memory is for.
local function mark_of(field)
  if field.value then return core.sha256(field.value) end
  local file, why = io.open(field.file, "rb")
  if not file then return problem("unreadable", "cannot read %s", why) end
  local _ <close> = file
  local sum = ""
  for piece in function() return file:read(PIECE) end do sum = core.sha256(sum .. core.sha256(piece)) end
  return sum
end

local function mark_of_all(files)
  local marks = {}
  for i, field in ipairs(files) do
    local mark, wrong = mark_of(field)
    if not mark then return nil, wrong end
    marks[i] = ("%s %d %s"):format(field.name, field.bytes, mark)
  end
  return core.sha256(table.concat(marks, "\n"))
end

local function finish(found)
  table.sort(found.files, function(a, b) return a.name < b.name end)
  local mark, wrong = mark_of_all(found.files)
  if not mark then return nil, wrong end
  return { files = found.files, bytes = found.bytes, mark = mark }
end

--- Are its files still what they were when it was read? Asked once they were sent: else nobody knows what was.
---@param one studio.cognitive3d.model
---@return boolean
function model.is_unchanged(one) return mark_of_all(one.files) == one.mark end

-- Reading ---------------------------------------------------------------------------------------------------------

local Found = {}
Found.__index = Found

-- Takes a file into the form; its part is called like the file.
function Found:add(name, size, content_type, value)
  self.names[name], self.bytes = true, self.bytes + size
  table.insert(self.files, { name = name, filename = name, type = content_type, bytes = size, value = value,
    file = not value and self.folder .. "/" .. name or nil })
  return true
end

local function settings_of(found, name)
  local path = found.folder .. "/settings.json"
  local settings = {}
  if core.entry(path) then
    local value, wrong = look(found.folder, "settings.json", math.min(found.max_bytes, PIECE))
    if value then value, wrong = read_json(path) end
    if not value then return nil, wrong end
    settings = value
  elseif not name then
    return problem("missing_file", "%s is not there: it names the scene; or give the option 'name'", path)
  end
  if name then settings.sceneName = name end
  if type(settings.sceneName) ~= "string" or settings.sceneName == "" then
    return problem("bad_settings", "%s says no sceneName; or give the option 'name'", path)
  end
  settings.scale, settings.sdkVersion = settings.scale or 1, settings.sdkVersion or "lua-studio"
  local scale = settings.scale
  if type(scale) ~= "number" or not (scale > 0 and scale < math.huge) then
    return problem("bad_settings", "%s: scale must be a number above 0", path)
  end
  local text = json.encode(settings, { sort = true })
  return found:add("settings.json", #text, "application/json", text)
end

-- A model and its picture. `before`: adds more, once the model itself is read.
local function read(folder, gltf_name, picture, max_bytes, before)
  local found = setmetatable({ folder = folder, path = folder .. "/" .. gltf_name, files = {}, names = {}, bytes = 0,
    max_bytes = max_bytes or model.MAX_BYTES }, Found)
  local gltf, wrong = read_gltf(found, gltf_name)
  local ok = gltf
  if ok then ok, wrong = add_all(found, gltf, "buffers", add_buffer) end
  if ok then ok, wrong = add_all(found, gltf, "images", add_picture) end
  if ok and before then ok, wrong = before(found) end
  if ok and core.entry(folder .. "/" .. picture) and not found.names[picture] then
    ok, wrong = add_picture(found, nil, picture, "image/png")
  end
  if not ok then return nil, wrong end
  return finish(found)
end

--- A scene: scene.gltf with what it refers to, settings.json, and screenshot.png where there is one.
---@param folder string
---@param name string? of the scene, instead of what settings.json says
---@param max_bytes integer? of one file
---@return studio.cognitive3d.model? scene
---@return table? problem fields of an error
function model.scene(folder, name, max_bytes)
  return read(folder, "scene.gltf", "screenshot.png", max_bytes, function(found) return settings_of(found, name) end)
end

--- A dynamic object: MESH.gltf with what it refers to, and cvr_object_thumbnail.png where there is one.
---@param folder string
---@param mesh string
---@param max_bytes integer? of one file
---@return studio.cognitive3d.model? object
---@return table? problem fields of an error
function model.object(folder, mesh, max_bytes)
  return read(folder, mesh .. ".gltf", "cvr_object_thumbnail.png", max_bytes)
end

--- A model as the body of a request.
---@param one studio.cognitive3d.model
---@return studio.body
function model.form(one)
  local fields = {}
  for i, field in ipairs(one.files) do
    fields[i] = { name = field.name, filename = field.filename, type = field.type, value = field.value,
      file = field.file }
  end
  return upload.multipart(fields)
end

return model
