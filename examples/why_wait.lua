--- Why does my script wait? Ten calls against a sandbox, and where the time of each went. SPDX-License-Identifier: MIT

local here = arg[0]:match("^(.*)/[^/]*$") or "."
package.path = package.path .. (";%s/?.lua;%s/../lua/?.lua;%s/../lua/?/init.lua"):format(here, here, here)
package.cpath = package.cpath .. (";%s/../build/?.so"):format(here)

require "shared.usage"([[
usage: lua5.4 examples/why_wait.lua          shows what a client says about its waiting; takes no arguments
       STUDIO_LOG=debug lua5.4 examples/why_wait.lua     the same story line by line
]])

local studio = require "studio"

-- Six requests in two seconds, and three mishaps: an error 503, a slow answer, one that hangs up without any.
local LIMIT, WINDOW = 6, 2
local server <close> = assert(studio.sandbox.start {
  limit = LIMIT, window = WINDOW,
  faults = {
    { kind = "status", status = 503, path = "/projects/3$", count = 1 },
    { kind = "slow", seconds = 0.4, path = "/projects/4$", count = 1 },
    { kind = "drop", path = "/projects/5$", count = 1 },
  },
})
local ms <close> = studio.mstudio {
  api_key = "sk_live_sandbox", base_url = server.mstudio_https_url, ca_file = server.ca_file, http2 = false,
  limits = { requests = LIMIT, window = WINDOW },
}

-- A sentence for each reason that a limiter gives.
local sentences = {
  free = "a slot is free: the next call goes at once",
  window = "all slots of the window are taken",
  spacing = "the next call keeps its distance to the last one",
  in_flight = "as many requests are under way as may be",
  paused = "the service asked everybody to wait (429, Retry-After)",
  foreign = "somebody else spends the same key",
  quota = "a longer limit (of the day, say) is used up",
  turn = "another process that uses the key is next",
}

local function explain(limit)
  local line = ("limit \"%s\": %s; %d in flight, %d cooling, %d by others, of %d in %g s"):format(limit.name,
    sentences[limit.why] or limit.why, limit.held, limit.cooling, limit.foreign, limit.capacity, limit.window)
  if limit.next_slot and limit.next_slot > 0 then line = line .. ("; next slot in %.2f s"):format(limit.next_slot) end
  if limit.waiting > 0 then line = line .. ("; %d calls wait"):format(limit.waiting) end
  return line
end

-- While the calls run, somebody looks at the limiter now and then.
local watcher = studio.spawn(function()
  while studio.sleep(0.5) do print(explain(ms:limits()[1])) end
end)

local list = {}
for i = 1, 10 do list[i] = i end
local responses = assert(studio.map(list, function(i)
  local _, answer = ms:request { path = "/projects/" .. i }
  return answer.response or answer -- 404s of an empty sandbox are answers, too
end, { concurrency = 5 }))
watcher:cancel()

local columns = { "auth", "queue", "backoff", "earlier", "resolve", "connect", "tls", "send", "wait", "body", "total" }
local format = "%4s " .. ("%8s "):rep(#columns) .. "%8s"
print()
local function line(first, values, last)
  values[#values + 1] = last
  print(format:format(first, table.unpack(values)))
end
line("call", { table.unpack(columns) }, "attempts")
for i, response in ipairs(responses) do
  local row = {}
  for k, name in ipairs(columns) do row[k] = ("%.1f"):format(response.timing[name] * 1000) end
  line(i, row, response.attempts)
end
local stats = ms:stats()
print(("\nmilliseconds; %d calls, %d attempts, %d connections; %.1f s waited for slots in all"):format(
  stats.calls, stats.attempts, stats.connections, stats.waited))
