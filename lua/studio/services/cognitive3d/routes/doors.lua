-- Puts the door on every route of a list, and what is common to the routes behind it. SPDX-License-Identifier: MIT

-- Every answer of the collector has it: the vendor's SDKs and editor take one without it for a captive portal's.
local PROOF <const> = "cvr-request-time"

local doors = {}

local function through(door, list, more)
  for _, r in ipairs(list) do
    r.door = door
    if r.answer then r.accept = r.accept or "*/*" end -- not (only) JSON
    for name, value in pairs(more or {}) do
      if r[name] == nil then r[name] = value end
    end
  end
  return list
end

--- Routes of the host for queries.
---@param list studio.route[]
---@return studio.route[]
function doors.organization(list) return through("organization", list) end

--- Routes of the collector that take a developer key: editors and upload tools.
---@param list studio.route[]
---@return studio.route[]
function doors.developer(list) return through("developer", list, { proof = PROOF, from = "vendor" }) end

--- Routes of the collector that take an application key: apps while they run.
---@param list studio.route[]
---@return studio.route[]
function doors.data(list) return through("data", list, { proof = PROOF, from = "vendor" }) end

return doors
