-- Small files that are whole at every moment. SPDX-License-Identifier: MIT
--
-- What is downloaded goes another way (see docs/files.md); here are texts that a program makes itself.

local errors = require "studio.error"

local file = {}

local function failed(message)
  return nil, errors.new { kind = "file", message = message, stage = "not_sent" }
end

--- Reads a whole file.
---@param path string
---@return string? text
---@return studio.error? err kind "file"
function file.read(path)
  local handle, why = io.open(path, "rb")
  if not handle then return failed("cannot read " .. tostring(why)) end
  local text, wrong = handle:read "a"
  handle:close()
  if not text then return failed(("cannot read %s: %s"):format(path, wrong or "nothing came")) end -- a folder, say
  return text
end

--- Writes a file: under `path` stands the old text or the new one, never half of it.
---@param path string replaced when it is there
---@param text string
---@return boolean? written
---@return studio.error? err kind "file"
function file.write(path, text)
  local fresh = path .. ".new"
  local handle, why = io.open(fresh, "wb")
  if not handle then return failed("cannot write " .. tostring(why)) end
  local ok, wrong = handle:write(text)
  local closed, wrong_at_end = handle:close() -- a full disk may be told only now
  local placed
  if ok and closed then
    placed, wrong = os.rename(fresh, path)
  end
  if placed then return true end
  os.remove(fresh)
  return failed(("cannot write %s: %s"):format(path, tostring(wrong or wrong_at_end)))
end

return file
