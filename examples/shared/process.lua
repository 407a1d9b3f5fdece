--- Ctrl-C, and commands of the shell that do not swallow it. SPDX-License-Identifier: MIT

local process = {}

--- Is this error Ctrl-C? The `lua` command raises it as a text, wherever the main thread is.
---@param err any
---@return boolean
function process.is_interrupt(err) return type(err) == "string" and err:find("interrupted!$") ~= nil end

--- Runs a command. While it runs, Ctrl-C reaches it and not us, so its death by that is raised here.
---@param command string
---@return boolean succeeded
function process.run(command)
  local ok, how, code = os.execute(command)
  if not ok and (how == "signal" and code == 2 or how == "exit" and code == 130) then error("interrupted!", 0) end
  return ok == true
end

---@param text string
---@return string  as one word of a command
function process.quote(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

return process
