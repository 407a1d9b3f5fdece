-- Runs all clients of the bench by turns and prints what they cost, as ratios to plain C. SPDX-License-Identifier: MIT
--
-- usage: compare.lua URL CEILING [rounds, default 11]; the environment may hold STUDIO_BENCH_SAME and
-- STUDIO_BENCH_OTHER, prefixes ("taskset -c 1") that put a client on the server's core, or on another one.
-- Each round runs every client once, so that whatever else the machine does strikes all alike. A ratio is
-- taken within a round; shown are medians over the rounds, and the smallest and largest ratio.

local base, ceiling, rounds = arg[1], arg[2], tonumber(arg[3]) or 11
local same, other = os.getenv "STUDIO_BENCH_SAME" or "", os.getenv "STUDIO_BENCH_OTHER" or ""
local lua = os.getenv "STUDIO_LUA" or "lua5.4"

local function quote(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

local function c_client(mode) return quote(ceiling) .. " " .. mode .. " " .. base .. "/projects/1" end

local function lua_client(name) return lua .. " bench/client.lua " .. quote(name) .. " " .. base end

-- `count` requests make 0.1 to 0.4 s on a machine of 2024.
local tables = {
  {
    title = "one after the other, on the server's core", at_once = 1, prefix = same,
    { name = "C libcurl, easy", command = c_client "easy", count = 6000 },
    { name = "core", command = lua_client "core", count = 5000 },
    { name = "core + JSON", command = lua_client "core+json", count = 5000 },
    { name = "SDK", command = lua_client "sdk", count = 4000 },
    { name = "lua-http, kept connection", command = lua_client "lua-http kept", count = 3000 },
    { name = "lua-http, request:go", command = lua_client "lua-http go", count = 1200 },
    { name = "luasocket, socket.http", command = lua_client "luasocket", count = 2500 },
  },
  {
    title = "64 in flight, on another core", at_once = 64, prefix = other,
    { name = "C libcurl, perform + poll", command = c_client "poll", count = 12000 },
    { name = "C libcurl, socket + epoll", command = c_client "epoll", count = 10000 },
    { name = "core", command = lua_client "core", count = 10000 },
    { name = "core + JSON", command = lua_client "core+json", count = 8000 },
    { name = "SDK", command = lua_client "sdk", count = 6000 },
    { name = "lua-http, kept connections", command = lua_client "lua-http kept", count = 3000 },
    { name = "lua-http, request:go", command = lua_client "lua-http go", count = 1200 },
  },
}

-- What each figure should be: table, row, against row, "speed" (at least) or "cost" (at most), aim.
local aims = {
  { 2, "core", "C libcurl, perform + poll", "speed", 0.90 },
  { 2, "core", "C libcurl, perform + poll", "cost", 1.12 },
  { 2, "core + JSON", "C libcurl, perform + poll", "speed", 0.72 },
  { 1, "SDK", "C libcurl, easy", "speed", 0.70 },
  { 1, "SDK", "C libcurl, easy", "cost", 1.60 },
  { 1, "SDK", "lua-http, kept connection", "speed", 1.6 },
  { 2, "SDK", "lua-http, kept connections", "speed", 2.5 },
  { 2, "SDK", "lua-http, request:go", "speed", 6 },
  { 1, "SDK", "luasocket, socket.http", "speed", 1.2 },
}

local function run(block, row)
  local command = ("%s %s %d %d"):format(block.prefix, row.command, row.count, block.at_once)
  local pipe = assert(io.popen(command))
  local count, wall, processor = pipe:read("n", "n", "n")
  if not (pipe:close() and processor) then
    io.stderr:write("bench: failed: ", command, "\n")
    os.exit(1)
  end
  return { speed = count / wall, cost = processor / count * 1e6 }
end

local function median(values)
  local sorted = table.move(values, 1, #values, 1, {})
  table.sort(sorted)
  local half = #sorted // 2
  if #sorted % 2 == 1 then return sorted[half + 1], sorted[1], sorted[#sorted] end
  return (sorted[half] + sorted[half + 1]) / 2, sorted[1], sorted[#sorted]
end

local function ratios(row, against, what)
  local result = {}
  for i, figures in ipairs(row.rounds) do result[i] = figures[what] / against.rounds[i][what] end
  return median(result)
end

local function figures(row, what)
  local result = {}
  for i, round in ipairs(row.rounds) do result[i] = round[what] end
  return (median(result))
end

for round = 1, rounds do
  io.stderr:write(("\rround %d of %d"):format(round, rounds))
  for _, block in ipairs(tables) do
    for _, row in ipairs(block) do
      row.rounds = row.rounds or {}
      row.rounds[round] = run(block, row)
    end
  end
end
io.stderr:write "\r                    \r"

for _, block in ipairs(tables) do
  print("\n" .. block.title)
  print(("  %-28s %9s %9s   %-21s %-21s"):format("", "req/s", "CPU us", "req/s against C", "CPU against C"))
  for _, row in ipairs(block) do
    local speed, s1, s2 = ratios(row, block[1], "speed")
    local cost, c1, c2 = ratios(row, block[1], "cost")
    print(("  %-28s %9.0f %9.1f   %.2f (%.2f to %.2f)   %5.2f (%.2f to %.2f)"):format(row.name,
      figures(row, "speed"), figures(row, "cost"), speed, s1, s2, cost, c1, c2))
  end
end

local function row_of(block, name)
  for _, row in ipairs(block) do
    if row.name == name then return row end
  end
end

print "\naims"
for _, aim in ipairs(aims) do
  local block, name, against, what, goal = tables[aim[1]], aim[2], aim[3], aim[4], aim[5]
  local value = ratios(row_of(block, name), row_of(block, against), what)
  local met = what == "speed" and value >= goal or what == "cost" and value <= goal
  print(("  %-12s against %-27s %2d in flight  %-5s %s %.2f  is %5.2f  %s"):format(name, against, block.at_once,
    what == "speed" and "req/s" or "CPU", what == "speed" and ">=" or "<=", goal, value, met and "met" or "NOT MET"))
end
