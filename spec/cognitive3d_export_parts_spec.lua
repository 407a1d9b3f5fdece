-- What an export is made of, with data made by hand: rows, answers, the walk, the files. SPDX-License-Identifier: MIT

local csv = require "studio.csv"
local errors = require "studio.error"
local fetch = require "studio.services.cognitive3d.export.fetch"
local json = require "studio.json"
local pieces = require "studio.pieces"
local rows = require "studio.services.cognitive3d.export.rows"
local shell = require "spec.support.shell"
local states = require "studio.services.cognitive3d.export.state"
local streams = require "studio.services.cognitive3d.export.streams"
local tables = require "studio.services.cognitive3d.export.tables"
local walk = require "studio.services.cognitive3d.export.walk"

local function problem(fields)
  return errors.new { kind = fields.kind, message = fields.message, stage = "answered" }
end

describe("a row of an export", function()
  local head = rows.head({ sessionId = "1_a", date = "2026-01-01T00:00:00Z" }, { "sessionId", "date", "user" })

  local function line(text) return rows.line(head, json.decode(text), text) end

  it("is the row's own text behind its session", function()
    assert.equal('{"session":{"sessionId":"1_a","date":"2026-01-01T00:00:00Z"},"h":9007199254740993,"x":1.50}',
      line '{"h":9007199254740993,"x":1.50}')
    assert.equal('{"session":{"sessionId":"1_a","date":"2026-01-01T00:00:00Z"},"t":"a\\nb" }',
      line '{"t":"a\\nb"\r\n}')
    for text, expected in pairs { ["{}"] = {}, ["{ }"] = {}, ['{"a":null}'] = {}, ["[1,2]"] = { row = { 1, 2 } },
      ["3"] = { row = 3 }, ['{"session":5}'] = { row = { session = 5 } } } do
      expected.session = { sessionId = "1_a", date = "2026-01-01T00:00:00Z" }
      assert.same(expected, json.decode(line(text)), text)
    end
  end)

  it("has a cell for each value, whatever the names are", function()
    assert.same({ name = "x", ["p.x"] = 1, ["p.y"] = 2.5, ["p.z"] = 3, ["properties.a.b"] = true,
      list = '["a",null]', five = "[1,2,3,4,5]", ["properties.deep.er.er"] = '{"a":{"b":1}}' },
      rows.cells(json.decode('{"name":"x","p":[1,2.5,3],"properties":{"a.b":true,"deep":{"er":{"er":{"a":{"b":1}}}}},'
        .. '"list":["a",null],"five":[1,2,3,4,5],"none":null}')))
    -- two that would be one column
    assert.same({ ["a.b"] = 2, ["a.b_2"] = 1 }, rows.cells(json.decode '{"a.b":1,"a":{"b":2}}'))
  end)

  it("of a sensor is one for each reading", function()
    local found = {}
    rows.readings(json.decode '{"name":"HR","unit":"bpm","data":[[1.5,70],[2.5,null]]}', "", function(row, text)
      found[#found + 1] = text
      assert.same(json.decode(text).value, row.value ~= json.null and row.value or nil)
    end)
    assert.same({ '{"name":"HR","unit":"bpm","time":1.5,"value":70}',
      '{"name":"HR","unit":"bpm","time":2.5,"value":null}' }, found)
    rows.readings({ name = "x", data = json.array { 1, 2 } }, "as it is", function(_, text)
      assert.equal("as it is", text)
    end)
  end)

  it("stands in columns of a fixed order", function()
    assert.same({ "session.sessionId", "session.date", "name", "time", "eventHash", "z", "properties.A",
      "properties.b" },
      rows.order({ ["properties.b"] = true, z = true, time = true, name = true, ["session.date"] = true,
        ["session.sessionId"] = true, ["properties.A"] = true, eventHash = true }, { "sessionId", "date" }))
  end)
end)

describe("an answer with raw data", function()
  local function read(request, text)
    local found, given = {}, false
    local ok, unknown = streams.read(request, function()
      if given then return nil end
      given = true
      return text
    end, function(name, _, row) found[#found + 1] = name .. " " .. row end)
    return ok and found or ok, unknown
  end

  local only = { tables = { events = true }, only = "events" }

  it("is found under its name, under data, or as the whole", function()
    for _, text in ipairs { "[{},1]", '{"data":[{},1]}', '{"data":{"events":[{},1]}}', '{"ok":1,"events":[{},1]}',
      '{"data":{"event":[{},1],"gaze":[3]}}' } do
      assert.same({ "events {}", "events 1" }, (read(only, text)), text)
    end
  end)

  it("of all streams gives each its own, and the manifest a row for each object", function()
    local all = { tables = { events = true, dynamics = true } }
    assert.same({ "dynamics {}", 'dynamics_manifest {"id":"a","mesh":"m","own_id":3}',
      'dynamics_manifest {"id":"b","value":1}', "events 1" },
      (read(all, '{"data":{"gaze":[1],"dynamics":[{}],"dynamics.manifest":{"b":1,"a":{"mesh":"m","id":3}},'
        .. '"events":[1]}}')))
  end)

  it("tells of rows that nobody knows", function()
    local found, unknown = read(only, '{"data":{"events":[1],"odd":[1,2,3]}}')
    assert.same({ "events 1" }, found)
    assert.same({ odd = 3 }, unknown)
  end)

  it("is asked for at once where all that a session has is wanted", function()
    local function types(session, wanted)
      local list = {}
      for i, request in ipairs(streams.requests(session, wanted)) do list[i] = request.type end
      return table.concat(list, " ")
    end
    local all = { events = true, gaze = true, fixations = true, sensors = true, dynamics = true, boundary = true }
    assert.equal("ALL", types({}, all))
    assert.equal("ALL", types({ hasEvent = false }, all))
    assert.equal("EVENTS SENSORS", types({}, { events = true, sensors = true }))
    local few = { hasGaze = false, hasFixation = false, hasDynamic = false, hasBoundary = false }
    assert.equal("ALL", types(few, { events = true, sensors = true }))
    assert.equal("EVENTS", types(few, { events = true }))
    assert.equal("", types({ hasEvent = false }, { events = true }))
  end)
end)

-- A service's list of sessions by date, read by pages of `size`, that changes between two pages.
local function list_of(sessions, size, between)
  local asked = 0
  return function(from, to, page)
    asked = asked + 1
    if between then between(asked, sessions) end
    local matching = {}
    for _, session in ipairs(sessions) do
      if session.startTime >= from and session.startTime <= to then matching[#matching + 1] = session end
    end
    table.sort(matching, function(a, b)
      if a.startTime ~= b.startTime then return a.startTime < b.startTime end
      return a.sessionId < b.sessionId
    end)
    local list = table.move(matching, page * size + 1, math.min(#matching, (page + 1) * size), 1, {})
    return list, { last = (page + 1) * size >= #matching }
  end
end

local function session(time, name) return { sessionId = name or "s" .. time, startTime = time } end

describe("the walk through all sessions", function()
  local function ids_of(ask, mark)
    local list = {}
    for one in walk.new(ask, problem, mark or walk.start(0, 1000)):each() do list[#list + 1] = one.sessionId end
    return table.concat(list, " ")
  end

  it("takes each once, also those that share a date with more than a page", function()
    local all, expected = {}, {}
    for i = 1, 40 do
      local time = i <= 10 and i or i <= 30 and 11 or i
      all[i] = session(time, ("s%03d"):format(i))
      expected[i] = all[i].sessionId
    end
    for _, size in ipairs { 1, 2, 3, 7, 40, 100 } do
      assert.equal(table.concat(expected, " "), ids_of(list_of(all, size)))
    end
    assert.equal("", ids_of(list_of({}, 10)))
  end)

  it("skips none whose dates are told more exactly than in milliseconds", function()
    local all = {}
    for i, micros in ipairs { 122900, 123600, 123800, 124100 } do
      all[i] = session(1795352400000 + micros / 1000, "s" .. i)
      all[i].date = ("2026-11-22T13:00:00.%06dZ"):format(micros)
    end
    for size = 1, 3 do
      assert.equal("s1 s2 s3 s4", ids_of(list_of(all, size), walk.start(0, 1795352500000)))
    end
  end)

  it("skips none and repeats none while sessions come and go", function()
    local all = {}
    for i = 1, 9 do all[i] = session(i * 100) end
    local ask = list_of(all, 3, function(n, list)
      if n == 2 then
        table.remove(list, 1)                 -- an old one goes: pages by number would skip s400
        table.remove(list, 1)
      elseif n == 3 then
        table.insert(list, session(50))       -- an old one comes late: pages by number would repeat one
        table.insert(list, session(5000))     -- a new one, after the end
      end
    end)
    assert.equal("s100 s200 s300 s400 s500 s600 s700 s800 s900", ids_of(ask))
  end)

  it("goes on where it was", function()
    local all = {}
    for i = 1, 20 do all[i] = session(i // 3) end
    for i = 1, 20 do all[i].sessionId = ("s%02d"):format(i) end
    local first = walk.new(list_of(all, 4), problem, walk.start(0, 100))
    local found = {}
    local mark
    repeat
      local again = walk.new(list_of(all, 4), problem, mark or first.mark)
      local list = again:next()
      for _, one in ipairs(list or {}) do found[#found + 1] = one.sessionId end
      mark = json.decode(json.encode(again.mark)) -- as a state keeps it
      setmetatable(mark.seen, nil)
    until not list
    local expected = {}
    for i = 1, 20 do expected[i] = ("s%02d"):format(i) end
    assert.same(expected, found)
  end)

  it("ends with an error where the order of the list cannot be trusted", function()
    for _, list in ipairs { { session(5), session(3) }, { { sessionId = "x" } }, { { startTime = 3 } }, { 7 } } do
      local ok, err = pcall(ids_of, function() return list, { last = true } end)
      assert.is_false(ok)
      assert.equal("protocol", err.kind)
    end
    local asked = 0
    assert.has_error(function() ids_of(function()
      asked = asked + 1
      if asked == 2 then return nil, problem { kind = "server", message = "down" } end
      return { session(1) }, {}
    end) end)
  end)
end)

describe("the files of an export", function()
  local folder
  before_each(function() folder = select(2, shell.run "mktemp -d"):gsub("\n$", "") end)
  after_each(function() shell.run("rm -rf " .. folder) end)

  -- Sessions and their raw data, by id; what is asked for the n-th time can fail.
  local function export(format, data, options)
    options = options or {}
    local state <close>, why = states.open(folder, "this " .. format, options.fresh)
    assert(state, why)
    local wanted = { events = true, sensors = true }
    local source = { wanted = wanted, session_columns = { "sessionId" }, known = state.columns, problem = problem,
      ask = function(one, kind, path)
        if options.fail and options.fail(one.sessionId) then
          return nil, problem { kind = options.kind or "server", message = "no" }
        end
        local file = assert(io.open(path, "wb"))
        file:write(data[one.sessionId][kind] or data[one.sessionId])
        file:close()
        return true
      end }
    local list = {}
    for id in pairs(data) do list[#list + 1] = { sessionId = id, startTime = tonumber(id:match "%d+"), hasGaze = false,
      hasFixation = false, hasDynamic = false, hasBoundary = false, properties = { ["p" .. id] = id } } end
    local run = { state = state, source = source, trouble = {}, tell = function() end }
    assert(fetch.list(run, walk.new(list_of(list, 2), problem, state.mark or walk.start(0, 1000)), function(sessions)
      local names = {}
      for _, one in ipairs(sessions) do
        for name in pairs(rows.cells(one)) do names[#names + 1] = name end
      end
      return names
    end))
    local ok, err = fetch.all(run, options.lanes or 2)
    if not ok then return nil, err, state end
    local files, counts = tables.write(state, { format = format, names = tables.names(wanted),
      session_columns = { "sessionId" }, trouble = run.trouble })
    return files, counts, run
  end

  local function read(name) return assert(shell.read(folder .. "/" .. name)) end

  local data = {
    ["1_a"] = '{"data":{"events":[{"name":"=1+1","properties":{"b":1}},{"name":"x","properties":{"a":"q\\"\\n"}}],'
      .. '"sensors":[]}}',
    ["2_b"] = '{"data":{"events":[{"name":"z","hash":1234567890123456789,"properties":{"c":true,"b":"one"}}],'
      .. '"sensors":[{"name":"HR","data":[[1,70],[2,71.5]]}]}}',
    ["3_c"] = '{"data":{}}',
  }

  it("have columns that are the same whatever session has which property", function()
    local files, counts = assert(export("csv", data))
    assert.same({ sessions = 3, events = 3, sensors = 2 }, counts)
    assert.equal(folder .. "/events.csv", files.events)
    assert.equal("session.sessionId,name,hash,properties.a,properties.b,properties.c\r\n"
      .. "1_a,'=1+1,,,1,\r\n" .. '1_a,x,,"q""\n",,' .. "\r\n2_b,z,1234567890123456789,,one,true\r\n", read "events.csv")
    assert.equal("session.sessionId,name,time,value\r\n2_b,HR,1,70\r\n2_b,HR,2,71.5\r\n", read "sensors.csv")
    local file <close> = assert(io.open(folder .. "/sessions.csv", "rb"))
    local first = csv.records(pieces.of_file(file))()
    assert.equal("1_a", first.sessionId)
    assert.equal("2", first["export.events"])
    assert.equal("1_a", first["properties.p1_a"])
    assert.equal("", first["properties.p2_b"])
    assert.equal("", first["export.error"])
  end)

  it("are lines of JSON, or one array", function()
    assert(export("ndjson", data))
    assert.equal('{"session":{"sessionId":"1_a"},"name":"=1+1","properties":{"b":1}}\n'
      .. '{"session":{"sessionId":"1_a"},"name":"x","properties":{"a":"q\\"\\n"}}\n'
      .. '{"session":{"sessionId":"2_b"},"name":"z","hash":1234567890123456789,"properties":{"c":true,"b":"one"}}\n',
      read "events.ndjson")
    assert(export("json", data, { fresh = true }))
    local list = json.decode(read "events.json")
    assert.equal(3, #list)
    assert.equal(1234567890123456789, list[3].hash)
    assert.equal("[\n]\n", (function()
      assert(export("json", { ["3_c"] = data["3_c"] }, { fresh = true }))
      return read "events.json"
    end)())
  end)

  it("lack a session that failed, say why, and have it after the next run", function()
    local _, counts, run = assert(export("csv", data, { fail = function(id) return id == "2_b" end }))
    assert.same({ sessions = 3, events = 2, sensors = 0 }, counts)
    assert.same({ [2] = "no" }, run.trouble)
    assert.is_truthy(read("sessions.csv"):find("2_b[^\r]*,0,0,no\r\n"))
    local asked = 0
    _, counts = assert(export("csv", data, { fail = function() asked = asked + 1 end }))
    assert.same({ sessions = 3, events = 3, sensors = 2 }, counts)
    assert.equal(1, asked)
    local resumed = read "events.csv" .. read "sessions.csv" .. read "sensors.csv"
    assert(export("csv", data, { fresh = true, lanes = 3 }))
    assert.equal(resumed, read "events.csv" .. read "sessions.csv" .. read "sensors.csv")
  end)

  it("are whole though the state's last line is torn", function()
    assert(export("ndjson", data, { fail = function(id) return id == "2_b" end }))
    local journal = folder .. "/export.unfinished/journal"
    shell.write(journal, shell.read(journal) .. '{"n":2,"counts":{"eve')
    assert(export("ndjson", data, { fail = function() return true end }))
    local _, counts = assert(export("ndjson", data))
    assert.same({ sessions = 3, events = 3, sensors = 2 }, counts)
    assert(export("ndjson", data)) -- what came behind it can be read
    shell.write(journal, shell.read(journal) .. "{}\n")
    local none, why = states.open(folder, "this ndjson")
    assert.is_nil(none)
    assert.is_truthy(why:find "is damaged in line %d+$")
  end)

  it("have so many columns, and one for what is left", function()
    local cells = {}
    for i = 1, 2100 do cells[i] = ('"c%04d":%d'):format(i, i) end
    local many = '{"data":{"events":[{' .. table.concat(cells, ",") .. "}]}}"
    assert(export("csv", { ["1_a"] = many, ["2_b"] = data["2_b"] }))
    local file <close> = assert(io.open(folder .. "/events.csv", "rb"))
    local next_record, names = csv.records(pieces.of_file(file))
    assert.equal(2001, #names)
    assert.equal("more", names[2001])
    local first, second = next_record(), next_record()
    assert.equal("5", first.c0005)
    local more = json.decode(first.more)
    assert.equal(2100, more.c2100)
    assert.equal('{"hash":1234567890123456789,"properties.b":"one","properties.c":true}', second.more)
  end)

  it("are not written when what failed would meet every session, or many did", function()
    local files, err = export("csv", data, { kind = "unauthorized", fail = function() return true end })
    assert.is_nil(files)
    assert.equal("unauthorized", err.kind)
    assert.is_nil(io.open(folder .. "/events.csv"))
    local many = {}
    for i = 100, 140 do many[i .. "_x"] = "{}" end
    local asked = {}
    files, err = export("csv", many, { fresh = true, fail = function(id) asked[id] = true; return true end })
    assert.is_nil(files)
    assert.equal("server", err.kind)
    local count = 0
    for _ in pairs(asked) do count = count + 1 end
    assert.is_true(count < 30)
  end)

  it("are of one export at a time", function()
    local state <close> = assert(states.open(folder, "this"))
    assert.is_truthy(state)
    local none, why = states.open(folder, "this")
    assert.is_nil(none)
    assert.is_truthy(why:find "another run")
    state:close()
    none, why = states.open(folder, "that")
    assert.is_nil(none)
    assert.is_truthy(why:find "unfinished export of something else")
    local other <close> = assert(states.open(folder, "that", true))
    assert.is_false(other.resumed)
  end)

  it("are not made of an answer that is cut", function()
    local cut = '{"data":{"events":[{"name":"x"},{"na'
    local _, _, run = assert(export("ndjson", { ["1_a"] = cut, ["2_b"] = data["2_b"] }))
    assert.is_truthy(run.trouble[1]:find "ends too early")
    assert.is_nil(read("events.ndjson"):find '"x"')
  end)
end)
