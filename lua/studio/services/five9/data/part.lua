-- A file that appears under its name when it is whole, written by one run at a time. SPDX-License-Identifier: MIT

local core = require "studio.core"
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

-- The part, empty; and the lock on it, without which two runs would mix their rows.
local function open(name)
  local file, why = io.open(name, "ab") -- made like any other file: a journal would be this user's alone
  if not file then return nil, why end
  file:close()
  local lock
  lock, why = core.journal(name, true)
  if not lock then return nil, why end
  local emptied
  emptied, why = lock:keep(0)
  if emptied then
    file, why = io.open(name, "r+b")
    if file then return file, lock end
  end
  lock:close()
  return nil, why
end

--- Begins a file.
---@param path string what stands there is replaced at the end
---@return studio.five9.part? part nil, err: also while another run writes the same file
---@return studio.error? err
function part.new(path)
  local file, lock = open(path .. ".part")
  if not file then return failed(path, lock) end
  file:setvbuf("full", 65536)
  return setmetatable({ path = path, file = file, lock = lock }, Part)
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
  if not placed then os.remove(self.path .. ".part") end
  self.lock:close()
  if placed then return true end
  return failed(self.path, why)
end

--- Takes away what was not finished.
function methods:drop()
  if not self.file then return end
  self.file:close()
  self.file = nil
  os.remove(self.path .. ".part")
  self.lock:close()
end

return part
