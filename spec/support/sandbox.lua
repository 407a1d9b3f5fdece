-- A sandbox for a spec file, and clients of it, on windows that are shortened alike. SPDX-License-Identifier: MIT
--
--   local toys = sandbox.start { job_seconds = 0.05 }     -- in setup; toys.server is the studio.sandbox
--   local ms = toys:mstudio { scopes = { "projects" } }
--   local an = toys:analyst { token_kind = "member" }
--   toys:stop()                                           -- in teardown

local studio = require "studio"

local support = {}
local Toys = {}
Toys.__index = Toys

-- Seconds that stand for the documented minute of mStudio, and for the ten of Analyst Studio.
local WINDOW = 0.25

-- Polls and pauses of a client, as short.
local BRISK = { poll = { first = 0.01, cap = 0.05 }, backoff_base = 0.005, backoff_cap = 0.01 }

local function with(defaults, options)
  local result = {}
  for k, v in pairs(defaults) do result[k] = v end
  for k, v in pairs(options or {}) do result[k] = v end
  return result
end

---@param options table? of studio.sandbox.start
function support.start(options)
  local defaults = { window = WINDOW, analyst_window = WINDOW, job_seconds = 0.02 }
  local server = assert(studio.sandbox.start(with(defaults, options)))
  return setmetatable({ server = server, clients = {} }, Toys)
end

local function keep(toys, client)
  table.insert(toys.clients, client)
  return client
end

--- A client; closed by the next reset.
---@param options table? of studio.mstudio
function Toys:mstudio(options)
  local defaults = with({ base_url = self.server.mstudio_url, limits = { window = WINDOW } }, BRISK)
  if not (options and options.token) then defaults.api_key = "sk_live_sandbox" end
  return keep(self, studio.mstudio(with(defaults, options)))
end

--- A client of the workspace "acme", by the sandbox's own token of its `token_kind` (default: workspace), at the
--- documented 40 requests per window and a fortieth of it between two; closed by the next reset.
---@param options table? of studio.analyst
function Toys:analyst(options)
  local kind = options and options.token_kind or "workspace"
  local defaults = with({
    base_url = self.server.analyst_url, workspace = "acme", token = "tok_" .. kind, secret = "sec_" .. kind,
    limits = { window = WINDOW, spacing = WINDOW / 40, guard = WINDOW / 25 },
  }, BRISK)
  return keep(self, studio.analyst(with(defaults, options)))
end

--- Forgets everything that a spec did, and sets options back to these.
---@param options table
function Toys:reset(options)
  for _, client in ipairs(self.clients) do client:close() end
  self.clients = {}
  self.server:reset()
  self.server:set(options)
end

function Toys:stop() self.server:stop() end

return support
