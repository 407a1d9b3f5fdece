-- A process that uploads a scene, and may die on the way. SPDX-License-Identifier: MIT
--
-- usage: cognitive3d_uploader.lua SETUP OPTIONS. SETUP sets package.path; OPTIONS is JSON: folder, url, data_url,
-- new_version, memory (prints the greatest RSS too), die, signal: see die_at.lua. See cognitive3d_scenes.lua.

local setup, text = ...
assert(load(setup))()
local die_at = require "spec.support.die_at"
local json = require "studio.json"
local studio = require "studio"

local options = assert(json.decode(text))
die_at(options.die or {}, options.signal)

local c3 = studio.cognitive3d { developer_key = "dev-sandbox", base_url = options.url, data_url = options.data_url,
  state_dir = false, backoff_base = 0.005, backoff_cap = 0.01 }
local scene, err = c3:upload_scene(options.folder, { new_version = options.new_version, settle = 0 })
if not scene then
  print(tostring(err))
  os.exit(2)
end
if options.memory then
  for line in io.lines "/proc/self/status" do
    scene.memory = scene.memory or math.tointeger(tonumber(line:match "^VmHWM:%s*(%d+)"))
  end
end
print(json.encode(scene, { sort = true }))
