-- The state of a sandbox: who may come in, what there is, what was asked. SPDX-License-Identifier: MIT
--
-- One account's data for all keys and tokens; everything is gone when the sandbox ends.

local cognitive3d = require "studio.sandbox.cognitive3d.state"
local five9 = require "studio.sandbox.five9.instance"
local keys = require "studio.sandbox.keys"
local limits = require "studio.sandbox.limits"
local log = require "studio.sandbox.log"
local tokens = require "studio.sandbox.analyst.tokens"
local voices = require "studio.sandbox.mstudio.stock_voices"
local workspaces = require "studio.sandbox.analyst.workspace"

local world = {}

---@class sandbox.world
---@field options table     see options.lua; those that may change are read at each request
---@field now fun(): number seconds, only goes forward
---@field random fun(): number
local methods = {}

-- mStudio's things, by id; `blobs` are uploaded files by name, `shared` projects by the token of their link.
local COLLECTIONS = { "projects", "frames", "tracks", "assets", "teams", "invites", "members", "comments", "reviews",
  "blobs", "shared" }

methods.__index = methods

-- Small and seeded, so that a run can be had again.
local function random_of(seed)
  local state = math.floor(seed) & 0xFFFFFFFF
  return function()
    state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
    return (state >> 8) / 0x1000000
  end
end

--- A new world.
---@param options table  complete
---@param clock { now: (fun(): number), epoch: (fun(): number) }
---@return sandbox.world
function world.new(options, clock)
  local self = setmetatable({
    options = options, now = clock.now, epoch = clock.epoch, random = random_of(options.seed),
    keyring = keys.new(options.keys, options.tokens), log = log.new(options.log_size),
    analyst_ring = tokens.ring(options.analyst_tokens),
  }, methods)
  self:reset()
  return self
end

--- Forgets all data, budgets and requests; keys and options stay.
function methods:reset()
  for _, name in ipairs(COLLECTIONS) do self[name] = {} end
  self.blob_bytes = 0
  self.jobs, self.job_order, self.jobs_of = {}, {}, {} -- by id; in order; by what they are for ("frame:7")
  self.generations = {} -- frame id -> how many were accepted, of all kinds
  self.generated = {} -- kind -> id of the track, frame or project -> how many were accepted
  self.shelf = {} -- files that were made last
  self.voices = voices.stock()
  self.last_id = 0
  self.workspace = nil
  self.cognitive3d_state = nil
  self.five9_instance = nil
  self.budgets = {}
  self.log:clear()
end

--- The next id.
function methods:id()
  self.last_id = self.last_id + 1
  return self.last_id
end

--- Draws from a setting that is a number of seconds, or { from, to }.
---@param setting number|number[]
---@return number
function methods:draw(setting)
  if type(setting) == "table" then return setting[1] + (setting[2] - setting[1]) * self.random() end
  return setting
end

--- "2026-11-22T10:00:00Z"
function methods:timestamp()
  return os.date("!%Y-%m-%dT%H:%M:%SZ", math.floor(self.epoch()))
end

--- Analyst Studio's workspace; made when somebody first asks for it.
---@return sandbox.workspace
function methods:analyst()
  self.workspace = self.workspace or workspaces.new(self)
  return self.workspace
end

--- Cognitive3D's state, of both its hosts; made when somebody first asks for it.
---@return sandbox.c3
function methods:cognitive3d()
  self.cognitive3d_state = self.cognitive3d_state or cognitive3d.new(self)
  return self.cognitive3d_state
end

--- Five9 Studio's instance; made when somebody first asks for it.
---@return sandbox.five9
function methods:five9()
  self.five9_instance = self.five9_instance or five9.new(self)
  return self.five9_instance
end

--- Forgets it, and what was counted for its limits.
function methods:forget_five9()
  self.five9_instance = nil
  for name in pairs(self.budgets) do
    if name:find "^five9:" then self.budgets[name] = nil end
  end
end

--- Counts a request against a budget.
---@param name string      whose
---@param capacity number  requests in a window
---@param window number    seconds
---@return sandbox.limit_info
function methods:count(name, capacity, window)
  local budget = self.budgets[name]
  if not budget then
    budget = limits.new { algorithm = self.options.algorithm, resolution = self.options.resolution,
      burst = self.options.burst or nil, capacity = 1, window = 1 }
    self.budgets[name] = budget
  end
  budget.budget.capacity, budget.budget.window = capacity, window
  return budget:take(self.now())
end

return world
