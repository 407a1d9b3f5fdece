-- Scenes that are uploaded: what is sent, what is refused before, and never a second scene.
-- SPDX-License-Identifier: MIT

local echo = require "spec.support.echo"
local scenes = require "spec.support.cognitive3d_scenes"
local shell = require "spec.support.shell"
local studio = require "studio"

local gltf = scenes.gltf
local stage, c3
setup(function() stage = scenes.start() end)
teardown(function() stage:stop() end)
before_each(function() c3 = stage:client() end)
after_each(function()
  c3:close()
  stage:reset()
end)

-- Nothing is waited for: what the sandbox has, it shows.
local function upload(folder, options)
  local all = { settle = 0 }
  for name, value in pairs(options or {}) do all[name] = value end
  return c3:upload_scene(folder, all)
end

local function fault(rule) stage.server:set { faults = { rule } } end

-- A file of a version, as the host for queries gives it back.
local function stored(version, path)
  local bytes, response = c3:request { path = ("/v0/versions/%d/files/%s"):format(version, path), raw = true }
  return bytes, bytes and response:header "content-type" or response.kind
end

describe("a scene's folder", function()
  it("is sent as what the model refers to, each file as what it is", function()
    local folder = stage:scene "harbour"
    local scene, response = assert(upload(folder .. "//"))
    assert.equal(201, response.status)
    assert.matches("^%x%x%x%x%x%x%x%x%-%x%x%x%x%-4%x%x%x%-[89ab]%x%x%x%-%x%x%x%x%x%x%x%x%x%x%x%x$", scene.scene_id)
    assert.same({ true, true, 1, 5 }, { scene.created, scene.sent, scene.version_number, scene.files })
    for path, wanted in pairs {
      ["scene/scene.bin"] = { "1234", "application/octet-stream" },
      ["scene/wood%20floor.png"] = { scenes.png, "image/png" },
      ["scene/scene.gltf"] = { shell.read(folder .. "/scene.gltf"), "model/gltf+json" },
      ["screenshot_small/screenshot.png"] = { scenes.png, "image/png" },
      ["scene/notes.txt"] = { nil, "not_found" },
    } do
      local bytes, kind = stored(scene.version_id, path)
      assert.same({ wanted[1], wanted[2] }, { bytes, kind }, path)
    end
    assert.equal("Harbour", c3.collector:scene(scene.scene_id).sceneName)
    assert.same({ created = 1 }, stage:effects())
  end)

  it("may leave its settings to the caller", function()
    local folder = stage:scene("harbour", { ["settings.json"] = false, ["screenshot.png"] = false })
    local scene = assert(upload(folder, { name = "Pier" }))
    assert.equal(4, scene.files)
    assert.equal("Pier", c3.collector:scene(scene.scene_id).sceneName)
    assert.equal('{"scale":1,"sceneName":"Pier","sdkVersion":"lua-studio"}',
      (stored(scene.version_id, "scene/settings.json")))
  end)

  it("is sent once, and again as a version when it changed and that is wanted", function()
    local folder = stage:scene "harbour"
    local first = assert(upload(folder))
    local again, response = upload(folder, { new_version = true })
    assert.same({ first.scene_id, 1, false }, { again.scene_id, again.version_number, again.sent })
    assert.is_nil(response)
    shell.write(folder .. "/scene.bin", "4321") -- as long as before
    local none, err = upload(folder)
    assert.is_nil(none)
    assert.same({ "conflict", "scene_exists", "not_sent" }, { err.kind, err.code, err.stage })
    assert.matches("new_version = true", tostring(err), 1, true)
    local second = assert(upload(folder, { new_version = true }))
    assert.same({ first.scene_id, 2, true, false }, { second.scene_id, second.version_number, second.sent,
      second.created })
    assert.is_false(assert(upload(folder, { new_version = true })).sent)
    assert.same({ created = 1, versions = 1 }, stage:effects(first.scene_id))
  end)

  it("may be referred to as what lies beside the model", function()
    local folder = stage:scene("harbour", { ["scene.gltf"] = gltf { "./scene.bin", "DATA:;base64,AAAA" } })
    local scene = assert(upload(folder))
    assert.equal("1234", (stored(scene.version_id, "scene/scene.bin")))
  end)

  it("that changes while it is sent is not taken for what was sent, be it put back", function()
    local folder = stage:scene "harbour"
    local function change() shell.write(folder .. "/scene.bin", "4321") end
    local none, err = upload(folder, { progress = change })
    assert.is_nil(none)
    assert.same({ "conflict", "changed" }, { err.kind, err.code })
    shell.write(folder .. "/scene.bin", "1234")
    none, err = upload(folder)
    assert.is_nil(none)
    assert.equal("scene_exists", err.code)
    assert.equal(2, assert(upload(folder, { new_version = true })).version_number)
    assert.same({ created = 1, versions = 1 }, stage:effects())
  end)

  it("may become a version of a scene that is there, or a scene of an id that is given", function()
    local id = "0aa7c5de-1111-4222-8333-444455556666"
    assert.is_true(assert(upload(stage:scene "one", { scene = id })).created)
    local none, err = upload(stage:scene "two", { scene = id })
    assert.is_nil(none)
    assert.equal("scene_exists", err.code)
    local scene = assert(c3.collector:scene(id))
    local second = assert(upload(stage:scene "two", { scene = scene, new_version = true }))
    assert.same({ id, 2 }, { second.scene_id, second.version_number })
    none, err = upload(stage:scene "two", { scene = "0aa7c5de-1111-4222-8333-444455557777" })
    assert.is_nil(none)
    assert.equal("other_scene", err.code)
    assert.same({ created = 1, versions = 1 }, stage:effects())
  end)
end)

-- What is wrong -> the files, the options, the code and words of the error.
local refused = {
  ["no model"] = { { ["scene.gltf"] = false }, "missing_file", "harbour/scene.gltf is not there" },
  ["no JSON"] = { { ["scene.gltf"] = "glTF" }, "bad_json", "scene.gltf is not JSON" },
  ["no glTF"] = { { ["scene.gltf"] = "{}" }, "bad_gltf", "it has no asset with a version 2.x" },
  ["lists that are none"] = { { ["scene.gltf"] = '{"asset":{"version":"2.0"},"images":3}' }, "bad_gltf",
    "its images are no list" },
  ["a buffer that is not there"] = { { ["scene.bin"] = false }, "missing_file", "scene.bin is not there, and" },
  ["a buffer that was cut short"] = { { ["scene.bin"] = "123" }, "cut_short", "the model says that it has 4" },
  ["a file outside"] = { { ["scene.gltf"] = gltf { "../secret.bin" } }, "outside", 'refers to "../secret.bin"' },
  ["a file outside, escaped"] = { { ["scene.gltf"] = gltf { "%2e%2e%2fsecret.bin" } }, "outside",
    "only files that lie" },
  ["a file by its full path"] = { { ["scene.gltf"] = gltf { "/etc/passwd" } }, "outside", "/etc/passwd" },
  ["a file elsewhere"] = { { ["scene.gltf"] = gltf { "https://example.com/a.bin" } }, "outside", "https://" },
  ["a file in a folder below"] = { { ["scene.gltf"] = gltf({ "scene.bin" }, { "textures/wall.png" }) }, "outside",
    "in a folder below: the service keeps a model's files by their names alone" },
  ["a file of the system"] = { { ["scene.gltf"] = gltf { "file:a.bin" } }, "outside", "file:a.bin" },
  ["the folder itself"] = { { ["scene.gltf"] = gltf { ".." } }, "outside", 'refers to ".."' },
  ["a text as a texture"] = { { ["wood floor.png"] = "root:x:0:0" }, "media_type", "is no picture" },
  ["a screenshot that is no PNG"] = { { ["screenshot.png"] = "\xFF\xD8\xFF\xE0" }, "media_type", "(image/png)" },
  ["no settings"] = { { ["settings.json"] = false }, "missing_file", "or give the option 'name'" },
  ["settings without a name"] = { { ["settings.json"] = '{"scale":1}' }, "bad_settings", "says no sceneName" },
  ["a scale that is none"] = { { ["settings.json"] = '{"scale":-1,"sceneName":"x"}' }, "bad_settings", "scale must" },
  ["settings that are no object"] = { { ["settings.json"] = "true" }, "bad_json", "settings.json is not JSON" },
  ["a file that is too large"] = { { ["scene.bin"] = ("x"):rep(2000) }, "too_large", "option max_bytes" },
}

describe("what cannot be a scene is refused before anything is sent:", function()
  for what, case in pairs(refused) do
    it(what, function()
      local scene, err = upload(stage:scene("harbour", case[1]), { max_bytes = 1000 })
      assert.is_nil(scene)
      assert.same({ case[2], "not_sent", false }, { err.code, err.stage, err.maybe_done })
      assert.matches(case[3], err.message, 1, true)
      assert.same({}, stage.server:log())
      assert.is_nil(shell.read(stage.folder .. "/harbour.c3d-scene"))
    end)
  end

  it("links, wherever they lead", function()
    shell.write(stage.folder .. "/elsewhere.bin", "1234")
    for _, name in ipairs { "scene.bin", "scene.gltf", "settings.json", "screenshot.png" } do
      local folder = stage:scene("harbour")
      assert(shell.run(("ln -sf %s/elsewhere.bin %s/%s"):format(stage.folder, folder, name)))
      local scene, err = upload(folder)
      assert.is_nil(scene)
      assert.same({ "odd_file", folder .. "/" .. name .. " is a link, and links are not followed: put the file itself "
        .. "there" }, { err.code, err.message })
      shell.run("rm -r " .. folder)
    end
    assert.same({}, stage.server:log())
  end)

  it("what a client may not, or has no key for", function()
    local folder = stage:scene "harbour"
    for message, client in pairs {
      ["refused: this client is read-only"] = stage:client { read_only = true },
      ["developer_key"] = studio.cognitive3d { org_key = "orgkey-sandbox", base_url = stage.server.cognitive3d_url },
    } do
      local scene, err = client:upload_scene(folder)
      client:close()
      assert.is_nil(scene)
      assert.matches(message, tostring(err), 1, true)
    end
    assert.same({}, stage.server:log())
  end)

  it("mistakes, which raise at the caller's line", function()
    for message, call in pairs {
      ["cognitive3d:upload_scene: folder must be a string"] = function() upload(7) end,
      ["folder must be the name of one"] = function() upload "" end,
      ["option 'state' is needed"] = function() upload "." end,
      ["unknown option 'nam'; did you mean 'name'"] = function() upload("x", { nam = "x" }) end,
      ["option 'scene' must be a UUID in lower case"] = function() upload("x", { scene = "SCENE" }) end,
      ["option 'max_bytes' must be 1 or more"] = function() upload("x", { max_bytes = 0 }) end,
    } do
      local ok, raised = pcall(call)
      assert.is_false(ok)
      assert.matches(message, raised, 1, true)
      assert.matches("^spec/cognitive3d_uploads_spec.lua:%d+: ", raised)
    end
  end)
end)

-- The same with the first answer in trouble, for a new scene and for a version.
local function for_both(what, test)
  it(what .. ": a scene", function()
    test(stage:scene "harbour", {}, { created = 1 })
  end)
  it(what .. ": a version", function()
    local folder = stage:scene "harbour"
    assert(upload(folder))
    shell.write(folder .. "/scene.bin", "other")
    test(folder, { new_version = true }, { created = 1, versions = 1 })
  end)
end

describe("an answer that does not come, or lies,", function()
  local SEND <const> = "/scenes"

  for _, kind in ipairs { "drop", "reset", "html", "empty" } do
    for_both("after what was sent took effect (" .. kind .. ")", function(folder, options, effects)
      fault { kind = kind, method = "POST", path = SEND, count = 1, effect = true }
      local scene = assert(upload(folder, options))
      assert.is_true(scene.sent)
      assert.same(effects, stage:effects())
      assert.is_false(assert(upload(folder, options)).sent)
    end)
  end

  for_both("without effect: the next run sends it", function(folder, options, effects)
    fault { kind = "drop", method = "POST", path = SEND, count = 1, effect = false }
    local scene, err = upload(folder, options)
    assert.is_nil(scene)
    assert.is_true(err.maybe_done)
    assert.is_true(assert(upload(folder, options)).sent)
    assert.same(effects, stage:effects())
  end)

  it("and nobody can tell: the next run looks first", function()
    local folder = stage:scene "harbour"
    stage.server:set { faults = { { kind = "drop", method = "POST", path = SEND, count = 1 },
      { kind = "status", status = 401, method = "GET", path = SEND, count = 1 } } }
    local scene, err = upload(folder)
    assert.is_nil(scene)
    assert.is_true(err.maybe_done)
    scene = assert(upload(folder))
    assert.same({ 1, false }, { scene.version_number, scene.sent })
    assert.same({ created = 1 }, stage:effects())
  end)

  it("and what was sent shows a little later: it is waited for", function()
    fault { kind = "status", status = 404, method = "GET", path = SEND, count = 2 }
    assert.is_true(assert(upload(stage:scene "harbour", { settle = 60 })).created)
    assert.same({ created = 1 }, stage:effects())
  end)

  it("and names another scene than the one that was asked for: that one it is", function()
    local id = "0aa7c5de-1111-4222-8333-444455556666"
    local headers = { ["cvr-request-time"] = "1", ["content-type"] = "application/json" }
    local server <close> = setmetatable({ it = echo.start {
      ["POST /v0/scenes"] = { { status = 201, headers = headers, body = '"' .. id .. '"' } },
      ["GET /v0/scenes/" .. id] = { { status = 200, headers = headers,
        body = '{"id":"' .. id .. '","versions":[{"id":71,"versionNumber":1}]}' } },
    } }, { __close = function(self) self.it:stop() end })
    local other <close> = stage:client { data_url = server.it.url }
    local folder = stage:scene "harbour"
    local scene = assert(other:upload_scene(folder, { settle = 0 }))
    assert.same({ id, 71, true }, { scene.scene_id, scene.version_id, scene.created })
    assert.same({ id, false }, { other:upload_scene(folder).scene_id, other:upload_scene(folder).sent })
    local asked = server.it:log()[1].target:match "sceneId=([%x-]+)$"
    assert.is_not_nil(asked)
    assert.are_not.equal(id, asked)
  end)

  it("and comes late: a conflict is not taken for somebody else's scene", function()
    local folder = stage:scene "harbour"
    stage.server:set { faults = { { kind = "drop", method = "POST", path = SEND, count = 1 },
      { kind = "status", status = 404, method = "GET", path = SEND, count = 2 } } }
    assert.is_nil((upload(folder)))        -- it does not show,
    local scene = assert(upload(folder))   -- nor at the second look; so it is sent again, and meets itself
    assert.same({ 1, false }, { scene.version_number, scene.sent })
    assert.same({ created = 1 }, stage:effects())
  end)

  for_both("that says yes and means no", function(folder, options, effects)
    for _, lie in ipairs {
      { status = 200, body = "Internal Server Error" }, { status = 201, body = "Bad Request" },
      { status = 200, body = "<html>log in to the network</html>", headers = { ["content-type"] = "text/html" } },
      { status = 201, body = '"0aa7c5de-1111-4222-8333-444455556666"', headers = { ["cvr-request-time"] = "1",
        ["content-type"] = "application/json" } },
    } do
      lie.kind, lie.method, lie.path, lie.count = "status", "POST", SEND, 1
      fault(lie)
      local scene, err = upload(folder, options)
      assert.is_nil(scene, lie.body)
      assert.is_true(err.code == "false_success" or err.code == "captive_portal", tostring(err))
    end
    assert.is_true(assert(upload(folder, options)).sent)
    assert.same(effects, stage:effects())
  end)

  for_both("that is a clear no: nothing is left open", function(folder, options, effects)
    fault { kind = "status", status = 413, method = "POST", path = SEND, count = 1 }
    local _, err = upload(folder, options)
    assert.equal(413, err.status)
    assert.is_false(err.maybe_done)
    assert.is_true(assert(upload(folder, options)).sent)
    assert.same(effects, stage:effects())
  end)
end)

describe("an answer that is no scene", function()
  it("is the service's failure, in whatever way", function()
    local id = "0aa7c5de-1111-4222-8333-444455556666"
    local headers = { ["cvr-request-time"] = "1", ["content-type"] = "application/json" }
    local folder = stage:scene "harbour"
    local objects = { scene = id, version = 1, settle = 0, objects = { { id = "1", mesh = "cube", name = "Cube" } } }
    stage:write("objects/cube", { ["cube.gltf"] = gltf {} })
    local function answers(body) return { { status = 200, headers = headers, body = body } } end
    for body, kinds in pairs {
      ["7"] = { "protocol", "protocol" }, ['"x"'] = { "protocol", "protocol" },
      ['{"versions":[1,{"versionNumber":"a"}]}'] = { "conflict", "not_found" },
      ['{"versions":[{"versionNumber":1}]}'] = { "conflict", "not_found" },
      ['{"versions":[{"versionNumber":1,"id":71}]}'] = { "conflict", "protocol" },
    } do
      local server = echo.start { ["GET /v0/scenes/" .. id] = answers(body),
        ["POST /v0/objects/" .. id .. "/cube"] = answers "{}", ["POST /v0/objects/" .. id] = answers "{}",
        ["GET /v0/versions/71/objects"] = answers "[1,2]" }
      local other <close> = stage:client { data_url = server.url }
      local _, scene_err = other:upload_scene(folder, { settle = 0, scene = id })
      local _, objects_err = other:upload_objects(stage.folder .. "/objects", objects)
      server:stop()
      assert.same(kinds, { scene_err.kind, objects_err.kind }, body)
      os.remove(folder .. ".c3d-scene")
    end
  end)
end)

describe("the record of an upload", function()
  it("that is damaged, of another service, or in use is the world's failure", function()
    local folder = stage:scene "harbour"
    local path = folder .. ".c3d-scene"
    assert(upload(folder))
    local good = shell.read(path)
    for message, text in pairs {
      ["is damaged in line 2"] = good:gsub("\n.-\n", "\nx\n", 1),
      ["is damaged in line 4"] = good .. '{"step":"sending","asked_at":"now"}\n',
      ["tells of a scene at https://data.cognitive3d.com, not at http://127"] =
        good:gsub("http://[%d.:]+", "https://data.cognitive3d.com", 1),
      ["is no record of a scene's upload"] = "[1]\n",
      ["written by another version of lua-studio"] = good:gsub('"version":1', '"version":2', 1),
    } do
      shell.write(path, text)
      local scene, err = upload(folder)
      assert.is_nil(scene)
      assert.equal("file", err.kind)
      assert.matches(message, err.message, 1, true)
    end
    shell.write(path, "my notes") -- somebody else's file stays as it is
    assert.is_nil((upload(folder)))
    assert.equal("my notes", shell.read(path))
    shell.write(path, good .. '{"step":"sen') -- torn
    assert.is_false(assert(upload(folder)).sent)
    local held <close> = assert(require "studio.core".journal(path))
    assert.equal("file", select(2, upload(folder)).kind)
    held:close()
    assert.same({ created = 1 }, stage:effects())
  end)

  it("holds no key, and may stand elsewhere", function()
    local folder = stage:scene "harbour"
    assert(upload(folder, { state = stage.folder .. "/kept" }))
    assert.is_nil(shell.read(folder .. ".c3d-scene"))
    local text = shell.read(stage.folder .. "/kept")
    assert.matches('"step":"done"', text, 1, true)
    assert.not_matches("dev%-sandbox", text)
  end)
end)

describe("an upload that is killed and begun again", function()
  local function run(point, options, effects)
    local folder = stage:scene "harbour"
    if options.new_version then
      assert(upload(folder))
      shell.write(folder .. "/scene.bin", "other")
    end
    local last = stage:child(folder, { die = point, new_version = options.new_version })
    assert.equal("killed", last, point[1] .. point[2])
    local scene, err = upload(folder, options)
    assert.is_truthy(scene, tostring(err))
    assert.same(effects, stage:effects(scene.scene_id))
    assert.same(effects, stage:effects(), "a second scene")
    stage:reset()
  end

  it("makes no second scene", function()
    for _, point in ipairs { { "append", 1 }, { "append", 2 }, { "send", 1, "POST" }, { "answer", 1, "POST" },
      { "answer", 1, "GET" }, { "append", 3 } } do
      run(point, {}, { created = 1 })
    end
  end)

  it("makes no second version", function()
    for _, point in ipairs { { "append", 1 }, { "answer", 1, "POST" } } do
      run(point, { new_version = true }, { created = 1, versions = 1 })
    end
  end)
end)
