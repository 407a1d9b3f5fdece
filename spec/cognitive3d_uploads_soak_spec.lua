-- Scenes of 100 MB, and uploads that are killed wherever they can be. SPDX-License-Identifier: MIT

local json = require "studio.json"
local scenes = require "spec.support.cognitive3d_scenes"
local shell = require "spec.support.shell"

local MIB <const> = 1 << 20

describe("uploads of scenes #soak", function()
  local stage
  after_each(function() stage:stop() end)

  -- A buffer of that many bytes, and a texture that begins like one.
  local function large(size)
    local gltf = json.encode { asset = { version = "2.0" }, buffers = { { uri = "scene.bin", byteLength = size } },
      images = { { uri = "wall.png" } } }
    local folder = stage:scene("large", { ["scene.gltf"] = gltf })
    assert(shell.run(("head -c %d /dev/urandom > %s/scene.bin"):format(size, folder)))
    shell.write(folder .. "/wall.png", scenes.png)
    assert(shell.run(("head -c %d /dev/urandom >> %s/wall.png"):format(8 * MIB, folder)))
    return folder
  end

  it("of 100 MB take less than 32 MiB of memory", function()
    stage = scenes.start { cognitive3d = { sessions = 1, events = 1, gaze = 10, long = 0, upload_limit = 256 * MIB } }
    local folder = large(92 * MIB)
    local said = stage:child(folder, { memory = true })
    local scene = assert(json.decode(said), said)
    assert.is_true(scene.created, said)
    assert.is_true(scene.bytes > 100 * MIB)
    print(("\t%.0f MB sent with %.1f MiB of memory"):format(scene.bytes / 1e6, scene.memory / 1024))
    assert.is_true(scene.memory < 32 * 1024, said)
    local c3 <close> = stage:client()
    local path = stage.folder .. "/back"
    assert(c3:request { path = ("/v0/versions/%d/files/scene/scene.bin"):format(scene.version_id), save_to = path })
    assert.is_true((shell.run(("cmp %s %s/scene.bin"):format(path, folder))))
  end)

  -- Kills at the n-th event of each kind, until there is no n-th; and at moments in the midst of the sending.
  local function everywhere(changed)
    local kills = 0
    for _, kind in ipairs { "append", "send", "answer" } do
      for n = 1, 20 do
        local folder = stage:scene "harbour"
        local wanted = { created = 1 }
        if changed then
          assert.matches('"created":true', stage:child(folder, {}), 1, true)
          shell.write(folder .. "/scene.bin", "other")
          wanted.versions = 1
        end
        local killed = stage:child(folder, { die = { kind, n }, new_version = changed }) == "killed"
        local last = stage:child(folder, { new_version = changed })
        assert.matches('"scene_id"', last, 1, true)
        assert.same(wanted, stage:effects(), ("%s %d"):format(kind, n))
        stage:reset()
        if not killed then break end
        kills = kills + 1
      end
    end
    return kills
  end

  it("make no second scene and no second version, killed at every line and request", function()
    stage = scenes.start()
    assert.equal(3 + 2 + 2, everywhere(false))
    assert.equal(2 + 3 + 3, everywhere(true))
  end)

  it("make no second scene, killed at any moment while the files are sent", function()
    stage = scenes.start { cognitive3d = { sessions = 1, events = 1, gaze = 10, long = 0, upload_limit = 512 * MIB } }
    local kills = 0
    for i = 1, 12 do
      local folder = large(16 * MIB)
      -- a process of its own, killed after so many hundredths of a second
      local setup = ("package.path, package.cpath = %q, %q"):format(package.path, package.cpath)
      local options = json.encode { folder = folder, url = stage.server.cognitive3d_url,
        data_url = stage.server.cognitive3d_data_url }
      local ok = shell.run(("timeout -s KILL 0.%02d %s spec/support/cognitive3d_uploader.lua %s %s"):format(i * 5,
        os.getenv "STUDIO_LUA" or "lua5.4", shell.quote(setup), shell.quote(options)))
      kills = kills + (ok and 0 or 1)
      assert.matches('"scene_id"', stage:child(folder, {}), 1, true)
      assert.equal(1, stage:effects().created, i)
      stage:reset()
    end
    print(("\t%d of 12 were killed before they had done"):format(kills))
  end)
end)
