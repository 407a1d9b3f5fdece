-- Which dynamic objects a scene has: rows as the collector takes them, checked. SPDX-License-Identifier: MIT

local check = require "studio.check"
local file = require "studio.file"
local json = require "studio.json"

local manifest = {}

---@class studio.cognitive3d.object
---@field id string as the app sends it
---@field mesh string the folder that has its model; a name of several objects
---@field name string for people
---@field isController boolean?
---@field scaleCustom number[]? x, y, z
---@field initialPosition number[]? x, y, z
---@field initialRotation number[]? x, y, z, w

local vectors = { scaleCustom = 3, initialPosition = 3, initialRotation = 4 }

local function is_vector(value, length)
  if type(value) ~= "table" or #value ~= length then return false end
  for _, number in ipairs(value) do
    if type(number) ~= "number" or number ~= number or math.abs(number) == math.huge then return false end
  end
  return true
end

-- What is wrong with a row; nil when nothing is.
local function fault(row, ids)
  if type(row) ~= "table" then return "is no object" end
  for _, name in ipairs { "id", "mesh", "name" } do
    if type(row[name]) ~= "string" or row[name] == "" then return "has no " .. name end
  end
  -- it becomes the name of a folder and of files
  if row.mesh:find "[/\\%c]" or row.mesh == "." or row.mesh == ".." then return "has a mesh that is no plain name" end
  if ids[row.id] then return "has the id of another, " .. row.id end
  ids[row.id] = true
  for name, length in pairs(vectors) do
    if row[name] ~= nil and not is_vector(row[name], length) then
      return ("has no list of %d numbers as %s"):format(length, name)
    end
  end
  if row.isController ~= nil and type(row.isController) ~= "boolean" then return "has an isController that is none" end
end

-- The rows of a file: a list, or an object that has one as `objects`.
local function read_file(path)
  local text, err = file.read(path)
  if not text then return nil, { kind = "file", code = "unreadable", message = err.message } end
  local value, why = json.decode(text)
  if type(value) == "table" and not json.is_array(value) then value = value.objects end
  if not json.is_array(value) then
    return nil, { kind = "invalid", code = "bad_manifest",
      message = ("%s is no manifest: %s"):format(path, why or "it has no list of objects") }
  end
  return value
end

--- Reads and checks which objects there are.
---@param what string for messages
---@param objects studio.cognitive3d.object[]|string rows, or the path of a file that has them
---@return studio.cognitive3d.object[]? objects
---@return table? problem fields of an error
function manifest.read(what, objects)
  local rows, path = objects, type(objects) == "string" and objects or nil
  if path then
    local found, problem = read_file(path)
    if not found then return nil, problem end
    rows = found
  end
  local ids = {}
  for i, row in ipairs(rows) do
    local wrong = fault(row, ids)
    if wrong and path then
      return nil, { kind = "invalid", code = "bad_manifest", message = ("%s: object %d %s"):format(path, i, wrong) }
    elseif wrong then
      check.fail("%s: option 'objects': %d %s", what, i, wrong)
    end
  end
  if #rows == 0 then
    if not path then check.fail("%s: option 'objects' is empty", what) end
    return nil, { kind = "invalid", code = "bad_manifest", message = path .. " has no objects" }
  end
  return rows
end

--- The meshes of some objects, each once, sorted.
---@param objects studio.cognitive3d.object[]
---@return string[]
function manifest.meshes(objects)
  local list, seen = {}, {}
  for _, row in ipairs(objects) do
    if not seen[row.mesh] then list[#list + 1] = row.mesh end
    seen[row.mesh] = true
  end
  table.sort(list)
  return list
end

return manifest
