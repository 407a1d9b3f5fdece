-- What apps and editors ask of Cognitive3D's collector in the sandbox: media, hooks, questions, remote variables,
-- lobbies. SPDX-License-Identifier: MIT

local cognitive3d_curl = require "spec.support.cognitive3d_curl"
local sandbox = require "studio.sandbox"

local SHOP <const> = "0c9d7f34-5a1e-4c0b-9b8e-2f1d6a7c8e01"
local DATA <const> = "APIKEY:DATA data-sandbox"
local ANSWERS <const> = "/questionSets/after_visit/2/responses"

describe("the collector of the sandbox", function()
  local sb

  setup(function()
    sb = assert(sandbox.start { cognitive3d = { sessions = 2, events = 4, gaze = 10, long = 0, now = 1795305600 } })
  end)
  teardown(function() sb:stop() end)

  local function data(method, path, body) return cognitive3d_curl(sb, method, "data:" .. path, body, DATA) end

  local function answered(list, more)
    local body = { userId = "u", sessionId = "1795300000_dev", hook = "after_visit", sceneId = SHOP,
      questionSetId = "after_visit:2", versionNumber = 1, versionId = 101, answers = list }
    for name, value in pairs(more or {}) do body[name] = value end
    return data("POST", ANSWERS, body)
  end

  it("lists media and hooks to an editor", function()
    local _, media = cognitive3d_curl(sb, "GET", "data:/media")
    assert.equal("Poster", media[1].name)
    assert.is_string(media[1].uploadId)
    local _, hooks = cognitive3d_curl(sb, "GET", "data:/hooks")
    assert.same({ name = "after_visit", description = "When a visit is over", active = true,
      questionSetId = "after_visit:2" }, hooks[1])
    assert.equal(403, (data("GET", "/hooks")))
  end)

  it("hands out the questions of a hook, and takes answers that the query host lists", function()
    local status, set = data("GET", "/questionSetHooks/after_visit/questionSet")
    assert.same({ 200, "after_visit:2", 3 }, { status, set.id, #set.questions })
    assert.equal(404, (data("GET", "/questionSetHooks/nobody/questionSet")))
    local list = { { type = "BOOLEAN", value = 1 }, { type = "SCALE", value = 7 }, { type = "VOICE", value = -32768 } }
    assert.equal(200, (answered(list)))
    local _, page = cognitive3d_curl(sb, "GET", "/projects/10" .. ANSWERS)
    local by_question = {}
    for n = 1, 3 do by_question[page.results[n].questionIndex] = page.results[n] end
    assert.same({ "1", "7", true }, { by_question[0].value, by_question[1].value, by_question[2].skipped })
    assert.equal("1795300000_dev", by_question[0].sessionId)
  end)

  it("takes no answers to other questions", function()
    local yes, scale, voice = { type = "BOOLEAN", value = 1 }, { type = "SCALE", value = 7 },
      { type = "VOICE", value = "UklGRg==" }
    local function says(expected, list, more)
      local status, body = answered(list, more)
      assert.equal(400, status)
      assert.matches(expected, body.message)
    end
    says("array of 3", { yes, scale })
    says("answers%[1%].type must be BOOLEAN", { scale, scale, voice })
    says("no answer to a question of type SCALE", { yes, { type = "SCALE", value = 11 }, voice })
    says("no answer to a question of type VOICE", { yes, scale, { type = "VOICE", value = "noise" } })
    says("questionSetId is not", { yes, scale, voice }, { questionSetId = "after_visit:1" })
    says("sessionId must be a text", { yes, scale, voice }, { sessionId = 5 })
    assert.equal(200, (answered { yes, scale, voice }))
  end)

  it("hands out remote variables: those that are configured, and what is drawn for a person", function()
    local function remote(path, body)
      local status, thing = cognitive3d_curl(sb, "POST", "/projects/10/" .. path, body)
      assert.equal(200, status)
      return thing
    end
    local _, before = data("GET", "/remotevariables?identifier=ann")
    assert.same({ abTests = {}, remoteConfigurations = {} }, before)
    assert.equal(400, (data("GET", "/remotevariables")))
    local _, variables = cognitive3d_curl(sb, "GET", "/projects/10/remoteVariables")
    local enemies = variables[2]
    remote("remoteConfigurations", { name = "hard", remoteVariableId = enemies.id, enabled = true,
      overrideValueInt = 9 })
    remote("remoteConfigurations", { name = "off", remoteVariableId = enemies.id, enabled = false,
      overrideValueInt = 1 })
    remote("abTests", { name = "few or many", remoteVariableId = enemies.id, isEnabled = true, isSticky = "true",
      abTestVariables = { { valueInt = 2, probability = 50 }, { valueInt = 20, probability = 50 } } })
    local seen = {}
    for _, person in ipairs { "ann", "bob", "cid", "dan", "eve", "fay", "gus", "hal", "ann" } do
      local _, got = data("GET", "/remotevariables?identifier=" .. person)
      assert.same({ { name = "hard", description = "", remoteVariableName = "enemies", type = "int", valueInt = 9 } },
        got.remoteConfigurations)
      local value = got.abTests[1].valueInt
      assert.is_true(seen[person] == nil or seen[person] == value) -- the same for the same person
      seen[person], seen[value] = value, true
    end
    assert.is_true(seen[2] and seen[20]) -- and not the same for all
  end)

  it("opens lobbies, and takes sound", function()
    local status, lobby = data("POST", "/lobbies")
    assert.equal(200, status)
    assert.is_string(lobby.id)
    assert.equal(200, (data("POST", "/audio", "RIFF")))
  end)
end)
