-- The sandbox's slicer: what it refuses, and what it counts. SPDX-License-Identifier: MIT

local evaluate = require "studio.sandbox.cognitive3d.slicer.evaluate"
local json = require "studio.sandbox.json"
local sessions = require "spec.support.cognitive3d_sessions"
local validate = require "studio.sandbox.cognitive3d.slicer.validate"

local MONDAY <const>, DAY <const> = sessions.monday, sessions.day

-- A body as it would arrive.
local function read(text) return assert(json.decode(text)) end

local HEAD <const> = '"sessionType":"project","entityFilters":{"projectId":10}'
local COUNT <const> = '{"name":"n","type":"sessionCount"}'
local DURATION <const> = '{"fieldParent":"session","fieldName":"duration"}'
local DATE <const> = '{"fieldParent":"session","fieldName":"date"}'
local NAME <const> = '{"fieldParent":"event","fieldName":"eventName"}'
local BUILD <const> = '{"nestedFieldName":"textualSessionProp","path":"build"}'

local function aggregate(inner, more)
  return ('{%s%s,"aggregations":[{"name":"main",%s}]}'):format(HEAD, more or "", inner)
end

local function sliced(slices, output)
  return aggregate(('"outputType":"%s","sliceBys":[%s],"operations":[%s]'):format(output or "json0_key_y", slices,
    COUNT))
end

local function filtered(filter)
  return aggregate('"operations":[' .. COUNT .. ']', ',"sessionFilters":[' .. filter .. ']')
end

local function on(field, rest) return ('{"field":%s,%s}'):format(field, rest) end

describe("the sandbox's slicer refuses", function()
  -- what the answer says -> the body
  local refused = {
    { "Invalid json", "[1]" },
    { "entityFilters must be an object", '{"sessionType":"project","aggregations":[]}' },
    { "projectId must be a JSON number, not a text", '{"sessionType":"project","entityFilters":{"projectId":"10"}}' },
    { "projectId is missing", '{"sessionType":"project","entityFilters":{}}' },
    { "versionId is not allowed with project sessions",
      '{"sessionType":"project","entityFilters":{"projectId":10,"versionId":101}}' },
    { "versionId is missing", '{"entityFilters":{"projectId":10}}' },
    { "sessionType must be", '{"sessionType":"all","entityFilters":{"projectId":10}}' },
    { "aggregations is missing", "{" .. HEAD .. "}" },
    { "the body.aggregation is ignored", ('{%s,"aggregation":{},"aggregations":[]}'):format(HEAD) },
    { "one aggregation or more", ('{%s,"aggregations":[]}'):format(HEAD) },
    { "operations must be an array", aggregate '"operations":[]' },
    { "there is no operation 'median'", aggregate '"operations":[{"name":"n","type":"median"}]' },
    { "sliceBys stand beside operations",
      aggregate('"operations":[{"name":"n","type":"sessionCount","sliceBys":[]}]') },
    { "operations[1].field must be an object", aggregate '"operations":[{"name":"n","type":"sum"}]' },
    { "'sum' needs numbers", aggregate(('"operations":[{"name":"n","type":"sum","field":%s}]'):format(BUILD)) },
    { "operations[1].field is ignored",
      aggregate(('"operations":[{"name":"n","type":"sessionCount","field":%s}]'):format(DURATION)) },
    { "two are named 'n'", aggregate(('"operations":[%s,%s]'):format(COUNT, COUNT)) },
    { "operations[1].name must be a text", aggregate '"operations":[{"type":"sessionCount"}]' },
    { "there is no 'json1'", aggregate(('"outputType":"json1","operations":[%s]'):format(COUNT)) },
    { "from 1 to 1024", sliced(('{"name":"s","maxTerms":1025,"field":%s}'):format(BUILD)) },
    { "two slices at most", sliced(('{"name":"a","field":%s},{"name":"b","field":%s},{"name":"c","field":%s}'):format(
      BUILD, BUILD, BUILD)) },
    { "timeUnit must be", sliced(('{"name":"s","timeUnit":"hour","timeValue":1,"field":%s}'):format(DATE)) },
    { "timeValue must be", sliced(('{"name":"s","timeUnit":"day","field":%s}'):format(DATE)) },
    { "is no date", sliced(('{"name":"s","timeUnit":"day","timeValue":1,"field":%s}'):format(DURATION)) },
    { "only allowed with weeks",
      sliced(('{"name":"s","timeUnit":"day","timeValue":1,"dayOfWeekOffset":1,"field":%s}'):format(DATE)) },
    { "interval needs numbers", sliced(('{"name":"s","interval":5,"field":%s}'):format(BUILD)) },
    { "interval must be a number above 0", sliced(('{"name":"s","interval":0,"field":%s}'):format(DURATION)) },
    { "sliceBys[1].maxTerms is ignored",
      sliced(('{"name":"s","interval":5,"maxTerms":5,"field":%s}'):format(DURATION)) },
    { "'build' is not unnested", filtered(on('{"unnestedFieldName":"textualSessionProp","path":"build"}',
      '"op":"eq","value":"a"')) },
    { "no property family 'textProp'", filtered(on('{"nestedFieldName":"textProp","path":"build"}',
      '"op":"eq","value":"a"')) },
    { "path must be a text", filtered(on('{"nestedFieldName":"textualSessionProp"}', '"op":"eq","value":"a"')) },
    { "belongs to a session", filtered(on('{"fieldParent":"event","nestedFieldName":"textualSessionProp","path":"a"}',
      '"op":"eq","value":"a"')) },
    { "has no field 'length'", filtered(on('{"fieldParent":"session","fieldName":"length"}', '"op":"eq","value":1')) },
    { "is a field of scene sessions", filtered(on('{"fieldParent":"session","fieldName":"versionId"}',
      '"op":"eq","value":101')) },
    { "must be a field of a session", filtered(on(NAME, '"op":"eq","value":"open"')) },
    { "there is no operation 'like'", filtered(on(BUILD, '"op":"like","value":"a"')) },
    { "there is no operation 'wildcard'", filtered(on(BUILD, '"op":"wildcard","value":"a*"')) },
    { "compares by size", filtered(on(BUILD, '"op":"gt","value":"a"')) },
    { "value must be a number", filtered(on(DURATION, '"op":"gt","value":"5"')) },
    { "value must be a string", filtered(on(BUILD, '"op":"eq","value":5')) },
    { "too small for that", filtered(on(DATE, '"op":"range","min":1733702400,"max":1733802400')) },
    { "values must be an array", filtered(on(BUILD, '"op":"in","values":"a"')) },
    { "values is empty", filtered(on(BUILD, '"op":"in","values":[]')) },
    { "sessionFilters[1].value is ignored", filtered(on(BUILD, '"op":"in","values":["a"],"value":"a"')) },
    { "needs min, max or both", filtered(on(DURATION, '"op":"range"')) },
    { "min is above its max", filtered(on(DURATION, '"op":"range","min":2,"max":1')) },
    { "joined by and, or, none", filtered '{"op":"xor","children":[]}' },
    { "children must be an array", filtered '{"op":"and","children":[]}' },
    { "children[1].op: there is no operation 'is'",
      filtered('{"op":"or","children":[' .. on(BUILD, '"op":"is","value":"a"') .. "]}") },
    { "sessionFilters must be an array", aggregate('"operations":[' .. COUNT .. ']', ',"sessionFilters":{}') },
    { "users are not filtered by 'name'", aggregate('"operations":[' .. COUNT .. ']',
      ',"userFilters":[{"field":"name","op":"eq","value":1}]') },
    { "objectiveFilters[1].type: there is no 'done'", aggregate('"operations":[' .. COUNT .. ']',
      ',"objectiveFilters":[{"objectiveVersionId":7,"type":"done"}]') },
    { "step must be a whole number", aggregate('"operations":[' .. COUNT .. ']',
      ',"objectiveFilters":[{"objectiveVersionId":7,"type":"stepPassed"}]') },
    { "splits once more", aggregate(('"sliceBys":[{"name":"a","field":%s},{"name":"b","field":%s}],"operations":'
      .. '[{"name":"g","type":"Groups","interval":5,"field":%s}]'):format(BUILD, BUILD, DURATION)) },
  }
  for i, row in ipairs(refused) do
    it(("%d: %s"):format(i, row[1]), function()
      local status, message = validate.body("slicer", read(row[2]))
      assert.equal(400, status)
      assert.truthy(message:find(row[1], 1, true), message)
    end)
  end

  it("a range of dates with one end, as a large project would: 502", function()
    local from, to = on(DATE, '"op":"gte","value":1733702400000'), on(DATE, '"op":"lte","value":1733802400000')
    assert.equal(502, (validate.body("slicer", read(filtered(from)))))
    assert.equal(502, (validate.body("slicer", read(filtered('{"op":"and","children":[' .. to .. "]}")))))
    assert.equal(502, (validate.body("slicer", read(filtered(on(DATE, '"op":"range","min":1733702400000'))))))
    assert.is_nil((validate.body("slicer", read(filtered(from .. "," .. to)))))
    local both = on(DATE, '"op":"range","min":1733702400000,"max":1733802400000')
    assert.is_nil((validate.body("slicer", read(filtered(both)))))
  end)

  it("nothing of what the service ignores silently, when told to be lenient", function()
    for _, text in ipairs {
      aggregate '"operations":[{"name":"n","type":"sessionCount","sliceBys":[]}]',
      filtered(on('{"unnestedFieldName":"textualSessionProp","path":"build"}', '"op":"eq","value":"a"')),
      filtered(on(DATE, '"op":"gte","value":1733702400')),
      ('{%s,"colour":1,"aggregations":[{"name":"main","operations":[%s]}]}'):format(HEAD, COUNT),
    } do
      assert.truthy((validate.body("slicer", read(text))))
      assert.is_nil((validate.body("slicer", read(text), true)))
    end
    assert.equal(400, (validate.body("slicer", read '{"entityFilters":{"projectId":"10"}}', true)))
  end)

  it("in other bodies what is not theirs", function()
    local function says(kind, text) return select(2, validate.body(kind, read(text))) or "nothing" end
    assert.truthy(says("list", ('{%s,"limit":0}'):format(HEAD)):find "limit must be")
    assert.truthy(says("list", ('{%s,"sort":"up"}'):format(HEAD)):find "sort must be")
    assert.truthy(says("list", ('{%s,"aggregations":[]}'):format(HEAD)):find "aggregations is ignored")
    assert.equal("nothing", says("list", ('{%s,"page":0,"limit":100,"sort":"desc","orderBy":{"fieldName":"date",'
      .. '"fieldParent":"session"},"sessionFilters":[],"includeEvents":true}'):format(HEAD)))
    assert.truthy(says("values", "{" .. HEAD .. "}"):find "field is missing")
    assert.equal("nothing", says("names", "{" .. HEAD .. "}"))
    assert.truthy(says("objectives", '{"projectId":"10"}'):find "must be a JSON number")
    assert.equal("nothing",
      says("objectives", '{"projectId":10,"objectiveVersionId":7,"sliceByObjectiveVersion":true}'))
  end)
end)

describe("the sandbox's slicer counts", function()
  local function answer(text, version)
    local body = read(text)
    local _, message = validate.body("slicer", body)
    assert.is_nil(message)
    return evaluate.aggregations(body, sessions.source(version)).aggregations.main
  end

  -- How many of the five sessions pass.
  local function passing(more)
    return answer(aggregate('"outputType":"json0_key_y","operations":[' .. COUNT .. ']', "," .. more)).n.value
  end

  it("sessions that pass filters on fields, properties and their absence", function()
    local cases = {
      { 2, on(BUILD, '"op":"eq","value":"a"') }, { 3, on(BUILD, '"op":"neq","value":"a"') },
      { 4, on(BUILD, '"op":"eq","value":null') }, { 1, on(BUILD, '"op":"neq","value":null') },
      { 4, on(BUILD, '"op":"in","values":["a","b"]') }, { 3, on(BUILD, '"op":"notIn","values":["a","c"]') },
      { 2, on(DURATION, '"op":"gt","value":720000') }, { 3, on(DURATION, '"op":"gte","value":720000') },
      { 2, on(DURATION, '"op":"range","min":480000,"max":720000') },
      { 3, on(DURATION, '"op":"outsideRange","min":480000,"max":720000') },
      { 4, on('{"nestedFieldName":"booleanSessionProp","path":"c3d.session_tag.test"}', '"op":"eq","value":false') },
      { 1, on('{"nestedFieldName":"booleanSessionProp","path":"tested"}', '"op":"eq","value":false') },
      { 3, on('{"fieldParent":"session","fieldName":"participantId"}', '"op":"eq","value":"ann"') },
      { 3, '{"op":"or","children":[' .. on(BUILD, '"op":"eq","value":"a"') .. "," .. on(DURATION,
        '"op":"lt","value":500000') .. "]}" },
      { 2, '{"op":"none","children":[' .. on(BUILD, '"op":"eq","value":"a"') .. "," .. on(DURATION,
        '"op":"lt","value":500000') .. "]}" },
      { 1, '{"op":"and","children":[' .. on(BUILD, '"op":"eq","value":"a"') .. "," .. on(DURATION,
        '"op":"lt","value":500000') .. "]}" },
    }
    for i, case in ipairs(cases) do assert.equal(case[1], passing('"sessionFilters":[' .. case[2] .. "]"), i) end
  end)

  it("sessions that have at least one such event", function()
    local open = on(NAME, '"op":"eq","value":"open"')
    local left = on('{"nestedFieldName":"textualEventProp","path":"hand"}', '"op":"eq","value":"left"')
    local score = on(NAME, '"op":"eq","value":"score"')
    assert.equal(3, passing('"eventFilters":[' .. open .. "]"))
    assert.equal(1, passing('"eventFilters":[' .. open .. "," .. left .. "]"))
    assert.equal(0, passing('"eventFilters":[' .. open .. "," .. score .. "]"))
    assert.equal(2, passing('"separableEventFilters":[' .. open .. "," .. score .. "]"))
    assert.equal(1, passing('"eventFilters":[' .. on('{"fieldParent":"event","fieldName":"objectId"}',
      '"op":"eq","value":"till"') .. "]"))
  end)

  it("sessions of users, by when these were there", function()
    local function users(field, rest) return passing(('"userFilters":[{"field":"%s",%s}]'):format(field, rest)) end
    assert.equal(3, users("latestSession", ('"op":"gte","value":%d'):format(MONDAY + 8 * DAY)))
    assert.equal(3, users("earliestSession", ('"op":"lt","value":%d'):format(MONDAY + DAY)))
    assert.equal(3, users("2ndLatestSession", ('"op":"gt","value":%d'):format(MONDAY)))
    assert.equal(4, users("sessionDatesArray", ('"op":"outsideRange","min":%d,"max":%d'):format(MONDAY + 5 * DAY,
      MONDAY + 7 * DAY)))
  end)

  it("sessions by what became of an objective", function()
    local function objective(rest) return passing('"objectiveFilters":[{"objectiveVersionId":7,' .. rest .. "}]") end
    assert.equal(2, objective '"type":"passed"')
    assert.equal(1, objective '"type":"failed"')
    assert.equal(3, objective '"type":"numStepsCompleted","op":"gte","value":1')
    assert.equal(1, objective '"type":"percentageStepsCompleted","op":"lt","value":100')
    assert.equal(1, objective '"type":"stepFailed","step":2')
    assert.equal(3, objective '"type":"stepTime","step":2,"op":"lte","value":180000')
    assert.equal(2, objective '"type":"stepTimeProportion","step":2,"op":"lt","value":0.2')
    assert.equal(0, objective '"type":"stepDuration","step":1,"op":"gt","value":60000')
  end)

  it("numbers of sessions and of events", function()
    local points = '{"nestedFieldName":"numericalEventProp","path":"points"}'
    local function op(name, kind, field)
      return ('{"name":"%s","type":"%s"%s}'):format(name, kind, field and ',"field":' .. field or "")
    end
    local got = answer(aggregate('"outputType":"json0_key_y","operations":[' .. table.concat({
      op("sessions", "sessionCount"), op("events", "eventCount"), op("sum", "sum", DURATION),
      op("average", "average", DURATION), op("least", "min", DURATION), op("most", "max", DURATION),
      op("points", "average", points), op("none", "average", '{"nestedFieldName":"numericalSessionProp","path":"no"}'),
    }, ",") .. "]"))
    assert.same({ 5, 8, 91 * 60000, 91 * 12000.0, 5 * 60000, 41 * 60000, 30.0 }, { got.sessions.value,
      got.events.value, got.sum.value, got.average.value, got.least.value, got.most.value, got.points.value })
    assert.equal(json.null, got.none.value)
    local only = answer(aggregate('"operations":[' .. op("events", "eventCount") .. "]",
      ',"eventFilters":[' .. on(NAME, '"op":"eq","value":"open"') .. "]"))
    assert.equal(4, only.events.value)
  end)

  it("scene sessions of a version, with the events of that scene", function()
    local text = '{"entityFilters":{"projectId":10,"versionId":201},"aggregations":[{"name":"main","operations":['
      .. '{"name":"n","type":"sessionCount"},{"name":"events","type":"eventCount"},{"name":"time","type":"sum","field":'
      .. DURATION .. "}]}]}"
    local got = answer(text, 201)
    assert.same({ 1, 1, 20 * 60000 }, { got.n.value, got.events.value, got.time.value })
  end)
end)

describe("the sandbox's slicer splits", function()
  local function values(text)
    local body = read(text)
    assert.is_nil((select(2, validate.body("slicer", body))))
    return evaluate.aggregations(body, sessions.source()).aggregations.main.n
  end
  local function by_date(rest) return ('{"name":"d",%s,"field":%s}'):format(rest, DATE) end
  local DAYS <const> = by_date '"timeUnit":"day","timeValue":1'

  -- { x, value } of each row
  local function pairs_of(rows)
    local list = {}
    for i, row in ipairs(rows) do list[i] = { row.x, row.value } end
    return list
  end

  it("by date, without gaps between the first and the last", function()
    local rows = pairs_of(values(sliced(DAYS)).values)
    local wanted = { 1, 2, 0, 0, 0, 0, 1, 0, 1 }
    for i, n in ipairs(wanted) do assert.same({ MONDAY + (i - 1) * DAY, n }, rows[i]) end
    assert.equal(#wanted, #rows)
  end)

  it("by weeks that begin on Monday, or when told so on Sunday", function()
    assert.same({ { MONDAY, 4 }, { MONDAY + 7 * DAY, 1 } },
      pairs_of(values(sliced(by_date '"timeUnit":"week","timeValue":1')).values))
    assert.same({ { MONDAY - DAY, 3 }, { MONDAY + 6 * DAY, 2 } },
      pairs_of(values(sliced(by_date '"timeUnit":"week","timeValue":1,"dayOfWeekOffset":0')).values))
  end)

  it("by months, quarters and years", function()
    for unit, start in pairs { month = 1733011200000, quarter = 1727740800000, year = 1704067200000 } do
      assert.same({ { start, 5 } },
        pairs_of(values(sliced(by_date('"timeUnit":"' .. unit .. '","timeValue":1'))).values))
    end
  end)

  it("by days of another time zone, and says when it does not know one", function()
    local east = values(sliced(by_date '"timeUnit":"day","timeValue":1,"timeZone":"+02:00"'))
    assert.equal(MONDAY - 2 * sessions.hour, east.values[1].x)
    assert.same({}, east.warnings)
    local named = values(sliced(by_date '"timeUnit":"day","timeValue":1,"timeZone":"America/Vancouver"'))
    assert.truthy(named.warnings[1]:find "Vancouver")
  end)

  it("by ranges of a number, and by what there is", function()
    local ten = ('{"name":"t","interval":600000,"field":%s}'):format(DURATION)
    assert.same({ { 0, 2 }, { 600000, 1 }, { 1200000, 1 }, { 1800000, 0 }, { 2400000, 1 } },
      pairs_of(values(sliced(ten)).values))
    assert.same({ ["0.0"] = 2, ["600000.0"] = 1, ["1200000.0"] = 1, ["1800000.0"] = 0, ["2400000.0"] = 1 },
      values(sliced(ten, "json0_keyed")).values)
    assert.same({ { "a", 2 }, { "b", 2 } }, pairs_of(values(sliced('{"name":"b","field":' .. BUILD .. "}")).values))
    assert.same({ { "open", 3 }, { "score", 3 } },
      pairs_of(values(sliced('{"name":"e","field":' .. NAME .. "}")).values))
    local cut = values(sliced('{"name":"b","maxTerms":1,"field":' .. BUILD .. "}"))
    assert.same({ { "a", 2 } }, pairs_of(cut.values))
    assert.truthy(cut.warnings[1]:find "1 of 2")
  end)

  it("twice, in each of the four forms", function()
    local both = ('{"name":"b","field":%s},%s'):format(BUILD, by_date '"timeUnit":"week","timeValue":1')
    local first, second = ("%d"):format(MONDAY), ("%d"):format(MONDAY + 7 * DAY)
    assert.same({ { x = "a", values = { [first] = 2, [second] = 0 } }, -- as many of each: then by name
      { x = "b", values = { [first] = 1, [second] = 1 } } }, values(sliced(both)).values)
    assert.same({ a = { [first] = 2 }, b = { [first] = 1, [second] = 1 } }, values(sliced(both, "json0_keyed")).values)
    assert.same({ { x = "a", y = first, value = 2 }, { x = "b", y = first, value = 1 },
      { x = "b", y = second, value = 1 } }, values(sliced(both, "json0_list")).values)
    local legacy = values(sliced(both, "legacy"))
    assert.same({ dimensionless = false, xIsTimeseries = true, labels = { "a", "b" }, values = {
      { x = MONDAY, y = { 2, 1 } }, { x = MONDAY + 7 * DAY, y = { 0, 1 } } } }, legacy)
  end)

  it("an operation into groups", function()
    local groups = values(aggregate(('"outputType":"json0_list","operations":[{"name":"n","type":"Groups",'
      .. '"interval":1200000,"field":%s}]'):format(DURATION)))
    assert.same({ { 0, 3 }, { 1200000, 1 }, { 2400000, 1 } }, pairs_of(groups.values))
    local custom = values(aggregate(('"outputType":"json0_list","operations":[{"name":"n","type":"CustomGroups",'
      .. '"groups":[{"name":"all","values":["a","b"]}],"field":%s}]'):format(BUILD)))
    assert.same({ { "all", 4 } }, pairs_of(custom.values))
  end)
end)

describe("the sandbox's slicer knows", function()
  it("which properties there are, each in the family of its type", function()
    local names = evaluate.property_names(read("{" .. HEAD .. "}"), sessions.source())
    assert.same({ "build" }, names.textualSessionProp)
    assert.same({ "c3d.session_tag.junk", "c3d.session_tag.test", "tested" }, names.booleanSessionProp)
    assert.same({ "hand", "points" }, names.textualEventProp) -- one of the points is a text
    assert.same({ "points" }, names.numericalEventProp)
    assert.equal("[]", json.encode(names.booleanEventProp))
  end)

  it("which values a field has", function()
    local body = read(("{%s,\"field\":%s}"):format(HEAD, NAME))
    assert.same({ "open", "score" }, evaluate.field_values(body, sessions.source()))
  end)

  it("whether one session passes", function()
    local body = read(('{%s,"sessionFilters":[%s]}'):format(HEAD, on(BUILD, '"op":"eq","value":"a"')))
    local list = sessions.sessions()
    assert.is_true(evaluate.matches(list[1], body))
    assert.is_false(evaluate.matches(list[3], body))
  end)
end)
