-- Cognitive3D's sandbox: keys, projects, sessions and their streams. SPDX-License-Identifier: MIT

local cognitive3d_ask = require "spec.support.cognitive3d_ask"
local cognitive3d_curl = require "spec.support.cognitive3d_curl"
local sandbox = require "studio.sandbox"
local shell = require "spec.support.shell"

local SHOP, STOCKROOM = "0c9d7f34-5a1e-4c0b-9b8e-2f1d6a7c8e01", "7be2a1f0-43d6-4f7a-8c55-91e0b2d3c402"
local LIST = "/datasets/sessions/paginatedListQueries"
local SIZES = { events = 20, gaze = 60, event_cut = 60, now = 1795305600 }

describe("the sandbox for Cognitive3D", function()
  local sb, ask, close

  setup(function()
    sb = assert(sandbox.start { cognitive3d = SIZES })
    ask, close = cognitive3d_ask(sb)
  end)
  teardown(function()
    close()
    sb:stop()
  end)

  -- What nobody here wrote asks in a few places.
  local function curl(...) return cognitive3d_curl(sb, ...) end

  local function ok(...)
    local status, body = ask(...)
    assert(status == 200, ("%s: %s"):format(status, type(body) == "table" and body.message or body))
    return body
  end

  -- A page of the sessions of project 10; `more` are further fields.
  local function sessions(more)
    local body = { entityFilters = { projectId = 10 }, sessionType = "project", limit = 100 }
    for name, value in pairs(more or {}) do body[name] = value end
    return ok("POST", LIST, body)
  end

  local function raw(session, kind, more)
    local body = { sessionId = session.sessionId, jsonType = kind }
    for name, value in pairs(more or {}) do body[name] = value end
    return ok("POST", ("/projects/10/sessions/%s/jsonRequests"):format(session.sessionId), body)
  end

  it("has two origins, and opens each to its keys only", function()
    local cases = {
      { "/organizations/apiKeys/whoami", "orgkey-sandbox", 200 },
      { "/organizations/apiKeys/whoami", "orgkey-readonly", 200 },
      { "/organizations/apiKeys/whoami", "APIKEY:ORGANIZATION oldorg", 200 },
      { "/organizations/apiKeys/whoami", "Bearer orgkey-sandbox", 401 },
      { "/organizations/apiKeys/whoami", "APIKEY:ORGANIZATION orgkey-sandbox", 401 },
      { "/organizations/apiKeys/whoami", "APIKEY:DEVELOPER dev-sandbox", 401 },
      { "/organizations/apiKeys/whoami", false, 401 },
      { "data:/apiKeys/verify", "APIKEY:DEVELOPER dev-sandbox", 200 },
      { "data:/apiKeys/verify", "APIKEY:DATA data-sandbox", 403 },
      { "data:/apiKeys/verify", "orgkey-sandbox", 401 },
      { "data:/organizations/apiKeys/whoami", nil, 404 },
      { "/apiKeys/verify", nil, 404 },
    }
    for _, case in ipairs(cases) do
      assert.equal(case[3], (curl("GET", case[1], nil, case[2])), case[1] .. " " .. tostring(case[2]))
    end
    local status, body = curl("GET", "data:/apiKeys/verify", nil, "APIKEY:DEVELOPER dev-expired")
    assert.equal(401, status)
    assert.matches("key expired", body.message)
    local log = sb:log()
    assert.equal("cognitive3d_data", log[#log].server)
    assert.equal("dev-expired", log[#log].key)
    assert.equal("***", log[#log].headers.authorization)
  end)

  it("lets a read-only key read, also by POST, and nothing else", function()
    assert.equal(200, (ask("POST", LIST, { entityFilters = { projectId = 10 }, sessionType = "project" },
      "orgkey-readonly")))
    assert.equal(403, (ask("POST", "/projects", { name = "x", organizationId = 1 }, "orgkey-readonly")))
  end)

  it("tells of projects, scenes and versions; a slash at the end is another path", function()
    local project = ok("GET", "/projects/10?useImageLocations=true")
    assert.equal(2, #project.scenes)
    assert.equal(SHOP, project.scenes[1].id)
    assert.same({ 101, 102 }, { project.scenes[1].versions[1].id, project.scenes[1].versions[2].id })
    local scene = ok("GET", "/scenes/" .. STOCKROOM)
    local stats = scene.versions[1].stats
    assert.is_true(stats.session_count > 0 and stats.total_session_time > 0)
    assert.equal(404, (ask("GET", "/scenes/" .. STOCKROOM .. "/")))
    assert.equal(404, (ask("GET", "/projects/12")))
  end)

  it("makes, changes and removes projects", function()
    local made = ok("POST", "/projects", { name = "New", description = "d", type = "vr", organizationId = 1 })
    assert.equal("New", ok("GET", "/projects/" .. made.id).name)
    ok("PUT", "/projects/" .. made.id, { name = "Renamed", categoryIds = { 3 } })
    assert.equal("Renamed", ok("GET", "/projects/" .. made.id).name)
    assert.equal(400, (ask("PUT", "/projects/" .. made.id, { nme = "x" })))
    ok("DELETE", "/projects/" .. made.id)
    assert.equal(404, (ask("GET", "/projects/" .. made.id)))
  end)

  it("pages through sessions by date, newest first, a hundred at most", function()
    local all = sessions()
    assert.equal(24, all.count)
    assert.equal(1, all.pages)
    local seen, before = {}, math.huge
    for page = 0, 4 do
      local part = sessions { page = page, limit = 5 }
      assert.equal(5, part.pages)
      assert.equal(page, part.currentPage)
      for _, row in ipairs(part.results) do
        assert.is_true(row.startTime < before)
        before, seen[#seen + 1] = row.startTime, row.sessionId
      end
    end
    assert.equal(24, #seen)
    for i, row in ipairs(all.results) do assert.equal(row.sessionId, seen[i]) end
    assert.equal(0, #sessions { page = 5, limit = 5 }.results)
    local up = sessions { sort = "asc", limit = 1000 }
    assert.equal(seen[24], up.results[1].sessionId)
    assert.matches("^%d+_%x+$", seen[1])
    assert.equal(up.results[1].startTime // 1000, tonumber(seen[24]:match "^%d+"))
  end)

  it("sorts by other fields too", function()
    local last = -1
    local by_duration = { fieldName = "duration", fieldParent = "session" }
    for _, row in ipairs(sessions { sort = "asc", orderBy = by_duration }.results) do
      assert.is_true(row.duration >= last)
      last = row.duration
    end
    assert.equal(400, (ask("POST", LIST, { entityFilters = { projectId = 10 }, sessionType = "project",
      orderBy = { fieldName = "shoeSize" } })))
  end)

  it("lists sessions of a version when nothing else is said, and wants numbers", function()
    local rows = ok("POST", LIST, { entityFilters = { projectId = 10, versionId = 201 } }).results
    assert.is_true(#rows > 0)
    for _, row in ipairs(rows) do assert.same({ STOCKROOM, 201 }, { row.sceneId, row.sceneVersionId }) end
    local function refused(body) return (ask("POST", LIST, body)) end
    assert.equal(400, refused { entityFilters = { projectId = 10 } })
    assert.equal(400, refused { entityFilters = { projectId = "10" }, sessionType = "project" })
    assert.equal(400, refused { entityFilters = { projectId = 10, versionId = 201 }, sessionType = "project" })
    local status, body = ask("POST", LIST, "[]")
    assert.same({ 400, "Invalid json" }, { status, body.message })
  end)

  it("has ragged properties of mixed types, and tags", function()
    local names, kinds, tags = {}, {}, {}
    for _, row in ipairs(sessions().results) do
      for name, value in pairs(row.properties) do
        names[name] = (names[name] or 0) + 1
        if name == "build" then kinds[type(value)] = true end
      end
      for _, tag in ipairs(row.tags) do
        tags[tag] = true
        assert.is_true(row.properties["c3d.session_tag." .. tag])
      end
    end
    assert.same({ number = true, string = true }, kinds)
    assert.same({ test = true, junk = true }, tags)
    assert.equal(24, names["c3d.metrics.fps_score"])
    assert.is_true(names["c3d.participant.age"] < 24)
  end)

  it("cuts long lists of events and says so; the raw stream has all of them, with 19 digits of their hashes", function()
    local long
    for _, row in ipairs(sessions { includeEvents = true }.results) do
      assert.equal(row.eventsLimited, #row.events == SIZES.event_cut)
      if row.eventsLimited then long = row end
      for _, event in ipairs(row.events) do
        assert.equal("integer", math.type(event.eventHash))
        assert.equal(19, #tostring(event.eventHash))
      end
    end
    local events = raw(long, "EVENTS").data.events
    assert.is_true(#events > SIZES.event_cut)
    for i, event in ipairs(long.events) do
      assert.equal(event.eventHash, events[i].eventHash)
      assert.equal(event.date, events[i].time)
    end
  end)

  it("counts what it generates exactly", function()
    local sums = { events = 0, gaze = 0, fixations = 0, sensors = 0, dynamics = 0, boundary = 0 }
    for _, project in ipairs { 10, 11 } do
      for _, row in ipairs(sessions { entityFilters = { projectId = project } }.results) do
        local data = ok("POST", ("/projects/%d/sessions/%s/jsonRequests"):format(project, row.sessionId),
          { sessionId = row.sessionId, jsonType = "ALL" }).data
        for name in pairs(sums) do
          if name ~= "sensors" then sums[name] = sums[name] + #data[name] end
        end
        for _, sensor in ipairs(data.sensors) do sums.sensors = sums.sensors + #sensor.data end
      end
    end
    assert.same(sums, sb:state().cognitive3d.generated)
  end)

  it("gives raw data as the options ask", function()
    local row = sessions { sort = "asc", limit = 3 }.results[3] -- in two scenes
    local gaze = raw(row, "GAZE").data.gaze
    assert.equal(row.startTime, gaze[1].time)
    local seconds = raw(row, "GAZE", { sessionRelativeTimestamps = true, convertMillisToSeconds = true,
      indicateSceneOnDatum = true, addMetadata = true, addProperties = true })
    assert.equal(0.1, seconds.data.gaze[2].time)
    assert.equal(row.sessionId, seconds.metadata.sessionId)
    assert.same(row.properties, seconds.properties)
    assert.equal("string", type(seconds.data.gaze[1].sceneId))
    local apart = raw(row, "GAZE", { separateSceneData = true }).data
    local sum, versions = 0, 0
    for id, data in pairs(apart) do
      sum, versions = sum + #data.gaze, versions + 1
      local path = ("/versions/%s/sessions/%s/jsonRequests"):format(id, row.sessionId)
      assert.same(data.gaze, ok("POST", path, { sessionId = row.sessionId, jsonType = "GAZE" }).data.gaze)
    end
    assert.same({ #gaze, 2 }, { sum, versions })
    local path = ("/projects/10/sessions/%s/jsonRequests"):format(row.sessionId)
    assert.equal(400, (ask("POST", path, { sessionId = row.sessionId, jsonType = "SMELL" })))
    assert.equal(400, (ask("POST", path, { sessionId = "1_x", jsonType = "GAZE" })))
    path = "/projects/10/sessions/1_x/jsonRequests"
    assert.equal(404, (ask("POST", path, { sessionId = "1_x", jsonType = "GAZE" })))
  end)

  it("packs all of it into a zip that unzip takes", function()
    local row, path = sessions { limit = 1 }.results[1], os.tmpname()
    shell.write(path, (ok("GET", ("/projects/10/sessions/%s/jsonZipRequest"):format(row.sessionId))))
    local good, said = shell.tool("unzip -t " .. path)
    os.remove(path)
    assert(good, said)
    assert.matches("fixation.json", said)
  end)

  it("answers for single sessions", function()
    local row = sessions { sort = "asc", limit = 3 }.results[3]
    local one = ok("POST", "/datasets/sessions/singleProjectSessionQueries",
      { projectId = "10", sessionId = row.sessionId, attachSceneSessionData = true, includeObjectiveData = true })
    assert.is_nil(one.properties)
    local version, set = next(one.sceneSessionProperties)
    assert.same(row.properties, set)
    local scene = one.sceneSessions[1]
    local body = { projectId = 10, sceneId = scene.sceneId, versionId = scene.sceneVersionId,
      sessionId = row.sessionId }
    local single = ok("POST", "/datasets/sessions/singleQueries", body)
    assert.equal(row.sessionId, single.sessionId)
    body.projectId = "10"
    assert.equal(400, (ask("POST", "/datasets/sessions/singleQueries", body)))
    local several = ok("POST", "/datasets/sessions/multiQueries", { projectId = 10, sceneId = scene.sceneId,
      versionId = scene.sceneVersionId, sdkSessionIds = { row.sessionId, "1_x" } })
    assert.equal(row.sessionId, several[row.sessionId].sessionId)
    assert.is_nil(several["1_x"])
    local of = ok("POST", "/datasets/sessions/participantSessionsQueries",
      { organizationId = "1", participantId = row.participantId })
    assert.is_true(#of > 1)
    assert(version)
  end)

  it("knows tags, and sets them", function()
    local titles = {}
    for _, tag in ipairs(ok("GET", "/organizations/1/tags")) do titles[#titles + 1] = tag.title end
    assert.same({ "test", "junk", "Crash", "LowMemory" }, titles)
    local row = sessions { limit = 1 }.results[1]
    local path = ("/projects/10/sessions/%s/tags/"):format(row.sessionId)
    assert.equal(404, (ask("PUT", path .. "mine", { value = true })))
    ok("POST", "/organizations/1/tags", { title = "mine", colourHex = "#123456", projectIds = { "10" } })
    ok("PUT", path .. "mine", { value = true })
    assert.same({ "mine" }, sessions { limit = 1 }.results[1].tags)
    ok("PUT", path .. "mine", { value = false })
    assert.same({}, sessions { limit = 1 }.results[1].tags)
    assert.equal(5, #ok("GET", "/organizations/1/tags"))
    assert.equal(6, #ok("GET", "/organizations/1/tags/all"))
  end)

  it("logs a person in, and says how a participant begins", function()
    local status, body, headers = curl("POST", "/sessions", { email = "a@b.test", password = "sandbox" }, false)
    assert.equal(200, status)
    assert.matches("c3d_session=", headers["set-cookie"])
    local _, again = curl("GET", "/sessions/current", nil, false, { "-H 'Cookie: c3d_session=sandbox'" })
    assert.equal(body.csrf, again.csrf)
    assert.equal(401, (curl("GET", "/sessions/current", nil, false)))
    assert.equal(401, (curl("POST", "/sessions", { email = "a@b.test", password = "x" }, false)))
    local moved, _, where = curl("GET", "/identify/sso/login?orgId=1", nil, false)
    assert.equal(302, moved)
    assert.matches("^http://127", where.location)
  end)

  it("filters lists, and counts the same by query", function()
    local field = { nestedFieldName = "numericalSessionProp", path = "c3d.metrics.fps_score" }
    local filter = { field = field, op = "gte", value = 70 }
    local expected = 0
    for _, row in ipairs(sessions().results) do
      if row.properties["c3d.metrics.fps_score"] >= 70 then expected = expected + 1 end
    end
    local found = sessions { sessionFilters = { filter } }
    assert.equal(expected, found.count)
    for _, row in ipairs(found.results) do assert.is_true(row.properties["c3d.metrics.fps_score"] >= 70) end
    local answer = ok("POST", "/datasets/sessions/slicerQueries", { sessionType = "project",
      entityFilters = { projectId = 10 }, sessionFilters = { filter }, aggregations = {
        { name = "a", outputType = "json0_key_y", operations = { { name = "n", type = "sessionCount" } } } } })
    assert.equal(expected, answer.aggregations.a.n.value)
    assert.equal(400, (ask("POST", LIST, { sessionType = "project", entityFilters = { projectId = 10 },
      sessionFilters = { { field = filter.field, op = "atLeast", value = 70 } } })))
    local since = { field = { fieldParent = "session", fieldName = "date" }, op = "gte", value = 1790000000000 }
    local status, _, response = ask("POST", LIST, { sessionType = "project", entityFilters = { projectId = 10 },
      sessionFilters = { since } })
    assert.same({ 502, "text/html" }, { status, response:header "content-type" })
  end)

  it("tells what there is to query", function()
    local body = { sessionType = "project", entityFilters = { projectId = 10 } }
    local names = ok("POST", "/datasets/sessions/slicerPropertyNameQueries", body)
    assert.same(names, ok("POST", "/propertyNameQueries", body))
    local found = {}
    for _, name in ipairs(names.numericalSessionProp) do found[name] = true end
    assert.is_true(found["c3d.metrics.fps_score"] and found.build)
    assert.is_true(#ok("GET", "/datasets/sessions/slicerOptions").sessionFields > 5)
    body.field = { nestedFieldName = "textualSessionProp", path = "c3d.app.name" }
    assert.same({ "Shop floor" }, ok("POST", "/datasets/sessions/slicerFieldValuesQueries", body))
  end)

  it("measures how objects were looked at, as the samples say", function()
    local entity = { projectId = 10, sceneId = STOCKROOM, versionId = 201 }
    local counted, length = 0, 0
    for _, row in ipairs(ok("POST", LIST, { entityFilters = entity, limit = 100 }).results) do
      local data = ok("POST", ("/versions/201/sessions/%s/jsonRequests"):format(row.sessionId),
        { sessionId = row.sessionId, jsonType = "GAZE" }).data
      local seen
      for _, sample in ipairs(data.gaze) do
        if sample.o == "till" then length, seen = length + 100, true end
      end
      counted = counted + (seen and 1 or 0)
    end
    local body = { entityFilters = entity, gazeType = "gaze", aggregations = "all", objectIds = { "till" } }
    local answer = ok("POST", "/datasets/sessions/slicerObjectMetricQueries", body)
    assert.is_true(counted > 0)
    local till = answer.metrics.till
    assert.same({ counted, length }, { till.totalSessionsWithAnyGaze, till.totalGazeLength })
    local single = ok("POST", "/datasets/sessions/slicerSingleObjectPerSessionMetricQueries", { projectId = "10",
      sceneId = STOCKROOM, versionId = "201", gazeType = "gaze", aggregations = "all", objectId = "till" }).metrics
    local sum = 0
    for _, one in pairs(single) do sum = sum + one.totalGazeLength end
    assert.equal(length, sum)
  end)

  it("goes wrong as told: a proxy's page, and a 200 that is none", function()
    sb:set { faults = {
      { kind = "html", server = "cognitive3d", status = 500, count = 1 },
      { kind = "status", server = "cognitive3d", status = 200, body = "Internal Server Error", count = 1 },
    } }
    local status, _, headers = curl("GET", "/projects/10")
    assert.same({ 500, "text/html" }, { status, headers["content-type"] })
    local false_status, body = curl("GET", "/projects/10")
    assert.same({ 200, "Internal Server Error" }, { false_status, body })
  end)
end)

describe("Cognitive3D's sandbox of other sizes", function()
  it("makes the same sessions of the same seed, and others of another; ten thousand cost nothing", function()
    local function first(given)
      local sb <close> = assert(sandbox.start { cognitive3d = given })
      local _, body = cognitive3d_curl(sb, "POST", LIST, { entityFilters = { projectId = 10 },
        sessionType = "project", limit = 1, page = 4999, includeEvents = true })
      local _, wide = cognitive3d_curl(sb, "POST", LIST, { entityFilters = { projectId = 10 },
        sessionType = "project", limit = 1000 })
      assert.same({ 100, 100 }, { #wide.results, wide.pages }) -- a hundred at most, whatever was asked for
      return body
    end
    local sizes = { sessions = 10000, events = 10, gaze = 20, now = 1795305600, seed = 7 }
    local one = first(sizes)
    assert.equal(10000, one.count)
    assert.equal(1, #one.results)
    assert.same(one, first(sizes))
    sizes.seed = 8
    assert.not_same(one, first(sizes))
  end)

  it("sends a stream of thousands of rows while it makes it", function()
    local sb <close> = assert(sandbox.start { cognitive3d = { sessions = 1, gaze = 8200, events = 20, long = 0 } })
    local _, page = cognitive3d_curl(sb, "POST", LIST, { entityFilters = { projectId = 10 }, sessionType = "project" })
    local id = page.results[1].sessionId
    local _, body = cognitive3d_curl(sb, "POST", ("/projects/10/sessions/%s/jsonRequests"):format(id),
      { sessionId = id, jsonType = "ALL" })
    assert.is_true(#body.data.gaze >= 4100)
    assert.equal(page.results[1].duration, #body.data.gaze * 100)
    for i = 2, #body.data.gaze do assert.equal(100, body.data.gaze[i].time - body.data.gaze[i - 1].time) end
    assert.is_true(#body.data.events >= 10)
  end)

  it("refuses options that it does not know", function()
    assert.has_error(function() sandbox.start { cognitive3d = { session = 3 } } end,
      "sandbox.start: cognitive3d has no field 'session'")
    assert.has_error(function() sandbox.start { cognitive3d = { sessions = 1.5 } } end,
      "sandbox.start: cognitive3d.sessions must be a whole number")
  end)
end)
