-- Where the time of a call went: the parts make up the whole, and the example shows it. SPDX-License-Identifier: MIT

local core = require "studio.core"
local peer = require "spec.support.peer"
local shell = require "spec.support.shell"
local studio = require "studio"
local support = require "spec.support.core"

local parts = { "auth", "queue", "backoff", "earlier", "resolve", "connect", "tls", "send", "wait", "body" }

-- What no part accounts for: turns of the loop, which take longer on a busy machine.
local function gap(timing)
  local sum = 0
  for _, name in ipairs(parts) do
    assert.is_true(timing[name] >= 0, name)
    sum = sum + timing[name]
  end
  assert.is_true(timing.total >= sum - 1e-9, "the whole is less than its parts")
  return timing.total - sum
end

-- The timing of what `get` does, which leaves no more than 50 ms untold: on a busy machine not at once.
local function told(get)
  local timing, rest
  for _ = 1, 10 do
    timing = get()
    rest = gap(timing)
    if rest < 0.05 then return timing end
  end
  error(("%.3f s of %.3f are not told"):format(rest, timing.total))
end

describe("response.timing", function()
  local server

  setup(function()
    server = peer.start [[function(c)
      while true do
        local r = c:request()
        if not r then return end
        if r.target == "/slow" then sleep(0.1) end
        if r.target == "/busy" then c:answer("", 503)
        elseif r.target == "/moved" then sleep(0.1) c:answer("", 302, "Location: /there")
        elseif r.target == "/drip" then
          c:send "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na" sleep(0.1) c:send "b"
        else c:answer "ok" end
      end
    end]]
  end)
  teardown(function() server:stop() end)

  it("says which part took long", function()
    local limiter = core.limiter { name = "t", capacity = 1, window = 0.5 }
    local limited = support.client(server.url, { limiters = { limiter } })
    local client = support.client(server.url)
    local function timing(path, of)
      return told(function() return assert(support.get(of or client, path)).timing end)
    end
    local cases = {
      wait = timing "/slow", earlier = timing "/moved", body = timing "/drip",
    }
    assert(support.get(limited, "/x"))
    cases.queue = timing("/x", limited) -- the window is still full
    for part, t in pairs(cases) do assert.is_true(t[part] >= 0.08, part) end
  end)

  it("sums up what came before the last attempt", function()
    local client = support.client(server.url, { backoff_base = 0.05, backoff_cap = 0.05, max_attempts = 4 })
    core.loop():seed(4)
    local timing = told(function()
      local _, failure = support.get(client, "/busy")
      assert.equal(4, failure.attempts)
      return failure.response.timing
    end)
    assert.is_true(timing.backoff > 0)
  end)

  it("counts the wait for credentials", function()
    local ms = studio.mstudio { base_url = server.url, api_key = function()
      studio.sleep(0.1)
      return "key"
    end }
    local _, response = ms:request { path = "/x" }
    assert.is_true(response.timing.auth >= 0.09)
    assert.is_true(response.timing.total >= 0.09)
    ms:close()
  end)
end)

describe("examples/why_wait.lua", function()
  it("shows why its calls waited", function()
    local ok, text = shell.run((os.getenv "STUDIO_LUA" or "lua5.4") .. " examples/why_wait.lua")
    assert.is_true(ok, text)
    assert.matches('limit "mstudio key": all slots of the window are taken; %d in flight, %d cooling', text)
    assert.matches("call +auth +queue +backoff +earlier +resolve +connect +tls +send +wait +body +total", text)
    local rows, repeated, queued = 0, 0, 0
    for row in text:gmatch "\n +%d+( +[%d. ]+)" do
      local n = {}
      for value in row:gmatch "[%d.]+" do n[#n + 1] = tonumber(value) end
      if #n == 12 then
        rows = rows + 1
        if n[12] > 1 then repeated = repeated + 1 end
        if n[2] > 300 then queued = queued + 1 end
      end
    end
    assert.equal(10, rows)
    assert.is_true(repeated >= 2 and queued >= 4, text)
  end)
end)
