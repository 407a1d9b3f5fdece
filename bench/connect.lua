-- What a fresh TLS connection costs, with the system's authorities: ours beside libcurl's defaults.
-- SPDX-License-Identifier: MIT
--
-- usage: SSL_CERT_FILE=bundle connect.lua URL CEILING [rounds, default 5]; the server closes after each answer and
-- resumes no session, so that each request pays for a whole handshake. By turns; medians of processor milliseconds.

local url, ceiling, rounds = arg[1], arg[2], tonumber(arg[3]) or 5
local lua = os.getenv "STUDIO_LUA" or "lua5.4"
local AIM <const> = 0.8

local function cost(command, to, count)
  local pipe = assert(io.popen(("%s %s %d 1"):format(command, to, count)))
  local done, _, processor = pipe:read("n", "n", "n")
  assert(pipe:close() and processor, command .. " failed")
  return processor / done * 1e3
end

local function median(list)
  table.sort(list)
  return list[(#list + 1) // 2]
end

local plain, ours, ratios = {}, {}, {}
for i = 1, rounds do
  plain[i] = cost(ceiling .. " easy", url .. "/projects/1", 40)
  ours[i] = cost(lua .. " bench/client.lua core", url, 400)
  ratios[i] = ours[i] / plain[i]
end
local own = median(ours)
print("a fresh TLS connection and one request on it, processor ms")
print(("  %-24s %6.2f"):format("C libcurl, its defaults", median(plain)))
print(("  %-24s %6.2f   %.3f of that"):format("core", own, median(ratios)))
print(("aim: at most %.1f   %s"):format(AIM, own <= AIM and "met" or "NOT MET"))
