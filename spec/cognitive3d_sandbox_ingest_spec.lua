-- The sandbox's collector as apps see it: what it takes, what it refuses, and what it says of batches that come twice.
-- SPDX-License-Identifier: MIT

local cognitive3d_curl = require "spec.support.cognitive3d_curl"
local envelopes = require "studio.sandbox.cognitive3d.envelopes"
local sandbox = require "studio.sandbox"
local sandbox_json = require "studio.sandbox.json"

local SHOP <const> = "0c9d7f34-5a1e-4c0b-9b8e-2f1d6a7c8e01"
local KEY <const> = "APIKEY:DATA data-sandbox"

-- A body, with some of its words put otherwise.
local function body(stream, from, to)
  local head = '"sessionid":"1764000000_dev","%s":1764000000,"part":1,"formatversion":"1.0",'
  local who = '{"userid":"dev",' .. head:format "timestamp"
  local text = ({
    gaze = who .. '"interval":0.1,"properties":{"level":3},"data":[{"time":1764000001.5,"p":[1,2,3],"r":[0,0,0,1]}]}',
    events = who .. '"data":[{"name":"a","time":1764000001,"point":[1,2,3],"properties":{}}]}',
    sensors = '{"name":"dev",' .. head:format "timestamp" .. '"data":[{"name":"fps","data":[[1764000001,90]]}]}',
    fixations = who .. '"data":[{"time":1764000001,"duration":100,"maxradius":0.1,"p":[1,2,3]}]}',
    dynamics = who .. '"manifest":{"a":{"name":"A","mesh":"m","fileType":"gltf"}},"data":[{"id":"a","time":1764000001,'
      .. '"p":[1,2,3],"r":[0,0,0,1],"properties":[{"enabled":true}]}]}',
    boundary = '{"userid":"dev",' .. head:format "time"
      .. '"data":[],"shapes":[{"time":1764000001,"points":[[1,2,3]]}]}',
  })[stream]
  if not from then return text end
  local at, after = text:find(from, 1, true)
  assert(at, from .. " is not in " .. stream)
  return text:sub(1, at - 1) .. to .. text:sub(after + 1)
end

describe("an envelope", function()
  local function complaint(...)
    local stream = ...
    return envelopes.complaint(sandbox_json.decode(body(...)), envelopes.rules[stream])
  end

  it("is taken in each stream", function()
    for stream in pairs(envelopes.rules) do assert.is_nil(complaint(stream)) end
  end)

  it("is refused for each slip, by the field's name", function()
    for _, case in ipairs {
      { "gaze", '"userid":"dev",', "", "userid is missing" },
      { "gaze", '"dev"', "7", "userid is not" },
      { "gaze", '"part":1', '"part":0', "part is not" },
      { "gaze", '"part":1', '"part":"1"', "part is not" },
      { "gaze", '"1.0"', '"3.0"', "formatversion is not" },
      { "gaze", ":1764000000,", ":1764000000.5,", "timestamp is not" },
      { "gaze", '"level":3', '"level":{}', "properties is not" },
      { "gaze", "[1,2,3]", "[1,2]", "data%[1%]: p is not" },
      { "gaze", '"r":[0,0,0,1]', '"r":[0,0,0,1],"x":1', "there is no field 'x'" },
      { "gaze", '"data":[{', '"data":[5,{', "data%[1%]: is no object" },
      { "events", '"name":"a",', "", "name is missing" },
      { "events", "[1,2,3]", "null", "point is not" },
      { "events", '"data":[', '"shapes":[],"data":[', "there is no field 'shapes'" },
      { "sensors", '"name":"dev"', '"userid":"dev"', "there is no field 'userid'" },
      { "sensors", "[1764000001,90]", '[1764000001,"90"]', "data is not" },
      { "fixations", '"duration":100,', "", "duration is missing" },
      { "dynamics", '"mesh":"m",', "", "manifest is not" },
      { "dynamics", '[{"enabled":true}]', '{"enabled":true}', "properties is not" },
      { "boundary", '[[1,2,3]]', "[]", "points is not" },
      { "boundary", '"time":1764000000', '"timestamp":1764000000', "there is no field 'timestamp'" },
    } do
      local why = complaint(case[1], case[2], case[3])
      assert.is_truthy(why, case[1] .. " took " .. case[3])
      assert.matches(case[4], why)
    end
  end)
end)

describe("the sandbox's collector", function()
  local sb
  setup(function() sb = assert(sandbox.start { cognitive3d = { sessions = 1 } }) end)
  teardown(function() sb:stop() end)

  local function post(stream, text, key, place)
    if key == nil then key = KEY end
    return cognitive3d_curl(sb, "POST", ("data:/%s/%s"):format(stream, place or SHOP .. "?version=1"), text, key)
  end

  it("takes a batch once, and says of each that it was the collector that did", function()
    local status, _, headers = post("gaze", body "gaze")
    assert.equal(200, status)
    assert.matches("^%d+$", headers["cvr-request-time"])
    assert.equal(200, (post("gaze", body "gaze")))
    assert.equal(200, (post("gaze", body("gaze", '"part":1', '"part":3'))))
    local state = sb:state().cognitive3d
    assert.same({ batches = 3, gaze = 2, duplicates = 1, gaps = 1 }, state.ingested)
    assert.equal(1, state.recorded)
  end)

  it("refuses a key of another kind, what is no envelope, and what no scene stands for", function()
    assert.equal(401, (post("gaze", body "gaze", false)))
    assert.equal(403, (post("gaze", body "gaze", "APIKEY:DEVELOPER dev-sandbox")))
    local status, answer = post("gaze", body("gaze", "[1,2,3]", "[1,2]"))
    assert.same({ 400, "data is not what it should be: data[1]: p is not what it should be" },
      { status, answer.message })
    assert.equal(400, (post("gaze", "[]")))
    assert.equal(404, (post("gaze", body "gaze", KEY, SHOP .. "?version=9")))
    assert.equal(404, (post("gaze", body "gaze", KEY, "no-such-scene?version=1")))
  end)
end)
