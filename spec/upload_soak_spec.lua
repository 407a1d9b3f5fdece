-- One gibibyte from a file to nginx: memory, and speed beside curl's. SPDX-License-Identifier: MIT

local nginx = require "spec.support.nginx"
local shell = require "spec.support.shell"

local SIZE <const> = 1 << 30
local ROUNDS <const> = 3

-- Uploads in a process of its own, so that only this counts: prints its idle and its greatest RSS, and the seconds.
local SCRIPT <const> = [[
  local url, path = ...
  local core = require "studio.core"
  local loop = core.loop()
  local client = core.client { base_url = url, max_attempts = 1 }
  local function memory(what)
    for line in io.lines "/proc/self/status" do
      local kib = line:match("^" .. what .. ":%s*(%d+)")
      if kib then return tonumber(kib) end
    end
  end
  local function put(target, body)
    local call = client:submit { method = "PUT", path = target, body = body }
    while not call:done() do loop:step(1) end
    local response, failure = call:result()
    if not response then error(failure.message) end
    assert(response.status == 201 or response.status == 204, response.status)
    return call:progress()
  end
  put("/small", "warm")
  collectgarbage()
  local idle, start = memory "VmRSS", loop:now()
  local progress = put("/ours", { { file = path } })
  local seconds = loop:now() - start
  assert(progress.sent == progress.send_total)
  print(("%d KiB idle, %d KiB at most, %.3f s"):format(idle, memory "VmHWM", seconds))
]]

describe("an upload of 1 GiB #soak", function()
  local server, dir, path, script
  setup(function()
    server = assert(nginx.start { server = "client_max_body_size 0; location / { dav_methods PUT; }" })
    assert(shell.run("chmod 777 " .. server.dir .. "/www")) -- started by root, nginx writes as somebody else
    local ok, made = shell.run "mktemp -d"
    assert(ok, made)
    dir = made:gsub("%s+$", "")
    path, script = dir .. "/sparse", dir .. "/script.lua"
    assert(shell.run(("truncate -s %d %s"):format(SIZE, path)))
    shell.write(script, ("package.path, package.cpath = %q, %q\n"):format(package.path, package.cpath) .. SCRIPT)
  end)
  teardown(function()
    server:stop()
    shell.run("rm -r " .. dir)
  end)

  it("takes less than 16 MiB of memory, and no longer than curl's", function()
    local ours, curls = math.huge, math.huge
    for _ = 1, ROUNDS do
      local ok, text = shell.run(("%s %s %s %s"):format(os.getenv "STUDIO_LUA" or "lua5.4", script, server.url, path))
      assert.is_true(ok, text)
      local idle, most, seconds = text:match "^(%d+) KiB idle, (%d+) KiB at most, (%S+) s"
      assert.is_not_nil(seconds, text)
      assert.is_true(most - idle < 16 * 1024, text)
      ours = math.min(ours, tonumber(seconds))
      print("", (text:gsub("\n", "")))
      ok, text = shell.tool(("curl -sS -H Expect: -T %s -o %s/out -w '%%{http_code} %%{time_total}' %s/curls"):format(
        path, dir, server.url))
      assert.is_true(ok, text)
      curls = math.min(curls, tonumber(text:match "^20[14] (%S+)$"))
      local _, size = shell.run(("cd %s/www; stat -c %%s ours curls; rm -f ours curls"):format(server.dir))
      assert.equal(("%d\n%d\n"):format(SIZE, SIZE), size)
    end
    print(("\t%.0f MB/s, curl %.0f MB/s: %.2f of its speed")
      :format(SIZE / ours / 1e6, SIZE / curls / 1e6, curls / ours))
    assert.is_true(curls / ours >= 0.95)
  end)
end)
