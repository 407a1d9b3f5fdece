--- A program from its arguments to its end: Ctrl-C, mistakes of its own, exit status. SPDX-License-Identifier: MIT

local process = require "shared.process"

local program = {}

local FAILED, INTERRUPTED = 1, 130

--- Runs the function that a module is, with the arguments of the command line, and ends the process.
---@param name string  for what is said on standard error
---@param module string
function program.run(name, module)
  local ok, status = xpcall(function() return require(module)(arg) end, function(what)
    return process.is_interrupt(what) and what or debug.traceback(tostring(what), 2)
  end)
  if not ok then
    local interrupted = process.is_interrupt(status)
    io.stderr:write(interrupted and "Interrupted." or name .. ": " .. status, "\n")
    status = interrupted and INTERRUPTED or FAILED
  end
  io.stdout:flush()
  io.stderr:flush()
  os.exit(status)
end

return program
