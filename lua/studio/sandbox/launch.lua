-- Starts a child process that lives as long as the pipe to it. SPDX-License-Identifier: MIT

local json = require "studio.sandbox.json"

local launch = {}

-- lua-http is packaged for other versions of Lua, but is pure Lua: at the end of the path it does no harm.
local ELSEWHERE = "/usr/share/lua/5.3/?.lua;/usr/share/lua/5.3/?/init.lua;/usr/share/lua/5.1/?.lua"

local function quote(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

-- The Lua that runs us, or the one that the user names; a host that embeds Lua has none in `arg`.
local function interpreter()
  local named = os.getenv "STUDIO_LUA"
  if named and named ~= "" then return named end
  local i = 0
  while arg and arg[i - 1] do i = i - 1 end
  local candidate = i < 0 and arg[i]
  return candidate and candidate:match "lua[%d.]*$" and candidate or "lua5.4"
end

--- Runs a module's file in a child. The child gets a file with `input`, which it must remove, and tells one line of
--- JSON on its standard output when it is ready.
---@param module string
---@param input string
---@return file*? pipe  closing it ends the child
---@return table|string facts_or_why
function launch.start(module, input)
  local path = assert(package.searchpath(module, package.path))
  local file_name = os.tmpname()
  local file = assert(io.open(file_name, "w"))
  file:write(input)
  file:close()
  local setup = ("package.path, package.cpath = %q, %q"):format(package.path .. ";" .. ELSEWHERE, package.cpath)
  local pipe = assert(io.popen(table.concat({
    -- `exec` keeps the shell's process id: the child learns its own by "$$"
    "exec", quote(interpreter()), "-e", quote(setup), quote(path), quote(file_name), "$$ </dev/null",
  }, " "), "r"))
  local line = pipe:read "l"
  local facts = line and json.decode(line)
  if type(facts) == "table" and not facts.error then return pipe, facts end
  pipe:close()
  os.remove(file_name)
  return nil, "the sandbox did not start: " .. (facts and facts.error or "see standard error")
end

return launch
