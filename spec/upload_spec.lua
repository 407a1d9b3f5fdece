-- Uploads, on real sockets: files, readers, begun anew, and given up in time. SPDX-License-Identifier: MIT

local bodies = require "spec.support.bodies"
local core = require "studio.core"
local peer = require "spec.support.peer"
local shell = require "spec.support.shell"
local studio = require "studio"
local support = require "spec.support.core"

local noise, reader_of, ECHO = bodies.noise, bodies.reader, bodies.ECHO
local handler, write = bodies.handler, shell.write

-- Answers "ok", and knows how many bodies came whole.
local COUNT = handler [[
  return function(c)
    for head in heads(c) do
      local body = read(c, head)
      local whole = body and #body == tonumber(head.headers["content-length"] or 0)
      if head.method ~= "GET" and whole then seen = seen + 1 end
      c:answer(head.target == "/whole" and tostring(seen) or "ok")
    end
  end]]
local function whole_at(server)
  return tonumber(support.get(support.client(server.url), "/whole").body)
end

local path, client
before_each(function() path = os.tmpname() end)
after_each(function()
  os.remove(path)
  if client then client:close() end
  client = nil
end)

local function connect(url, limits)
  client = studio.mstudio {
    base_url = url, api_key = "key", limits = limits or false, backoff_base = 0.005, backoff_cap = 0.01,
  }
  return client
end

describe("a file", function()
  local server
  setup(function() server = peer.start(ECHO) end)
  teardown(function() server:stop() end)

  it("is sent as it is, with its length and its type", function()
    local text = noise(300000)
    write(path, text)
    local body, response = assert(connect(server.url):request {
      method = "PUT", path = "/a", raw = true, body = studio.file(path) })
    assert.is_true(body == text)
    assert.same({ "300000", "application/octet-stream", "PUT" },
                { response:header "x-length", response:header "x-type", response:header "x-method" })
    body, response = assert(client:request {
      path = "/a", raw = true, body = studio.file(path, { offset = 1000, size = 70, type = "text/plain" }) })
    assert.equal(text:sub(1001, 1070), body)
    assert.same({ "70", "text/plain", "POST" },
                { response:header "x-length", response:header "x-type", response:header "x-method" })
    write(path, "")
    body, response = assert(client:request { path = "/a", raw = true, body = studio.file(path) })
    assert.same({ "", "0" }, { body, response:header "x-length" })
  end)

  it("that cannot be read is told before anything is sent", function()
    write(path, "short")
    for name, options in pairs { ["/nowhere/at/all"] = {}, ["/dev/null"] = {}, ["/tmp"] = {}, [path] = { size = 6 } } do
      connect(server.url, { requests = 9 })
      local value, err = client:request { path = "/a", body = studio.file(name, options) }
      assert.is_nil(value)
      assert.same({ "file", "not_sent", false, 0 }, { err.kind, err.stage, err.maybe_done, err.attempts })
      assert.truthy(err.message:find(name, 1, true), err.message)
      assert.same({ 0, 0 }, { client:limits()[1].sent, client:stats().connections })
    end
  end)

  it("says by its first bytes, then by its name, what it is", function()
    local type_of = require("studio.upload").type_of
    local ftyp = "\0\0\0\x20ftyp"
    for kind, cases in pairs {
      ["image/png"] = { { "a.PNG" }, { "a", "\x89PNG\r\n\x1A\n.." }, { "a.jpg", "\x89PNG\r\n\x1A\n.." } },
      ["image/jpeg"] = { { "a.jpeg" }, { "a.png", "\xFF\xD8\xFF\xE0" } }, ["image/gif"] = { { "a.x", "GIF89a" } },
      ["image/webp"] = { { "a", "RIFF\1\2\3\0WEBPVP8 " } }, ["audio/wav"] = { { "a", "RIFF\1\2\3\0WAVEfmt " } },
      ["audio/mpeg"] = { { "a.mp3" }, { "a", "ID3\3\0" } },
      ["audio/mp4"] = { { "a.m4a" }, { "a.mp4", ftyp .. "M4A " } },
      ["audio/flac"] = { { "a.flac" }, { "a", "fLaC\0" } },
      ["audio/ogg"] = { { "a", "OggS\0\2" } },
      ["video/mp4"] = { { "a.mp4" }, { "a", ftyp .. "isom" }, { "a", ftyp .. "mp42" }, { "a", ftyp .. "M4V " } },
      ["video/quicktime"] = { { "b.mov" }, { "b.mp4", ftyp .. "qt  " } },
      ["video/webm"] = { { "a", "\x1A\x45\xDF\xA3\x9F\x42\x82\x84webm" } },
      ["application/json"] = { { "b.json", "{}" } }, ["text/csv"] = { { "b.csv", "a;b" } },
      ["text/plain"] = { { "b.txt" } },
      ["model/gltf+json"] = { { "b.gltf", "{}" } }, ["model/gltf-binary"] = { { "b", "glTF\2\0" } },
      ["application/zip"] = { { "b", "PK\3\4" }, { "b.zip" } }, ["application/pdf"] = { { "b", "%PDF-1.7" } },
      ["application/octet-stream"] = { { "b" }, { "b.bin" }, { "b.", "" } },
    } do
      for _, case in ipairs(cases) do assert.equal(kind, type_of(case[1], case[2])) end
    end
  end)
end)

describe("a reader", function()
  local server
  setup(function() server = peer.start(ECHO) end)
  teardown(function() server:stop() end)

  it("is sent piece by piece: with its size as the length, without in chunks", function()
    local text = noise(1000003)
    for _, size in ipairs { #text, false } do
      for _, step in ipairs { 999, 70001, 2000000 } do
        local body, response = assert(connect(server.url):request {
          path = "/a", raw = true,
          body = studio.reader((reader_of(text, step)), { size = size or nil, type = "text/x" }) })
        assert.is_true(body == text)
        assert.same({ size and tostring(size) or "none", "text/x" },
                    { response:header "x-length", response:header "x-type" })
      end
    end
    local body = assert(client:request { path = "/a", raw = true, body = studio.reader(function() end) })
    assert.equal("", body)
  end)

  -- What it does, what is said; the server must never have had a whole body.
  local failures = {
    ["raises"] = { function() error "boom" end, "boom" },
    ["raises an object"] = {
      function() error(setmetatable({}, { __tostring = function() error "no" end })) end, "failed" },
    ["returns rubbish"] = { function() return 42 end, "a number" },
    ["returns a table"] = { function() return {} end, "a table" },
    ["returns nothing for a while"] = { function() return "" end, "empty" },
    ["fails"] = { function() return nil, "the camera is off" end, "the camera is off" },
    ["waits"] = { function() coroutine.yield "x" end, "yield" },
    ["gives too little"] = { (reader_of(noise(99999), 1000)), "gave 99999 bytes", "size" },
    ["gives too much"] = { (reader_of(noise(100001), 1000)), "more than its size", "size" },
    ["gives one more piece at the end"] = { (reader_of(noise(300001), 300000)), "more than its size", "size", 300000 },
  }
  for what, case in pairs(failures) do
    it("that " .. what .. " fails the call, and no server takes it for whole", function()
      local counting <close> = peer.start(COUNT)
      local value, err = connect(counting.url):request {
        method = "PUT", path = "/a", body = studio.reader(case[1], { size = case[4] or 100000 }) }
      assert.is_nil(value)
      assert.same({ "file", case[3] or "reader", 1, 0 }, { err.kind, err.code, err.attempts, whole_at(counting) })
      assert.truthy(err.message:find(case[2], 1, true), err.message)
      assert.equal("ok", client:request { path = "/next" }) -- and the client goes on
    end)
  end

  it("may cancel its call, or wait for another one", function()
    local c = support.client(server.url)
    local call
    call = c:submit { path = "/", method = "PUT", body = { { reader = function() call:cancel() return "x" end } } }
    local _, failure = support.run(call)
    assert.equal("cancelled", failure.kind)
    local text, asked = "", false
    local response = support.get(c, "/", { method = "PUT", body = { "<", { reader = function()
      if asked then return nil end
      asked = true
      text = support.get(c, "/inner", { method = "POST", body = "inner" }).body
      return text
    end }, ">" } })
    assert.equal("<inner>", response.body)
  end)

  it("in a task lets the others go on", function()
    local text = noise(600000)
    connect(server.url)
    local results = assert(studio.map({ 1, 2, 3, 4 }, function()
      return client:request { path = "/a", raw = true, body = studio.reader((reader_of(text, 5000))) }
    end))
    for i = 1, 4 do assert.is_true(results[i] == text) end
  end)

  it("is good for one request only, unless it can be rewound", function()
    connect(server.url)
    local body = studio.reader((reader_of("once", 2)))
    assert.equal("once", client:request { path = "/a", raw = true, body = body })
    assert.has_error(function() client:request { path = "/a", body = body } end)
    local give, rewind = reader_of("again", 2)
    body = studio.reader(give, { rewind = rewind })
    for _ = 1, 2 do assert.equal("again", client:request { path = "/a", raw = true, body = body }) end
  end)
end)

describe("a body that is sent again", function()
  -- The first answer is the given one; what comes later is echoed.
  local function server_with(first)
    return peer.start(handler([[
      return function(c)
        for head in heads(c) do
          seen = seen + 1
          if seen == 1 then ]] .. first .. [[ else c:answer(read(c, head) or "cut", 200, "X-Seen: " .. seen) end
        end
      end]]))
  end

  local firsts = {
    ["after 503"] = [[read(c, head) c:answer("", 503)]],
    ["after 429"] = [[read(c, head) c:answer("", 429)]],
    ["after 429 before it was read"] = [[c:answer("", 429, "Connection: close") read(c, head) return]],
    ["after 307"] = [[read(c, head) c:answer("", 307, "Location: /there")]],
    ["after the connection broke"] = [[c.socket:read(100000) return]],
  }
  for what, first in pairs(firsts) do
    it("begins with its first byte " .. what, function()
      local text = noise(400000)
      write(path, text)
      for name, body in pairs {
        file = studio.file(path), text = text,
        reader = studio.reader((function() local give, rewind = reader_of(text, 7777)
          return give, { rewind = rewind, size = #text } end)()),
        form = studio.multipart { { name = "a", file = path } },
      } do
        local server <close> = server_with(first)
        local got, response = connect(server.url):request {
          method = "PUT", path = "/a", raw = true, body = body, content_type = name == "text" and "text/plain" or nil }
        assert(got, name .. ": " .. tostring(response))
        assert.is_true(name == "form" and got:find(text, 1, true) ~= nil or got == text, name)
        assert.equal("2", response:header "x-seen")
      end
    end)
  end

  it("begins anew after 401, with a fresh key", function()
    local server <close> = server_with [[read(c, head) c:answer("", 401)]]
    local asked = 0
    local c = support.client(server.url, { auth = core.auth { kind = "provider", provider = function()
      asked = asked + 1
      return { kind = "bearer", token = "k" .. asked }
    end } })
    write(path, "the file")
    assert.equal("the file", support.get(c, "/", { method = "POST", body = { { file = path } } }).body)
    assert.equal(2, asked)
  end)

  it("fails in so many words when its reader has no rewind", function()
    for what, kind in pairs { ["after 503"] = "server", ["after 429"] = "rate_limited", ["after 307"] = "protocol" } do
      local server <close> = server_with(firsts[what])
      local _, err = connect(server.url):request {
        method = "PUT", path = "/a", body = studio.reader((reader_of(noise(5000), 1000))) }
      assert.same({ kind, 1 }, { err.kind, err.attempts })
      assert.truthy(err.message:find("rewind", 1, true), err.message)
    end
    local server <close> = server_with(firsts["after the connection broke"])
    local give = reader_of(noise(400000), 1000)
    local _, err = connect(server.url):request { method = "PUT", path = "/a", body = studio.reader(give) }
    assert.same({ "network", "unknown", true, 1 }, { err.kind, err.stage, err.maybe_done, err.attempts })
    assert.truthy(err.message:find("rewind", 1, true), err.message)
  end)

  it("fails when its reader cannot be rewound after all", function()
    local server <close> = server_with(firsts["after 503"])
    local _, err = connect(server.url):request { method = "PUT", path = "/a", body = studio.reader(
      reader_of("text", 1), { rewind = function() return nil, "the tape is gone" end }) }
    assert.same({ "file", "reader" }, { err.kind, err.code })
    assert.truthy(err.message:find("the tape is gone", 1, true), err.message)
  end)

  it("fails when its file is another one by then", function()
    local server <close> = server_with [[read(c, head) c:answer("", 401)]]
    local asked = 0
    local c = support.client(server.url, { auth = core.auth { kind = "provider", provider = function()
      asked = asked + 1
      if asked == 2 then write(path, "another") end
      return { kind = "bearer", token = "k" .. asked }
    end } })
    write(path, "the first file")
    local _, failure = support.get(c, "/", { method = "PUT", body = { { file = path } } })
    assert.same({ "file", "changed", "not_sent" }, { failure.kind, failure.code, failure.stage })
  end)
end)

describe("a file that is changed while it is sent", function()
  local changes = {
    ["gets longer"] = function(name) local f = io.open(name, "ab") f:write "more" f:close() end,
    ["gets shorter"] = function(name) assert(shell.run("truncate -s 1000 " .. name)) end,
    ["is written to"] = function(name) assert(shell.run("touch -d @1000000000 " .. name)) end,
  }
  for what, change in pairs(changes) do
    it("and " .. what .. " fails the call; no server takes it for whole", function()
      local server <close> = peer.start(COUNT)
      assert(shell.run("truncate -s 1M " .. path))
      -- between the first and the last byte of the body
      local pieces = { "x", false }
      local call = support.client(server.url):submit { path = "/", method = "PUT", body = {
        { reader = function()
          local piece = table.remove(pieces, 1)
          if not piece then change(path) end
          return piece or nil
        end, size = 1 }, { file = path } } }
      local _, failure = support.run(call)
      assert.same({ "file", "changed", "unknown", 1 }, { failure.kind, failure.code, failure.stage, failure.attempts })
      assert.equal(0, whole_at(server))
    end)
  end

  it("while its own bytes are on their way fails as well", function()
    local server <close> = peer.start [[function(c)
      local head = c:head()
      if head.target == "/slow" then c.socket:read(1000) sleep(0.2) end
      local n = 0
      for piece in function() return c.socket:read(-65536) end do n = n + #piece end
    end]]
    assert(shell.run("truncate -s 64M " .. path)) -- more than the sockets hold
    local call = support.client(server.url):submit { path = "/slow", method = "PUT", body = { { file = path } } }
    support.until_(function() return call:progress().sent > 0 end)
    changes["gets longer"](path)
    local _, failure = support.run(call)
    assert.same({ "file", "changed" }, { failure.kind, failure.code })
    assert.is_true(call:progress().sent < call:progress().send_total)
  end)
end)

describe("a long upload", function()
  it("is told of the final answer that comes before its end", function()
    local server <close> = peer.start [[function(c)
      c:head()
      c:answer("too much", 413, "Connection: close")
      while c.socket:read(-65536) do end
    end]]
    assert(shell.run("truncate -s 64M " .. path))
    local _, err = connect(server.url):request { path = "/a", body = studio.file(path) }
    assert.same({ "invalid", 413, "answered", 1 }, { err.kind, err.status, err.stage, err.attempts })
    -- also when it waits for its reader
    local given = 0
    _, err = client:request { path = "/a", body = studio.reader(function()
      given = given + 1
      return given < 1000 and ("x"):rep(65536) or nil
    end) }
    assert.same({ "invalid", 413 }, { err.kind, err.status })
  end)

  it("may take longer than `timeout`, as long as it flows", function()
    local server <close> = peer.start [[function(c)
      local head = c:head()
      for i = 1, 8 do c.socket:read(65536) sleep(0.2) end
      c.socket:read(tonumber(head.headers["content-length"]) - 8 * 65536)
      c:answer "ok"
    end]]
    assert(shell.run("truncate -s 64M " .. path))
    assert.equal("ok", connect(server.url):request { path = "/a", body = studio.file(path), timeout = 1.2 })
  end)

  it("that is not taken for `stall` seconds is given up", function()
    local server <close> = peer.start [[function(c) c:head() sleep(20) end]]
    assert(shell.run("truncate -s 64M " .. path))
    local _, failure = support.get(support.client(server.url), "/", {
      method = "POST", body = { { file = path } }, stall = 0.3 })
    assert.same({ "outcome_unknown", "stall" }, { failure.kind, failure.code })
  end)

  it("shows its progress: exact, never backwards, never above the whole", function()
    local server <close> = peer.start(handler [[
      return function(c)
        for head in heads(c) do
          seen = seen + 1
          if seen == 1 then c.socket:read(300000) sleep(0.3) return end
          read(c, head)
          sleep(0.3)
          c:answer(("y"):rep(5000000))
        end
      end]])
    write(path, noise(3000000))
    local last, events = 0, 0
    assert(connect(server.url):request { method = "PUT", path = "/a", body = studio.file(path), raw = true,
      progress = function(event)
        events = events + 1
        assert.equal(3000000, event.total)
        assert.is_true(event.sent >= last and event.sent <= event.total)
        last = event.sent
      end })
    assert.equal(3000000, last)
    assert.is_true(events > 1)
  end)

  it("that begins anew counts on from where it was", function()
    local server <close> = peer.start(handler [[
      return function(c)
        for head in heads(c) do
          seen = seen + 1
          c.socket:read(seen == 1 and 20000000 or tonumber(head.headers["content-length"]))
          if seen == 1 then return end
          c:answer "ok"
        end
      end]])
    assert(shell.run("truncate -s 64M " .. path))
    local call, last, moments = support.client(server.url):submit {
      path = "/", method = "PUT", body = { { file = path } } }, 0, 0
    local loop = core.loop()
    local stop = loop:now() + 30
    while not call:done() and loop:now() < stop do
      loop:step(0)
      local progress = call:progress()
      assert.is_true(progress.sent >= last and progress.sent <= progress.send_total)
      if progress.sent > last then moments = moments + 1 end
      last = progress.sent
    end
    assert.same({ 64 << 20, 2 }, { last, call:attempts() })
    assert.is_true(moments > 2)
    assert(call:result())
  end)
end)
