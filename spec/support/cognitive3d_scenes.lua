-- Folders with scenes and objects to upload, and programs that upload them and are killed.
-- SPDX-License-Identifier: MIT
--
--   local stage = scenes.start()                 -- a sandbox, and a folder of its own
--   local folder = stage:scene("harbour")        -- scene.gltf, scene.bin, a texture, settings.json, screenshot.png
--   stage:child(folder, { die = { "answer", 1, "POST" } })

local json = require "studio.json"
local shell = require "spec.support.shell"
local studio = require "studio"

local scenes = {}

local Stage = {}
Stage.__index = Stage

scenes.png = "\x89PNG\r\n\x1A\n and so on"

-- One session: these specs are about what is sent.
local SMALL <const> = { sessions = 1, events = 1, gaze = 10, long = 0 }

---@param more table? options of the sandbox
function scenes.start(more)
  local options = { cognitive3d = SMALL }
  for name, value in pairs(more or {}) do options[name] = value end
  local ok, folder = shell.run "mktemp -d"
  assert(ok, folder)
  return setmetatable({ server = assert(studio.sandbox.start(options)), folder = folder:gsub("%s+$", "") }, Stage)
end

function Stage:stop()
  self.server:stop()
  shell.run("rm -r " .. self.folder)
end

--- Everything forgotten: scenes, faults, folders.
function Stage:reset()
  self.server:reset()
  self.server:set { faults = json.array {} }
  shell.run(("rm -rf %s/*"):format(self.folder))
end

---@param options table? of studio.cognitive3d
function Stage:client(options)
  local all = { developer_key = "dev-sandbox", org_key = "orgkey-sandbox", base_url = self.server.cognitive3d_url,
    data_url = self.server.cognitive3d_data_url, state_dir = false, backoff_base = 0.005, backoff_cap = 0.01 }
  for name, value in pairs(options or {}) do all[name] = value end
  return studio.cognitive3d(all)
end

--- Writes files below the stage's folder.
---@param name string of the folder
---@param files table<string, string|false> false: none of that name
---@return string folder
function Stage:write(name, files)
  local folder = self.folder .. "/" .. name
  assert(shell.run("mkdir -p " .. shell.quote(folder)))
  for file, text in pairs(files) do
    if text then shell.write(folder .. "/" .. file, text) end
  end
  return folder
end

--- A glTF that refers to these files.
function scenes.gltf(buffers, images)
  local gltf = { asset = { version = "2.0" }, buffers = {}, images = {} }
  for i, uri in ipairs(buffers or {}) do gltf.buffers[i] = { uri = uri, byteLength = 4 } end
  for i, uri in ipairs(images or {}) do gltf.images[i] = { uri = uri } end
  return json.encode(gltf)
end

--- A scene's folder.
---@param name string
---@param more table<string, string|false>? other files, or other contents
---@return string folder
function Stage:scene(name, more)
  local files = {
    ["scene.gltf"] = scenes.gltf({ "scene.bin" }, { "wood%20floor.png", "data:image/png;base64,AAAA" }),
    ["scene.bin"] = "1234", ["wood floor.png"] = scenes.png, ["screenshot.png"] = scenes.png,
    ["settings.json"] = '{"scale":2,"sceneName":"Harbour","sdkVersion":"1.0"}', ["notes.txt"] = "not for anybody",
  }
  for file, text in pairs(more or {}) do files[file] = text end
  return self:write(name, files)
end

--- What took effect at the collector, for one scene or for all: created, versions, objects, manifests.
---@param id string?
---@return table<string, integer>
function Stage:effects(id)
  local sum = {}
  for scene, counts in pairs(self.server:state().cognitive3d.uploads) do
    for what, count in pairs(id == nil and counts or id == scene and counts or {}) do
      sum[what] = (sum[what] or 0) + count
    end
  end
  return sum
end

--- Uploads a scene in a process of its own.
---@param folder string
---@param options table die, signal (see die_at.lua), and new_version
---@return string line what it says at last: the result as JSON, an error, or "killed"
function Stage:child(folder, options)
  local setup = ("package.path, package.cpath = %q, %q"):format(package.path, package.cpath)
  options.folder, options.url, options.data_url = folder, self.server.cognitive3d_url, self.server.cognitive3d_data_url
  local _, output = shell.run(("{ %s spec/support/cognitive3d_uploader.lua %s %s; echo status $?; }"):format(
    os.getenv "STUDIO_LUA" or "lua5.4", shell.quote(setup), shell.quote(json.encode(options))))
  return output:match "status 137%s*$" and "killed" or output:match "([^\n]*)\nstatus" or output
end

return scenes
