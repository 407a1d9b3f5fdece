-- What a fresh TLS connection costs, with the system's authorities: ours beside libcurl's defaults.
-- SPDX-License-Identifier: MIT
--
-- usage: connect.lua URL CEILING BUNDLE ONE [rounds, default 5]: files of many authorities and of one. The server
-- closes after each answer and resumes no session, so that each request pays for a whole handshake. By turns; medians
-- of processor milliseconds.

local url, ceiling, bundle, one, rounds = arg[1], arg[2], arg[3], arg[4], tonumber(arg[5]) or 5
local lua = os.getenv "STUDIO_LUA" or "lua5.4"
local AIM <const> = 0.8

local function cost(command, to, count, authorities)
  local pipe = assert(io.popen(("SSL_CERT_FILE='%s' %s %s %d 1"):format(authorities, command, to, count)))
  local done, _, processor = pipe:read("n", "n", "n")
  assert(pipe:close() and processor, command .. " failed")
  return processor / done * 1e3
end

local function median(list)
  table.sort(list)
  return list[(#list + 1) // 2]
end

local plain, least, ours, to_plain, to_least = {}, {}, {}, {}, {}
for i = 1, rounds do
  plain[i] = cost(ceiling .. " easy", url .. "/projects/1", 40, bundle)
  least[i] = cost(ceiling .. " easy", url .. "/projects/1", 400, one)
  ours[i] = cost(lua .. " bench/client.lua core", url, 400, bundle)
  to_plain[i], to_least[i] = ours[i] / plain[i], ours[i] / least[i]
end
local own = median(ours)
print("a fresh TLS connection and one request on it, processor ms")
print(("  %-34s %6.2f"):format("C libcurl, the system's bundle", median(plain)))
print(("  %-34s %6.2f"):format("C libcurl, one authority", median(least)))
print(("  %-34s %6.2f   %.3f of the first, %.2f of the second"):format("core, the system's bundle", own,
  median(to_plain), median(to_least)))
print(("aim: at most %.1f on a machine at rest   %s"):format(AIM, own <= AIM and "met" or "NOT MET"))
