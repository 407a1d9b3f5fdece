-- A gibibyte from nginx, cut twenty times on the way, in a process of its own: whole, and in little memory.
-- SPDX-License-Identifier: MIT

local nginx = require "spec.support.nginx"
local shell = require "spec.support.shell"

local PROGRAM = [[
  local url, path, cuts = ...
  local core = require "studio.core"
  local loop = core.loop()

  local function memory()
    collectgarbage() collectgarbage()
    for line in io.lines "/proc/self/status" do
      local kib = line:match "^VmRSS:%s*(%d+)"
      if kib then return tonumber(kib) end
    end
  end

  -- The most that it had, sampled while the file comes.
  local most = 0
  local function run(target, stop_at)
    local client = core.client { base_url = url, max_attempts = 1 }
    local call = client:submit { path = target, save_to = path, deadline = 3000 }
    local steps = 0
    while not call:done() do
      loop:step(stop_at and 0.002 or 0.05)
      steps = steps + 1
      if steps % 20 == 1 then most = math.max(most, memory()) end
      if stop_at and call:progress().received >= stop_at then call:cancel() end
    end
    return call:result()
  end

  assert(run "/small") -- what only the first call needs is no part of the answer
  local idle, total = memory(), 1 << 30
  for i = 1, tonumber(cuts) do -- at a pace, since one turn of libcurl can read all that is there
    local response, failure = run("/slow", total * i // (cuts + 1))
    assert(not response and failure.kind == "cancelled", failure and failure.message)
  end
  local response, failure = run "/slow"
  if not response then error(failure.message) end
  print(idle, most, response.status)
]]

-- Nothing but the download, and how many seconds it took.
local FETCH = [[
  local url, path = ...
  local loop = require("studio.core").loop()
  local call = require("studio.core").client({ base_url = url }):submit { path = "/big", save_to = path }
  local start = loop:now()
  while not call:done() do loop:step(0.25) end
  local response, failure = call:result()
  if not response then error(failure.message) end
  print(loop:now() - start)
]]

describe("a gibibyte #soak", function()
  local server, dir
  setup(function()
    local why
    server, why = nginx.start { server =
      "sendfile on; location = /slow { limit_rate 40m; rewrite ^ /big break; }" }
    if not server then return pending(why) end
    dir = server.dir
    shell.write(dir .. "/www/small", ("s"):rep(100000))
    -- sparse, with marks that tell a byte in a wrong place
    assert(shell.run(("truncate -s 1G %s/www/big && for i in 1 99 500 1023; do " ..
                      "echo mark $i | dd of=%s/www/big bs=1M seek=$i conv=notrunc; done"):format(dir, dir)))
  end)
  teardown(function() if server then server:stop() end end)

  it("comes whole through twenty cuts, in less than 16 MiB", function()
    local script = dir .. "/download.lua"
    shell.write(script, ("package.path, package.cpath = %q, %q\n"):format(package.path, package.cpath) .. PROGRAM)
    local lua = os.getenv "STUDIO_LUA" or "lua5.4"
    local ok, text = shell.run(("%s %s %s %s/got 20"):format(lua, script, server.url, dir))
    assert.is_true(ok, text)
    local idle, most, status = text:match "^(%d+)\t(%d+)\t(%d+)"
    assert.equal("206", status, text)
    assert.is_true(most - idle < 16 * 1024, text)
    local same, difference = shell.run(("sha256sum < %s/www/big > %s/sum && sha256sum < %s/got | cmp %s/sum -")
      :format(dir, dir, dir, dir))
    assert.is_true(same, difference)
    local asked = server:statuses()
    assert.equal(20, asked[206])
    print("", ("memory: idle %d KiB, at most %d KiB more; answers %d of 200, %d of 206"):format(idle, most - idle,
      asked[200], asked[206]))
  end)

  it("comes as fast as with curl", function()
    -- each to a new file, timed by itself; the best of three, by turns, while others may use the machine
    local script = dir .. "/fetch.lua"
    shell.write(script, ("package.path, package.cpath = %q, %q\n"):format(package.path, package.cpath) .. FETCH)
    local lua, best = os.getenv "STUDIO_LUA" or "lua5.4", {}
    for _ = 1, 3 do
      for name, command in pairs {
        curl = ("curl -s -o %s/got -w '%%{time_total}' %s/big"):format(dir, server.url),
        ours = ("%s %s %s %s/got"):format(lua, script, server.url, dir),
      } do
        os.remove(dir .. "/got")
        local ok, text = shell.tool(command)
        assert.is_true(ok, text)
        best[name] = math.min(best[name] or math.huge, (assert(tonumber(text), text)))
      end
    end
    local ratio = best.curl / best.ours
    print("", ("%.0f MB/s, curl %.0f MB/s: %.2f of its speed"):format(1074 / best.ours, 1074 / best.curl, ratio))
    assert.is_true(ratio >= 0.95)
  end)
end)
