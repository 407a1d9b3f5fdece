-- A sandbox for a spec file, and clients of it, both on a minute that is shortened alike. SPDX-License-Identifier: MIT
--
--   local toys = sandbox.start { job_seconds = 0.05 }     -- in setup; toys.server is the studio.sandbox
--   local ms = toys:mstudio { scopes = { "projects" } }
--   toys:stop()                                           -- in teardown

local studio = require "studio"

local support = {}
local Toys = {}
Toys.__index = Toys

-- Seconds that stand for the documented minute.
local WINDOW = 0.25

local function with(defaults, options)
  local result = {}
  for k, v in pairs(defaults) do result[k] = v end
  for k, v in pairs(options or {}) do result[k] = v end
  return result
end

---@param options table? of studio.sandbox.start
function support.start(options)
  local server = assert(studio.sandbox.start(with({ window = WINDOW, job_seconds = 0.02 }, options)))
  return setmetatable({ server = server }, Toys)
end

--- A client; closed by the next reset.
---@param options table? of studio.mstudio
function Toys:mstudio(options)
  local defaults = {
    base_url = self.server.mstudio_url, limits = { window = WINDOW },
    poll = { first = 0.01, cap = 0.05 }, backoff_base = 0.005, backoff_cap = 0.01,
  }
  if not (options and options.token) then defaults.api_key = "sk_live_sandbox" end
  self.client = studio.mstudio(with(defaults, options))
  return self.client
end

--- Forgets everything that a spec did, and sets options back to these.
---@param options table
function Toys:reset(options)
  if self.client then self.client:close() end
  self.client = nil
  self.server:reset()
  self.server:set(options)
end

function Toys:stop() self.server:stop() end

return support
