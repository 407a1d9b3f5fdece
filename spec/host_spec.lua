-- A host closes its Lua state, or a script cancels a call, while a name look-up hangs. SPDX-License-Identifier: MIT

local shell = require "spec.support.shell"

local sh, write = shell.run, shell.write

describe("in a host", function()
  local host, script = os.tmpname(), os.tmpname()

  setup(function()
    local ok, text = sh("cc -O1 -o " .. host .. " spec/support/host.c $(pkg-config --cflags --libs lua5.4)" ..
                        " -rdynamic -lpthread")
    assert(ok, text)
  end)

  teardown(function()
    os.remove(host)
    os.remove(script)
  end)

  -- the script ends with calls that wait for a look-up which does not return
  local prelude = [[
    package.path, package.cpath = ]] .. ("%q, %q"):format(package.path, package.cpath) .. [[
    local core = require "studio.core"
    local loop = core.loop()
    local client = core.client { base_url = "https://hangs.example" }
    local calls = {}
    for i = 1, 3 do calls[i] = client:submit { path = "/" .. i, method = i == 2 and "POST" or "GET" } end
    while hanging() == 0 do loop:step(0.05) end
  ]]

  it("closes the state at once, and the look-up returns later without harm", function()
    write(script, prelude)
    local ok, text = sh(host .. " " .. script)
    assert.is_true(ok, text)
    local took, hanging = text:match "closed in ([%d.]+) ms with (%d+) look%-ups hanging\nalive\n$"
    assert.is_not_nil(took, text)
    assert.is_true(tonumber(hanging) >= 1)
    assert.is_true(tonumber(took) < 10000, text) -- it would be a minute
  end)

  it("takes less than 10 ms to close, and to cancel #soak", function()
    write(script, prelude .. [[
      local socket = require "socket"
      local before = socket.gettime()
      calls[1]:cancel()
      print(("cancelled in %.3f ms"):format((socket.gettime() - before) * 1000))
    ]])
    local closed, cancelled = {}, {}
    for i = 1, 9 do
      local _, text = sh(host .. " " .. script)
      cancelled[i] = tonumber(text:match "cancelled in ([%d.]+) ms")
      closed[i] = tonumber(text:match "closed in ([%d.]+) ms")
    end
    table.sort(closed)
    table.sort(cancelled)
    print(("during a look-up: cancel %.2f ms, lua_close %.2f ms (medians of 9)"):format(cancelled[5], closed[5]))
    assert.is_true(closed[5] < 10 and cancelled[5] < 10)
  end)

  it("cancels a call at once, and other calls go on", function()
    write(script, prelude .. [[
      local before = loop:now()
      assert(calls[1]:cancel() and calls[2]:cancel())
      assert(loop:now() - before < 10, "cancel waited") -- the look-up takes a minute
      local _, failure = calls[2]:result()
      assert(failure.kind == "cancelled" and failure.stage == "not_sent", failure.kind)
      assert(not calls[3]:done())
      assert(#loop:step(0) == 2)
      client, calls = nil, nil
      collectgarbage() collectgarbage()
      assert(loop:active() == 1) -- dropping the handle does not cancel
    ]])
    local ok, text = sh(host .. " " .. script)
    assert.is_true(ok, text)
    assert.is_truthy(text:find("alive", 1, true), text)
  end)
end)
