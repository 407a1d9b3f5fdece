-- docs/cognitive3d.md: what it shows can be run, from its first line of Lua to its last. SPDX-License-Identifier: MIT

local json = require "studio.json"
local scenes = require "spec.support.cognitive3d_scenes"
local shell = require "spec.support.shell"

describe("docs/cognitive3d.md", function()
  local stage

  setup(function()
    stage = scenes.start { cognitive3d = { sessions = 24, events = 4, gaze = 20, long = 0, now = 1795305600 } }
    stage:scene "build/harbour"
    stage:write("build/objects", { ["manifest.json"] =
      '[{"id":"boat-1","mesh":"boat","name":"Boat","initialPosition":[3,0,1]}]' })
    stage:write("build/objects/boat", { ["boat.gltf"] = scenes.gltf { "boat.bin" }, ["boat.bin"] = "1234" })
  end)
  teardown(function() stage:stop() end)

  local function run(text)
    local options = json.encode { name = "cognitive3d.md", text = text, url = stage.server.cognitive3d_url,
      data_url = stage.server.cognitive3d_data_url }
    local _, here = shell.run "pwd"
    local function absolute(path) return (path:gsub("%f[^;\0]%./", (here:gsub("%s+$", "/"):gsub("%%", "%%%%")))) end
    shell.write(stage.folder .. "/setup", ("package.path, package.cpath = %q, %q"):format(absolute(package.path),
      absolute(package.cpath)))
    shell.write(stage.folder .. "/options", options)
    local _, output = shell.run(("here=$PWD; cd %s && %s \"$here\"/spec/support/cognitive3d_document.lua "
      .. "\"$(cat setup)\" \"$(cat options)\""):format(shell.quote(stage.folder), os.getenv "STUDIO_LUA" or "lua5.4"))
    return output
  end

  it("shows Lua that runs", function()
    local output = run(shell.read "docs/cognitive3d.md")
    assert.matches("%d+ blocks ran\n$", output)
    assert.is_truthy(output:find("Find the till", 1, true), output)
    assert.equal(1, stage:effects().created)
    assert.equal(1, stage.server:state().cognitive3d.ingested.events)
    assert.is_truthy(shell.read(stage.folder .. "/november/events.csv"))
  end)

  it("would be seen here if it did not", function()
    local output = run "# T\n\n```lua\nlocal a = 1\n```\n\n```lua\nassert(a == 2, 'no')\n```\n"
    assert.is_truthy(output:find("cognitive3d.md:8: ", 1, true), output)
  end)
end)
