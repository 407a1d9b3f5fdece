-- Processes that spend one key's budget side by side (spender.lua), and what they got. SPDX-License-Identifier: MIT

local shell = require "spec.support.shell"

local Spenders = {}
Spenders.__index = Spenders

local function literal(options)
  local parts = {}
  for name, value in pairs(options) do parts[#parts + 1] = ("%s = %q"):format(name, value) end
  return "{ " .. table.concat(parts, ", ") .. " }"
end

local spenders = {}

--- A folder for state and logs; options are those of spender.lua, but for state_dir and log.
---@param options table
function spenders.new(options)
  local ok, dir = shell.run "mktemp -d"
  assert(ok, dir)
  dir = dir:gsub("%s+$", "")
  local self = setmetatable({ dir = dir, options = { state_dir = dir .. "/state" }, pids = {} }, Spenders)
  for name, value in pairs(options) do self.options[name] = value end
  return self
end

function Spenders:command(i)
  local options = { log = self.dir .. "/log" .. i }
  for name, value in pairs(self.options) do options[name] = value end
  local setup = ("package.path, package.cpath = %q, %q"):format(package.path, package.cpath)
  return table.concat({ os.getenv "STUDIO_LUA" or "lua5.4", "spec/support/spender.lua", shell.quote(setup),
                        shell.quote(literal(options)), "2>>" .. self.dir .. "/errors" }, " ")
end

--- Runs the i-th to its end.
function Spenders:run(i) assert(shell.run(self:command(i))) end

--- Starts the i-th, or starts it again.
function Spenders:start(i)
  local pipe = assert(io.popen(self:command(i) .. " >/dev/null & echo $!"))
  self.pids[i] = math.tointeger(pipe:read "n")
  pipe:close()
end

--- SIGKILL: it has no time for anything.
function Spenders:kill(i)
  shell.run("kill -9 " .. self.pids[i])
  self.pids[i] = nil
end

--- Statuses of the i-th that came from `since` on (seconds of the loop's clock), counted; and the last one's moment.
function Spenders:answers(i, since)
  local counts, last = {}, 0
  for line in (shell.read(self.dir .. "/log" .. i) or ""):gmatch "[^\n]+" do
    local status, at = line:match "^(%S+) (%S+)$"
    at = tonumber(at)
    if not at or at >= (since or 0) then
      counts[status or line] = (counts[status or line] or 0) + 1
      last = math.max(last, at or 0)
    end
  end
  return counts, last
end

--- What the processes had to say on standard error.
function Spenders:errors() return shell.read(self.dir .. "/errors") or "" end

function Spenders:stop()
  for i in pairs(self.pids) do self:kill(i) end
  shell.run("rm -r " .. self.dir)
end

Spenders.__close = Spenders.stop

return spenders
