-- Exports of a sandbox's sessions, in processes that may die, and what is left of them. SPDX-License-Identifier: MIT
--
--   local stage = exports.start { sessions = 12 }      -- of studio.sandbox.start's `cognitive3d`
--   local result, killed = stage:child { folder = …, die = { "append", 7 } }
--   stage:sums(folder)                                  -- name -> sha256 of each file

local core = require "studio.core"
local json = require "studio.json"
local shell = require "spec.support.shell"
local studio = require "studio"

local exports = {}
local Stage = {}
Stage.__index = Stage
Stage.__close = function(self) self:stop() end

function exports.start(cognitive3d)
  local server = assert(studio.sandbox.start { cognitive3d = cognitive3d })
  local root = select(2, shell.run "mktemp -d"):gsub("%s+$", "")
  return setmetatable({ server = server, root = root, count = 0 }, Stage)
end

--- A folder that is not there yet.
function Stage:folder()
  self.count = self.count + 1
  return ("%s/%d"):format(self.root, self.count)
end

--- A client.
function Stage:client(options)
  local all = { org_key = "orgkey-sandbox", project_id = 10, base_url = self.server.cognitive3d_url,
    backoff_base = 0.005, backoff_cap = 0.01 }
  for name, value in pairs(options or {}) do all[name] = value end
  return studio.cognitive3d(all)
end

--- Exports in a process of its own. What it wrote; nil when it died.
function Stage:child(given)
  given.url = self.server.cognitive3d_url
  local setup = ("package.path, package.cpath = %q, %q"):format(package.path, package.cpath)
  local file = self.root .. "/given.json"
  shell.write(file, json.encode(given))
  local _, text = shell.run(table.concat({ "exec", os.getenv "STUDIO_LUA" or "lua5.4",
    "spec/support/cognitive3d_exporter.lua", shell.quote(setup), shell.quote(file) }, " "))
  local value = json.decode(text:match "([^\n]*)\n?$" or "")
  assert(value or given.die, text)
  return value
end

--- The files of a folder by name, each as the hash of what is in it.
function Stage.sums(_, folder)
  local sums = {}
  local _, text = shell.run("cd " .. shell.quote(folder) .. " && find . -type f")
  for name in text:gmatch "[^\n]+" do sums[name] = core.sha256(assert(shell.read(folder .. "/" .. name))) end
  return sums
end

--- How many rows of each stream a project's sessions have.
function Stage:totals()
  return self.server:state().cognitive3d.generated
end

function Stage:stop()
  self.server:stop()
  shell.run("rm -rf " .. shell.quote(self.root))
end

return exports
