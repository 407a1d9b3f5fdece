-- Everything in Cognitive3D's sandbox beside sessions and their streams. SPDX-License-Identifier: MIT

local cognitive3d_ask = require "spec.support.cognitive3d_ask"
local cognitive3d_curl = require "spec.support.cognitive3d_curl"
local sandbox = require "studio.sandbox"
local shell = require "spec.support.shell"

local STOCKROOM = "7be2a1f0-43d6-4f7a-8c55-91e0b2d3c402"
local RESULTS, STEPS = "/datasets/objectives/objectiveResultQueries", "/datasets/objectives/objectiveStepResultQueries"

describe("the sandbox for Cognitive3D", function()
  local sb, stay, ask, close

  -- The body of a 200, and its content type.
  local function ok(...)
    local status, body, response = ask(...)
    assert(status == 200, ("%s: %s"):format(status, type(body) == "table" and body.message or body))
    return body, response:header "content-type"
  end

  setup(function()
    sb = assert(sandbox.start { cognitive3d = { events = 20, gaze = 60, event_cut = 60, now = 1795305600 } })
    ask, close = cognitive3d_ask(sb)
    stay = ok("POST", "/datasets/sessions/paginatedListQueries", { entityFilters = { projectId = 10,
      versionId = 201 }, limit = 1 }).results[1]
  end)
  teardown(function()
    close()
    sb:stop()
  end)

  it("serves files with their content types, whole or in part", function()
    local model, kind = ok("GET", "/versions/101/files/scene/scene.gltf")
    assert.same({ "model/gltf+json", "scene.bin" }, { kind, model.buffers[1].uri })
    local picture, its_kind = ok("GET", "/versions/102/files/screenshot_small/screenshot.png")
    assert.same({ "image/png", "\x89PNG" }, { its_kind, picture:sub(1, 4) })
    ok("GET", "/versions/101/files/optimized/scene/scene.gltf")
    assert.equal(404, (ask("GET", "/versions/102/files/optimized/scene/scene.gltf")))
    local status, part = cognitive3d_curl(sb, "GET", "/versions/101/files/scene/scene.bin", nil, nil, { "-r 4-11" })
    assert.same({ 206, 8 }, { status, #part })
    ok("GET", "/" .. ok("GET", "/versions/101/objects?includeFiles=false")[1].thumbnailLocation)
  end)

  it("lists objects, and removes one by its number", function()
    assert.equal(18, #ok("GET", "/projects/10/objects"))
    local objects = ok("GET", "/versions/301/objects")
    local path = "/versions/301/objects/" .. objects[1].id
    assert.equal(400, (ask("DELETE", path)))
    local scene = ok("GET", "/projects/11/scenes")[1]
    ok("DELETE", ("%s?versionNumber=1&sdkSceneId=%s"):format(path, scene.sdkFacingId))
    assert.equal(#objects - 1, #ok("GET", "/versions/301/objects"))
  end)

  it("makes reports and says to whom it would have sent one", function()
    local id, both = stay.sessionId, ("?projectId=10&sceneId=%s"):format(STOCKROOM)
    local scene = "/versions/201/sessions/" .. id
    for _, path in ipairs { ("/projects/10/sessions/%s/report.pdf"):format(id), scene .. "/report.pdf" .. both } do
      local text, kind = ok("GET", path)
      assert.equal("application/pdf", kind)
      assert.matches("^%%PDF", text)
    end
    assert.equal(400, (ask("GET", scene .. "/report.pdf")))
    assert.matches("^%%PDF", (ok("POST", "/versions/201/sessionsReport.pdf" .. both, { sessionIds = { id } })))
    local body = { sceneId = STOCKROOM, projectId = 10, recipients = { "ann@example.test" } }
    ok("POST", scene .. "/reportEmails", body)
    body.recipients = { "ann" }
    assert.equal(400, (ask("POST", scene .. "/reportEmails", body)))
    assert.equal(STOCKROOM, ok("GET", scene .. "/metadata").sceneId)
    assert.equal(1, #ok("POST", "/projects/10/sessions/metadataLookups", { sdkIdSceneIds = {
      { sdkId = id, sceneId = STOCKROOM }, { sdkId = id, sceneId = "x" } } }))
    local gaze = ok("GET", "/versions/201/gaze/" .. id)
    assert.equal(stay.duration, #gaze.data * 100)
    assert.equal(stay.startTime / 1000, gaze.data[1].time)
  end)

  it("judges sessions by objectives, the same in every answer", function()
    local objective = ok("GET", "/projects/10/objectives")[1]
    local old, new = objective.objectiveVersions[1], objective.objectiveVersions[2]
    assert.same({ false, true }, { old.isActive, new.isActive })
    local results = ok("POST", RESULTS, { projectId = 10, objectiveVersionId = new.id })
    local path = ("/projects/10/objectiveVersions/%d/results.csv"):format(new.id)
    local csv, kind = ok("GET", path)
    assert.equal("text/csv", kind)
    local last, all = { succeeded = 0, failed = 0 }, 0
    for step, result in csv:gmatch ',(%d),[^,]+,(%a+),' do
      all = all + 1
      if step == "3" then last[result] = last[result] + 1 end
    end
    assert.same(results, last)
    assert.equal(3 * (results.succeeded + results.failed), all)
    local steps = ok("POST", STEPS, { projectId = 10, objectiveVersionId = new.id })
    assert.same({ 3, results.succeeded }, { #steps, steps[3].succeeded })
    assert.is_true(steps[3].averageStepCompletionTime > steps[3].averageStepDuration)
    local sliced = ok("POST", RESULTS, { projectId = 10, sliceByObjectiveVersion = true })
    assert.same({ 5011, 5012, 5021 }, { sliced[1].objectiveVersionId, sliced[2].objectiveVersionId,
      sliced[3].objectiveVersionId })
    assert.equal(2, #ok("POST", RESULTS, { projectId = 10, sliceByObjective = true }))
    assert.same(steps, ok("POST", STEPS, { projectId = 10, sliceByObjectiveVersion = true })[tostring(new.id)])
    assert.is_true(#ok("GET", path .. "?excludeJunkAndTestSessions=true") < #csv)
    local one = ok("GET", ("/versions/201/sessions/%s/objectiveData"):format(stay.sessionId))
    assert.equal(3, #one["5021"])
    -- an id of another kind: nothing, and no error
    local nothing = ok("POST", RESULTS, { projectId = 10, objectiveVersionId = objective.id })
    assert.same({ succeeded = 0, failed = 0 }, nothing)
    for _, gone in ipairs { "results", "stepResults?excludeJunkAndTest=true" } do
      assert.equal(404, (ask("GET", ("/versions/201/objectiveVersions/%d/%s"):format(new.id, gone))))
    end
  end)

  it("makes objectives and their versions", function()
    local steps = { { type = "eventstep", name = "s" } }
    local made = ok("POST", "/versions/102/objectives", { name = "New", steps = steps })
    local path = "/versions/102/objectives/" .. made.id
    ok("POST", path .. "/versions", { steps = { { type = "eventstep" }, { type = "gazestep" } } })
    local read = ok("GET", path)
    assert.same({ false, true }, { read.objectiveVersions[1].isActive, read.objectiveVersions[2].isActive })
    assert.equal(400, (ask("POST", "/versions/102/objectives", { name = ("x"):rep(33), steps = { {} } })))
    ok("DELETE", path)
    assert.equal(404, (ask("GET", "/projects/10/objectives/" .. made.id)))
  end)

  it("has question sets with answers, fifty to a page, and counts them", function()
    local sets = ok("GET", "/projects/10/questionSets")
    assert.same({ "after_visit:1", "after_visit:2" }, { sets[1].id, sets[2].id })
    assert.equal(2, #ok("GET", "/projects/10/questionSets/after_visit"))
    assert.equal("after_visit", ok("GET", "/questionSets?projectIds=10")["after_visit:2"].name)
    local path = "/projects/10/questionSets/after_visit/2/"
    local first = ok("GET", path .. "responses?limit=1000&page=0&orderBy=createdAt&sort=DESC&search=archived:false")
    assert.same({ 72, 2, 50 }, { first.count, first.pages, #first.results })
    assert.equal(22, #ok("GET", path .. "responses?page=1").results)
    assert.is_true(ok("GET", path .. "responses?excludeTags=test,junk").count < 72)
    assert.equal(first.results[1].id, first.results[2].id)
    assert.equal(19, #tostring(first.results[1].id))
    local dump = ok("POST", path .. "responseDumps?search=archived:false")
    assert.equal(72, #dump)
    local sums, skipped = { 0, 0, 0 }, nil
    for q, counts in ipairs(ok("POST", path .. "responseCountQueries", '{"sessionFilters":[]}')) do
      for _, cell in ipairs(counts) do sums[q], skipped = sums[q] + cell.count, cell.skipped end
    end
    assert.same({ 24, 24, 24, true }, { sums[1], sums[2], sums[3], skipped })
    local status, body = ask("POST", path .. "responseCountQueries", "[]")
    assert.same({ 400, "Invalid json" }, { status, body.message })
    ok("DELETE", "/projects/11/questionSets/after_visit")
    assert.equal("archived", ok("GET", "/projects/11/questionSets")[1].status)
  end)

  it("keeps remote variables, configurations and tests", function()
    local variable = ok("POST", "/projects/10/remoteVariables", { name = "speed", valueInt = 3 })
    assert.equal("int", variable.type)
    local path = "/projects/10/remoteVariables/" .. variable.id
    ok("PUT", path, { valueInt = 4 })
    assert.equal(4, ok("GET", path).valueInt)
    assert.equal(400, (ask("PUT", path, { valueString = "fast" })))
    assert.equal(404, (ask("DELETE", path)))
    local configuration = { name = "fast", remoteVariableId = variable.id, enabled = true, overrideValueInt = 9 }
    local made = ok("POST", "/projects/10/remoteConfigurations", configuration)
    ok("PUT", "/projects/10/remoteConfigurations/" .. made.id, { enabled = false })
    assert.is_false(ok("GET", "/projects/10/remoteConfigurations")[1].enabled)
    ok("DELETE", "/projects/10/remoteConfigurations/" .. made.id)
    configuration.remoteVariableId = 1
    assert.equal(400, (ask("POST", "/projects/10/remoteConfigurations", configuration)))
    local test = { name = "t", remoteVariableId = variable.id, remoteVariableProbability = 50, isEnabled = true,
      isSticky = "true", abTestVariables = { { valueInt = 1, probability = 50 } } }
    local id = ok("POST", "/projects/10/abTests", test).id
    assert.equal("t", ok("GET", "/projects/10/abTests/" .. id).name)
    test.isSticky = true
    assert.equal(400, (ask("PUT", "/projects/10/abTests/" .. id, test)))
    ok("DELETE", "/projects/10/abTests/" .. id)
    assert.same({}, ok("GET", "/projects/10/abTests"))
  end)

  it("keeps a media library, widgets and dashboards", function()
    local all = ok("GET", "/projects/10/media")
    assert.same({ 3, 2 }, { #all, #ok("GET", "/projects/10/media?excludeArchived=true") })
    local path = "/projects/10/media/" .. all[1].id
    local bytes, kind = ok("GET", path .. "/files/" .. all[1].fileName)
    assert.same({ "image/png", "\x89PNG" }, { kind, bytes:sub(1, 4) })
    assert.equal(2, #ok("GET", path .. "/pointOfInterests"))
    ok("DELETE", path)
    assert.equal(1, #ok("GET", "/projects/10/media?excludeArchived=true"))
    local widget = ok("POST", "/projects/10/widgets", { title = "w", query = { name = "sessionCount" } })
    ok("PUT", "/projects/10/widgets/" .. widget.id, { title = "W", chartType = "BAR" })
    assert.equal("W", ok("GET", "/projects/10/widgets/" .. widget.id).title)
    local board = { title = "b", dateRangeKey = "30D", widgetMetadataList = {
      { widgetId = widget.id, title = "W", type = "CUSTOM" } } }
    local id = ok("POST", "/projects/10/dashboards", board).id
    board.widgetMetadataList[1].widgetId = 1
    assert.equal(400, (ask("PUT", "/projects/10/dashboards/" .. id, board)))
    ok("DELETE", "/projects/10/dashboards/" .. id)
    ok("DELETE", "/projects/10/widgets/" .. widget.id)
    assert.equal(1, #ok("GET", "/projects/10/widgets"))
  end)

  it("takes reviews as a form with a CSV, and nothing else", function()
    local path = os.tmpname()
    shell.write(path, 'Date,Rating,Text\r\n2026-01-02,5,"good, ""very"" good\nand more"\r\n2026-01-03,1,bad\r\n')
    local form = { "-F 'reviews=@" .. path .. ";type=text/csv'" }
    local _, said = cognitive3d_curl(sb, "POST", "/projects/10/reviews", nil, nil, form)
    os.remove(path)
    assert.equal(2, said.count)
    assert.equal('good, "very" good\nand more', ok("GET", "/projects/10/reviews")[1].review.Text)
    assert.equal(400, (ask("POST", "/projects/10/reviews", { reviews = "x" })))
    assert.same({}, ok("GET", ("/projects/10/reviews/session?sdkSessionId=%s&versionId=201"):format(stay.sessionId)))
  end)
end)
