-- A sandbox of Five9 Studio for a spec file, and clients of it. SPDX-License-Identifier: MIT
--
--   local toys = five9.start { five9 = { lock_after = 5 } }  -- in setup; toys.server is the studio.sandbox
--   local f9 = toys:client { scope_id = "1235" }             -- closed by the next reset
--   toys:reset { five9 = {} }; toys:stop()

local studio = require "studio"

local support = {}
local Toys = {}
Toys.__index = Toys

---@param options table? of studio.sandbox.start
function support.start(options)
  return setmetatable({ server = assert(studio.sandbox.start(options or {})), clients = {} }, Toys)
end

--- A client of the account 1234, whose failed logins are counted in a file of its own.
---@param options table? of studio.five9
function Toys:client(options)
  local all = { base_url = self.server.five9_url, scope_id = "1234", api_key = "f9-key", state_dir = false,
    backoff_base = 0.001, backoff_cap = 0.005, login_guard = { file = self:guard_file() } }
  for name, value in pairs(options or {}) do all[name] = value end
  local client = studio.five9(all)
  table.insert(self.clients, client)
  return client
end

--- The login guard's record of this moment; gone after the next reset.
function Toys:guard_file()
  if not self.guard then
    self.guard = os.tmpname()
    os.remove(self.guard)
  end
  return self.guard
end

function Toys:state() return self.server:state().five9 end

function Toys:close()
  for _, client in ipairs(self.clients) do client:close() end
  self.clients = {}
  if self.guard then os.remove(self.guard) end
  self.guard = nil
end

--- Forgets everything that a spec did, and sets options to these.
---@param options table?
function Toys:reset(options)
  self:close()
  self.server:reset()
  self.server:set { five9 = {}, faults = {} }
  if options then self.server:set(options) end
end

function Toys:stop()
  self:close()
  self.server:stop()
end

return support
