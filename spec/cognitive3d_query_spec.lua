-- Queries: what is sent for them, what is refused, and the rows they become. SPDX-License-Identifier: MIT

local body = require "studio.services.cognitive3d.query.body"
local json = require "studio.json"
local queries = require "spec.support.cognitive3d_queries"
local query = require "studio.services.cognitive3d.query"
local aggregate = require "studio.services.cognitive3d.query.aggregate"
local filter = require "studio.services.cognitive3d.query.filter"
local random_query = require "spec.support.cognitive3d_random_query"
local slice = require "studio.services.cognitive3d.query.slice"
local studio = require "studio"
local wire = require "studio.sandbox.json"
local validate = require "studio.sandbox.cognitive3d.slicer.validate"

local function canonical(text) return json.encode(json.decode(text, { null = "keep" }), { sort = true }) end

local function expected(parts)
  local all = {}
  for _, list in ipairs { queries.base, parts } do
    for name, text in pairs(list) do all[name] = json.decode(text, { null = "keep" }) end
  end
  return json.encode(all, { sort = true })
end

describe("a query sends exactly what the vendor's reference says:", function()
  it("there are enough of them", function() assert.is_true(#queries.list >= 60, #queries.list) end)

  for i, case in ipairs(queries.list) do
    it(("%d, %s"):format(i, canonical(select(2, next(case[2])) or "{}"):sub(1, 60)), function()
      assert.equal(expected(case[2]), json.encode((body.make("cognitive3d:query", case[1], "10")), { sort = true }))
    end)
  end
end)

-- What the sandbox, which knows nothing of the builder, says about a body.
local function complaint_of(sent)
  local status, message = validate.body("slicer", wire.decode(json.encode(sent)))
  return status and ("%d %s: %s"):format(status, message, json.encode(sent))
end

describe("the sandbox's own reading of the grammar", function()
  it("takes every query of the table", function()
    for i, case in ipairs(queries.list) do
      local operation = case[1].metrics.type
      -- groups of one's own have no documented shape
      if operation ~= "CustomGroups" then
        assert.is_nil(complaint_of(body.make("q", case[1], 10)), i)
      end
    end
  end)

  it("takes what is built at random", function()
    for seed = 1, 300 do
      assert.is_nil(complaint_of(body.make("q", random_query(seed), 10)), "seed " .. seed)
    end
  end)
end)

-- Options that differ from a good query in one thing.
local function with(more)
  local options = { metrics = aggregate.count(), project = 10 }
  for name, value in pairs(more) do options[name] = value end
  return options
end

local refused = {
  -- what the service ignores without a word
  { "slices are the option 'slice' of the query", function() return aggregate.avg("x", { slice = 1 }) end },
  { "slices are the option 'slice' of the query", function() return aggregate.count { sliceBys = {} } end },
  { "'metrics': '1' was not made by c3.aggregate", { metrics = { { type = "sessionCount", sliceBys = {} } } } },
  { "not known to be kept unnested", function() return filter.unnested "c3d.device.type" end },
  { "did you mean 'c3d.app.version'", function() return filter.unnested "c3d.app.versions" end },
  { "'eventName' is a field of events: put the filter into 'events'", { filters = filter.eq("eventName", "x") } },
  { "'participantId' is a field of sessions: put the filter into 'filters'",
    { events = filter.eq("participantId", "x") } },
  { "'latestSession' is a field of users: put the filter into 'users'", { filters = filter.eq("latestSession", 1) } },
  { "'date' is a field of sessions: put the filter into 'filters'", { users = filter.eq("date", 1) } },
  { "users have no field 'lastSession'; did you mean 'latestSession'", { users = filter.eq("lastSession", 1) } },
  { "'points' is of events: it belongs in 'events', not in 'filters'",
    { filters = filter.eq(filter.event "points", 1) } },
  { "'users': a filter about an objective belongs in 'objectives'", { users = filter.passed(1) } },
  { "'filters': a filter about an objective belongs in 'objectives'",
    { filters = filter.or_ { filter.eq(filter.step_time(1, 1), 2) } } },
  { "'objectives': only filters about objectives", { objectives = filter.eq("duration", 1) } },
  { "'objectives': the service joins filters about objectives by \"and\" only",
    { objectives = filter.or_ { filter.passed(1) } } },
  { "'users': the service joins filters about users by \"and\" only",
    { users = filter.or_ { filter.eq("latestSession", 1) } } },
  { "can be compared with one number only", { objectives = filter.in_(filter.step_time(1, 1), { 1, 2 }) } },
  { "can be compared with one number only", { objectives = filter.eq(filter.step_time(1, 1), "1") } },
  { "the objective has no active version", function() return filter.passed { id = 1, objectiveVersions = {} } end },
  { "objective version must be a string or an integer", function() return filter.failed(1.5) end },
  { "the id of an objective version is an integer, not \"abc\"", function() return filter.failed "abc" end },
  { "step must be 1 or more", function() return filter.step_passed(1, 0) end },
  -- what it answers with an error
  { "option 'project' must be a number and not a text", { project = "10" } },
  { "'scene' goes with session_type = \"scene\"", { scene = "x" } },
  { "'version' goes with session_type = \"scene\"", { version = 7 } },
  { "'version' is needed", { session_type = "scene" } },
  { "only sessions of one scene have 'hasGazes'", { filters = filter.eq("hasGazes", true) } },
  { "only sessions of one scene have 'sceneId'", { slice = slice.by_text "sceneId" } },
  { "'to' is missing: give both from and to, since an open range ends in 502", { from = "2026-01-01" } },
  { "'from' is missing", { to = "2026-01-01" } },
  { "the session's date has no end", { filters = filter.gte("date", "2026-01-01") } },
  { "the session's date has no beginning", { filters = filter.range("date", nil, "2026-01-01") } },
  { "the session's date has no beginning", { filters = filter.and_ { filter.lt("date", 1), filter.eq("a", 1) } } },
  { "the session's date has no end", { filters = filter.or_ { filter.gt("date", 1), filter.eq("a", 1) } } },
  { "the session's date has no end", { filters = filter.none { filter.lt("date", 1) } } },
  { "the session's date has no beginning", { filters = filter.none { filter.none { filter.lt("date", 1) } } } },
  { "the session's date has no beginning", { filters = filter.none { filter.and_ { filter.gt("date", 1),
    filter.outside("date", 1, 2) } } } },
  { "'max_terms' must be from 1 to 1024", function() return slice.by_text("a", { max_terms = 1025 }) end },
  { "'max_terms' must be from 1 to 1024", function() return slice.by_text("a", { max_terms = 0 }) end },
  { "by two at most, not by 3", { slice = { slice.by_date "day", slice.by_text "a", slice.by_text "b" } } },
  { "there is no session_type 'projekt'; did you mean 'project'", { session_type = "projekt" } },
  { "there is no output 'json'", { output = "json" } },
  { "in \"legacy\" nobody could tell which of 'a' and 'b' is which; say json0_list or json0_keyed",
    { output = "legacy", slice = { slice.by_text "a", slice.by_text "b" } } },
  { "in \"json0_key_y\" nobody could tell which of 'duration' and 'date' is which",
    { output = "json0_key_y", slice = { slice.by_number("duration", 1), slice.by_date "day" } } },
  { "there is no unit 'weeks'; did you mean 'week'", function() return slice.by_date "weeks" end },
  { "'week_starts' goes with weeks, not with a day", function() return slice.by_date("day", { week_starts = 1 }) end },
  { "'week_starts' must be from 0", function() return slice.by_date("week", { week_starts = 7 }) end },
  { "'count' must be 1 or more", function() return slice.by_date("day", { count = 0 }) end },
  { "interval must be above 0", function() return slice.by_number("a", 0) end },
  -- what cannot be meant
  { "option 'metrics' is needed, such as c3.aggregate.count()", function() return body.make("q", {}, 10) end },
  { "option 'project' is needed, or project_id of the client",
    function() return body.make("q", { metrics = aggregate.count() }) end },
  { "unknown option 'filter'; did you mean 'filters'", { filter = filter.eq("a", 1) } },
  { "option 'metrics' is empty", { metrics = {} } },
  { "two are called 'avg'", { metrics = { aggregate.avg "a", aggregate.avg "b" } } },
  { "'date' is the name of two columns", { slice = { slice.by_date "day", slice.by_date "week" } } },
  { "'value' is the name of two columns", { slice = slice.by_text "value" } },
  { "option 'slice': 1 was not made by c3.slice", { slice = { "day" } } },
  { "option 'slice' must be made by c3.slice", { slice = {} } },
  { "option 'filters': 1 was not made by c3.filter", { filters = { { op = "eq" } } } },
  { "option 'filters' must be a filter, or a list of filters", { filters = { duration = 3 } } },
  { "'participantId' is not a number, so that it has no average", { metrics = aggregate.avg "participantId" } },
  { "'a' is not a number, so that it has no sum", { metrics = aggregate.sum(filter.text "a") } },
  { "'participantId' is no number", { slice = slice.by_number("participantId", 5) } },
  { "'c3d.a' is a property, and no property is a date", { slice = slice.by_date("day", { field = "c3d.a" }) } },
  { "'duration' is no date", { slice = slice.by_date("day", { field = "duration" }) } },
  { "'duration' is a number, and is compared with a text", { filters = filter.eq("duration", "long") } },
  { "'participantId' is a text, and is compared with a number", { filters = filter.eq("participantId", 7) } },
  { "'a' is a text, which the service cannot order", { filters = filter.gt("a", "b") } },
  { "the values for 'a' are of several types", { filters = filter.in_("a", { 1, "b" }) } },
  { "of which type 'a' is cannot be told", { filters = filter.eq("a", json.null) } },
  { "the range for 'duration' ends before it begins", { filters = filter.range("duration", 2, 1) } },
  { "option 'to' must be later than 'from'", { from = "2026-01-01", to = "2026-01-01" } },
  { "option 'from' must be a date: \"2026-03-05\"", { from = "yesterday", to = "2026-01-01" } },
  { "the value for 'date' must be a date", { filters = filter.eq("date", "2026-01-01T10:00:00") } },
  { "option 'exclude_tags': tag 1 must be a string", { exclude_tags = { 1 } } },
  { "filter.eq: value must be a text, a number, a boolean or a date, not nothing",
    function() return filter.eq("a") end },
  { "filter.gt: value must be a finite number", function() return filter.gt("a", 0 / 0) end },
  { "nothing is more or less than true", function() return filter.gt("a", true) end },
  { "values must be a list, and not empty", function() return filter.in_("a", {}) end },
  { "give min, max or both", function() return filter.range("a") end },
  { "filters must be a list of filters, and not empty", function() return filter.and_ {} end },
  { "filter 2 was not made by c3.filter", function() return filter.or_ { filter.eq("a", 1), 7 } end },
  { "field must not be an empty string", function() return filter.eq("", 1) end },
}

it("a session's date that is bounded on each way through its filters is not open", function()
  local early, late = filter.gte("date", "2026-01-01"), filter.lt("date", "2026-02-01")
  for _, filters in ipairs {
    { early, filter.or_ { late, filter.eq("date", "2026-01-05") } },
    { early, filter.or_ { late, filter.and_ { late, filter.eq("a", 1) } } },
    filter.none { late, early }, filter.none { filter.or_ { late, early } },
    filter.none { filter.outside("date", 1, 2) }, filter.none { filter.range("date", 1, 2) },
    filter.or_ { filter.and_ { early, late }, filter.eq("a", 1) },
  } do
    body.make("cognitive3d:query", with { filters = filters })
  end
end)

describe("a query is refused before anything is sent:", function()
  for i, case in ipairs(refused) do
    it(("%d, %s"):format(i, case[1]), function()
      local wrong = case[2]
      local ok, message = pcall(function()
        return type(wrong) == "function" and wrong() or body.make("cognitive3d:query", with(wrong))
      end)
      assert.is_false(ok)
      assert.matches(case[1], message, 1, true)
      assert.matches("^spec/cognitive3d_query_spec.lua:%d+: ", message)
    end)
  end
end)

-- A client that answers each query with the same, and knows what was asked.
local function client_that_answers(answer)
  local client = { state = { params = { project_id = 10 } }, queries = {} }
  function client.queries.slice(_, request)
    client.asked = request
    return type(answer) == "string" and json.decode(answer) or answer, "response"
  end
  function client.problem(_, name, fields) return { name, fields.kind, fields.message } end
  return client
end

local function ask(main, options)
  options.metrics = options.metrics or aggregate.count()
  return query(client_that_answers('{"aggregations":{"main":' .. main .. "}}"), options)
end

describe("the rows of a query", function()
  it("are one without a slice, with a column for each metric", function()
    local rows, response, info = ask('{"n":{"value":81,"warnings":["slow"]},"fps":{"value":null,"warnings":[]}}',
      { metrics = { n = aggregate.count(), fps = aggregate.avg "c3d.metrics.fps_score" } })
    assert.same({ { n = 81 } }, rows)
    assert.equal("response", response)
    assert.same({ "slow" }, info.warnings)
    assert.equal("project", info.body.sessionType)
    assert.equal(81, info.answer.aggregations.main.n.value)
  end)

  it("are one for each bucket of a slice, with what each metric has there", function()
    local rows = ask([[{"n":{"values":[{"x":1733702400000,"value":2},{"x":1734307200000,"value":0}],"warnings":[]},
      "fps":{"values":[{"x":1733702400000,"value":57.5},{"x":1734307200000,"value":null}],"warnings":[]}}]],
      { metrics = { n = aggregate.count(), fps = aggregate.avg "f" }, slice = slice.by_date "week" })
    assert.same({ { date = "2024-12-09", n = 2, fps = 57.5 }, { date = "2024-12-16", n = 0 } }, rows)
  end)

  it("tell a day by its moment where a time zone was asked for", function()
    local rows = ask('{"value":{"values":[{"x":1733731200000,"value":2}]}}',
      { slice = slice.by_date("day", { time_zone = "America/Vancouver" }) })
    assert.same({ { date = "2024-12-09T08:00:00Z", value = 2 } }, rows)
  end)

  it("are one for each pair of buckets of two slices, whichever of them the service takes for x", function()
    local options = { slice = { slice.by_text("c3d.app.version", { name = "version" }), slice.by_date "week" } }
    -- as in the example of the query reference: the last slice is x
    local rows = ask('{"value":{"values":[{"x":1733702400000,"values":{"1.0":27,"0.2":0}}]}}', options)
    local both = { { date = "2024-12-09", version = "0.2", value = 0 }, { date = "2024-12-09", version = "1.0",
      value = 27 } }
    assert.same(both, rows)
    -- as the page on output types says: the first is
    rows = ask([[{"value":{"values":[{"x":"0.2","values":{"1733702400000":0}},
      {"x":"1.0","values":{"1733702400000":27}}]}}]], options)
    assert.same(both, rows)
  end)

  it("have numbers for numbers, in their order, although keys of objects are texts", function()
    local rows = ask('{"value":{"values":{"0.0":{"100":83,"25":32,"50":40}}}}',
      { output = "json0_keyed", slice = { slice.by_number("duration", 600000), slice.by_number("score", 25) } })
    assert.same({ { duration = 0, score = 25, value = 32 }, { duration = 0, score = 50, value = 40 },
      { duration = 0, score = 100, value = 83 } }, rows)
  end)

  it("are the same in all four shapes of an answer", function()
    local two = { slice.by_number("duration", 600000), slice.by_text("version") }
    local wanted = { { duration = 0, version = "a", value = 1 }, { duration = 0, version = "b", value = 2 },
      { duration = 600000, version = "a", value = 3 } }
    for output, values in pairs {
      json0_key_y = '"values":[{"x":0,"values":{"b":2,"a":1}},{"x":600000,"values":{"a":3}}]',
      json0_list = '"values":[{"x":0,"y":"a","value":1},{"x":0,"y":"b","value":2},{"x":600000,"y":"a","value":3}]',
      json0_keyed = '"values":{"0.0":{"b":2,"a":1},"600000.0":{"a":3}}',
      legacy = '"labels":["a","b"],"values":[{"x":0,"y":[1,2]},{"x":600000,"y":[3]}]',
    } do
      assert.same(wanted, (ask('{"value":{' .. values .. "}}", { output = output, slice = two })), output)
    end
    for output, values in pairs {
      json0_key_y = '"values":[{"x":0,"value":1},{"x":600000,"value":null}]',
      json0_list = '"values":[{"x":0,"value":1},{"x":600000,"value":null}]',
      json0_keyed = '"values":{"600000.0":null,"0.0":1}',
      legacy = '"labels":["value"],"values":[{"x":0,"y":[1]},{"x":600000,"y":[null]}]',
    } do
      local rows = ask('{"value":{' .. values .. "}}", { output = output, slice = two[1] })
      assert.same({ duration = 0, value = 1 }, rows[1], output)
      if output ~= "json0_keyed" then assert.same({ duration = 600000 }, rows[2], output) end
    end
  end)

  it("know true from false", function()
    local rows = ask('{"value":{"values":[{"x":0,"value":4},{"x":"true","value":3}]}}',
      { slice = slice.by_boolean("c3d.roomscale", { name = "room" }) })
    assert.same({ { room = false, value = 4 }, { room = true, value = 3 } }, rows)
  end)

  it("are an error when the answer has none", function()
    local function problem(answer, options)
      options.metrics = aggregate.count()
      local rows, err = query(client_that_answers(answer), options)
      assert.is_nil(rows)
      return err
    end
    assert.same({ "queries.slice", "protocol", "the answer has no aggregations" }, problem("{}", {}))
    assert.same("the answer has no aggregations", problem('{"aggregations":[1]}', {})[3])
    assert.same("the answer has no aggregations", problem(true, {})[3])
    assert.same("the answer has no values for 'value'", problem('{"aggregations":{"main":{}}}', {})[3])
    assert.same("the answer has no values for 'value'",
      problem('{"aggregations":{"main":{"value":{"value":3}}}}', { slice = slice.by_date "day" })[3])
  end)
end)

describe("a query of the sandbox", function()
  local sb, c3
  setup(function()
    sb = assert(studio.sandbox.start { cognitive3d = { sessions = 40, seed = 3, events = 8, gaze = 10, long = 0 } })
    c3 = studio.cognitive3d { org_key = "orgkey-sandbox", base_url = sb.cognitive3d_url, project_id = "10" }
  end)
  teardown(function()
    c3:close()
    sb:stop()
  end)

  local function sum(rows, name)
    local total = 0
    for _, row in ipairs(rows) do total = total + row[name] end
    return total
  end

  it("counts what a list with the same filters shows", function()
    local filters = c3.filter.gt("c3d.metrics.fps_score", 75)
    local rows, response, info = c3:query { metrics = c3.aggregate.count(), filters = filters }
    assert.equal(200, response.status)
    assert.same({}, info.warnings)
    local listed = 0
    for session in c3.sessions:each { filters = filters, limit = 7 } do
      listed = listed + 1
      assert.is_true(session.properties["c3d.metrics.fps_score"] > 75)
    end
    assert.is_true(listed > 0 and listed < 40, listed)
    assert.same({ { value = listed } }, rows)
  end)

  it("has rows that add up, however it is sliced, in every shape", function()
    for _, output in ipairs { "json0_key_y", "json0_list", "json0_keyed", "legacy" } do
      for _, slices in ipairs {
        { c3.slice.by_date "week" }, { c3.slice.by_number("duration", 60000) },
        { c3.slice.by_text "c3d.app.version", c3.slice.by_date "month" },
        { c3.slice.by_date "month", c3.slice.by_text "c3d.app.version" },
        { c3.slice.by_number("duration", 60000) },
      } do
        local rows = assert(c3:query { metrics = { n = c3.aggregate.count(), long = c3.aggregate.max "duration" },
          slice = slices, output = output })
        assert.equal(40, sum(rows, "n"))
        for _, row in ipairs(rows) do
          assert.matches("^%d%d%d%d%-%d%d%-%d%d$", row.date or "2026-01-01")
          assert.equal(row.n == 0, row.long == nil)
        end
      end
    end
  end)

  it("has each value in its own column, also where both slices are of one kind", function()
    local versions, devices = {}, {}
    for session in c3.sessions:each() do
      versions[session.properties["c3d.app.version"] or 0] = true
      devices[session.properties["c3d.device.hmd.type"] or 0] = true
    end
    for _, output in ipairs { false, "json0_list", "json0_keyed" } do
      local rows = assert(c3:query { metrics = { n = c3.aggregate.count() }, output = output or nil,
        slice = { c3.slice.by_text("c3d.app.version", { name = "version" }),
          c3.slice.by_text("c3d.device.hmd.type", { name = "device" }) } })
      assert.is_true(#rows > 1)
      for _, row in ipairs(rows) do assert.same({ true, true }, { versions[row.version], devices[row.device] }) end
    end
  end)

  it("of a project that is not there is an error of the route, at the caller's line", function()
    local rows, err = c3:query { metrics = c3.aggregate.count(), project = 9999 }
    assert.is_nil(rows)
    assert.equal("queries.slice", err.route)
    assert.matches("^spec/cognitive3d_query_spec.lua:%d+$", err.where)
    assert.equal(c3.filter, studio.cognitive3d.filter)
  end)
end)
