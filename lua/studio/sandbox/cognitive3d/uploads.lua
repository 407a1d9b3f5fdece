-- Forms with files, as the collector takes them: each file goes to disk as it comes. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.cognitive3d.answers"
local form = require "studio.sandbox.form"
local heap = require "studio.sandbox.heap"

local uploads = {}

---@class sandbox.c3_file
---@field name string
---@field type string   as the sender says
---@field field string  the part's name; clients differ in it, so nothing goes by it
---@field blob sandbox.heap_blob
---@field bytes sandbox.lazy

-- What the parts of this state have on disk.
local function store(c3)
  return c3:keep("files", function() return heap.new(c3.settings.upload_limit) end)
end

--- Takes a body that is a form, see `receive` of services.lua; what came is in req.form.
---@param world sandbox.world
---@param req table
---@return (fun(bytes: string))?
function uploads.receive(world, req)
  local boundary = form.boundary(req.header "content-type")
  if not boundary then return nil end
  local disk, parts = store(world:cognitive3d()), {}
  local reader = form.reader(boundary, function(part)
    part.blob = disk:blob()
    parts[#parts + 1] = part
    return function(bytes) part.blob:write(bytes) end
  end)
  req.form = { parts = parts, reader = reader }
  return function(bytes) reader:take(bytes) end
end

-- The collector goes by names of files, so these must be names: nothing that leads elsewhere.
local function is_name(name) return name ~= "" and not name:find "[/\\%c]" and not name:find "^%.+$" end

local function complaint(parts)
  local taken = {}
  for _, part in ipairs(parts) do
    if not part.filename then return ("the part '%s' is no file"):format(part.field) end
    if not is_name(part.filename) then return ("'%s' is no name of a file"):format(part.filename) end
    if taken[part.filename] then return ("there are two files '%s'"):format(part.filename) end
    taken[part.filename] = true
  end
  if #parts == 0 then return "the form has no files" end
end

--- The files of a request.
---@param req table
---@return table<string, sandbox.c3_file>? files  by name; else nil, status, body
---@return integer? status
---@return table? body
function uploads.files(req)
  if not req.form then return nil, answers.error(400, "this needs multipart/form-data") end
  local whole, why = req.form.reader:is_whole()
  if not whole then return nil, answers.error(400, why) end
  local wrong = complaint(req.form.parts)
  if wrong then return nil, answers.error(400, wrong) end
  local files = {}
  for _, part in ipairs(req.form.parts) do
    if part.blob.overflow then return nil, answers.error(413, "the files are too large") end
    files[part.filename] = { name = part.filename, type = part.type or "application/octet-stream", field = part.field,
      blob = part.blob, bytes = part.blob:bytes() }
  end
  return files
end

--- Keeps files with a version, where the query host finds them.
---@param version table
---@param folder string  "scene/", "objects/<mesh>/", "screenshot_small/"
---@param files table<string, sandbox.c3_file>
function uploads.keep(version, folder, files)
  version.files = version.files or {}
  for name, file in pairs(files) do version.files[folder .. name] = file end
end

--- A file of a version that somebody has uploaded.
---@param version table
---@param path string  below files/
---@return sandbox.c3_file?
function uploads.find(version, path) return version.files and version.files[path] end

--- Counts what took effect, so that a spec can say that nothing was made twice.
---@param c3 sandbox.c3
---@param scene table
---@param what "created"|"versions"|"added"|"replaced"|"renamed"|"screenshots"|"objects"|"manifests"
function uploads.count(c3, scene, what)
  local counts = c3:keep("upload_counts", function() return {} end)
  counts[scene.id] = counts[scene.id] or {}
  counts[scene.id][what] = (counts[scene.id][what] or 0) + 1
end

--- scene id -> what happened to it -> how often.
---@return table<string, table<string, integer>>
function uploads.counts(c3) return answers.object(c3.shelf.upload_counts or {}) end

return uploads
