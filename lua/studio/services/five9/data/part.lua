-- A file that appears under its name when it is whole. SPDX-License-Identifier: MIT

local errors = require "studio.error"

local part = {}

---@class studio.five9.part
---@field path string
local methods = {}
local Part = { __name = "studio.five9.part", __index = methods }
Part.__close = function(self) self:drop() end

local function failed(path, why)
  return nil, errors.new { kind = "file", stage = "not_sent", message = ("cannot write %s: %s"):format(path, why) }
end

--- Begins a file.
---@param path string what stands there is replaced at the end
---@return studio.five9.part? part nil, err
---@return studio.error? err
function part.new(path)
  local file, why = io.open(path .. ".part", "wb")
  if not file then return failed(path, why) end
  file:setvbuf("full", 65536)
  return setmetatable({ path = path, file = file }, Part)
end

function methods:write(text)
  local ok, why = self.file:write(text)
  if ok then return true end
  return failed(self.path, why)
end

--- Gives it its name.
---@return boolean? placed nil, err
---@return studio.error? err
function methods:finish()
  local closed, why = self.file:close() -- a full disk may be told only now
  self.file = nil
  local placed
  if closed then
    placed, why = os.rename(self.path .. ".part", self.path)
  end
  if placed then return true end
  os.remove(self.path .. ".part")
  return failed(self.path, why)
end

--- Takes away what was not finished.
function methods:drop()
  if not self.file then return end
  self.file:close()
  self.file = nil
  os.remove(self.path .. ".part")
end

return part
