-- bench/json.lua - prints how fast JSON is decoded and encoded, against lua-cjson. SPDX-License-Identifier: MIT
--
-- usage: lua5.4 bench/json.lua [seconds for each cell, default 1]
--
-- Both codecs run by turns in slices of a twentieth of the time, so that a busy machine slows both alike;
-- a cell shows the median slice in MB/s (10^6 bytes of JSON text a second of processor time).

package.cpath = package.cpath .. ";./build/?.so" -- where make has not said which build to measure

local core = require "studio.core"
local has_cjson, cjson = pcall(require, "cjson")

local SLICES = 20
local seconds = tonumber(arg and arg[1]) or 1

--- One item as the services send them: an id, names, states, times, numbers, a nested object, a short list.
local function item(i)
  return {
    id = 480000 + i,
    token = ("f%07x"):format(i * 2654435761 % 2 ^ 28 // 1 | 0),
    title = "Shot " .. i .. ": the harbour at dawn, 35mm, slow push in",
    state = i % 7 == 0 and "failed" or "completed",
    created_at = ("2026-03-%02dT%02d:15:00Z"):format(1 + i % 28, i % 24),
    duration = 2.5 + i % 8 * 0.25,
    progress = 1,
    public = i % 2 == 0,
    size = { width = 1920, height = 1080 },
    tags = { "harbour", "dawn", "wide" },
    url = "https://cdn.example.com/frames/" .. 480000 + i .. "/still.png",
  }
end

--- A single object of about 1 KiB, a list of about 100 KiB.
local function documents()
  local single, list = item(1), {}
  single.script = ("EXT. HARBOUR - DAWN. Fog lies on the water. "):rep(3)
  single.prompt = { text = "a harbour at dawn", seed = 1234567, strength = 0.75, style = "film" }
  single.owner = { id = 77, name = "Ada Lovelace", email = "ada@example.com" }
  single.takes = {}
  for i = 1, 4 do single.takes[i] = { id = i, seconds = 1.5 * i, accepted = i == 4, file = "take-" .. i .. ".mp4" } end
  for i = 1, 320 do list[i] = item(i) end
  return { { "1 KiB object", core.json_encode(single) }, { "100 KiB list", core.json_encode({ items = list }) } }
end

--- Repeats fn for about `time` seconds of processor time; returns calls a second.
local function rate(fn, time, batch)
  local calls, start = 0, os.clock()
  local stop, now = start + time, start
  while now < stop do
    for _ = 1, batch do fn() end
    calls = calls + batch
    now = os.clock()
  end
  return calls / (now - start)
end

--- Medians of the rates of several functions, run by turns.
local function compare(functions, bytes)
  local rates = {}
  for i = 1, #functions do rates[i] = {} end
  local batch = math.max(1, 20000 // bytes)
  for _ = 1, SLICES do
    for i, fn in ipairs(functions) do rates[i][#rates[i] + 1] = rate(fn, seconds / SLICES, batch) end
  end
  for i, list in ipairs(rates) do
    table.sort(list)
    rates[i] = list[SLICES // 2] * bytes / 1e6
  end
  return rates
end

print(("%-14s %-8s %12s %12s %7s"):format("document", "", "studio MB/s", "cjson MB/s", "ratio"))
for _, document in ipairs(documents()) do
  local name, text = table.unpack(document)
  local value = core.json_decode(text)
  local rows = {
    { "decode", function() return core.json_decode(text) end,
      has_cjson and function() return cjson.decode(text) end },
    { "encode", function() return core.json_encode(value) end,
      has_cjson and function() return cjson.encode(value) end },
  }
  for _, row in ipairs(rows) do
    local rates = compare({ row[2], row[3] or nil }, #text)
    print(("%-14s %-8s %12.0f %12s %7s"):format(name, row[1], rates[1],
      rates[2] and ("%.0f"):format(rates[2]) or "-", rates[2] and ("%.2f"):format(rates[1] / rates[2]) or "-"))
  end
end
