-- The slicer over HTTP, asked about generated sessions: it agrees with the lists. SPDX-License-Identifier: MIT

local cognitive3d_curl = require "spec.support.cognitive3d_curl"
local sandbox = require "studio.sandbox"

local SESSIONS <const> = "/datasets/sessions/"
local SHOP <const> = "0c9d7f34-5a1e-4c0b-9b8e-2f1d6a7c8e01"
local SIZES <const> = { sessions = 24, events = 8, gaze = 60, long = 0, now = 1795305600 }

describe("the slicer's routes", function()
  local sb

  setup(function() sb = assert(sandbox.start { cognitive3d = SIZES }) end)
  teardown(function() sb:stop() end)

  local function post(route, body) return cognitive3d_curl(sb, "POST", SESSIONS .. route, body) end

  local function ok(route, body)
    local status, answer = post(route, body)
    assert(status == 200, ("%d: %s"):format(status, type(answer) == "table" and answer.message or answer))
    return answer
  end

  -- A body about the whole sessions of project 10.
  local function about(more)
    local body = { sessionType = "project", entityFilters = { projectId = 10 } }
    for name, value in pairs(more or {}) do body[name] = value end
    return body
  end

  local function listed(filters)
    return ok("paginatedListQueries", about { limit = 100, sessionFilters = filters })
  end

  local duration = { fieldParent = "session", fieldName = "duration" }
  local fps = { nestedFieldName = "numericalSessionProp", path = "c3d.metrics.fps_score" }

  it("count what the list lists", function()
    local filter = { { field = fps, op = "gte", value = 70 } }
    local rows, time, best = listed(filter).results, 0, 0
    assert.is_true(#rows > 0 and #rows < 24)
    for _, row in ipairs(rows) do
      time, best = time + row.duration, math.max(best, row.properties["c3d.metrics.fps_score"])
      assert.is_true(row.properties["c3d.metrics.fps_score"] >= 70)
    end
    local main = ok("slicerQueries", about { sessionFilters = filter, aggregations = { { name = "main",
      outputType = "json0_key_y", operations = { { name = "n", type = "sessionCount" },
        { name = "time", type = "sum", field = duration }, { name = "best", type = "max", field = fps } } } } })
      .aggregations.main
    assert.same({ #rows, time, best }, { main.n.value, main.time.value, main.best.value })
    assert.same({}, main.n.warnings)
  end)

  it("split by day and by headset; the parts are the whole", function()
    local by_day = { name = "day", timeUnit = "day", timeValue = 1, field = { fieldParent = "session",
      fieldName = "date" } }
    local by_hmd = { name = "hmd", field = { nestedFieldName = "textualSessionProp", path = "c3d.device.hmd.type" } }
    local main = ok("slicerQueries", about { aggregations = { { name = "main", outputType = "json0_list",
      sliceBys = { by_day, by_hmd }, operations = { { name = "n", type = "sessionCount" } } } } }).aggregations.main
    local sum, of_hmd = 0, {}
    for _, row in ipairs(main.n.values) do
      sum, of_hmd[row.y] = sum + row.value, (of_hmd[row.y] or 0) + row.value
      assert.equal(0, row.x % 86400000)
    end
    assert.equal(24, sum)
    for hmd, n in pairs(of_hmd) do
      assert.equal(n, listed({ { field = by_hmd.field, op = "eq", value = hmd } }).count)
    end
  end)

  it("know users, and events of a kind", function()
    local start = { field = { fieldParent = "event", fieldName = "eventName" }, op = "eq", value = "c3d.sessionStart" }
    local list = ok("paginatedListQueries", about { eventFilters = { start }, userFilters = { { field =
      "latestSession", op = "gte", value = 1000 * SIZES.now - 10 * 86400000 } }, limit = 100 })
    local latest = {}
    for _, row in ipairs(listed().results) do latest[row.user] = math.max(latest[row.user] or 0, row.startTime) end
    local wanted = 0
    for _, row in ipairs(listed().results) do
      if latest[row.user] >= 1000 * SIZES.now - 10 * 86400000 then wanted = wanted + 1 end
    end
    assert.is_true(wanted > 0 and wanted < 24)
    assert.equal(wanted, list.count)
  end)

  it("count scene sessions by version", function()
    local body = { entityFilters = { projectId = 10, sceneId = SHOP, versionId = 101 }, aggregations = { {
      name = "main", operations = { { name = "n", type = "sessionCount" } } } } }
    local scene_list = ok("paginatedListQueries", { entityFilters = body.entityFilters })
    assert.equal(scene_list.count, ok("slicerQueries", body).aggregations.main.n.value)
    body.entityFilters.versionId = 999
    assert.equal(404, (post("slicerQueries", body)))
    body.entityFilters.versionId = 201 -- of the other scene
    assert.equal(404, (post("slicerQueries", body)))
  end)

  it("tell names of properties and values of fields", function()
    local names = ok("slicerPropertyNameQueries", about())
    local _, same = cognitive3d_curl(sb, "POST", "/propertyNameQueries", about())
    assert.same(names, same)
    assert.is_not_nil(table.concat(names.textualSessionProp, " "):find("c3d.app.version", 1, true))
    assert.is_not_nil(table.concat(names.numericalEventProp, " "):find("sessionlength", 1, true))
    local values = ok("slicerFieldValuesQueries", about { field = { fieldParent = "event", fieldName = "eventName" } })
    assert.is_not_nil(table.concat(values, " "):find("c3d.sessionStart", 1, true))
    local _, options = cognitive3d_curl(sb, "GET", SESSIONS .. "slicerOptions")
    assert.equal("sessionCount", options.aggregationOps[1].name)
  end)

  it("tell how objects were looked at, together and session by session", function()
    local entity = { projectId = 10, sceneId = SHOP, versionId = 101 }
    for _, kind in ipairs { "gaze", "fixation" } do
      local all = ok("slicerObjectMetricQueries", { entityFilters = entity, gazeType = kind, aggregations = "all",
        objectIds = { "shelf", "nobody" } })
      local each = ok("slicerSingleObjectPerSessionMetricQueries", { projectId = "10", sceneId = SHOP,
        versionId = "101", gazeType = kind, aggregations = "all", objectId = "shelf" }).metrics
      local looks, sessions = 0, 0
      for _, one in pairs(each) do looks, sessions = looks + one.totalGazeCount, sessions + 1 end
      local shelf = all.metrics.shelf
      assert.is_true(looks > 0)
      assert.same({ looks, sessions }, { shelf.totalGazeCount, shelf.totalSessionsWithAnyGaze })
      assert.is_true(shelf.proportionOfSessionsWithAnyGaze <= 1)
      assert.is_nil(all.metrics.nobody.averageGazeCount) -- null
      assert.equal(0, all.metrics.nobody.totalGazeCount)
    end
  end)

  it("refuse what the service would ignore, unless told to be like it", function()
    local inside = about { aggregations = { { name = "main", operations = { { name = "n", type = "sessionCount",
      sliceBys = { { name = "s", field = duration } } } } } } }
    local status, answer = post("slicerQueries", inside)
    assert.equal(400, status)
    assert.matches("sliceBys stand beside operations", answer.message)
    local quoted = about { entityFilters = { projectId = "10" } }
    assert.equal(400, (post("paginatedListQueries", quoted)))
    local open = about { sessionFilters = { { field = { fieldParent = "session", fieldName = "date" }, op = "gte",
      value = 1795305600000 } } }
    local code, page, headers = post("paginatedListQueries", open)
    assert.equal(502, code)
    assert.equal("text/html", headers["content-type"])
    assert.matches("Bad Gateway", page)
    sb:set { cognitive3d = { sessions = 24, events = 8, gaze = 60, long = 0, now = SIZES.now, lenient = true } }
    assert.equal(24, ok("slicerQueries", inside).aggregations.main.n.value)
    assert.equal(0, ok("paginatedListQueries", open).count)
    assert.equal(400, (post("paginatedListQueries", quoted)))
  end)
end)
