-- Lists of sessions and answers at Cognitive3D: pages from 0, and what is asked for. SPDX-License-Identifier: MIT
--
-- With a sort sessions:each goes by pages; how it walks by date is in cognitive3d_export_spec.lua.

local echo = require "spec.support.echo"
local json = require "studio.json"
local studio = require "studio"

local ROUTE <const> = "POST /v0/datasets/sessions/paginatedListQueries"
local filter = studio.cognitive3d.filter

local server, c3

local function rows(from, to)
  local list = {}
  for i = from, to do list[#list + 1] = ('{"sessionId":"%d_a","eventHash":1234567890123456%03d}'):format(i, i) end
  return "[" .. table.concat(list, ",") .. "]"
end

local function page(number, pages, list)
  return { body = ('{"count":%d,"pages":%d,"currentPage":%d,"results":%s}'):format(pages * 2, pages, number, list),
    headers = { ["Content-Type"] = "application/json" } }
end

local function start(answers)
  server = echo.start { [ROUTE] = answers, ["*"] = answers }
  c3 = studio.cognitive3d { org_key = "orgkey-x", base_url = server.url, project_id = 10, state_dir = false }
end

local function asked(i) return json.decode(server:log()[i].body) end

local function walked()
  local seen = {}
  for session in c3.sessions:each { sort = "desc" } do seen[#seen + 1] = session.sessionId end
  return table.concat(seen, " ")
end

after_each(function()
  c3:close()
  server:stop()
end)

describe("a list of sessions", function()
  it("is read from page 0 to the last, once each, with numbers as exact as they came", function()
    start { page(0, 3, rows(1, 2)), page(1, 3, rows(3, 4)), page(2, 3, rows(5, 5)) }
    local seen, last = {}, nil
    for session in c3.sessions:each { sort = "desc" } do
      seen[#seen + 1] = session.sessionId
      last = session
    end
    assert.equal("1_a 2_a 3_a 4_a 5_a", table.concat(seen, " "))
    assert.equal(1234567890123456005, last.eventHash)
    assert.same({ 3, 0, 1, 2 }, { #server:log(), asked(1).page, asked(2).page, asked(3).page })
  end)

  it("says for one page which it is, counted from 1 as everywhere, and how many there are", function()
    start { page(1, 3, rows(3, 4)) }
    local list, _, info = c3.sessions:list { page = 1, limit = 2 }
    assert.equal(2, #list)
    assert.same({ page = 2, last = 3, total = 6 }, info)
    assert.same({ 1, 2 }, { asked(1).page, asked(1).limit })
  end)

  it("ends at an empty page, and where the number of pages shrinks", function()
    start { page(0, 9, rows(1, 2)), page(1, 9, "[]") }
    assert.equal("1_a 2_a", walked())
    c3:close()
    server:stop()
    start { page(0, 3, rows(1, 2)), page(1, 2, rows(3, 4)) }
    assert.equal("1_a 2_a 3_a 4_a", walked())
    assert.equal(2, #server:log())
  end)

  it("that grows while it is read is read on, and does not go in circles", function()
    start { page(0, 1 + 1, rows(1, 2)), page(1, 3, rows(3, 4)), page(2, 3, rows(5, 6)) }
    assert.equal("1_a 2_a 3_a 4_a 5_a 6_a", walked())
    c3:close()
    server:stop()
    -- One that takes no notice of `page`, and always says that there is more.
    start { page(0, 5, rows(1, 2)), page(1, 6, rows(1, 2)), page(2, 7, rows(1, 2)) }
    local ok, err = pcall(walked)
    assert.is_false(ok)
    assert.same({ "protocol", 2 }, { err.kind, #server:log() })
  end)

  it("without any number of pages ends at one that is empty", function()
    local function bare(list)
      return { body = ('{"results":%s}'):format(list), headers = { ["Content-Type"] = "application/json" } }
    end
    start { bare(rows(1, 2)), bare(rows(3, 3)), bare "[]" }
    assert.equal("1_a 2_a 3_a", walked())
  end)

  it("is walked to its end by a service that counts pages of a hundred and sends fewer", function()
    local function sent(count, ...)
      local list = {}
      for i, second in ipairs { ... } do
        list[i] = ('{"sessionId":"%d_a","date":"2026-01-01T00:00:%02d.000Z"}'):format(second, second)
      end
      local answer = page(0, 1, "[" .. table.concat(list, ",") .. "]")
      answer.body = answer.body:gsub('"count":%d+', '"count":' .. count)
      return answer
    end
    start { sent(3, 1, 2), sent(2, 2, 3) }
    local seen = {}
    for session in c3.sessions:each() do seen[#seen + 1] = session.sessionId end
    assert.same({ "1_a", "2_a", "3_a" }, seen)
    assert.equal(2, #server:log())
  end)

  it("is told what is wanted in the service's own words", function()
    start { page(0, 1, rows(1, 1)) }
    assert(c3.sessions:list { filters = filter.gte("duration", 60000), exclude_tags = { "junk" }, sort = "asc" })
    assert(c3.sessions:list { version = { id = 7 }, scene = { id = "0a1b" }, include_objectives = true })
    assert.same({ "project", "asc", 2 }, { asked(1).sessionType, asked(1).sort, #asked(1).sessionFilters })
    assert.same({ "scene", { projectId = 10, sceneId = "0a1b", versionId = 7 }, true },
      { asked(2).sessionType, asked(2).entityFilters, asked(2).includeAllObjectiveData })
  end)

  it("refuses what cannot be meant, before anything is sent", function()
    start { page(0, 1, "[]") }
    for message, query in pairs {
      ["unknown option 'filter'; did you mean 'filters'"] = { filter = {} },
      ["option 'sort' must be \"asc\" or \"desc\""] = { sort = "up" },
      ["option 'include_objectives' goes with a version"] = { include_objectives = true },
      ["option 'version' is needed"] = { scene = "0a1b" },
    } do
      local ok, raised = pcall(c3.sessions.list, c3.sessions, query)
      assert.is_false(ok)
      assert.matches(message, raised, 1, true)
      assert.matches("^spec/cognitive3d_lists_spec.lua:%d+: ", raised)
    end
    assert.same({}, server:log())
  end)

  it("is asked for again when that failed, also by a client that only reads", function()
    server = echo.start { [ROUTE] = { { status = 503 }, { close = true }, page(0, 1, rows(1, 1)) } }
    c3 = studio.cognitive3d { org_key = "orgkey-x", base_url = server.url, project_id = 10, state_dir = false,
      read_only = true, backoff_base = 0.001, backoff_cap = 0.001 }
    assert.equal(1, #assert(c3.sessions:list()))
    assert.equal(3, #server:log())
  end)
end)

describe("answers of an ExitPoll", function()
  it("are read page by page, those of one submission too", function()
    local function answers(...)
      local list = {}
      for _, id in ipairs { ... } do list[#list + 1] = ('{"id":%d,"questionIndex":0}'):format(id) end
      return "[" .. table.concat(list, ",") .. "]"
    end
    start { page(0, 2, answers(1234567890123456789, 1234567890123456789)), page(1, 2, answers(7)) }
    local ids = {}
    for answer in c3.exitpoll:each_response(nil, "comfort:2") do ids[#ids + 1] = answer.id end
    assert.same({ 1234567890123456789, 1234567890123456789, 7 }, ids)
    assert.equal("/v0/projects/10/questionSets/comfort/2/responses?page=1", server:log()[2].target)
    assert.matches("must be named \"NAME:VERSION\", not 'comfort'",
      select(2, pcall(c3.exitpoll.responses, c3.exitpoll, nil, "comfort")), 1, true)
  end)
end)

describe("what is said of a session", function()
  it("is taken from its row where nothing else is said, and named where it is missing", function()
    start { { body = "{}", headers = { ["Content-Type"] = "application/json" } } }
    local row = { sessionId = "1_a", sceneId = "0a1b", sceneVersionId = 7, projectId = 10 }
    assert(c3.sessions:get(row))
    assert.same({ projectId = 10, sceneId = "0a1b", sessionId = "1_a", versionId = 7 }, asked(1))
    row.projectId = 11 -- of another project than the client's
    assert(c3.sessions:get(row))
    assert(c3.sessions:json(row, { type = "ALL", scene = "0a1b", version = 7 }))
    assert(c3.sessions:get(row, { project = 12 }))
    assert(c3.tags:set(nil, row, "test"))
    assert.equal("/v0/projects/11/sessions/1_a/tags/test", server:log()[5].path)
    assert.same({ 11, 11, 12 }, { asked(2).projectId, asked(3).projectId, asked(4).projectId })
    local wrong = {
      ["sessions:get: 'scene' is needed: { scene = …, version = … }"] = function() c3.sessions:get "1_a" end,
      ["sessions:json: there is no type 'EVENT'; did you mean 'EVENTS'"] = function()
        c3.sessions:json(row, { type = "event" })
      end,
      ["sessions:json: session is a table without 'sessionId' or 'sdkSessionId'"] = function()
        c3.sessions:json({ id = 3 }, { type = "ALL" })
      end,
      ["objectives:results: the objective has no active version"] = function()
        c3.objectives:results { version = { id = 1, objectiveVersions = {} } }
      end,
      ["queries:slice: entityFilters.projectId must be a number"] = function()
        c3.queries:slice { entityFilters = { projectId = "10" }, aggregations = {} }
      end,
      ["queries:object_metrics: objectIds[2] must be the object's sdkId (a text) or its row, and not its id"] =
        function() c3.queries:object_metrics { objectIds = { { id = 5, sdkId = "cup" }, 5 } } end,
      ["queries:object_session_metrics: objectId must be the object's sdkId"] =
        function() c3.queries:object_session_metrics { objectId = 5 } end,
    }
    for message, call in pairs(wrong) do
      local ok, raised = pcall(call)
      assert.is_false(ok)
      assert.matches(message, raised, 1, true)
    end
    assert.equal(5, #server:log())
  end)
end)
