-- Lua states in threads, and what a hundred thousand calls leave behind. SPDX-License-Identifier: MIT

local peer = require "spec.support.peer"
local shell = require "spec.support.shell"

local sh, write = shell.run, shell.write

describe("states in threads", function()
  it("do not meet: each has its loop, limiters and connections", function()
    local program, script = os.tmpname(), os.tmpname()
    local server <close> = peer.start [[function(c) c:serve "ok" end]]
    write(script, [[
      local cpath, url = ...
      package.cpath = cpath
      local core = require "studio.core"
      local loop = core.loop()
      local limiter = core.limiter { name = "n", key = "one", capacity = 1000, window = 60 }
      for round = 1, 4 do
        local client = core.client { base_url = url, limiters = { limiter },
                                     auth = core.auth { kind = "bearer", token = "token" } }
        local calls = {}
        for i = 1, 50 do calls[i] = client:submit { path = "/" .. i, method = "POST", body = "{}" } end
        while loop:active() > 0 do loop:step(1) end
        for i = 1, 50 do assert(calls[i]:result().body == "ok") end
        collectgarbage()
      end
      assert(limiter:explain().sent == 200) -- nobody else's
    ]])
    assert(sh("cc -O1 -g -o " .. program .. " spec/support/threads.c $(pkg-config --cflags --libs lua5.4)" ..
              " -rdynamic -lpthread"))
    local ok, text = sh(("%s 4 %s '%s' %s"):format(program, script, package.cpath, server.url))
    os.remove(program)
    os.remove(script)
    assert.is_true(ok, text)
    assert.equal("ok\n", text)
    assert.equal(800, server:count "POST")
  end)
end)

describe("a hundred thousand calls #soak", function()
  -- of all kinds: good, refused, cancelled, saved, dropped; in a process of its own, so that only they count
  it("leave no memory and no descriptor behind", function()
    local script = os.tmpname()
    local server <close> = peer.start [[function(c)
      while true do
        local head = c:head()
        if not head then return end
        c.socket:read(tonumber(head.headers["content-length"] or 0))
        if head.target == "/bad" then c:answer("no", 404) elseif head.target == "/cut" then return
        else c:answer(("x"):rep(200)) end
      end
    end]]
    write(script, ("package.path, package.cpath = %q, %q\n"):format(package.path, package.cpath) .. [[
      local url = ...
      local core = require "studio.core"
      local loop = core.loop()
      local path = os.tmpname()
      local function measure()
        collectgarbage() collectgarbage()
        local rss
        for line in io.lines "/proc/self/status" do rss = rss or line:match "^VmRSS:%s*(%d+)" end
        local pipe = io.popen "ls /proc/$PPID/fd | wc -l"
        local fds = pipe:read "n"
        pipe:close()
        return tonumber(rss), fds
      end
      local function some(count)
        local limiter = core.limiter { name = "n", capacity = 1e6, window = 0.01 }
        local client = core.client { base_url = url, limiters = { limiter }, max_attempts = 2, backoff_base = 0 }
        for i = 1, count do
          local kind = i % 20
          local call = client:submit { path = kind == 1 and "/bad" or kind == 2 and "/cut" or "/x", query = { i = i },
                                       save_to = kind == 3 and path or nil }
          if kind == 4 then loop:step(0) call:cancel() end
          if loop:active() >= 32 then
            for _, done in ipairs(loop:step(1)) do
              local response = done:result()
              if response then local _ = response.body, response.headers end
            end
          end
        end
        while loop:active() > 0 do loop:step(1) end
        loop:step(0)
      end
      some(20000)
      local rss, fds = measure()
      some(80000)
      local rss_now, fds_now = measure()
      os.remove(path)
      print(("%d KiB, %d KiB, %d, %d descriptors"):format(rss, rss_now, fds, fds_now))
    ]])
    -- libcurl's buffers of 512 KiB go back to the system one by one: glibc would take them from its heap after a while
    -- and keep some of that, 8 MiB in half of the runs, which is no leak and hides one.
    local ok, text = sh(("MALLOC_MMAP_THRESHOLD_=131072 %s %s %s"):format(os.getenv "STUDIO_LUA" or "lua5.4", script,
      server.url))
    os.remove(script)
    assert.is_true(ok, text)
    local rss, rss_now, fds, fds_now = text:match "^(%d+) KiB, (%d+) KiB, (%d+), (%d+)"
    assert.is_not_nil(fds, text)
    assert.is_true(tonumber(rss_now) - tonumber(rss) < 1024, text)
    assert.is_true(tonumber(fds_now) - tonumber(fds) < 40, text) -- kept connections
    print("", (text:gsub("\n", "")))
  end)
end)
