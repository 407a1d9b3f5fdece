--- Folders, and files that are there whole or not at all. SPDX-License-Identifier: MIT

local process = require "shared.process"

local files = {}

--- Makes a folder and those above it.
---@param path string
---@return boolean? ok
---@return string? message
function files.make_folder(path)
  local pipe = assert(io.popen("mkdir -p -- " .. process.quote(path) .. " 2>&1"))
  local said = pipe:read "a"
  if not pipe:close() then return nil, "cannot make the folder " .. path .. ": " .. said:gsub("%s+$", "") end
  -- now, and not when what should go into it was paid for
  local probe, why = io.open(path .. "/.writable", "w")
  if not probe then return nil, "cannot write into the folder " .. path .. ": " .. tostring(why) end
  probe:close()
  os.remove(path .. "/.writable")
  return true
end

---@param path string
---@return boolean
function files.exists(path)
  local file = io.open(path, "rb")
  return file ~= nil and file:close() and true
end

---@param path string
---@return string? text
---@return string? message
function files.read(path)
  local file, message = io.open(path, "rb")
  if not file then return nil, message end
  local text, why = file:read("a")
  file:close()
  return text, why and path .. ": " .. why
end

--- Writes a file so that `path` is at every moment either the old or the new one, whole.
---@param path string
---@param text string
---@return boolean? ok
---@return string? message
function files.write(path, text)
  local file, message = io.open(path .. ".new", "wb")
  if not file then return nil, message end
  local ok, why = file:write(text)
  local closed, why_closed = file:close()
  if not ok or not closed then
    os.remove(path .. ".new")
    return nil, path .. ": " .. (why or why_closed or "cannot write")
  end
  return os.rename(path .. ".new", path)
end

return files
