-- Downloads: after any cut they go on, or begin anew, and what stands under the name is one whole file.
-- SPDX-License-Identifier: MIT

local core = require "studio.core"
local files = require "spec.support.files_server"
local shell = require "spec.support.shell"
local support = require "spec.support.core"

local read, write = shell.read, shell.write
local loop = core.loop()

local dir
setup(function()
  local ok, name = shell.run "mktemp -d"
  assert(ok, name)
  dir = name:gsub("%s+$", "")
end)
teardown(function() os.execute("rm -rf " .. dir) end)

-- Everything in the folder, sorted: what a test leaves behind is litter.
local function listing()
  local names = {}
  local pipe = assert(io.popen("ls -A " .. dir))
  for name in pipe:lines() do names[#names + 1] = name end
  pipe:close()
  return names
end

-- Steps until all are over, on however slow a machine.
local function finish(calls)
  local stop = loop:now() + 300
  for _, call in ipairs(calls) do
    while not call:done() do
      assert(loop:now() < stop, "a download did not end")
      loop:step(0.05)
    end
  end
end

local function get(client, target, path, options)
  local call = client:submit { path = target, save_to = path, headers = options }
  finish { call }
  return call:result()
end

-- The Range of each request for that target; "-" where all was asked for.
local function ranges(server, target)
  local found = {}
  for i, request in ipairs(files.requests(server, target)) do found[i] = request.headers.range or "-" end
  return found
end

describe("a download that is cut", function()
  local server, client, path
  setup(function() server = files.start() end)
  teardown(function() server:stop() end)
  before_each(function()
    client = support.client(server.url, { max_attempts = 6, backoff_base = 0 })
    path = dir .. "/file"
  end)
  after_each(function()
    os.remove(path)
    assert.same({}, listing())
  end)

  it("goes on from the very byte, wherever that is", function()
    local calls, targets, many = {}, {}, 300
    for cut = 0, many do
      targets[cut] = ("/%d/%d?cut=%d"):format(cut, many, cut)
      calls[#calls + 1] = client:submit { path = targets[cut], save_to = path .. cut }
      if #calls % 30 == 0 then finish(calls) end -- more at once, and the budget for repeats would be spent
    end
    finish(calls)
    local seen = {}
    for _, request in ipairs(server:log().requests) do
      seen[request.target] = seen[request.target] or {}
      table.insert(seen[request.target], request.headers)
    end
    for cut = 0, many do
      assert(calls[cut + 1]:result())
      assert.equal(files.content(cut, many), read(path .. cut))
      os.remove(path .. cut)
      local first, second, third = table.unpack(seen[targets[cut]])
      assert.is_nil(first.range)
      assert.equal("identity", first["accept-encoding"])
      assert.is_nil(third)
      if cut == many then assert.is_nil(second) -- that was no cut
      else
        assert.equal(cut > 0 and ("bytes=%d-"):format(cut) or nil, second.range)
        assert.equal(cut > 0 and ('"%d-%d"'):format(cut, many) or nil, second["if-range"])
      end
    end
  end)

  it("goes on again and again, and never says that it has less than before, or too much", function()
    local size = 5000000
    local cuts, at, next_cut = {}, 0, 4711
    for i = 1, 5 do
      next_cut = (next_cut * 1103515245 + 12345) & 0x7FFFFFFF
      cuts[i] = next_cut % 900000 + 1
      at = at + cuts[i]
    end
    local target = ("/3/%d?cut=%s"):format(size, table.concat(cuts, ","))
    local call = client:submit { path = target, save_to = path }
    local before = 0
    while not call:done() do
      loop:step(0.05)
      local p = call:progress()
      assert.is_true(p.received >= before and p.received <= (p.expect or size))
      assert.is_true(p.expect == nil or p.expect == size)
      before = p.received
    end
    assert(call:result())
    assert.equal(size, call:progress().received)
    assert.is_true(files.content(3, size) == read(path))
    local asked, seen = 0, ranges(server, target)
    assert.equal(6, #seen)
    for i = 2, 6 do
      asked = asked + cuts[i - 1]
      assert.equal(("bytes=%d-"):format(asked), seen[i])
    end
  end)

  it("needs a validator that can be trusted, else it begins anew", function()
    local cases = {
      ["etag=weak"] = "-", ["etag=none"] = "-", ["encoding=gzip"] = "-", ["etag=none&modified=1"] = "bytes=100-",
      ["etag=weak&modified=1"] = "bytes=100-", ["chunked=1"] = "bytes=100-",
    }
    for query, range in pairs(cases) do
      local target = "/4/300?cut=100&" .. query
      local response = assert(get(client, target, path))
      assert.equal(range == "-" and 200 or 206, response.status)
      assert.equal(files.content(4, 300), read(path))
      assert.same({ "-", range }, ranges(server, target), query)
    end
  end)

  it("is never glued together from two files, whatever the server answers", function()
    local body, new = files.content(5, 300), files.content(99, 290)
    local anew = { "-", "bytes=120-", "-" }
    local cases = {
      no_range = { body, { "-", "bytes=120-" } },
      changed = { new, { "-", "bytes=120-" } },
      from_start = { body, anew }, from_start_unsaid = { body, anew }, other_offset = { body, anew },
      other_total = { body, anew }, other_file = { body, anew }, unnamed = { body, anew },
      encoded = { body, anew }, unsatisfied = { body, anew }, failed = { body, anew },
      pieces = { body, { "-", "bytes=120-", "bytes=160-", "bytes=200-", "bytes=240-", "bytes=280-" } },
    }
    for later, case in pairs(cases) do
      local target = "/5/300?cut=120&later=" .. later
      local response, failure = get(client, target, path)
      assert(response, later .. ": " .. tostring(failure and failure.message))
      assert.is_true(case[1] == read(path), later)
      assert.same(case[2], ranges(server, target), later)
      assert.same({ "file" }, listing())
    end
  end)

  it("is whole when only its end was missing", function()
    -- all bytes came, and the connection ended before the last chunk said so
    local target = "/6/300?chunked=1&cut=300"
    local response = assert(get(client, target, path))
    assert.same({ 206, path }, { response.status, response.path })
    assert.equal(files.content(6, 300), read(path))
    assert.same({ "-", "bytes=300-" }, ranges(server, target))
    -- a size that was never told: the server's word for "nothing left" is not ours to doubt
    assert(get(client, "/7/300?chunked=1&cut=300&later=whole", path))
    assert.equal(files.content(7, 300), read(path))
  end)

  it("does not take a part for the whole when nobody asked for a part", function()
    local target = "/8/300"
    local ok = get(client, target, path, { Range = "bytes=100-" }) -- the caller's own wish
    assert.equal(206, ok.status)
    assert.equal(files.content(8, 300):sub(101), read(path))
    os.remove(path)
    local liar <close> = require("spec.support.peer").start [[function(c)
      c:serve("part", 206, "Content-Range: bytes 0-3/10")
    end]]
    local _, failure = get(support.client(liar.url, { max_attempts = 2 }), "/", path)
    assert.same({ "protocol", "range", 2 }, { failure.kind, failure.code, failure.attempts })
  end)

  it("says so when the file became smaller meanwhile", function()
    local call = client:submit { path = "/9/300?cut=200&later=changed&x=1", save_to = path }
    finish { call }
    assert(call:result())
    assert.same({ 290, 290 }, { call:progress().received, call:progress().expect })
  end)
end)

describe("what is left of a download", function()
  local server, client, path
  setup(function() server = files.start() end)
  teardown(function() server:stop() end)
  before_each(function()
    client = support.client(server.url, { max_attempts = 1 })
    path = dir .. "/file"
  end)
  after_each(function()
    os.execute(("rm -f %s %s.part %s.part.info"):format(path, path, path))
    assert.same({}, listing())
  end)

  it("is gone on with by the next call, of whatever client and under whatever signature", function()
    write(path, "old")
    local _, failure = get(client, "/1/300?cut=100&Signature=one", path)
    assert.same({ "network", "cut" }, { failure.kind, failure.code })
    assert.equal("old", read(path))
    assert.same({ "file", "file.part", "file.part.info" }, listing())
    assert.equal(files.content(1, 300):sub(1, 100), read(path .. ".part"))
    assert.is_nil(read(path .. ".part.info"):find("Signature", 1, true))
    local another = support.client(server.url)
    local response = assert(get(another, "/1/300?cut=100&Signature=two", path))
    assert.same({ "bytes=100-", "bytes=200-" }, ranges(server, "/1/300?cut=100&Signature=two"))
    assert.equal(206, response.status)
    assert.equal(files.content(1, 300), read(path))
    assert.same({ "file" }, listing())
  end)

  it("stays after a cancelled call and a deadline, and after an answer that is no file", function()
    local slow <close> = require("spec.support.peer").start [[function(c)
      for request in function() return c:request() end do
        if request.target == "/gone" then c:answer("gone", 404)
        elseif request.headers.range then
          c:answer("end", 206, 'ETag: "a"', "Content-Range: bytes 5-7/8")
        else
          c:send 'HTTP/1.1 200 OK\r\nETag: "a"\r\nContent-Length: 8\r\n\r\nfirst'
          c.socket:read "*l" -- until the client goes
          return
        end
      end
    end]]
    client = support.client(slow.url)
    local call = client:submit { path = "/", save_to = path }
    support.until_(function() return call:progress().received == 5 end)
    call:cancel()
    assert.equal("first", read(path .. ".part"))
    assert.equal("not_found", select(2, get(client, "/gone", path)).kind)
    assert.equal("first", read(path .. ".part"))
    assert(get(client, "/", path))
    assert.equal("firstend", read(path))
    assert.same({ "file" }, listing())
    call = client:submit { path = "/", save_to = path, deadline = 2, stall = 0 }
    finish { call }
    assert.equal("timeout", select(2, call:result()).kind)
    assert.equal("first", read(path .. ".part"))
    assert.equal("firstend", read(path))
  end)

  it("counts for its own URL only", function()
    get(client, "/1/300?cut=100", path)
    assert(get(client, "/2/300", path))
    assert.same({ "-" }, ranges(server, "/2/300"))
    assert.equal(files.content(2, 300), read(path))
    assert.same({ "file" }, listing())
  end)

  it("is of no use after somebody touched it, and then a download begins anew", function()
    local tricks = {
      function() write(path .. ".part", ("x"):rep(301)) end,
      function() write(path .. ".part.info", "garbage") end,
      function() write(path .. ".part.info", (read(path .. ".part.info"):gsub("boot [^\n]*", "boot earlier"))) end,
      function() write(path .. ".part.info", read(path .. ".part.info"):sub(1, -2)) end,
      function() os.remove(path .. ".part.info") end,
      function() os.remove(path .. ".part") end,
      function() os.execute(("cp %s.part %s.copy && mv %s.copy %s.part"):format(path, path, path, path)) end,
    }
    for i, trick in ipairs(tricks) do
      local target = "/1/300?cut=100&trick=" .. i
      get(client, target, path)
      trick()
      assert(get(client, target, path))
      assert.same({ "-", "-" }, ranges(server, target), "trick " .. i)
      assert.equal(files.content(1, 300), read(path))
      assert.same({ "file" }, listing())
      os.remove(path)
    end
  end)
end)
