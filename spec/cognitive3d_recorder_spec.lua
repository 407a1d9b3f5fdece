-- The recorder: envelopes to the letter, mistakes named, what is sent again and what is given up, and in which order.
-- SPDX-License-Identifier: MIT

local json = require "studio.json"
local support = require "spec.support.recorder"
local studio = require "studio"

local SHOP, STOCKROOM = support.SHOP, support.STOCKROOM
local P, R = { 1, 2.5, -3 }, { 0, 0, 0, 1 }

-- All that one of everything becomes.
local function one_of_each(rec)
  rec:gaze { position = P, rotation = R, gaze = { 0.1, 0, 1e-7 }, object = "shelf", floor = { 1, 0, -3 },
    media = "film", media_time = 1500, uv = { 0.5, 0.25 } }
  rec:event("door \"1\"", { 4, 5, 6 }, { side = "left", count = 3 }, { object = "door" })
  rec:sensor("fps", 89.5)
  rec:sensor("pulse", 71)
  rec:sensor("fps", 90)
  rec:fixation { position = P, duration = 0.25, radius = 0.02, object = "shelf" }
  rec:object { id = "cup", name = "Cup", mesh = "cup_mesh" }
  rec:dynamic { id = "cup", position = P, rotation = R, scale = { 1, 1, 2 }, properties = { enabled = true } }
  rec:boundary { position = P, rotation = R, points = { { 0, 0, 0 }, { 1, 0, 0 }, { 1, 0, 1 } } }
end

describe("what a recorder sends", function()
  it("is in the envelopes of the vendor's SDKs, letter by letter", function()
    local client = support.client()
    local rec = support.over(client, { hmd = "Quest 3", lobby = "lobby-7", properties = { level = 3, name = "Ann" } })
    one_of_each(rec)
    assert.is_true(rec:finish())
    local head = '"sessionid":"1764000000_headset-1","%s":1764000000,"part":1,"formatversion":"1.0",'
      .. '"lobbyId":"lobby-7",'
    local who = '{"userid":"headset-1",' .. head:format "timestamp"
    local wanted = {
      gaze = who .. '"hmdtype":"Quest 3","interval":0.1,"properties":{"level":3,"name":"Ann"},"data":['
        .. '{"time":1764000000.2500,"p":[1,2.5,-3],"r":[0,0,0,1],"g":[0.1,0,1e-07],"o":"shelf","f":[1,0,-3],'
        .. '"mediaId":"film","mediatime":1500,"uvs":[0.5,0.25]}]}',
      sensors = '{"name":"headset-1",' .. head:format "timestamp" .. '"data":['
        .. '{"name":"fps","data":[[1764000000.2500,89.5],[1764000000.2500,90]]},'
        .. '{"name":"pulse","data":[[1764000000.2500,71]]}]}',
      fixations = who .. '"data":[{"time":1764000000.2500,"duration":250,"maxradius":0.02,"p":[1,2.5,-3],'
        .. '"objectid":"shelf"}]}',
      dynamics = who .. '"manifest":{"cup":{"name":"Cup","mesh":"cup_mesh","fileType":"gltf"}},"data":['
        .. '{"id":"cup","time":1764000000.2500,"p":[1,2.5,-3],"r":[0,0,0,1],"s":[1,1,2],'
        .. '"properties":[{"enabled":true}]}]}',
      boundary = '{"userid":"headset-1",' .. head:format "time" .. '"data":['
        .. '{"time":1764000000.2500,"p":[1,2.5,-3],"r":[0,0,0,1]}],"shapes":['
        .. '{"time":1764000000.2500,"points":[[0,0,0],[1,0,0],[1,0,1]]}]}',
    }
    local seen = 0
    for _, request in ipairs(client.sent) do
      local stream = request.path:match "^/v0/(%a+)/"
      assert.equal("/v0/" .. stream .. "/" .. SHOP, request.path)
      assert.same({ "POST", { version = 1 }, "application/json", "data" },
        { request.method, request.query, request.content_type, request.door })
      if wanted[stream] then assert.equal(wanted[stream], request.body) end
      if stream == "events" then -- the order of properties is Lua's
        assert.same({ { name = "door \"1\"", time = 1764000000.25, point = { 4, 5, 6 }, dynamicId = "door",
          properties = { side = "left", count = 3 } } }, json.decode(request.body).data)
      end
      seen = seen + 1
    end
    assert.equal(6, seen)
  end)

  it("counts parts in each stream, and closes a batch by its size, its age and on request", function()
    local client, clock = support.client(), support.clock()
    local rec = support.over(client, { clock = clock.now, batch = { gaze = 2 }, flush_every = 5 })
    local function batches(n) support.step_until(function() return rec:stats().sent.batches == n end) end
    for i = 1, 3 do rec:gaze { position = { i, 0, 0 }, rotation = R } end
    batches(1)
    clock.at = clock.at + 5
    batches(2)
    rec:event "jumped"
    rec:flush()
    batches(3)
    rec:property("level", 4) -- travels without a sample, too
    assert.is_true(rec:finish())
    local parts = {}
    for i, body in ipairs(support.bodies(client)) do
      parts[i] = { client.sent[i].path:match "^/v0/(%a+)/", body.part, #body.data }
    end
    assert.same({ { "gaze", 1, 2 }, { "gaze", 2, 1 }, { "events", 1, 1 }, { "gaze", 3, 0 } }, parts)
    local bodies = support.bodies(client)
    assert.same({ 3, 0, 0 }, bodies[3].data[1].point) -- where the head was last
    assert.same({ level = 4 }, bodies[4].properties)
    assert.same({ 1764000000.25, 1764000005.25 }, { bodies[2].data[1].time, bodies[3].data[1].time })
  end)

  it("is a session of its own, also where two begin in one second", function()
    local seen = {}
    for _ = 1, 3 do
      local rec = studio.cognitive3d.recorder { client = support.client(), scene = SHOP, version_number = 1,
        user = "headset-1" }
      assert.is_nil(seen[rec.session_id])
      seen[rec.session_id] = true
      rec:finish()
    end
  end)

  it("belongs to the scene in which it was recorded, and tells each scene what its things are", function()
    local client = support.client()
    local rec = support.over(client)
    rec:object { id = "cup", name = "Cup", mesh = "cup_mesh", controller = "left", properties = { hand = "left" } }
    local function move() rec:dynamic { id = "cup", position = P, rotation = R } end
    move()
    rec:flush()
    move()
    rec:scene({ id = STOCKROOM }, 3)
    move()
    assert.is_true(rec:finish())
    local seen = {}
    for i, body in ipairs(support.bodies(client)) do
      local request = client.sent[i]
      seen[i] = { request.path, request.query.version, body.part, body.manifest ~= nil }
    end
    local first = "/v0/dynamics/" .. SHOP
    assert.same({ { first, 1, 1, true }, { first, 1, 2, false }, { "/v0/dynamics/" .. STOCKROOM, 3, 3, true } }, seen)
  end)

  it("is the same where the C library writes numbers with a comma", function()
    local client = support.client()
    local format = string.format
    local rec = support.over(client)
    -- no such locale need be installed: what string.format makes of it
    string.format = function(pattern, ...) -- luacheck: ignore 122
      if pattern == "%s" then return ... end
      return (format(pattern, ...):gsub("(%d)%.(%d)", "%1,%2"))
    end
    package.loaded["studio.services.cognitive3d.recorder.samples"] = nil
    local samples = require "studio.services.cognitive3d.recorder.samples"
    string.format = format -- luacheck: ignore 122
    assert.equal('{"time":7.2500,"p":[1,2.5,-3],"r":[0,0,0,1],"o":"a,b 1.5"}',
      samples.gaze({ position = P, rotation = R, object = "a,b 1.5" }, 7.25))
    rec:finish { wait = 0 }
  end)
end)

describe("a mistake in what is recorded", function()
  it("raises at the caller's line, and names the field", function()
    local rec = support.over(support.client())
    local nan, huge = 0 / 0, math.huge
    local long = ("x"):rep(513)
    for _, case in ipairs {
      { "gaze", { { position = { 1, 2, nan }, rotation = R } }, "position must be 3 finite numbers; number 3" },
      { "gaze", { { position = P, rotation = { 0, 0, 0, huge } } }, "rotation must be 4 finite numbers; number 4" },
      { "gaze", { { position = { huge, -huge, 0 }, rotation = R } }, "position must be 3 finite numbers" },
      { "gaze", { { position = { 1, 2 }, rotation = R } }, "number 3 of them is a nil" },
      { "gaze", { { position = P } }, "rotation is missing" },
      { "gaze", { { position = 7, rotation = R } }, "position must be a table" },
      { "gaze", { { position = P, rotation = R, gazes = P } }, "unknown field 'gazes'; did you mean 'gaze'" },
      { "gaze", { { position = P, rotation = R, object = long } }, "object must have 1 to 512 bytes, not 513" },
      { "gaze", { { position = P, rotation = R, object = "\xff" } }, "object is not valid UTF%-8" },
      { "gaze", { { position = P, rotation = R, time = "now" } }, "time must be a finite number" },
      { "gaze", {}, "sample must be a table" },
      { "event", { "" }, "name must have 1 to 512 bytes" },
      { "event", { "x", { 1, 2 } }, "position must be 3 finite numbers" },
      { "event", { "x", P, { a = {} } }, "property 'a' must be a text, a number or a boolean, not a table" },
      { "event", { "x", P, { a = nan } }, "cannot be written" },
      { "event", { "x", P, { "a" } }, "name must be a text" },
      { "event", { "x", P, { a = ("y"):rep(70000) } }, "more than 65536 bytes" },
      { "event", { "x", P, nil, { thing = "a" } }, "unknown option 'thing'" },
      { "sensor", { "fps", nan }, "value must be a finite number" },
      { "sensor", { "fps", "90" }, "value must be a finite number" },
      { "sensor", { 7, 90 }, "name must be a string" },
      { "fixation", { { position = P, duration = 1 } }, "radius is missing" },
      { "dynamic", { { id = "ghost", position = P, rotation = R } }, "nothing is known of 'ghost'" },
      { "object", { { id = "a", name = "b" } }, "mesh must be a string" },
      { "boundary", { {} }, "give points, or position and rotation" },
      { "boundary", { { points = { { 1, 2, nan } } } }, "point 1 must be 3 finite numbers" },
      { "property", { "a", {} }, "property 'a' must be" },
      { "scene", { "../x", 1 }, "scene must be the id of a scene" },
      { "scene", { SHOP, 0 }, "version_number must be 1 or more" },
    } do
      local method, arguments, words = table.unpack(case)
      local ok, message = pcall(rec[method], rec, table.unpack(arguments, 1, 4))
      assert.is_false(ok, method .. " took what it should not: " .. words)
      assert.matches(words, message)
      assert.matches("recorder_spec", message)
    end
    local recorded = rec:stats().recorded
    for stream, count in pairs(recorded) do assert.equal(0, count, stream) end
    assert.matches("call it with a colon", select(2, pcall(rec.gaze, { position = P, rotation = R })))
    assert.is_true(rec:finish { wait = 0 }) -- nothing was begun that would have to be sent
    assert.matches("has finished", select(2, pcall(rec.sensor, rec, "fps", 1)))
  end)

  it("in the options raises before anything is made", function()
    local client = support.client()
    for _, case in ipairs {
      { { scene = false }, "option 'scene' must be" }, { { version_number = 0 }, "version_number must be 1" },
      { { data_key = "x" }, "give either data_key, or a client" }, { { spool_max = 10 }, "65536 bytes or more" },
      { { batch = { gazes = 1 } }, "unknown option 'gazes'" }, { { batch = { gaze = 0 } }, "gaze must be 1 or more" },
      { { user = "" }, "user' must have 1 to 512 bytes" }, { { properties = { a = {} } }, "property 'a'" },
      { { spol = "x" }, "unknown option 'spol'; did you mean 'spool'" },
    } do
      local ok, message = pcall(support.over, client, case[1])
      assert.is_false(ok)
      assert.matches(case[2], message)
    end
  end)
end)

describe("a client that is given", function()
  it("must be one that may send", function()
    local reader = studio.cognitive3d { data_key = "d", data_url = "https://data.xr.example", read_only = true,
      state_dir = false }
    local rec, err = support.over(reader)
    assert.is_nil(rec)
    assert.same({ "refused", "not_sent" }, { err.kind, err.stage })
    assert.matches("the client is read%-only", tostring(err))
    reader:close()
  end)

  it("and is closed too early, leaves what is recorded waiting", function()
    local client = studio.cognitive3d { data_key = "d", data_url = "http://127.0.0.1:1", state_dir = false }
    local rec = support.over(client, { retry_first = 60, retry_cap = 60 })
    rec:event "a"
    client:close()
    rec:flush()
    support.step_until(function() return rec:stats().failures == 1 end)
    local sent, err = rec:finish { wait = 0 }
    assert.is_nil(sent)
    assert.matches("the client that the recorder was given is closed", tostring(err))
  end)
end)

describe("an answer", function()
  -- A response of that status; the collector's header stands for all others.
  local function plain(status, body, header)
    return { status = status, body = body, header = function() return header end }
  end

  -- Sends a batch that is answered so the first time, and well the second; the function tells what became of it.
  local function try(outcome)
    local first = true
    local client = support.client(function()
      if not first then return nil end
      first = false
      return outcome
    end)
    local rec = support.over(client)
    rec:event "a"
    rec:flush()
    return function()
      support.step_until(function()
        local stats = rec:stats()
        return stats.sent.batches + stats.dropped.batches == 1
      end)
      assert.is_true(rec:finish())
      local stats = rec:stats()
      if stats.dropped.batches == 1 then return "given up", stats, client.sent end
      return #client.sent == 2 and "sent again" or "sent", stats, client.sent
    end
  end

  it("decides what is given up, what is sent again, and what is done", function()
    local cases = {
      { "sent again", plain(200, "<html>log in") },
      { "sent again", plain(200, "Internal Server Error", "1") },
      { "sent again", { kind = "protocol", status = 307, message = "too many redirects" } },
      { "sent again", { kind = "network", message = "connection refused" } },
    }
    for fate, statuses in pairs { sent = { 200, 201, 204 }, ["given up"] = { 400, 404, 413, 422 },
      ["sent again"] = { 401, 403, 407, 408, 429, 500, 502, 503 } } do
      for _, status in ipairs(statuses) do table.insert(cases, { fate, status }) end
    end
    studio.log("warn", function() end) -- a key that is refused is told of, once
    for _, case in ipairs(cases) do case.fate = try(case[2]) end
    for _, case in ipairs(cases) do
      local what = type(case[2]) == "table" and (case[2].body or case[2].message) or case[2]
      assert.equal(case[1], (case.fate()), tostring(what))
    end
    studio.log "off"
  end)

  it("that was lost means that the same bytes go again", function()
    local fate, stats, sent = try { kind = "outcome_unknown", message = "the answer was lost" }()
    assert.equal("sent again", fate)
    assert.equal(sent[1].body, sent[2].body) -- its part too, by which the collector can tell
    assert.same({ 1, "the answer was lost" }, { stats.failures, stats.last_error.message })
  end)

  it("that refuses is told to on_drop, with why", function()
    local told = {}
    local client = support.client(function() return 404 end)
    local rec = support.over(client, { on_drop = function(drop) table.insert(told, drop) end })
    rec:sensor("fps", 1)
    rec:sensor("fps", 2)
    assert.is_true(rec:finish())
    assert.same({ { reason = "refused", stream = "sensors", session = "1764000000_headset-1", part = 1, samples = 2,
      status = 404, message = "no" } }, told)
    assert.same({ batches = 1, samples = 2, reasons = { refused = 2 } }, rec:stats().dropped)
  end)

  it("that does not come holds its stream up, and no other; order is kept", function()
    local down = true
    local client = support.client(function(request)
      if down and request.path:find "gaze" then return 503 end
    end)
    local rec = support.over(client, { batch = { gaze = 1, events = 1 } })
    for i = 1, 5 do
      rec:gaze { position = { i, 0, 0 }, rotation = R }
      rec:event("e" .. i)
    end
    support.step_until(function() return rec:stats().sent.batches == 5 end)
    assert.is_true(rec:stats().failures >= 1)
    down = false
    assert.is_true(rec:finish())
    local parts = { gaze = {}, events = {} }
    for i, body in ipairs(support.bodies(client)) do
      local list = parts[client.sent[i].path:match "^/v0/(%a+)/"]
      if list[#list] ~= body.part then table.insert(list, body.part) end -- tries of one are in a row
    end
    assert.same({ gaze = { 1, 2, 3, 4, 5 }, events = { 1, 2, 3, 4, 5 } }, parts)
  end)

  it("that says when to come again is heeded, and else pauses double up to their cap", function()
    local client = support.client(function()
      return { kind = "rate_limited", status = 429, message = "slow down", retry_after = 3600 }
    end)
    local rec = support.over(client)
    rec:event "a"
    rec:flush()
    support.step_until(function() return rec:stats().paused_for ~= nil end)
    assert.is_true(rec:stats().paused_for > 3000)
    local done, err = rec:finish { wait = 0 }
    assert.is_nil(done)
    assert.matches("1 batches of recordings were not sent: they are lost; with the option 'spool'", err.message)
    assert.same({ 1, { unsent = 1 } }, { rec:stats().dropped.samples, rec:stats().dropped.reasons })
    local pauses = {}
    local sender = require("studio.services.cognitive3d.recorder.sender")
    local spool = require("studio.services.cognitive3d.recorder.spool").open { max = 65536, on_drop = print }
    local way = sender.new { spool = spool, on_drop = print, retry_first = 60, retry_cap = 240,
      post = function() return nil, { kind = "network", message = "cut" } end }
    local entry = { stream = "gaze", scene = SHOP, version = 1, session = "s", part = 1, samples = 1 }
    spool:put(entry, "{}")
    way:add(entry)
    for i = 1, 4 do
      way.order[1].due = 0
      way:start()
      support.step_until(function() return way.failures == i and not way.order[1].busy end)
      pauses[i] = math.ceil(way:paused_for() / 30) * 30
    end
    assert.same({ 60, 120, 240, 240 }, pauses)
    way:hurry() -- the end is near
    way:start()
    support.step_until(function() return way.failures == 5 and not way.order[1].busy end)
    assert.is_true(way:paused_for() <= 1)
  end)
end)

describe("a game that never steps", function()
  it("runs out of no memory: the oldest batches go, and are counted", function()
    local rec = support.over(support.client(), { batch = { events = 1 } })
    local text = { text = ("z"):rep(60000) }
    for _ = 1, 150 do rec:event("big", P, text) end
    local dropped = rec:stats().dropped
    assert.is_true(dropped.reasons.memory_full >= 5 and dropped.reasons.memory_full < 30)
    assert.equal(dropped.samples, dropped.reasons.memory_full)
    rec:finish { wait = 0 }
  end)

  it("has its properties and things told again, where what told of them had to go", function()
    local client = support.client()
    local rec = support.over(client, { batch = { dynamics = 1, events = 1 }, properties = { level = 3 } })
    rec:object { id = "cup", name = "Cup", mesh = "cup_mesh" }
    rec:dynamic { id = "cup", position = P, rotation = R }
    rec:flush()
    local text = { text = ("z"):rep(60000) }
    for _ = 1, 150 do rec:event("big", P, text) end
    rec:dynamic { id = "cup", position = P, rotation = R }
    rec:property("group", "b")
    assert.is_true(rec:finish())
    assert.is_true(rec:stats().dropped.samples > 1)
    local found = {}
    for i, body in ipairs(support.bodies(client)) do
      if body.manifest then found.manifest = body.manifest end
      if client.sent[i].path:find "gaze" then found.properties = body.properties end
    end
    assert.same({ manifest = { cup = { name = "Cup", mesh = "cup_mesh", fileType = "gltf" } },
      properties = { level = 3, group = "b" } }, found)
  end)

  it("does nothing behind its back: no file, no request", function()
    local folder = support.folder()
    local client = support.client()
    local rec = assert(support.over(client, { spool = folder, batch = { gaze = 1 } }))
    for _ = 1, 3 do rec:gaze { position = P, rotation = R } end
    assert.same({ 0, 0 }, { #client.sent, rec:stats().spool.bytes })
    studio.step(0)
    assert.is_true(rec:stats().spool.bytes > 0)
    assert.is_true(rec:finish())
    support.remove(folder)
  end)
end)
