-- One client of the bench: sends COUNT requests, prints requests, wall seconds, processor seconds.
-- SPDX-License-Identifier: MIT
--
-- usage: client.lua NAME URL COUNT CONCURRENCY, where URL is http://127.0.0.1:PORT and NAME one of `clients` below.
-- Each client reads the status, hands over the headers and (unless its name says otherwise) decodes the JSON of
-- every answer. CONCURRENCY * 4 requests go before the clock starts: connections stand, code is warm.
-- Our clients run without a limiter (limits = false): what is measured is the way of a call, not the waiting.

-- lua-http is plain Lua, and Debian files it under the older versions only.
package.path = package.path .. ";/usr/share/lua/5.3/?.lua;/usr/share/lua/5.3/?/init.lua;/usr/share/lua/5.1/?.lua"

local name, base, count, at_once = arg[1], arg[2], tonumber(arg[3]), tonumber(arg[4])
local PATH <const> = "/projects/1"

-- A bench that counts failures as requests would be fast indeed.
local function judge(status, headers, project)
  assert(tonumber(status) == 200, "the status is not 200")
  assert(headers, "no headers")
  assert(project == nil or project.title, "not the JSON that was expected")
end

-- Runs `work(requests)` once to warm up and once by the clock. os.clock counts this process only, all threads.
local function measure(now, work)
  work(at_once * 4)
  collectgarbage()
  local from, processor = now(), os.clock()
  work(count)
  print(("%d %.6f %.6f"):format(count, now() - from, os.clock() - processor))
end

local clients = {}

-- The core by its binding: what a scheduler of one's own would pay.
local function core_client(decode)
  local core = require "studio.core"
  local loop = core.loop()
  local client = core.client {
    base_url = base, auth = core.auth { kind = "header", name = "X-API-Key", value = "sk_bench" },
    headers = { Accept = "application/json" },
  }
  local function work(requests)
    local sent = 0
    for _ = 1, math.min(at_once, requests) do
      sent = sent + 1
      client:submit { path = PATH }
    end
    local ended = 0
    while ended < requests do
      for _, call in ipairs(loop:step(1)) do
        local response = assert(call:result())
        local body = response.body
        judge(response.status, response.headers, decode and decode(body))
        ended = ended + 1
        if sent < requests then
          sent = sent + 1
          client:submit { path = PATH }
        end
      end
    end
  end
  measure(function() return loop:now() end, work)
end

clients["core"] = function() core_client(nil) end
clients["core+json"] = function() core_client(require("studio.json").decode) end

-- What users write.
clients["sdk"] = function()
  local studio = require "studio"
  local ms = studio.mstudio { api_key = "sk_bench", base_url = base, limits = false }
  local function get()
    local project, response = ms.projects:get(1)
    if not project then error(response) end
    judge(response.status, response.headers, project)
    return true
  end
  local loop = require("studio.core").loop()
  measure(function() return loop:now() end, function(requests)
    if at_once == 1 then
      for _ = 1, requests do get() end
    else
      local list = {}
      for i = 1, requests do list[i] = i end
      assert(studio.map(list, get, { concurrency = at_once }))
    end
  end)
end

-- Runs work(requests) of lua-http in `at_once` coroutines of one cqueue, sharing the count.
local function in_cqueue(make)
  local cqueues = require "cqueues"
  local cjson = require "cjson"
  local gets = {}
  for i = 1, at_once do gets[i] = make(cjson.decode) end
  measure(cqueues.monotime, function(requests)
    local queue, sent = cqueues.new(), 0
    for i = 1, at_once do
      queue:wrap(function()
        while sent < requests do
          sent = sent + 1
          gets[i]()
        end
      end)
    end
    assert(queue:loop())
  end)
end

local function headers_as_table(headers)
  local result = {}
  for field, value in headers:each() do result[field] = value end
  return result
end

-- lua-http with a connection kept by hand: the most it can do.
clients["lua-http kept"] = function()
  local http = require "http.client"
  local new_headers = require("http.headers").new
  in_cqueue(function(decode)
    local connection
    return function()
      if not connection then
        connection = assert(http.connect { host = "127.0.0.1", port = tonumber(base:match ":(%d+)$"), tls = false })
      end
      local stream = connection:new_stream()
      local request = new_headers()
      request:append(":method", "GET")
      request:append(":scheme", "http")
      request:append(":authority", base:match "//(.*)")
      request:append(":path", PATH)
      request:append("accept", "application/json")
      request:append("x-api-key", "sk_bench")
      assert(stream:write_headers(request, true))
      local headers = assert(stream:get_headers())
      local body = assert(stream:get_body_as_string())
      stream:shutdown()
      judge(headers:get ":status", headers_as_table(headers), decode(body))
    end
  end)
end

-- lua-http as its documentation shows it: a connection each.
clients["lua-http go"] = function()
  local request = require "http.request"
  in_cqueue(function(decode)
    return function()
      local wanted = request.new_from_uri(base .. PATH)
      wanted.headers:upsert("accept", "application/json")
      wanted.headers:upsert("x-api-key", "sk_bench")
      local headers, stream = assert(wanted:go())
      local body = assert(stream:get_body_as_string())
      stream:shutdown()
      judge(headers:get ":status", headers_as_table(headers), decode(body))
    end
  end)
end

-- luasocket as its documentation shows it: a connection each, one after the other.
clients["luasocket"] = function()
  assert(at_once == 1, "luasocket's http does one thing at a time")
  local http = require "socket.http"
  local ltn12 = require "ltn12"
  local decode = require("cjson").decode
  measure(require("socket").gettime, function(requests)
    for _ = 1, requests do
      local parts = {}
      local _, status, headers = http.request {
        url = base .. PATH, sink = ltn12.sink.table(parts),
        headers = { accept = "application/json", ["x-api-key"] = "sk_bench" },
      }
      judge(status, headers, decode(table.concat(parts)))
    end
  end)
end

local run = clients[name]
if not (run and base and count and at_once) then
  io.stderr:write "usage: client.lua NAME URL COUNT CONCURRENCY\n"
  os.exit(2)
end
run()
