-- Commands and files, for specs that ask programs which nobody here wrote. SPDX-License-Identifier: MIT

local shell = {}

--- Runs a command.
---@param command string
---@return boolean ok
---@return string output  standard error included
function shell.run(command)
  local pipe = assert(io.popen(command .. " 2>&1"))
  local text = pipe:read "a"
  return pipe:close() or false, text
end

--- The same for a program that nobody here wrote: what a sanitizer run preloads into us is not for it (curl hangs).
function shell.tool(command) return shell.run("unset LD_PRELOAD; " .. command) end

--- A word for the shell.
function shell.quote(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

function shell.write(path, text)
  local file = assert(io.open(path, "wb"))
  assert(file:write(text))
  assert(file:close())
end

--- The whole file; nil when there is none.
function shell.read(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read "a"
  file:close()
  return text
end

return shell
