-- Routes: endpoints as data, replaceable, and paths that no id can climb out of. SPDX-License-Identifier: MIT

local route = require "studio.route"

local list = {
  { name = "frames.get", verb = "GET", path = "/frames/{frame_id}", from = "assumed", scope = "frames" },
  { name = "frames.create", verb = "POST", path = "/projects/{project_id}/frames", from = "assumed", unwrap = "data",
    required = { "script" }, defaults = { kind = "shot" } },
}

-- What fn raises, position and all (busted's own matcher takes the position off).
local function raised(fn)
  local ok, message = pcall(fn)
  assert.is_false(ok)
  return message
end

local function path_of(r, params, fields) return (route.path(r, params, fields)) end

describe("a path", function()
  local get = route.table(list)["frames.get"]

  it("takes strings and integers", function()
    assert.equal("/frames/abc-1_2.3~x", path_of(get, { frame_id = "abc-1_2.3~x" }))
    assert.equal("/frames/42", path_of(get, { frame_id = 42 }))
    assert.equal("/frames/42", path_of(get, { frame_id = 42.0 }))
    assert.equal("/frames/9223372036854775807", path_of(get, { frame_id = math.maxinteger }))
  end)

  it("keeps every value in its own segment", function()
    assert.equal("/frames/..%2Fx", path_of(get, { frame_id = "../x" }))
    assert.equal("/frames/a%3Fb%23c%25d%20e%0A%C3%A4", path_of(get, { frame_id = "a?b#c%d e\nä" }))
    assert.equal("/frames/%252e%252e", path_of(get, { frame_id = "%2e%2e" }))
    assert.equal("/frames/...", path_of(get, { frame_id = "..." }))
    for _, bad in ipairs { "", ".", "..", 1.5, true, {} } do
      assert.matches("^spec/route_spec.lua:%d+: frames.get: frame_id must", raised(function()
        path_of(get, { frame_id = bad })
      end))
    end
    assert.matches("frame_id must be a string or an integer, not nothing", raised(function() path_of(get, {}) end))
  end)

  it("that was replaced takes what it needs more out of the fields", function()
    local nested = route.table(list, { ["frames.get"] = "GET /projects/{project_id}/frames/{frame_id}" })["frames.get"]
    local fields = { project_id = 7, expand = "all" }
    local path, rest = route.path(nested, { frame_id = 3 }, fields)
    assert.equal("/projects/7/frames/3", path)
    assert.same({ expand = "all" }, rest)
    assert.equal(7, fields.project_id)
    assert.matches("project_id must be", raised(function() path_of(nested, { frame_id = 3 }) end))
  end)
end)

describe("fields", function()
  local create = route.table(list)["frames.create"]

  it("get defaults, and required ones must be there", function()
    assert.same({ script = "x", kind = "shot" }, route.fields(create, { script = "x" }))
    assert.same({ script = "x", kind = "title" }, route.fields(create, { script = "x", kind = "title" }))
    assert.matches("frames.create: field 'script' is needed", raised(function() route.fields(create, {}) end))
    assert.matches("field 'script' is needed", raised(function() route.fields(create, nil) end))
    assert.matches("fields must be a table, not string", raised(function() route.fields(create, "x") end))
  end)
end)

describe("the table of routes", function()
  it("is listed sorted, as copies", function()
    local by_name = route.table(list)
    local listed = route.list(by_name)
    assert.equal("frames.create", listed[1].name)
    assert.equal("frames.get", listed[2].name)
    listed[1].path, listed[1].defaults.kind = "/hacked", "hacked"
    assert.equal("/projects/{project_id}/frames", by_name["frames.create"].path)
    assert.equal("shot", list[2].defaults.kind)
  end)

  it("takes a replacement as a line", function()
    local by_name = route.table(list, { ["frames.create"] = "put /shots" })
    local r = by_name["frames.create"]
    assert.equal("PUT", r.verb)
    assert.equal("/shots", r.path)
    assert.equal("user", r.from)
    assert.equal("data", r.unwrap)
    assert.equal("POST", list[2].verb)
  end)

  it("takes a replacement as a table of what changes", function()
    local change = { wrapper = "frame", unwrap = false, required = {} }
    local r = route.table(list, { ["frames.create"] = change })["frames.create"]
    assert.equal("/projects/{project_id}/frames", r.path)
    assert.equal("frame", r.wrapper)
    assert.is_nil(r.unwrap)
    assert.same({}, r.required)
    assert.equal("user", r.from)
  end)

  it("refuses what cannot be, naming it", function()
    local function with(name, new) return function() route.table(list, { [name] = new }) end end
    assert.matches("spec/route_spec.lua:%d+: .*no route 'frame.get'; did you mean 'frames.get'",
      raised(with("frame.get", "GET /x")))
    assert.matches("must read like \"POST /frames/{frame_id}/images\"",
      raised(with("frames.get", "/x")))
    assert.matches("there is no verb 'GTE'; did you mean 'GET'",
      raised(with("frames.get", "GTE /x")))
    assert.matches("holds more than text",
      raised(with("frames.get", "GET /x?y=1")))
    assert.matches("holds more than text",
      raised(with("frames.get", "GET /x/{}")))
    assert.matches("path must begin with /",
      raised(with("frames.get", { path = "x" })))
    assert.matches("unknown option 'pth'; did you mean 'path'",
      raised(with("frames.get", { pth = "/x" })))
    assert.matches("unknown option 'from'",
      raised(with("frames.get", { from = "documented" })))
    assert.matches("priority must be user, submit or poll",
      raised(with("frames.get", { priority = "high" })))
    assert.matches("must be a string or a table",
      raised(with("frames.get", 3)))
  end)
  it("takes a row for its id, where the service names the field of it", function()
    local r = { name = "things.get", verb = "GET", path = "/{workspace}/things/{thing}" }
    local known = { id_field = "token", params = { workspace = "acme" } }
    assert.equal("/acme/things/a%2Fb", (route.path(r, { thing = { token = "a/b" } }, nil, known)))
    assert.equal("/acme/things/7", (route.path(r, { thing = 7 }, nil, known)))
    assert.has_error(function() route.path(r, { thing = { id = 7 } }, nil, known) end)
    local ok, message = pcall(route.path, r, { thing = { id = 7 } }, nil, known)
    assert.is_false(ok)
    assert.matches("things.get: thing is a table without 'token'", message, 1, true)
    local _, rest = route.path(r, { thing = 7, other = { token = "o" } }, nil, known)
    assert.same({ other = "o" }, rest)
  end)

  it("moves what a replaced path does not hold into the fields, so that nothing is lost", function()
    local r = { name = "images.generate", path = "/images" }
    local path, rest = route.path(r, { frame_id = 7 }, { prompt = "a door" })
    assert.equal("/images", path)
    assert.same({ prompt = "a door", frame_id = 7 }, rest)
    local fields = { id = 3, prompt = "a door" }
    path, rest = route.path({ name = "x", path = "/{id}" }, {}, fields)
    assert.equal("/3", path)
    assert.same({ prompt = "a door" }, rest)
    assert.equal(3, fields.id) -- the caller's own table stays
  end)
end)
