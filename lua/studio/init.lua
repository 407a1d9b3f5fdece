-- require "studio": four web services that call themselves Studio, for Lua. SPDX-License-Identifier: MIT
--
--   local studio = require "studio"
--   local ms = studio.mstudio { api_key = os.getenv "MSTUDIO_API_KEY" }
--   for project in ms.projects:each() do print(project.id, project.title) end

local check = require "studio.check"
local core = require "studio.core"
local json = require "studio.json"
local merge = require "studio.merge"
local task = require "studio.task"

local studio = {
  _VERSION = "lua-studio " .. core.version,

  -- Tasks, and the only functions that wait.
  spawn = task.spawn, map = task.map, sleep = task.sleep, step = task.step, fd = task.fd, on_error = task.on_error,

  -- What can be sent beside strings and JSON; loaded when first used.
  file = function(...) return require("studio.upload").file(...) end,
  reader = function(...) return require("studio.upload").reader(...) end,
  multipart = function(...) return require("studio.upload").multipart(...) end,

  log = require("studio.log").set,
  json = json,
  null = json.null,
  is_error = require("studio.error").is,
  safe_name = require("studio.filename").safe,
}

-- Loaded when first used: a script that lists projects needs no sandbox.
local parts = {
  mstudio = "studio.services.mstudio",
  analyst = "studio.services.analyst",
  analyst_discovery = "studio.services.analyst.discovery",
  five9 = "studio.services.five9",
  cognitive3d = "studio.services.cognitive3d",
  progress = "studio.progress",
  fountain = "studio.fountain",
  wait_all = "studio.wait_all",
  sandbox = "studio.sandbox",
}

return setmetatable(studio, {
  __name = "studio",
  __index = function(self, name)
    local module = parts[name]
    if not module then return check.slip("studio", name, merge(self, parts)) end
    local part = require(module)
    rawset(self, name, part)
    return part
  end,
})
