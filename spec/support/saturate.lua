-- Keeps clients saturated: more calls than their limits let pass, for so long. SPDX-License-Identifier: MIT

local core = require "studio.core"

--- Keeps `depth` calls of each client waiting or in flight for so many seconds, and lets what was sent end.
---@param clients table[]   of core.client
---@param seconds number
---@param depth integer
---@param path string
---@return table[] answers  for each client: status or kind -> how many; times: seconds after which each 200 came
local function saturate(clients, seconds, depth, path)
  local loop, answers, open, owner = core.loop(), {}, {}, {}
  local start = loop:now()
  local ends = start + seconds
  for i in ipairs(clients) do answers[i], open[i] = { times = {} }, 0 end
  local function count(call)
    local i = owner[call]
    if not i then return end
    local response, failure = call:result()
    local status = response and response.status or failure.status or failure.kind
    answers[i][status] = (answers[i][status] or 0) + 1
    if status == 200 then table.insert(answers[i].times, loop:now() - start) end
    open[i], owner[call] = open[i] - 1, nil
  end
  while loop:now() < ends do
    for i, client in ipairs(clients) do
      for _ = open[i] + 1, depth do owner[client:submit { path = path }] = i end
      open[i] = depth
    end
    for _, call in ipairs(loop:step(math.max(0, math.min(0.25, ends - loop:now())))) do count(call) end
  end
  for call in pairs(owner) do
    if call:state() ~= "sending" then call:cancel() end
  end
  while next(owner) do
    for _, call in ipairs(loop:step(0.25)) do count(call) end
  end
  return answers
end

return saturate
