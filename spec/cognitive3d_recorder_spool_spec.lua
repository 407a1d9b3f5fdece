-- The recorder's spool: what was recorded outlives a cut network, a killed game, a full disk, and is bounded; and the
-- sandbox's collector, which takes it. SPDX-License-Identifier: MIT

local program = require "spec.support.program"
local shell = require "spec.support.shell"
local spools = require "studio.services.cognitive3d.recorder.spool"
local studio = require "studio"
local support = require "spec.support.recorder"

local R <const> = { 0, 0, 0, 1 }
local LUA <const> = os.getenv "STUDIO_LUA" or "lua5.4"

-- A game that records, sends what it can, and is killed: at a chosen moment, or at the end.
local GAME <const> = [[
require "spec.support.die_at" { %s }
local support = require "spec.support.recorder"
local studio = require "studio"
local clock = support.clock(%d)
local rec = assert(support.of({ cognitive3d_data_url = %q }, { spool = %q, clock = clock.now, batch = { gaze = 4 },
  flush_every = 1 }))
for i = 1, 42 do
  clock.at = clock.at + 0.1
  rec:gaze { position = { i, 0, 0 }, rotation = { 0, 0, 0, 1 } }
  if i %% 5 == 0 then rec:event("e" .. i) end
  studio.step(0)
end
repeat studio.step(5) until rec:stats().unwritten == 0
io.popen("kill -KILL $PPID"):close()
]]

describe("a recorder with a spool", function()
  local sb, folder

  setup(function() sb = assert(studio.sandbox.start { cognitive3d = { sessions = 1 } }) end)
  teardown(function() sb:stop() end)
  before_each(function()
    sb:reset()
    sb:set { faults = {} }
    folder = support.folder()
  end)
  after_each(function() support.remove(folder) end)

  local function ingested() return sb:state().cognitive3d.ingested end
  local function cut() sb:set { faults = { { kind = "drop", server = "cognitive3d_data", effect = false } } } end
  local function mend() sb:set { faults = {} } end

  local function c3() return studio.cognitive3d { org_key = "orgkey-sandbox", base_url = sb.cognitive3d_url } end

  -- A raw stream of a session of project 10, as readers get it.
  local function stream(session, kind)
    local client <close> = c3()
    local answer = assert(client:request { method = "POST", door = "organization",
      path = ("/v0/projects/10/sessions/%s/jsonRequests"):format(session),
      body = { sessionId = session, jsonType = kind, sessionRelativeTimestamps = true } })
    return answer.data
  end

  it("sends to the collector, whose sessions are then listed and read like any other", function()
    local rec = assert(support.of(sb, { spool = folder, hmd = "Quest 3", properties = { level = 3 } }))
    for i = 1, 5 do rec:gaze { position = { i, 0, 0 }, rotation = R, gaze = { 0, 0, i } } end
    rec:event("grabbed", { 1, 2, 3 }, { hand = "left" })
    rec:sensor("fps", 90)
    rec:fixation { position = { 0, 0, 0 }, duration = 0.2, radius = 0.1 }
    rec:object { id = "cup", name = "Cup", mesh = "cup" }
    rec:dynamic { id = "cup", position = { 1, 1, 1 }, rotation = R }
    rec:boundary { points = { { 0, 0, 0 }, { 1, 0, 0 }, { 1, 0, 1 } } }
    assert.is_true(rec:finish { wait = 60 })
    assert.same({ gaze = 5, events = 1, sensors = 1, fixations = 1, dynamics = 1, boundary = 1, batches = 6,
      event_hashes = 1 }, ingested())
    local client <close> = c3()
    local page = assert(client:request { method = "POST", path = "/v0/datasets/sessions/paginatedListQueries",
      door = "organization", body = { entityFilters = { projectId = 10 }, sessionType = "project" } })
    local row
    for _, one in ipairs(page.results) do
      if one.sessionId == rec.session_id then row = one end
    end
    assert.same({ "headset-1", true, true, true, true, true, true }, { row.user, row.hasGaze, row.hasEvent,
      row.hasSensor, row.hasFixation, row.hasDynamic, row.hasBoundary })
    assert.same({ "Quest 3", 3 }, { row.properties["c3d.device.hmd.type"], row.properties.level })
    local gaze = stream(rec.session_id, "GAZE").gaze
    assert.same({ 5, { 5, 0, 0 }, { 0, 0, 5 } }, { #gaze, gaze[5].p, gaze[5].g })
    local event = stream(rec.session_id, "EVENTS").events[1]
    assert.same({ "grabbed", { hand = "left" } }, { event.name, event.properties })
    assert.equal("recorder.journal", (select(2, shell.run("ls " .. folder)):gsub("%s+$", "")))
  end)

  it("keeps what it cannot send, and the next recorder sends it, in order", function()
    cut()
    local clock = support.clock()
    local rec = assert(support.of(sb, { spool = folder, clock = clock.now, batch = { gaze = 3 } }))
    for i = 1, 10 do
      clock.at = clock.at + 0.1
      rec:gaze { position = { i, 0, 0 }, rotation = R }
    end
    local done, err = rec:finish { wait = 0.2 }
    assert.is_nil(done)
    assert.matches("4 batches of recordings were not sent: they wait in " .. folder:gsub("%p", "%%%0"), err.message)
    assert.equal(0, rec:stats().dropped.samples)
    mend()
    clock.at = clock.at + 100
    local later = assert(support.of(sb, { spool = folder, clock = clock.now }))
    assert.equal(4, later:stats().left_over)
    later:event "again"
    assert.is_true(later:finish { wait = 60 })
    local state = ingested()
    assert.same({ 10, 1, nil, nil, nil },
      { state.gaze, state.events, state.gaps, state.disordered, state.duplicates })
    local gaze = stream(rec.session_id, "GAZE").gaze
    for i = 1, 10 do assert.equal(i, gaze[i].p[1]) end
  end)

  it("loses nothing that was written when the game is killed, and sends it when the next one starts", function()
    local script, kept = folder .. "/game.lua", folder .. "/spool"
    for round, death in ipairs { "", "'append', 4", "'append', 9", "'send', 2", "'answer', 1", "" } do
      if round == 6 then cut() end
      shell.write(script, GAME:format(death, 1764000000 + round * 1000, sb.cognitive3d_data_url, kept))
      local ok, output = shell.run(("LUA_PATH=%s LUA_CPATH=%s %s %s"):format(shell.quote(package.path),
        shell.quote(package.cpath), LUA, script))
      assert.is_false(ok)
      assert.is_nil(output:find (LUA .. ":", 1, true), output) -- killed, and not by a mistake
    end
    mend()
    local rec = assert(support.of(sb, { spool = kept }))
    assert.is_true(rec:stats().left_over >= 10)
    assert.is_true(rec:finish { wait = 60 })
    local state = ingested()
    -- The first and the last round came to their end: all whole batches of four were written. Two samples were not.
    assert.is_true(state.gaze >= 2 * 40 and state.gaze % 2 == 0, "gaze " .. state.gaze)
    assert.same({ nil, nil }, { state.gaps, state.disordered })
    for _, round in ipairs { 1, 6 } do
      assert.is_true(#stream(1764000000 + round * 1000 .. "_headset-1", "GAZE").gaze >= 40)
    end
  end)

  it("is fooled by no page to log in to a network, and loses nothing when an answer is lost", function()
    sb:set { faults = {
      { kind = "status", server = "cognitive3d_data", status = 200, body = "<h1>Welcome to our hotel</h1>", count = 1 },
      { kind = "drop", server = "cognitive3d_data", count = 1 }, -- taken, and nobody is told
    } }
    local rec = assert(support.of(sb, { spool = folder }))
    rec:event "a"
    assert.is_true(rec:finish { wait = 60 })
    assert.same({ 1, 1 }, { ingested().events, ingested().duplicates })
    assert.is_true(rec:stats().failures >= 1)
  end)

  it("may use a client of the program's own, which needs the key for it", function()
    local client <close> = studio.cognitive3d { data_key = "data-sandbox", org_key = "orgkey-sandbox",
      data_url = sb.cognitive3d_data_url, base_url = sb.cognitive3d_url }
    local function make(own)
      return studio.cognitive3d.recorder { client = own, scene = support.SHOP, version_number = 1, user = "u" }
    end
    local rec = assert(make(client))
    assert.is_true(rec:warm())
    rec:event "a"
    assert.is_true(rec:finish { wait = 60 })
    assert.is_truthy(client.organizations:whoami()) -- it is still open
    local other <close> = c3()
    local none, err = make(other)
    assert.same({ nil, "unauthorized" }, { none, err.kind })
    assert.matches("data_key", err.message)
  end)

  it("says so where nobody listens", function()
    local rec = assert(support.of({ cognitive3d_data_url = "http://127.0.0.1:" .. program.free_port() },
      { spool = folder }))
    rec:event "a"
    rec:flush()
    support.step_until(function() return rec:stats().failures > 0 end)
    local done, err = rec:finish { wait = 0 }
    assert.is_nil(done)
    assert.same({ "network", 1 }, { err.kind, rec:stats().waiting.batches })
  end)

  it("belongs to one recorder at a time, one collector, and is no other file", function()
    local client = support.client()
    local rec = assert(support.over(client, { spool = folder }))
    local second, err = support.over(client, { spool = folder })
    assert.is_nil(second)
    assert.same({ "file", "busy" }, { err.kind, err.code })
    rec:finish()
    second, err = support.of(sb, { spool = folder })
    assert.is_nil(second)
    assert.matches("are for http://collector.test and not for http://127", err.message)
    shell.write(folder .. "/recorder.journal", "dear diary\n")
    second, err = support.over(client, { spool = folder })
    assert.is_nil(second)
    assert.matches("is none of a recorder's", err.message)
    assert.equal("dear diary\n", shell.read(folder .. "/recorder.journal"))
    second, err = support.over(client, { spool = folder .. "/recorder.journal/x" })
    assert.same({ nil, "file" }, { second, err.kind })
  end)

  it("is bounded: what is oldest goes, and is counted", function()
    local told = 0
    local clock = support.clock()
    local client = support.client(function() return 503 end)
    local rec = assert(support.over(client, { spool = folder, spool_max = 65536, batch = { events = 8 },
      clock = clock.now, on_drop = function(drop) told = told + drop.samples end, retry_first = 3600,
      retry_cap = 3600 }))
    for i = 1, 400 do
      rec:event("event " .. i, { i, 0, 0 }, { text = ("x"):rep(400) })
      if i % 8 == 0 then studio.step(0) end
    end
    assert.is_nil((rec:finish { wait = 0 }))
    local stats = rec:stats()
    assert.same({ told, told }, { stats.dropped.samples, stats.dropped.reasons.spool_full })
    assert.is_true(told > 200 and told < 320, "dropped " .. told)
    assert.equal(400, told + 8 * stats.waiting.batches)
    assert.is_true(stats.spool.bytes <= 65536 + 8192)
    local _, size = shell.run("cat " .. folder .. "/*.spool | wc -c")
    assert.is_true(tonumber(size) <= 65536 + 8192)
    -- what is left are the newest
    local heir = support.client()
    rec = assert(support.over(heir, { spool = folder }))
    assert.is_true(rec:finish { wait = 60 })
    local bodies = support.bodies(heir)
    assert.equal("event 400", bodies[#bodies].data[8].name)
    for i = 2, #bodies do assert.equal(bodies[i - 1].part + 1, bodies[i].part) end
  end)

  it("goes on in memory while the disk does not take what it is given", function()
    local client = support.client()
    local rec = assert(support.over(client, { spool = folder }))
    shell.run("mkdir " .. folder .. "/00000001.spool") -- where its first segment was to be
    rec:event "a"
    assert.is_true(rec:finish())
    assert.equal(1, #client.sent)
    assert.is_true(rec:stats().spool.troubles > 0)
    assert.matches("00000001.spool", rec:stats().spool.trouble)
  end)
end)

describe("the spool's files", function()
  local folder
  before_each(function() folder = support.folder() end)
  after_each(function() support.remove(folder) end)

  local function open(max)
    local dropped = {}
    local spool = assert(spools.open { folder = folder, max = max or 1048576, origin = "http://x",
      on_drop = function(entry, reason) table.insert(dropped, { entry.part, reason }) end })
    return spool, dropped
  end

  local function batch(part)
    return { stream = "gaze", scene = support.SHOP, version = 1, session = "s", part = part, samples = 2 }
  end

  local function left(spool)
    local parts = {}
    for i, entry in ipairs(spool.left) do parts[i] = { entry.part, spool:read(entry) } end
    return parts
  end

  it("give back, in order, what was put in and not done", function()
    local spool = open()
    local entries = {}
    for part = 1, 5 do
      entries[part] = batch(part)
      spool:put(entries[part], '{"part":' .. part .. "}")
    end
    spool:done(entries[2])
    spool:done(entries[1])
    spool:close()
    spool = open()
    assert.same({ { 3, '{"part":3}' }, { 4, '{"part":4}' }, { 5, '{"part":5}' } }, left(spool))
    spool:done(spool.left[1])
    local more = batch(6)
    spool:put(more, "{}")
    assert.is_true(more.seq > 5)
    spool:close()
    spool = open()
    assert.same({ { 4, '{"part":4}' }, { 5, '{"part":5}' }, { 6, "{}" } }, left(spool))
    for _, entry in ipairs(spool.left) do spool:done(entry) end
    spool:close()
    spool = open()
    assert.same({}, left(spool))
    assert.equal(0, spool.bytes)
    spool:close()
    assert.equal("recorder.journal\n", select(2, shell.run("ls " .. folder)))
  end)

  it("are read up to where a crash has torn them, and past what is damaged", function()
    local spool = open()
    for part = 1, 3 do spool:put(batch(part), '{"part":' .. part .. "}") end
    spool:close()
    local path = folder .. "/00000001.spool"
    local whole = shell.read(path)
    for cut = 0, 60, 7 do
      shell.write(path, whole:sub(1, #whole - 1 - cut))
      spool = open()
      assert.equal(2, #left(spool))
      spool:close()
    end
    shell.write(path, (whole:gsub('"part":2,', '"part":x,', 1)) .. "noise\n\0\0\0")
    spool = open()
    assert.same({ { 1, '{"part":1}' }, { 3, '{"part":3}' } }, left(spool))
    assert.equal(2, spool.damaged)
    spool:close()
    local mode = select(2, shell.run("stat -c %a " .. path .. " 2>/dev/null || stat -f %Lp " .. path))
    assert.equal("600", (mode:gsub("%s", "")))
  end)

  it("have a bound that holds for one batch, too", function()
    local spool, dropped = open(1000)
    assert.is_false(spool:put(batch(1), ("x"):rep(1000)))
    assert.same({ { 1, "too_large" } }, dropped)
    spool:close()
  end)
end)
