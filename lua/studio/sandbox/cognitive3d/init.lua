-- Cognitive3D: from a request with its body read to a status and a body. SPDX-License-Identifier: MIT
--
-- Two hosts share one state: the query host, for organizations' keys, and the collector, for developers' and data keys.
-- A request is judged in this order: fault in the way of everything (server.lua), route, key, body, and only then the
-- resource. No limits are published, and there are none here.

local answers = require "studio.sandbox.cognitive3d.answers"
local json = require "studio.sandbox.json"
local keys = require "studio.sandbox.cognitive3d.keys"
local router = require "studio.sandbox.router"

local cognitive3d = { failure = answers.failure }

---@class sandbox.c3_more
---@field writes boolean?     needs a key that may write
---@field anonymous boolean?  needs no key
---@field raw boolean?        the body is no JSON: the handler reads req.body

local query, collector = router.new(), router.new()

-- A part's file adds its operations: method, path below /v0, handle(c3, req) -> status, body (a table, text, or nil),
-- headers; and of the collector also the kind of key.
local function add_query(method, path, handle, more)
  query:add(method, path, { handle = handle, key = "organization", more = more or {} })
end

local function add_collector(method, path, key, handle, more)
  collector:add(method, path, { handle = handle, key = key, more = more or {} })
end

for _, part in ipairs {
  "account",
  "boards",
  "exitpoll",
  "files",
  "media",
  "objectives",
  "objects",
  "projects",
  "remote",
  "reports",
  "reviews",
  "sessions",
  "streams",
} do
  require("studio.sandbox.cognitive3d.read." .. part)(add_query)
end
require "studio.sandbox.cognitive3d.slicer.routes"(add_query)

for _, part in ipairs { "collector.account", "collector.media", "collector.objects", "collector.runtime",
  "collector.scenes", "ingest" } do
  require("studio.sandbox.cognitive3d." .. part)(add_collector)
end

-- A body is a JSON object, or nothing at all; a bare array is "Invalid json" to the service.
local function read_json(req)
  if req.body == "" then return {} end
  local value = json.decode(req.body)
  if type(value) ~= "table" or value == json.null or getmetatable(value) then return nil end
  return value
end

local function carry_out(c3, req, route)
  req.json = route.more.raw and {} or read_json(req)
  if not req.json then return answers.error(400, "Invalid json") end
  return route.handle(c3, req)
end

local function find(routes, req)
  local path = req.path:match "^/v0(/.*[^/])$" -- a slash at the end is another path, which is not there
  if path then return routes:find(req.method, path) end
end

local function judge(routes, default_key)
  return function(world, req)
    local route, args = find(routes, req)
    local wanted = route and route.key or default_key
    local key, status, message = keys.judge(req.header "authorization", wanted, route and route.more.writes)
    local about = { principal = key and key.id }
    if status and not (route and route.more.anonymous) then
      local code, body = answers.error(status, message)
      return code, body, nil, about
    elseif not route then
      local code, body = answers.error(404, args and "no such method" or "no such route")
      return code, body, nil, about
    end
    for name, text in pairs(args) do
      args[name] = text:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
    end
    req.args, req.key = args, key
    local code, body, headers = carry_out(world:cognitive3d(), req, route)
    return code, body, headers, about
  end
end

--- Judges a request to the query host.
---@param world sandbox.world
---@param req table  method, path, query, header(name), body, origin
---@return integer status
---@return table|string|nil body
---@return table<string, string>|nil headers
---@return table|nil about   for the log: principal
cognitive3d.handle = judge(query, "organization")

local judge_data = judge(collector, "developer")

--- Judges a request to the collector; as `handle`. What it answers has a header by which clients tell it from the
--- login page of a hotel's network.
function cognitive3d.handle_data(world, req)
  local status, body, headers, about = judge_data(world, req)
  headers = headers or {}
  headers["cvr-request-time"] = headers["cvr-request-time"] or tostring(world:cognitive3d():now())
  return status, body, headers, about
end

return cognitive3d
