-- The collector's side of Cognitive3D's sandbox, as curl uploads to it. SPDX-License-Identifier: MIT

local cognitive3d_curl = require "spec.support.cognitive3d_curl"
local sandbox = require "studio.sandbox"
local shell = require "spec.support.shell"

local SHOP <const> = "0c9d7f34-5a1e-4c0b-9b8e-2f1d6a7c8e01"
local MINE <const> = "11111111-2222-4333-8444-555555555555"
local SIZES <const> = { sessions = 6, events = 4, gaze = 10, long = 0, now = 1795305600, upload_limit = 900 << 10 }

describe("the collector of the sandbox", function()
  local sb, folder

  setup(function()
    sb = assert(sandbox.start { cognitive3d = SIZES })
    folder = os.tmpname()
    os.remove(folder)
    assert(os.execute("mkdir " .. folder))
    shell.write(folder .. "/scene.gltf", '{"asset":{"version":"2.0"}}')
    shell.write(folder .. "/scene.bin", ("\0\r\n--\255"):rep(40000)) -- what looks like a boundary, and is none
    shell.write(folder .. "/settings.json", '{"scale":1.5,"sceneName":"Hall","sdkVersion":"2.3.1"}')
    shell.write(folder .. "/screenshot.png", "\x89PNG\r\n\x1a\n-")
    shell.write(folder .. "/other.json", '{"scale":0}')
    shell.write(folder .. "/empty.bin", "")
  end)
  teardown(function()
    sb:stop()
    os.execute("rm -r " .. folder)
  end)
  before_each(function() sb:reset() end)

  -- Words for curl: a part for each file, `field=file`, or a file under its own name.
  local function parts(...)
    local words = {}
    for i, part in ipairs { ... } do
      local field, file = part:match "^(.-)=(.*)$"
      words[i] = "-F " .. shell.quote(("%s=@%s/%s"):format(field or part, folder, file or part))
    end
    return words
  end

  local function send(method, path, ...) return cognitive3d_curl(sb, method, "data:" .. path, nil, nil, parts(...)) end

  local function whole(method, path) return send(method, path, "scene.gltf", "scene.bin", "settings.json") end

  local function counts() return sb:state().cognitive3d.uploads end

  it("tells an editor of its key", function()
    local function get(path)
      local status, body, headers = cognitive3d_curl(sb, "GET", "data:" .. path)
      assert.equal(200, status)
      assert.is_not_nil(headers["cvr-request-time"])
      return body
    end
    get "/apiKeys/verify"
    assert.same({ apiKey = "data-sandbox", valid = true }, get "/applicationKey")
    local user = get "/user"
    assert.same({ 10, "Sandbox" }, { user.projectId, user.organizationName })
    assert.is_true(get("/subscriptions").subscriptions[1].entitlements.can_access_eye_tracking)
    assert.equal(403, (cognitive3d_curl(sb, "GET", "data:/user", nil, "APIKEY:DATA data-sandbox")))
  end)

  it("takes a new scene, tells its id, and shows it on both hosts", function()
    local status, id, headers = send("POST", "/scenes", "file=scene.gltf", "file=scene.bin", "file=settings.json",
      "screenshot=screenshot.png") -- parts named as one of the vendor's clients does
    assert.equal(201, status)
    assert.matches("^%x+%-%x+%-4%x+%-8%x+%-%x+$", id)
    assert.equal("application/json", headers["content-type"])
    local _, seen = cognitive3d_curl(sb, "GET", "data:/scenes/" .. id)
    assert.same({ "Hall", 1, 1, 1.5, "2.3.1" }, { seen.sceneName, #seen.versions, seen.versions[1].versionNumber,
      seen.versions[1].scale, seen.versions[1].sdkVersion })
    local _, read = cognitive3d_curl(sb, "GET", "/scenes/" .. id)
    assert.equal(seen.versions[1].id, read.versions[1].id)
    assert.same({ [id] = { created = 1 } }, counts())
    local _, list = cognitive3d_curl(sb, "GET", "data:/scenes")
    assert.equal(3, #list)
  end)

  it("gives the same bytes and types back on the other host", function()
    local _, id = send("POST", "/scenes", "scene.gltf", "scene.bin", "settings.json", "screenshot.png", "empty.bin")
    local _, scene = cognitive3d_curl(sb, "GET", "/scenes/" .. id)
    local files = ("/versions/%d/files/"):format(scene.versions[1].id)
    for name, kind in pairs { ["scene.bin"] = "application/octet-stream", ["screenshot.png"] = "image/png",
      ["empty.bin"] = "application/octet-stream" } do
      local status, bytes, headers = cognitive3d_curl(sb, "GET", files .. "scene/" .. name)
      assert.equal(200, status)
      assert.is_true(bytes == shell.read(folder .. "/" .. name), name)
      assert.equal(kind, headers["content-type"])
    end
    local _, picture = cognitive3d_curl(sb, "GET", "/" .. scene.latestScreenshotLocation)
    assert.equal(shell.read(folder .. "/screenshot.png"), picture)
    assert.equal(404, (cognitive3d_curl(sb, "GET", files .. "scene/none.png")))
    local status, gltf, headers = cognitive3d_curl(sb, "GET", "/versions/101/files/scene/scene.gltf")
    assert.same({ 200, "model/gltf+json", "2.0" }, { status, headers["content-type"], gltf.asset.version })
  end)

  it("takes an id that the client has made, once", function()
    local status, id = whole("POST", "/scenes?sdkType=UNITY&sceneId=" .. MINE)
    assert.same({ 201, MINE }, { status, id })
    assert.equal(409, (whole("POST", "/scenes?sceneId=" .. MINE)))
    assert.equal(400, (whole("POST", "/scenes?sceneId=" .. SHOP:upper())))
    assert.equal(400, (whole("POST", "/scenes?sceneId=mine")))
    assert.same({ [MINE] = { created = 1 } }, counts())
  end)

  it("adds versions and files, replaces when forced, renames, takes screenshots", function()
    local status, body = whole("POST", "/scenes/" .. SHOP)
    assert.same({ 200, "" }, { status, body })
    local _, scene = cognitive3d_curl(sb, "GET", "data:/scenes/" .. SHOP)
    assert.same({ 3, 3 }, { #scene.versions, scene.versions[3].versionNumber })
    assert.equal(200, (send("PUT", "/scenes/" .. SHOP, "screenshot.png")))
    assert.equal(200, (send("PUT", "/scenes/" .. SHOP, "screenshot.png"))) -- a PUT may be repeated
    assert.equal(409, (send("PUT", "/scenes/" .. SHOP .. "?version=3", "screenshot.png")))
    assert.equal(200, (send("PUT", "/scenes/" .. SHOP .. "?version=3&force=true", "screenshot.png")))
    assert.equal(404, (send("PUT", "/scenes/" .. SHOP .. "?version=9&force=true", "screenshot.png")))
    assert.equal(200, (cognitive3d_curl(sb, "PATCH", "data:/scenes/" .. SHOP, { sceneName = "Market" })))
    assert.equal(200, (send("POST", "/scenes/" .. SHOP .. "/screenshot?version=3", "screenshot=screenshot.png")))
    assert.equal(400, (send("POST", "/scenes/" .. SHOP .. "/screenshot?version=3", "file=screenshot.png")))
    assert.equal(404, (whole("POST", "/scenes/" .. MINE)))
    _, scene = cognitive3d_curl(sb, "GET", "data:/scenes/" .. SHOP)
    assert.equal("Market", scene.sceneName)
    assert.same({ [SHOP] = { versions = 1, added = 2, replaced = 1, renamed = 1, screenshots = 1 } }, counts())
  end)

  it("leaves the sessions that there are as they were", function()
    local query = { sessionType = "project", entityFilters = { projectId = 10 } }
    local _, before = cognitive3d_curl(sb, "POST", "/datasets/sessions/paginatedListQueries", query)
    whole("POST", "/scenes")
    whole("POST", "/scenes/" .. SHOP)
    local _, after = cognitive3d_curl(sb, "POST", "/datasets/sessions/paginatedListQueries", query)
    assert.same(before, after)
  end)

  it("refuses what is no scene", function()
    local function says(expected, ...)
      local status, body = send("POST", "/scenes", ...)
      assert.equal(400, status)
      assert.matches(expected, body.message)
    end
    says("settings.json is missing", "scene.gltf", "scene.bin")
    says("scene.gltf is missing", "scene.bin", "settings.json")
    says("no scale", "scene.gltf", "settings.json=other.json;filename=settings.json")
    says("no name of a file", "scene.gltf=scene.gltf;filename=../x")
    says("two files", "a=scene.gltf", "b=scene.gltf")
    local status, body = cognitive3d_curl(sb, "POST", "data:/scenes", { sceneName = "x" })
    assert.equal(400, status)
    assert.matches("multipart/form%-data", body.message)
    local cut = shell.quote "Content-Type: multipart/form-data; boundary=xyz"
    local text = shell.quote '--xyz\r\nContent-Disposition: form-data; name="a"; filename="scene.gltf"\r\n\r\n{}'
    status, body = cognitive3d_curl(sb, "POST", "data:/scenes", nil, nil, { "-H " .. cut, "--data-binary " .. text })
    assert.equal(400, status)
    assert.matches("a part has no end", body.message)
    assert.same({}, counts())
  end)

  it("takes no more than it may keep", function()
    shell.write(folder .. "/large.bin", ("x"):rep(950 << 10)) -- below the size from which curl asks first
    local status = send("POST", "/scenes", "scene.gltf", "settings.json", "large.bin")
    assert.equal(413, status)
    assert.same({}, counts())
  end)

  it("takes objects and their manifest, 250 at a time", function()
    local path = "/objects/" .. SHOP .. "/chair?version=2"
    assert.equal(200, (send("POST", path, "chair.gltf=scene.gltf;filename=chair.gltf",
      "cvr_object_thumbnail.png=screenshot.png;filename=cvr_object_thumbnail.png")))
    assert.equal(400, (send("POST", path, "scene.bin")))
    local function manifest(n, more)
      local objects = {}
      for i = 1, n do
        objects[i] = { id = "chair-" .. i, mesh = "chair", name = "Chair " .. i, scaleCustom = { 1, 1, 1 },
          initialPosition = { i, 0, 0 }, initialRotation = { 0, 0, 0, 1 } }
      end
      for name, value in pairs(more or {}) do objects[1][name] = value end
      return cognitive3d_curl(sb, "POST", "data:/objects/" .. SHOP .. "?version=2", { objects = objects })
    end
    assert.equal(200, (manifest(2)))
    assert.equal(200, (manifest(2))) -- the same again: no more of them
    assert.equal(400, (manifest(251)))
    assert.equal(400, (manifest(1, { initialPosition = { 1, 2 } })))
    assert.equal(400, (manifest(1, { colour = "red" })))
    local _, objects = cognitive3d_curl(sb, "GET", "data:/versions/102/objects")
    assert.equal(8, #objects)
    assert.same({ "chair-2", "chair", 2 }, { objects[8].sdkId, objects[8].meshName, objects[8].initialPositionX })
    local _, bytes = cognitive3d_curl(sb, "GET", "/" .. objects[8].thumbnailLocation)
    assert.equal(shell.read(folder .. "/screenshot.png"), bytes)
    assert.same({ [SHOP] = { objects = 1, manifests = 2 } }, counts())
  end)

  it("lies when told to: a failure in a 200, somebody else's 200, no answer to what was done", function()
    sb:set { faults = { { kind = "status", server = "cognitive3d_data", status = 200, body = "Internal Server Error",
      effect = true, count = 1 } } }
    local status, body, headers = whole("POST", "/scenes?sceneId=" .. MINE)
    assert.same({ 200, "Internal Server Error" }, { status, body })
    assert.is_nil(headers["cvr-request-time"])
    assert.same({ created = 1 }, counts()[MINE])
    sb:set { faults = { { kind = "drop", path = "^/v0/scenes", method = "POST", count = 1 } } }
    pcall(whole, "POST", "/scenes/" .. MINE) -- curl has nothing to show
    assert.same({ created = 1, versions = 1 }, counts()[MINE])
  end)

  it("knows nothing of a body that is in no project of the key", function()
    assert.equal(404, (whole("POST", "/scenes/e41f6a88-0d2b-47c3-a6f9-5b7c8d9e0a03")))
    assert.equal(401, (cognitive3d_curl(sb, "POST", "data:/scenes", nil, "APIKEY:DEVELOPER dev-expired",
      parts("scene.gltf", "settings.json"))))
  end)
end)
