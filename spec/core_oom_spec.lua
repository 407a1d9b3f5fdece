-- Memory that runs out at every single allocation, Lua's and the core's: no crash, no leak, the loop goes on.
-- SPDX-License-Identifier: MIT

local peer = require "spec.support.peer"
local shell = require "spec.support.shell"

local sh = shell.run

local PRELUDE = [[
local cpath, url, so, size = ...
package.cpath = cpath
local core = require "studio.core"
if find_core then find_core(so, tonumber(size)) end
local loop = core.loop()

-- Runs a call; memory that ran out in the core is told by its result (or by libcurl as a failed connection).
local function run(call)
  while not call:done() do loop:step(1) end
  local response, failure = call:result()
  if failure and (failure.code == "memory" or failure.kind == "network") then error "not enough memory" end
  return response, failure
end
]]

local SCRIPT = [[
local path, source = os.tmpname(), os.tmpname()
do
  local file = io.open(source, "w")
  file:write "source"
  file:close()
end
local function everything()
  local limiter = core.limiter { name = "n", key = "secret", capacity = 20, window = 60 }
  local auth = core.auth { kind = "headers", fields = { ["X-A"] = "value a", ["X-B"] = "value b" } }
  local client = core.client { base_url = url, limiters = { limiter }, auth = auth, headers = { C = "c" },
                               ca_file = "/dev/null", cert_file = "/dev/null", key_password = "secret",
                               backoff_base = 0, user_agent = "oom" }
  core.client { base_url = url, proxy = "socks5h://user:password@127.0.0.1:1" }
  local calls = {}
  for i = 1, 3 do
    calls[i] = client:submit { path = "/echo", method = "POST", body = ("b"):rep(300),
                               query = { q = { 1, true }, a = "z" },
                               headers = { D = "d" }, limiters = { core.limiter { name = "own" } }, deadline = 20 }
  end
  for i = 1, 3 do
    local response = assert(run(calls[i]))
    assert(#response.body == 300 and response.headers["x-one"] == "1" and response.timing.total and response.url)
  end
  local pieces = { "read", "er" }
  local whole = run(client:submit { path = "/echo", method = "PUT", body = {
    "<", { reader = function() return table.remove(pieces, 1) end, size = 6, rewind = print }, { file = source },
    ">" } })
  assert(whole.body == "<readersource>")
  run(client:submit { path = "/file", save_to = path })
  run(client:submit { path = "/again" })
  run(client:submit { path = "/redirect" })
  local _, failure = run(client:submit { path = "/error" })
  assert(failure.response.body == "sorry" and tostring(failure.response) and tostring(client) and tostring(auth))
  local provider = function() return { kind = "bearer", token = "token" }, 10 end
  local provided = core.client { base_url = url, backoff_base = 0, auth = core.auth { kind = "provider",
                                                                                      provider = provider } }
  local response, why = run(provided:submit { path = "/echo" })
  if not response then error(why.message) end
  client:submit({ path = "/hang" }):cancel()
  client:submit { path = "/hang" } -- goes on while the state closes
  client:redact "a secret value a"
  client:stats()
  limiter:explain()
  os.remove(path)
end

return everything, function()
  os.remove(path)
  os.remove(source)
  local client = core.client { base_url = url }
  assert(assert(run(client:submit { path = "/echo" })).status == 200)
end
]]

-- What is written down meanwhile: slots in a file, events for a log, a command line.
local NOTES = [[
local folder = os.tmpname()
os.remove(folder)
local function everything()
  loop:log(4)
  local limiter = core.limiter { name = "n", key = "secret", capacity = 20, window = 60, state_dir = folder }
  local client = core.client { base_url = url, limiters = { limiter }, headers = { Accept = "a" }, backoff_base = 0,
                               auth = core.auth { kind = "headers", fields = { ["X-A"] = "value a" } } }
  assert(run(client:submit { path = "/again", headers = { Accept = "*/*" }, query = { page = 1 }, label = "l" }))
  assert(client:curl { path = "/echo", method = "POST", body = '{"key":"value a"}', headers = { D = "d" } })
  while loop:event() do end
  limiter:explain()
end

return everything, function()
  loop:log(0)
  os.execute("rm -rf " .. folder)
  local client = core.client { base_url = url }
  assert(assert(run(client:submit { path = "/echo" })).status == 200)
end
]]

local PEER = [[function(c)
  local busy = 0
  for request in function() return c:request() end do
    if request.target == "/hang" then sleep(2)
    elseif request.target == "/error" then c:answer("sorry", 400)
    elseif request.target == "/redirect" then c:answer("", 302, "Location: /echo")
    elseif request.target == "/again" and busy == 0 then busy = 1 c:answer("", 503)
    else c:answer(request.body, 200, "X-One: 1") end
  end
end]]

describe("memory that runs out", function()
  local program, script, server = os.tmpname(), os.tmpname(), nil
  local so = package.searchpath("studio.core", package.cpath)

  setup(function() server = peer.start(PEER) end)
  teardown(function()
    os.remove(program)
    os.remove(script)
    server:stop()
  end)

  local function torture(what, flags, text_of_it)
    local file = assert(io.open(script, "w"))
    file:write(PRELUDE, text_of_it)
    file:close()
    local ok, text = sh(("cc -O1 %s -o %s spec/support/oom.c $(pkg-config --cflags --libs lua5.4) -rdynamic -ldl")
                        :format(flags, program))
    assert(ok, text)
    local size = assert(io.open(so)):seek "end"
    ok, text = sh(("MALLOC_PERTURB_=85 ASAN_OPTIONS=detect_leaks=0 %s %s %s '%s' '%s' '%s' %d"):format(
      program, what, script, package.cpath, server.url, so, size))
    assert(ok, text)
    local count, more = text:match "(%d+) allocations, (%-?%d+) bytes"
    return tonumber(count), tonumber(more), text
  end

  for name, text_of_it in pairs { ["of calls"] = SCRIPT, ["of what is noted"] = NOTES } do
    it("in Lua leaves everything usable " .. name, function()
      local count, more, text = torture("lua", "", text_of_it)
      assert.is_true(count > 100, text)
      assert.is_true(more < 20000, text)
    end)

    it("in the core fails the call, and nothing else " .. name, function()
      if os.getenv "LD_PRELOAD" then return pending "a sanitizer has its own malloc" end
      local count, more, text = torture("core", "-DOOM_CORE", text_of_it)
      assert.is_true(count > 50, text)
      assert.is_true(more < 20000, text)
    end)
  end
end)
