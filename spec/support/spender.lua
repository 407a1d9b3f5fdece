-- A process that spends a key's budget for as long as it lives, for spenders.lua. SPDX-License-Identifier: MIT
--
-- usage: spender.lua SETUP OPTIONS. SETUP sets package.path; OPTIONS is a Lua table as text: url, path, key, state_dir,
-- capacity, window, depth (calls waiting or in flight), seconds (nil: until it is killed), log (a file to which each
-- answer's status and moment go, as one line).

local setup, text = ...
assert(load(setup))()
local options = assert(load("return " .. text))()
local core = require "studio.core"

local loop = core.loop()
local limiter = core.limiter { name = "shared", key = options.url .. options.key, capacity = options.capacity,
                               window = options.window, state_dir = options.state_dir }
local client = core.client { base_url = options.url, limiters = { limiter }, max_refusals = 0, max_attempts = 1,
                             auth = core.auth { kind = "header", name = "X-API-Key", value = options.key } }
local log = assert(io.open(options.log, "a"))
log:setvbuf "line" -- what was seen is known, whenever this process is killed

local open, ends = 0, options.seconds and loop:now() + options.seconds or math.huge
while loop:now() < ends do
  for _ = open + 1, options.depth do client:submit { path = options.path } end
  open = options.depth
  for _, call in ipairs(loop:step(math.max(0, math.min(0.25, ends - loop:now())))) do
    open = open - 1
    local response, failure = call:result()
    log:write(("%s %.3f\n"):format(response and response.status or failure.status or failure.kind, loop:now()))
  end
end
local report = limiter:explain()
if report.store ~= "file" then log:write("memory ", report.store_trouble or "", "\n") end
