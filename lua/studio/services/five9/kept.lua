-- The options of each client, for clients that are made of it. SPDX-License-Identifier: MIT
--
-- They hold secrets, so they lie outside the client, where printing it or writing it as JSON cannot show them.

local check = require "studio.check"
local merge = require "studio.merge"

local of = setmetatable({}, { __mode = "k" })

local kept = {}

---@param client studio.five9.client
---@param options studio.five9.options
function kept.keep(client, options) of[client] = merge(options) end

--- A fresh copy.
---@param client studio.five9.client
---@return studio.five9.options
function kept.options(client)
  if not of[client] then check.fail("this is no client of studio.five9") end
  return merge(of[client])
end

return kept
