-- The log: levels, where it goes, and warnings that come once. SPDX-License-Identifier: MIT

local log = require "studio.log"
local shell = require "spec.support.shell"

describe("a warning", function()
  after_each(function() log.set("off") end)

  it("comes once for each key, and goes to the log function", function()
    local events = {}
    log.set("warn", function(event, line) events[#events + 1] = { event.level, event.message, line } end)
    log.warn_once("spec a", "first")
    log.warn_once("spec a", "first again")
    log.warn_once("spec b", "second")
    assert.same({ { "warn", "first", "studio: warning: first" }, { "warn", "second", "studio: warning: second" } },
                events)
  end)

  it("goes to standard error when nobody asked for a log, and is silent when it was turned off", function()
    local lua = os.getenv "STUDIO_LUA" or "lua5.4"
    local script = os.tmpname()
    shell.write(script, ([[
      package.path, package.cpath = %q, %q
      local log = require "studio.log"
      if ... then log.set(...) end
      log.warn_once("k", "the text")
      log.warn_once("k", "the text")
    ]]):format(package.path, package.cpath))
    assert.same({ true, "studio: warning: the text\n" }, { shell.run(lua .. " " .. script) })
    assert.same({ true, "" }, { shell.run(lua .. " " .. script .. " off") })
    os.remove(script)
  end)

  it("does no harm when the log function fails", function()
    local stderr = io.stderr
    local said = {}
    io.stderr = { write = function(_, ...) said[#said + 1] = table.concat { ... } end } -- luacheck: ignore 122
    log.set("warn", function() error "no" end)
    local ok = pcall(log.warn_once, "spec c", "x")
    io.stderr = stderr -- luacheck: ignore 122
    assert.is_true(ok)
    assert.matches("log function failed", said[1])
  end)
end)

describe("studio.log", function()
  it("refuses a level there is not, and a file that cannot be written", function()
    assert.error_matches(function() log.set "debgu" end, "did you mean 'debug'")
    assert.error_matches(function() log.set("debug", "/nowhere/x") end, "cannot be written")
    assert.error_matches(function() log.set("debug", 3) end, "studio.log: to must be callable")
  end)
end)

-- What a client did, as events.
describe("the log of calls", function()
  local peer = require "spec.support.peer"
  local studio = require "studio"
  local server, events, lines
  local clients = 0

  local HANDLER = [[function(c)
    local seen = {}
    while true do
      local r = c:request()
      if not r then return end
      local path = r.target:match "^[^?]*"
      seen[path] = (seen[path] or 0) + 1
      if path:find "^/busy" and seen[path] == 1 then c:answer("{}", 503)
      elseif path == "/429" and seen[path] == 1 then c:answer("{}", 429, "Retry-After: 0")
      elseif path == "/moved" then c:answer("", 302, "Location: /there?token=hidden")
      elseif path == "/404" then c:answer("{}", 404, "X-Internal: hidden", "X-Request-Id: r1")
      else c:answer('{"ok":true}', 200, "Content-Type: application/json", "Set-Cookie: hidden") end
    end
  end]]

  setup(function() server = peer.start(HANDLER) end)
  teardown(function() server:stop() end)
  before_each(function() events, lines = {}, {} end)
  after_each(function() log.set "off" end)

  local function record(level)
    log.set(level, function(event, line) events[#events + 1], lines[#lines + 1] = event, line end)
  end

  local function client(options)
    options = options or {}
    clients = clients + 1 -- a number: an address may be that of an earlier table whose limiter still lives
    options.base_url, options.api_key, options.backoff_base = server.url, "sk_hidden", 0.001
    options.backoff_cap, options.limit_key, options.state_dir = 0.001, "log " .. clients, false
    return studio.mstudio(options)
  end

  local function types()
    local list = {}
    for i, event in ipairs(events) do list[i] = event.type end
    return list
  end

  it("tells each thing that happened, in its order", function()
    record "debug"
    local ms = client()
    assert(ms:request { path = "/busy", query = { q = "hidden", page = 3 } })
    assert.same({ "sent", "answer", "retry", "sent", "answer", "over" }, types())
    local sent, answer, retry, over = events[1], events[2], events[3], events[6]
    assert.same({ "debug", "mstudio", "GET /busy", "GET", 1 },
                { sent.level, sent.service, sent.route, sent.method, sent.attempt })
    assert.equal(server.url .. "/busy?page=3&q=***", sent.url)
    assert.equal("application/json", sent.headers.Accept)
    assert.same({ 503, 2, "warn", 503 }, { answer.status, answer.bytes, retry.level, retry.status })
    assert.is_true(answer.seconds >= 0 and retry.seconds >= 0)
    assert.same({ "info", 200, 2, nil }, { over.level, over.status, over.attempt, over.kind })
    for i, event in ipairs(events) do
      assert.equal(events[1].call, event.call)
      assert.is_true(i == 1 or event.time >= events[i - 1].time)
    end
    ms:close()
  end)

  it("tells why a call waits, a redirect, a pause, a failure and a cancel", function()
    record "debug"
    local ms = client { limits = { requests = 1, window = 0.5 } }
    assert(ms:request { path = "/a" })
    assert(ms:request { path = "/b" })
    assert.same({ "sent", "answer", "over", "queued", "sent", "answer", "over" }, types())
    assert.matches('limit "mstudio key": window %(1 of 1 slots taken, 1 calls wait%)', events[4].message)
    assert.is_true(events[4].seconds > 0)
    events = {}
    ms = client()
    ms:request { path = "/moved" }
    assert.same({ "sent", "answer", "redirect", "sent", "answer", "over" }, types())
    assert.equal(server.url .. "/there?token=***", events[3].url)
    events = {}
    ms:request { path = "/429" }
    assert.same({ "sent", "answer", "limit", "retry" }, table.move(types(), 1, 4, 1, {}))
    assert.matches('limit "mstudio key" is paused', events[3].message)
    events = {}
    ms:request { path = "/404" }
    assert.same({ "error", "not_found" }, { events[3].level, events[3].kind })
    assert.same({ ["X-Request-Id"] = "r1", ["Content-Length"] = "2" }, events[2].headers)
    events = {}
    ms = client { limits = { requests = 1, window = 30 } }
    ms:request { path = "/x" }
    local task = studio.spawn(function() return ms:request { path = "/x" } end)
    repeat studio.step(1) until events[#events].type == "queued"
    task:cancel()
    studio.step(0)
    assert.same({ "info", "cancelled" }, { events[#events].level, events[#events].kind })
    events = {}
    studio.mstudio({ base_url = "http://127.0.0.1:1", api_key = "k", max_attempts = 1, limits = false }):request {
      method = "POST", path = "/x", body = {} }
    assert.same({ "sent", "broken", "over" }, types())
    assert.equal("network", events[2].kind)
    -- and every one of these reads as a line
    for _, line in ipairs(lines) do
      assert.matches("^studio +%d+%.%d%d%d mstudio #%d+ %u+ /%w+ %l", line)
      assert.is_nil(line:find("hidden", 1, true), line)
    end
  end)

  it("keeps to its level, and costs nothing when it is off", function()
    for level, wanted in pairs { off = {}, error = { "over" }, warn = { "retry", "over" },
                                 info = { "over", "retry", "over" } } do
      events = {}
      record(level)
      local ms = client()
      ms:request { path = "/ok" }
      ms:request { path = "/busy-" .. level }
      ms:request { path = "/404" }
      ms:close()
      local found = {}
      for _, event in ipairs(events) do found[event.type] = (found[event.type] or 0) + 1 end
      assert.equal(#wanted > 0 and (level == "info" and 3 or 1) or nil, found.over, level)
      assert.equal(#wanted > 1 and 1 or nil, found.retry, level)
      assert.is_nil(found.sent)
    end
  end)

  it("goes on when the log function fails, waits or makes calls", function()
    local ms = client()
    local stderr, said = io.stderr, {}
    io.stderr = { write = function(_, ...) said[#said + 1] = table.concat { ... } end } -- luacheck: ignore 122
    log.set("info", function() error "no" end)
    local value = ms:request { path = "/ok" }
    io.stderr = stderr -- luacheck: ignore 122
    assert.is_table(value)
    assert.matches("the log function failed", said[1])
    local count = 0
    log.set("info", function()
      count = count + 1
      assert(ms:request { path = "/inner" })
      studio.sleep(0.001)
    end)
    for _ = 1, 3 do assert(ms:request { path = "/ok" }) end
    assert.is_true(count >= 3)
    log.set "off"
    ms:close()
  end)

  it("keeps a thousand events for who looks rarely, and counts the rest", function()
    local core = require "studio.core"
    local loop = core.loop()
    loop:log(4)
    local c = core.client { base_url = server.url, name = "x" }
    for _ = 1, 700 do c:submit({ path = "/x" }):cancel() end
    for _ = 1, 700 do c:submit({ path = "/x" }):cancel() end
    local count, lost = 0, 0
    for event, more in function() return loop:event() end do
      count, lost = count + 1, lost + more
      assert.equal("over", event.type)
    end
    loop:log(0)
    assert.same({ 1000, 400 }, { count, lost })
    repeat loop:step(0.01) until loop:active() == 0
    loop:step(0)
  end)
end)

describe("STUDIO_LOG", function()
  local lua = os.getenv "STUDIO_LUA" or "lua5.4"

  it("logs to standard error or a file, and tells of a slip", function()
    local script, file = os.tmpname(), os.tmpname()
    finally(function()
      os.remove(script)
      os.remove(file)
    end)
    shell.write(script, ([[
      package.path, package.cpath = %q, %q
      local studio = require "studio"
      local ms = studio.mstudio { api_key = "k", base_url = "http://127.0.0.1:1", max_attempts = 1, limits = false }
      print(ms:request { path = "/x", deadline = 5 })
    ]]):format(package.path, package.cpath))
    local _, text = shell.run("STUDIO_LOG=debug " .. lua .. " " .. script)
    assert.matches("studio +0.000 mstudio #1 GET /x sends attempt 1, GET http://127.0.0.1:1/x", text)
    assert.matches("mstudio #1 GET /x failed after .- %(network%)", text)
    _, text = shell.run("STUDIO_LOG=debug:" .. file .. " " .. lua .. " " .. script)
    assert.is_nil(text:find("sends attempt", 1, true))
    assert.matches("sends attempt 1", shell.read(file))
    _, text = shell.run("STUDIO_LOG=debgu " .. lua .. " " .. script)
    assert.matches("STUDIO_LOG: there is no such level; did you mean 'debug'%?", text)
    _, text = shell.run("STUDIO_LOG=debug:/nowhere/x " .. lua .. " " .. script)
    assert.matches("STUDIO_LOG: /nowhere/x: No such file", text)
  end)
end)
