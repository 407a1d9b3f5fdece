-- Dynamic objects that are uploaded: models, manifests in batches, and what is refused before.
-- SPDX-License-Identifier: MIT

local json = require "studio.json"
local scenes = require "spec.support.cognitive3d_scenes"
local shell = require "spec.support.shell"

local stage, c3, scene
setup(function() stage = scenes.start() end)
teardown(function() stage:stop() end)
before_each(function()
  c3 = stage:client()
  scene = assert(c3:upload_scene(stage:scene "harbour", { settle = 0 }))
end)
after_each(function()
  c3:close()
  stage:reset()
end)

-- The folder of a mesh.
local function mesh(name, more)
  local files = {
    [name .. ".gltf"] = scenes.gltf({ name .. ".bin" }, { "skin.png" }), [name .. ".bin"] = "1234",
    ["skin.png"] = scenes.png, ["cvr_object_thumbnail.png"] = scenes.png,
  }
  for file, text in pairs(more or {}) do files[file] = text end
  stage:write("dynamic/" .. name, files)
end

local function row(id, of, more)
  local object = { id = id, mesh = of, name = "The " .. id, initialPosition = { 0, 1.5, 2 },
    initialRotation = { 0, 0, 0, 1 }, scaleCustom = { 1, 1, 1 } }
  for name, value in pairs(more or {}) do object[name] = value end
  return object
end

local function upload(options)
  local all = { scene = scene, settle = 0 }
  for name, value in pairs(options or {}) do all[name] = value end
  return c3:upload_objects(stage.folder .. "/dynamic", all)
end

local function manifest(value) shell.write(stage.folder .. "/dynamic/manifest.json", json.encode(value)) end

describe("dynamic objects", function()
  it("that change while they are sent are no success", function()
    mesh "cube"
    local options = { objects = { row("a", "cube") } }
    function options.progress() shell.write(stage.folder .. "/dynamic/cube/cube.bin", "4321") end
    local sent, err = upload(options)
    assert.is_nil(sent)
    assert.same({ "conflict", "changed" }, { err.kind, err.code })
    assert.is_truthy(upload(options))
  end)

  it("are sent with their models, and shown by the service", function()
    mesh "cube"
    mesh "lamp"
    manifest { objects = { row("a", "cube"), row("b", "cube"), row("c", "lamp", { isController = true }) } }
    local sent, response = assert(upload())
    assert.equal(200, response.status)
    assert.same({ scene.scene_id, 1, scene.version_id, 3, 2 }, { sent.scene_id, sent.version_number, sent.version_id,
      sent.objects, sent.meshes })
    local shown = {}
    for _, object in ipairs(assert(c3.collector:objects(scene.version_id))) do
      shown[object.sdkId] = { object.meshName, object.name, object.initialPositionY, object.isController }
    end
    assert.same({ a = { "cube", "The a", 1.5, false }, b = { "cube", "The b", 1.5, false },
      c = { "lamp", "The c", 1.5, true } }, shown)
    for _, file in ipairs { "cube.bin", "skin.png", "cvr_object_thumbnail.png" } do
      local path = ("/v0/versions/%d/files/objects/cube/%s"):format(scene.version_id, file)
      assert.equal(file == "cube.bin" and "1234" or scenes.png, (c3:request { path = path, raw = true }), file)
    end
    assert.same({ created = 1, objects = 2, manifests = 1 }, stage:effects())
  end)

  it("go in batches of 250, and again without harm", function()
    mesh "cube"
    local rows = {}
    for i = 1, 501 do rows[i] = row("o" .. i, "cube") end
    assert.equal(501, assert(upload { objects = rows }).objects)
    assert.equal(3, stage:effects().manifests)
    assert(upload { objects = rows, scene = scene.scene_id, version = 1 })
    assert.equal(501, #assert(c3.collector:objects(scene.version_id)))
  end)

  it("survive answers that are lost, and notice those that lie", function()
    mesh "cube"
    stage.server:set { faults = { { kind = "drop", method = "POST", path = "/objects/", count = 2 } } }
    assert(upload { objects = { row("a", "cube") } })
    stage.server:set { faults = { { kind = "status", status = 200, body = "{}", method = "POST",
      path = "/objects/[^/]+$", headers = { ["cvr-request-time"] = "1", ["content-type"] = "application/json" } } } }
    local sent, err = upload { objects = { row("a", "cube"), row("b", "cube"), row("c", "cube") } }
    assert.is_nil(sent)
    assert.equal("false_success", err.code)
    assert.matches("does not show 2 of them, such as b", err.message, 1, true)
  end)

  it("want a scene, and a version of it", function()
    mesh "cube"
    for options, message in pairs {
      [{ scene = "0aa7c5de-1111-4222-8333-444455556666" }] = "there is no scene 0aa7c5de",
      [{ version = 2 }] = "has no such version",
    } do
      options.objects = { row("a", "cube") }
      local sent, err = upload(options)
      assert.is_nil(sent)
      assert.equal("not_found", err.kind)
      assert.matches(message, err.message, 1, true)
    end
    assert.is_nil(stage:effects().objects)
  end)

  it("are looked through before anything is sent", function()
    mesh "cube"
    mesh("bad", { ["skin.png"] = "no picture" })
    stage.server:reset() -- the log, too
    for _, case in ipairs {
      { "missing_file", "there is no folder for lamp, sofa", { row("a", "cube"), row("b", "sofa"), row("c", "lamp") } },
      { "media_type", "bad/skin.png is no picture", { row("a", "cube"), row("b", "bad") } },
      { "odd_file", "file is no folder", { row("a", "file") } },
    } do
      stage:write("dynamic", { file = "x" })
      local sent, err = upload { objects = case[3] }
      assert.is_nil(sent)
      assert.equal(case[1], err.code)
      assert.matches(case[2], err.message, 1, true)
    end
    assert.same({}, stage.server:log())
  end)

  it("of which the service has the model already may go without", function()
    mesh "cube"
    local sent = assert(upload { objects = { row("a", "cube"), row("b", "vive_controller") }, skip_missing = true })
    assert.same({ 2, 1 }, { sent.objects, sent.meshes })
  end)

  local faults = {
    ["is no object"] = 7, ["has no id"] = { mesh = "m", name = "n" }, ["has no name"] = { id = "a", mesh = "m" },
    ["has a mesh that is no plain name"] = { id = "a", mesh = "../m", name = "n" },
    ["has no list of 3 numbers as scaleCustom"] = row("a", "m", { scaleCustom = { 1, 2 } }),
    ["has no list of 4 numbers as initialRotation"] = row("a", "m", { initialRotation = { 1, 2, 3, "4" } }),
    ["has an isController that is none"] = row("a", "m", { isController = 1 }),
    ["has the id of another, x"] = row("x", "m"),
  }

  it("that are no objects are the file's fault, or the caller's", function()
    mesh "cube"
    for message, object in pairs(faults) do
      manifest { row("x", "cube"), object }
      local sent, err = upload()
      assert.is_nil(sent)
      assert.matches("manifest.json: object 2 " .. message, err.message, 1, true)
      local ok, raised = pcall(upload, { objects = { row("x", "cube"), object } })
      assert.is_false(ok)
      assert.matches("cognitive3d:upload_objects: option 'objects': 2 " .. message, raised, 1, true)
    end
    for text, message in pairs { ["{}"] = "is no manifest: it has no list of objects", ["[]"] = "has no objects",
      ["nonsense"] = "is no manifest: " } do
      shell.write(stage.folder .. "/dynamic/manifest.json", text)
      assert.matches(message, select(2, upload()).message, 1, true)
    end
    os.remove(stage.folder .. "/dynamic/manifest.json")
    assert.equal("file", select(2, upload()).kind)
    assert.has_error(function() upload { objects = {} } end)
    assert.has_error(function() upload { scene = 7 } end)
  end)
end)
