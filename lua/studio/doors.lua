-- The ways into a service: each is a client of the core, with an address and a credential of its own.
-- SPDX-License-Identifier: MIT
--
-- Most services have one. Where one has several (a host for queries and one for uploads, a key for each), every route
-- names its door, and so no key ever gets to the host of another: the core sends a client's key to its own origin only.
-- All doors of a client share its limiters.

local check = require "studio.check"
local core = require "studio.core"
local merge = require "studio.merge"
local task = require "studio.task"

local doors = {}

---@class studio.door what connect says of one way in, where there are several
---@field name string "developer": what routes call it
---@field base_url string
---@field auth studio.core.auth? nil: the key for it was not given
---@field missing string? then: which option it needs, and where people find that

--- Makes the core clients of a client.
---@param plan studio.service.connection
---@param settings table of the core client, for all of them; base_url is that of a service with one door
---@param what string for messages
---@return table fields of client.state: core (of the door that is taken unless another is said), cores (all of them),
---  and, where the service has several, doors: name -> { core } or { missing }
function doors.open(plan, settings, what)
  local function make(more) return check.guarded(what, core.client, merge(settings, more)) end
  if not plan.doors then
    local only = make { auth = plan.auth }
    return { core = only, cores = { only } }
  end
  local made = { cores = {}, doors = {} }
  for _, door in ipairs(plan.doors) do
    local entry = { missing = door.missing }
    if door.auth then
      -- The name is in logs, and in the variables of curl commands, where each key wants one of its own.
      entry.core = make { base_url = door.base_url, auth = door.auth, name = settings.name .. " " .. door.name }
      table.insert(made.cores, entry.core)
    end
    made.doors[door.name] = entry
  end
  made.core = assert(made.cores[1], "connect lets nobody in without a key")
  return made
end

--- The core client behind a door.
---@param state table of a client
---@param name string? nil: the first door of which the client has the key
---@param label string of the call, for messages
---@return table? core nil: the client has no key for it
---@return table? refusal fields of an error that says so
function doors.find(state, name, label)
  if name == nil or not state.doors then return state.core end
  local door = state.doors[name]
  if not door then check.fail("%s: there is no door '%s'%s", label, name, check.suggestion(name, state.doors)) end
  if door.core then return door.core end
  return nil, {
    kind = "unauthorized", code = "missing_key", message = door.missing, advice = "Nothing was sent",
  }
end

--- Takes the secrets of all doors out of a text.
---@param state table
---@param text string
---@return string
function doors.redact(state, text)
  for _, one in ipairs(state.cores) do text = one:redact(text) end
  return text
end

--- Is the code that runs a credential provider of one of these doors? It would wait for itself.
---@param state table
---@return boolean
function doors.asked(state)
  for _, one in ipairs(state.cores) do
    if task.asks(one) then return true end
  end
  return false
end

--- The origins, each once.
---@param state table
---@return string[]
function doors.origins(state)
  local list, seen = {}, {}
  for _, one in ipairs(state.cores) do
    local origin = one:origin()
    if not seen[origin] then list[#list + 1] = origin end
    seen[origin] = true
  end
  return list
end

--- Counts of all doors: sums, but for what is left of the retries: that of the door that has the least.
---@param state table
---@return table
function doors.stats(state)
  local all = {}
  for _, one in ipairs(state.cores) do
    for name, count in pairs(one:stats()) do
      local before = all[name]
      all[name] = before == nil and count or name == "retry_tokens" and math.min(before, count) or before + count
    end
  end
  return all
end

--- Connects to every origin without sending anything.
---@param state table
---@return table? failure of the core
function doors.warm(state)
  local calls = {}
  for i, one in ipairs(state.cores) do calls[i] = check.guarded("warm", one.warm, one) end
  local first
  for _, call in ipairs(calls) do
    local _, failure = task.await(call)
    first = first or failure
  end
  return first
end

--- Closes them all. The counts stay: they are answered.
---@param state table
---@return table stats
function doors.close(state)
  local stats = doors.stats(state)
  for _, one in ipairs(state.cores) do one:close() end
  state.core, state.cores = nil, {}
  return stats
end

return doors
