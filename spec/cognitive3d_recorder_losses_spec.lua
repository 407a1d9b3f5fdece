-- The recorder in bad times: nothing is lost that need not be, what is lost is counted, and nothing else is sent in
-- its stead. SPDX-License-Identifier: MIT

local json = require "studio.json"
local shell = require "spec.support.shell"
local studio = require "studio"
local support = require "spec.support.recorder"

local SHOP, STOCKROOM = support.SHOP, support.STOCKROOM
local R <const> = { 0, 0, 0, 1 }

local folder
before_each(function() folder = support.folder() end)
after_each(function()
  shell.run("chmod -R u+w " .. folder)
  support.remove(folder)
end)

local function look(rec) rec:gaze { position = { 1, 2, 3 }, rotation = R } end

local function move(rec) rec:dynamic { id = "cup", position = { 1, 2, 3 }, rotation = R } end

local function sent(rec, count)
  support.step_until(function() return rec:stats().sent.batches == count end)
end

describe("what travels once", function()
  it("travels to each scene: the session's properties with the next gaze, be it without a sample", function()
    local client = support.client()
    local rec = support.over(client, { properties = { level = 3 } })
    look(rec)
    rec:property("group", "b")
    rec:flush()
    look(rec) -- nothing new
    rec:scene(STOCKROOM, 2)
    look(rec)
    rec:scene(SHOP, 1)
    assert.is_true(rec:finish())
    local seen = {}
    for i, body in ipairs(support.bodies(client)) do
      seen[i] = { client.sent[i].path:match "[^/]*$", body.properties, #body.data }
    end
    local all = { level = 3, group = "b" }
    assert.same({ { SHOP, all, 1 }, { SHOP, nil, 1 }, { STOCKROOM, all, 1 }, { SHOP, all, 0 } }, seen)
  end)

  it("travels again when a full spool gave it up, and not when it was refused", function()
    local down = true
    local client = support.client(function() return down and 503 or nil end)
    local rec = support.over(client, { spool_max = 65536, properties = { level = 3 }, batch = { events = 1 },
      retry_first = 3600, retry_cap = 3600 })
    rec:object { id = "cup", name = "Cup", mesh = "cup" }
    look(rec)
    move(rec)
    rec:flush()
    for i = 1, 20 do rec:event("e" .. i, nil, { text = ("x"):rep(8000) }) end
    support.step_until(function() return rec:stats().unwritten == 0 end)
    assert.is_true(rec:stats().dropped.reasons.spool_full >= 2)
    move(rec)
    down, client.sent = false, {}
    assert.is_true(rec:finish { wait = 60 })
    local seen = {}
    for i, body in ipairs(support.bodies(client)) do
      seen[client.sent[i].path:match "/v0/(%a+)"] = body.properties or body.manifest or {}
    end
    assert.same({ level = 3 }, seen.gaze)
    assert.is_truthy(seen.dynamics.cup)

    client = support.client(function() return #client.sent == 1 and 400 or nil end)
    rec = support.over(client, { properties = { level = 3 } })
    look(rec)
    rec:flush()
    support.step_until(function() return rec:stats().dropped.batches == 1 end)
    look(rec)
    assert.is_true(rec:finish())
    assert.is_nil(support.bodies(client)[2].properties) -- perhaps it was refused for them
  end)
end)

describe("a batch", function()
  it("is full by its bytes, too: many large events are not one that is too large for everybody", function()
    local client = support.client()
    local rec = support.over(client)
    for i = 1, 60 do rec:event("big", nil, { i = i, text = ("y"):rep(60000) }) end
    assert.is_true(rec:finish { wait = 60 })
    local count = 0
    for i, body in ipairs(support.bodies(client)) do
      count = count + #body.data
      assert.is_true(#client.sent[i].body < 400000)
    end
    assert.same({ 60, 0 }, { count, rec:stats().dropped.samples })
  end)

  it("is full by what it holds besides samples, too", function()
    local client = support.client()
    local rec = support.over(client)
    for i = 1, 100 do rec:property("text " .. i, ("x"):rep(60000)) end
    assert.is_true(rec:finish { wait = 60 })
    local count = 0
    for _, body in ipairs(support.bodies(client)) do
      for _ in pairs(body.properties) do count = count + 1 end
    end
    assert.same({ 100, 0 }, { count, rec:stats().dropped.batches })
  end)

  it("is closed by its age although a host's clock was put back", function()
    local clock = support.clock()
    local rec = support.over(support.client(), { clock = clock.now })
    rec:event "a"
    clock.at = clock.at - 3600
    sent(rec, 1)
    rec:finish()
  end)
end)

describe("two sessions of one user", function()
  it("that begin in the same second have ids of their own", function()
    local function id() return studio.cognitive3d.recorder({ client = support.client(), scene = SHOP,
      version_number = 1, user = "twice" }).session_id end
    local ids = { id(), id(), id() }
    assert.is_true(ids[1] ~= ids[2] and ids[2] ~= ids[3])
  end)

  it("that are one, gone on with after a restart, count their parts on", function()
    local function start(client) return support.over(client, { session_id = "one", spool = folder }) end
    local rec = start(support.client(function() return 503 end))
    rec:event "a"
    rec:flush()
    rec:event "b"
    assert.is_nil((rec:finish { wait = 0 }))
    local client = support.client()
    rec = start(client)
    rec:event "c"
    assert.is_true(rec:finish { wait = 60 })
    local parts = {}
    for i, body in ipairs(support.bodies(client)) do parts[i] = { body.part, body.data[1].name } end
    assert.same({ { 1, "a" }, { 2, "b" }, { 3, "c" } }, parts)
  end)

  it("do not wait for each other: what is left and cannot be sent holds up nothing new", function()
    local rec = support.over(support.client(function() return 503 end), { session_id = "old", spool = folder })
    rec:event "a"
    assert.is_nil((rec:finish { wait = 0 }))
    studio.log("warn", function() end)
    local client = support.client(function(request) return request.body:find '"old"' and 403 or nil end)
    rec = support.over(client, { session_id = "new", spool = folder, retry_first = 3600 })
    rec:event "b"
    rec:flush()
    sent(rec, 1)
    assert.equal(1, rec:stats().waiting.batches)
    rec:finish { wait = 0 }
    studio.log "off"
  end)
end)

describe("a spool", function()
  it("whose folder is taken away goes on in memory, and loses nothing", function()
    local client = support.client()
    local rec = support.over(client, { spool = folder, batch = { events = 1 } })
    rec:event "a"
    sent(rec, 1)
    support.remove(folder)
    rec:event "b"
    rec:event "c"
    assert.is_true(rec:finish { wait = 60 })
    assert.same({ 3, 0 }, { #client.sent, rec:stats().dropped.samples })
    assert.matches("is not there any more", rec:stats().spool.trouble)
  end)

  it("that the disk did not take says at the end what is lost, and counts it", function()
    local rec = support.over(support.client(function() return 503 end), { spool = folder })
    rec:event "a"
    rec:flush()
    support.step_until(function() return rec:stats().waiting.batches == 1 end)
    assert(shell.run("rm " .. folder .. "/*.spool"))
    rec:sensor("fps", 1)
    local done, err = rec:finish { wait = 0 }
    assert.is_nil(done)
    assert.matches("2 batches .* wait in .*, but for 1, which the disk did not take and which are lost", err.message)
    assert.same({ unsent = 1 }, rec:stats().dropped.reasons)
  end)

  it("sends nothing that it has not written: a file that stands where a segment is to be begins anew", function()
    support.over(support.client(), { spool = folder }):finish()
    shell.write(folder .. "/00000001.spool", ("z"):rep(1000) .. "\n")
    local client = support.client()
    local rec = support.over(client, { spool = folder })
    rec:event "a"
    assert.is_true(rec:finish { wait = 60 })
    assert.equal("a", support.bodies(client)[1].data[1].name)
  end)

  it("keeps what it cannot read just now, and gives up only what is gone", function()
    local open, busy = io.open, true
    local client = support.client()
    local rec = support.over(client, { spool = folder })
    io.open = function(path, ...) -- luacheck: ignore 122
      if busy and path:find "%.spool$" then return nil, path .. ": Too many open files", 24 end
      return open(path, ...)
    end
    rec:event "a"
    rec:flush()
    support.step_until(function() return rec:stats().failures > 0 end)
    busy = false
    local done = rec:finish { wait = 60 }
    io.open = open -- luacheck: ignore 122
    assert.is_true(done)
    assert.same({ 1, 0 }, { #client.sent, rec:stats().dropped.samples })
  end)

  it("can be used again wherever a crash has torn its list; what names no scene is not sent", function()
    local rec = support.over(support.client(function() return 503 end), { spool = folder })
    rec:event "a"
    rec:finish { wait = 0 }
    local path = folder .. "/recorder.journal"
    local list = shell.read(path)
    local batch = shell.read(folder .. "/00000001.spool")
    for cut = 0, #list do
      shell.write(path, list:sub(1, cut))
      shell.write(folder .. "/00000001.spool", batch)
      rec = assert(support.over(support.client(function() return 503 end), { spool = folder }))
      assert.equal(cut >= #list - 1 and 1 or 0, rec:stats().left_over)
      rec:finish { wait = 0 }
    end
    shell.write(path, list)
    shell.write(folder .. "/00000001.spool", (batch:gsub(SHOP:gsub("%p", "%%%0"), "../../hooks", 1)))
    rec = assert(support.over(support.client(), { spool = folder }))
    assert.same({ 0, 1 }, { rec:stats().left_over, rec:stats().spool.damaged })
    rec:finish { wait = 0 }
  end)
end)

describe("finish", function()
  it("that is called while it is under way says so, and disturbs nothing", function()
    local client = support.client()
    local rec = support.over(client)
    rec:event "a"
    local first, second = studio.spawn(rec.finish, rec), studio.spawn(rec.finish, rec)
    local done, err = second:await()
    assert.same({ nil, "refused" }, { done, err.kind })
    assert.is_true(first:await())
    assert.is_true(rec:finish())
    assert.equal("a", json.decode(client.sent[1].body).data[1].name)
  end)
end)
