-- Rows of a CSV file that cannot be sent, and why: a CSV file of their own. SPDX-License-Identifier: MIT
--
--   line,why,customer_id,balance
--   7,balance has more than 4 decimals,c7,1.23456
--
-- The cells stand there as they did in the file, so it can be put right and imported by itself, with
-- columns = { line = false, why = false }.

local cells = require "studio.services.five9.data.cells"
local csv = require "studio.csv"
local part = require "studio.services.five9.data.part"

local refused = {}

---@class studio.five9.refusal
---@field line integer of the file, where the row begins
---@field why string
---@field cells string[]

local methods = {}
local Refused = { __name = "studio.five9.refused", __index = methods }
Refused.__close = function(self) if self.part then self.part:drop() end end

--- A list that is written to `path` when it gets its first row.
---@param path string
---@param header string[] of the file
function refused.new(path, header)
  return setmetatable({ path = path, header = header, count = 0 }, Refused)
end

---@param row studio.five9.sheet.row
---@return boolean? written nil, err
---@return studio.error? err
function methods:add(row)
  self.count = self.count + 1
  if not self.part then
    local err
    self.part, err = part.new(self.path)
    if not self.part then return nil, err end
    local ok
    ok, err = self.part:write(csv.line { "line", "why", table.unpack(self.header) })
    if not ok then return nil, err end
  end
  local out = { row.line, csv.cell(row.refused) }
  -- not guarded: a cell that was guarded is so already, and what was not is what somebody has to put right
  for i, cell in ipairs(row.cells) do out[i + 2] = cells.raw(cell) end
  return self.part:write(table.concat(out, ",") .. "\r\n")
end

---@return string? path of the file; nil: no row was refused, or nil, err
---@return studio.error? err
function methods:finish()
  if not self.part then return nil end
  local ok, err = self.part:finish()
  if not ok then return nil, err end
  return self.path
end

return refused
