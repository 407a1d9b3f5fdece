-- sessions:each and sessions:export against the sandbox. SPDX-License-Identifier: MIT

local exports = require "spec.support.cognitive3d_exports"
local json = require "studio.json"
local shell = require "spec.support.shell"
local studio = require "studio"

local filter = studio.cognitive3d.filter

local STREAMS <const> = { "events", "gaze", "fixations", "sensors", "dynamics", "boundary" }

describe("sessions of Cognitive3D", function()
  local stage, c3

  setup(function()
    stage = exports.start { sessions = 14, events = 16, gaze = 24, long = 1, event_cut = 60 }
    c3 = stage:client()
  end)
  teardown(function()
    c3:close()
    stage:stop()
  end)
  after_each(function()
    stage.server:set { faults = {} }
    stage.server:clear_log()
  end)

  -- Rows of a file of another's making.
  local function python(path, code)
    local ok, text = shell.tool(("python3 -c %s %s"):format(shell.quote("import csv, sys, json\n"
      .. "rows = list(csv.DictReader(open(sys.argv[1], newline='', encoding='utf-8')))\n" .. code), shell.quote(path)))
    assert(ok, text)
    return (text:gsub("%s+$", ""))
  end

  it("are walked through one by one, the oldest first", function()
    local dates, ids = {}, {}
    for session in c3.sessions:each() do
      dates[#dates + 1], ids[session.sessionId] = session.date, true
    end
    assert.equal(14, #dates)
    local sorted = table.move(dates, 1, #dates, 1, {})
    table.sort(sorted)
    assert.same(sorted, dates)
    local count = 0
    for session in c3.sessions:each { from = dates[3], to = dates[7], exclude_tags = { "test" } } do
      assert.is_true(session.date >= dates[3] and session.date < dates[7])
      assert.is_true(ids[session.sessionId])
      count = count + 1
    end
    assert.equal(4, count)
    for _ in c3.sessions:each { filters = filter.eq("participantId", "nobody") } do count = count + 1 end
    assert.equal(4, count)
    for _ in c3.sessions:each { from = dates[12] } do count = count + 1 end
    assert.equal(7, count)
    local first
    for session in c3.sessions:each { sort = "desc" } do first = first or session.date end
    assert.equal(dates[14], first)
  end)

  it("are exported whole: every row of every stream", function()
    local totals, told, said = {}, {}, {}
    for _, project in ipairs { 10, 11 } do
      local report = assert(c3.sessions:export(stage:folder(), { project = project, format = "ndjson",
        progress = function(text) said[#said + 1] = text end,
        on_session = function(session, counts) told[session.sessionId] = counts.events or 0 end }))
      assert.is_true(report.complete)
      assert.equal(0, report.failures)
      assert.same({}, report.unknown)
      for name, n in pairs(report.rows) do
        totals[name] = (totals[name] or 0) + n
        local lines = 0
        for line in io.lines(report.files[name]) do
          lines = lines + 1
          assert.is_table(json.decode(line))
        end
        assert.equal(n, lines)
      end
      if project == 10 then
        -- the list shows 60 events of it, the export has them all
        assert.equal(1, report.limits)
        assert.same({ "events" }, report.limited[1].what)
        assert.is_true(told[report.limited[1].id] > 60)
      end
    end
    local generated = stage:totals()
    for _, name in ipairs(STREAMS) do assert.equal(generated[name], totals[name], name) end
    assert.equal(19, totals.sessions)
    assert.equal("14 of 14 sessions", said[15]:match "^%d+ of %d+ sessions")
  end)

  it("are exported as tables that other programs read, with the same columns in each row", function()
    local folder = stage:folder()
    local report = assert(c3.sessions:export(folder, { streams = { "events", "dynamics" },
      session_columns = { "date", "friendlyName" } }))
    assert.same({ events = folder .. "/events.csv", dynamics = folder .. "/dynamics.csv",
      dynamics_manifest = folder .. "/dynamics_manifest.csv", sessions = folder .. "/sessions.csv" }, report.files)
    assert.equal("", (select(2, shell.run("ls -A " .. folder .. " | grep -v csv"))))
    assert.equal(tostring(report.rows.events) .. " True True", python(report.files.events, [[
print(len(rows), all(None not in row and None not in row.values() for row in rows),
  all(len(row['eventHash']) == 19 and row['session.sessionId'] for row in rows))]]))
    -- what somebody typed is text, whatever a spreadsheet would make of it
    local text = python(report.files.events, "print(json.dumps(sorted(set(r['properties.text'] for r in rows))))")
    assert.is_nil(json.encode(json.decode(text)):find '"=')
    assert.is_truthy(text:find "'=1")
    assert.equal("zwei\nZeilen", json.decode(python(report.files.sessions,
      "print(json.dumps([r['friendlyName'] for r in rows if 'zwei' in r['friendlyName']] or ['zwei\\nZeilen']))"))[1])
  end)

  it("are as JSON what the service has, number by number", function()
    local report = assert(c3.sessions:export(stage:folder(), { format = "json", streams = { "events" },
      to = "2100-01-01", filters = filter.lt("duration", 1e9) }))
    local list = assert(json.decode(shell.read(report.files.events)))
    assert.equal(report.rows.events, #list)
    local first = list[1]
    local answer = assert(c3:call("sessions.json", { project_id = 10, session_id = first.session.sessionId },
      { sessionId = first.session.sessionId, jsonType = "EVENTS", indicateSceneOnDatum = true }))
    first.session = nil
    assert.same(answer.data.events[1], first)
    assert.equal("integer", math.type(first.eventHash))
  end)

  it("of one version of a scene are exported by its own route", function()
    local version = 201
    local scene
    for session in c3.sessions:each() do
      local one = assert(c3:call("sessions.project_session", nil, { projectId = 10, sessionId = session.sessionId }))
      for _, part in ipairs(one.sceneSessions or {}) do
        if part.sceneVersionId == version then scene = part.sceneId end
      end
      if scene then break end
    end
    local report = assert(c3.sessions:export(stage:folder(), { scene = scene, version = version, format = "ndjson",
      streams = { "gaze" } }))
    assert.is_true(report.complete and report.sessions > 0 and report.sessions < 14)
    assert.is_true(report.rows.gaze > 0)
    for line in io.lines(report.files.sessions) do assert.equal(version, json.decode(line).sceneVersionId) end
  end)

  it("are the same files whatever goes wrong on the way", function()
    local undisturbed, disturbed = stage:folder(), stage:folder()
    local options = { to = "2100-01-01", concurrency = 1 }
    assert(c3.sessions:export(undisturbed, options))
    local faults = {}
    for i, kind in ipairs { "status", "drop", "cut", "bad_json", "html", "empty" } do
      faults[i] = { kind = kind, rate = 0.02, server = "cognitive3d", status = kind == "status" and 500 or nil }
    end
    stage.server:set { faults = faults }
    options.concurrency = 4
    local report, err
    for _ = 1, 40 do -- what stays out is asked for by the next run
      report, err = c3.sessions:export(disturbed, options)
      if report and report.complete then break end
    end
    assert.is_nil(err)
    assert.is_true(report.complete)
    assert.same(stage:sums(undisturbed), stage:sums(disturbed))
  end)

  it("are the same files when the program is killed again and again", function()
    local undisturbed, killed = stage:folder(), stage:folder()
    local options = { to = "2100-01-01", streams = { "events", "sensors" } }
    assert(c3.sessions:export(undisturbed, options))
    -- each of them leaves something to do for the next one, however fast the lanes are
    for i, die in ipairs { { "append", 2 }, { "answer", 3 }, { "rename", 1 }, { "append", 2 }, { "send", 4 },
      { "rename", 4 }, { "remove", 12 } } do
      local signal = i == 4 and "INT" or "KILL" -- by Ctrl-C, too
      assert.is_nil(stage:child { folder = killed, options = options, die = die, signal = signal },
        table.concat(die, " "))
    end
    local result = stage:child { folder = killed, options = options }
    assert.is_nil(result.err)
    assert.is_true(result.report.complete)
    assert.same(stage:sums(undisturbed), stage:sums(killed))
  end)

  it("are not mixed with those of another export, and two runs do not meet", function()
    local folder = stage:folder()
    assert.is_nil(stage:child { folder = folder, options = { to = "2100-01-01" }, die = { "append", 6 } })
    local report, err = c3.sessions:export(folder, { to = "2100-01-01", format = "json" })
    assert.is_nil(report)
    assert.equal("file", err.kind)
    assert.is_truthy(tostring(err):find "unfinished export of something else")
    local other
    report = assert(c3.sessions:export(folder, { format = "json", fresh = true, on_session = function()
      if not other then other = { c3.sessions:export(folder, { format = "json" }) } end
    end }))
    assert.is_true(report.complete)
    assert.is_false(report.resumed)
    assert.is_nil(other[1])
    assert.is_truthy(tostring(other[2]):find "another run")
  end)

  it("that are gone, or cannot be had, are named, and the others are there", function()
    local gone
    for session in c3.sessions:each() do gone = gone or session.sessionId end
    stage.server:set { faults = { { kind = "status", status = 404, path = gone, server = "cognitive3d" } } }
    local report = assert(c3.sessions:export(stage:folder(), { streams = { "boundary" } }))
    assert.is_false(report.complete)
    assert.equal(13, report.exported)
    assert.equal(gone, report.failed[1].id)
    assert.equal(report.failed[1].why .. "|", python(report.files.sessions,
      "print('|'.join(row['export.error'] for row in rows[:2]))"))
    -- one that has no right to anything asks once, and no more
    local refused = stage:client { org_key = "orgkey-nobody" }
    stage.server:clear_log()
    local none, err = refused.sessions:export(stage:folder())
    assert.equal("unauthorized", err.kind)
    assert.same({}, none.files)
    assert.equal(1, #stage.server:log())
    refused:close()
  end)

  it("are asked for as the options say, or not at all", function()
    local folder = stage:folder()
    for _, case in ipairs {
      { "the first argument must be the name of a folder", nil },
      { "did you mean 'events'", folder, { streams = { "event" } } },
      { "'format' must be", folder, { format = "xml" } }, { "'concurrency' must be 1", folder, { concurrency = 0 } },
      { "'from' must be a date", folder, { from = "yesterday" } }, { "must be later", folder, { from = 10, to = 10 } },
      { "'version'", folder, { scene = "x" } }, { "unknown option", folder, { stream = {} } },
      { "list of names", folder, { session_columns = { 1 } } },
    } do
      local ok, message = pcall(c3.sessions.export, c3.sessions, case[2], case[3])
      assert.is_false(ok, case[1])
      assert.is_truthy(tostring(message):find(case[1], 1, true), tostring(message))
    end
    assert.is_nil(io.open(folder .. "/export.unfinished/journal"))
  end)

  it("are walked through once each while a session of long ago comes in", function()
    finally(function() stage.server:reset() end) -- what the device sent stays here
    local before, after, sent = {}, {}, nil
    for session in c3.sessions:each() do before[#before + 1] = session end
    local device = stage:client { data_key = "data-sandbox", data_url = stage.server.cognitive3d_data_url }
    local scene = assert(c3.projects:scenes())[1]
    local long_ago = before[1].startTime // 1000 - 86400
    for session in c3.sessions:each { limit = 4 } do
      after[#after + 1] = session.sessionId
      if not sent then
        sent = assert(device.runtime:events(scene.sdkFacingId or scene.id, scene.versions[1].versionNumber, {
          userid = "late", sessionid = long_ago .. "_late", timestamp = long_ago, part = 1, formatversion = "1.0",
          data = { { name = "x", time = long_ago + 1, point = { 0, 0, 0 }, properties = {} } } }))
      end
    end
    device:close()
    local expected = {}
    for i, session in ipairs(before) do expected[i] = session.sessionId end
    assert.same(expected, after)
    local again = 0
    for _ in c3.sessions:each() do again = again + 1 end
    assert.equal(#before + 1, again)
  end)
end)
