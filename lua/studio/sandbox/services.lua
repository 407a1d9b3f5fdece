-- The services that the sandbox behaves like. SPDX-License-Identifier: MIT
--
-- Each has a listener, and so an origin, of its own.
-- What is the same for all of them (faults, latency, the log) is in server.lua; a further service is one row here and
-- a folder of its own.

local analyst = require "studio.sandbox.analyst"
local cognitive3d = require "studio.sandbox.cognitive3d"
local five9 = require "studio.sandbox.five9"
local mstudio = require "studio.sandbox.mstudio"
local uploads = require "studio.sandbox.cognitive3d.uploads"

---@class sandbox.service
---@field kind string    its name in the log and in the `server` of a fault
---@field name string    sb.<name>_url and sb.<name>_https_url are its base URLs
---@field title string   for people
---@field base string    path below which it answers; a handler sees the rest
---@field port string    the option with the port of its plain listener
---@field origin boolean?  sb.url and sb.https_url are its origin: the first service, before there were others
---@field handle fun(world: sandbox.world, req: table): integer, any, table?, table?  status, body, headers, about
---@field receive (fun(world: sandbox.world, req: table): (fun(bytes: string))?)?  asked before a body is read: what it
---  returns gets the body as it comes, and req.body stays empty
---@field failure fun(status: integer, message: string): table  an error's body in its shape

---@type sandbox.service[]
return {
  { kind = "api", name = "mstudio", title = "mStudio", base = mstudio.prefix, port = "port", origin = true,
    handle = mstudio.handle, failure = mstudio.failure },
  { kind = "analyst", name = "analyst", title = "Analyst Studio", base = "", port = "analyst_port",
    handle = analyst.handle, failure = analyst.failure },
  { kind = "cognitive3d", name = "cognitive3d", title = "Cognitive3D", base = "", port = "cognitive3d_port",
    handle = cognitive3d.handle, failure = cognitive3d.failure },
  { kind = "cognitive3d_data", name = "cognitive3d_data", title = "its collector", base = "",
    port = "cognitive3d_data_port", handle = cognitive3d.handle_data, failure = cognitive3d.failure,
    receive = uploads.receive },
  { kind = "five9", name = "five9", title = "Five9 Studio", base = five9.prefix, port = "five9_port",
    handle = five9.handle, failure = five9.failure },
}
