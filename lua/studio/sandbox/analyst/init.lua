-- Analyst Studio: from a request with its body read to a status and a body. SPDX-License-Identifier: MIT
--
-- The order in which a request is judged: fault in the way of everything (server.lua), credentials, limit, route,
-- kind of token, body, and only then the resource.

local answers = require "studio.sandbox.analyst.answers"
local json = require "studio.sandbox.json"
local limits = require "studio.sandbox.limits"
local router = require "studio.sandbox.router"
local tokens = require "studio.sandbox.analyst.tokens"

local analyst = { failure = answers.failure }

local W = "/api/{workspace}"

---@class sandbox.analyst.more
---@field kinds table<string, boolean>?  of tokens that may; default: workspace, member and personal
---@field anonymous boolean?  needs no credentials

local routes = router.new()

-- A part's file adds its operations: method, path (below the workspace; one that begins with /api or /batch is the
-- whole), class of resources, handle(workspace, req) -> status, body (a table, text, or nil), headers.
local function add(method, path, class, handle, more)
  if not path:find "^/api" and not path:find "^/batch" then path = W .. path end
  routes:add(method, path, { class = class, handle = handle, more = more or {} })
end

for _, part in ipairs {
  "account", "audit_logs", "collections", "data_sources", "datasets", "definitions", "discovery", "filters", "groups",
  "people", "permissions", "queries", "reports", "results", "runs", "schedules", "space_members", "subscriptions",
} do
  require("studio.sandbox.analyst." .. part)(add)
end

-- Collections are "spaces" in documented paths; links name them by their new name, and both resolve.
local function canonical(path) return (path:gsub("^(/api/[^/]+)/collections%f[/\0]", "%1/spaces")) end

-- What the request counts against: the budget of its class of resources where there is one, else the user's.
local function count(world, principal, class)
  local own = world.options.analyst_classes[class]
  local name = "analyst:" .. principal.user .. (own and "/" .. class or "")
  local options = world.options
  return world:count(name, own and own.limit or options.analyst_limit,
    own and own.window or options.analyst_window)
end

-- A body is a JSON object, or nothing at all.
local function read_json(req)
  if req.body == "" then return {} end
  local value = json.decode(req.body)
  if type(value) ~= "table" or value == json.null or value[1] ~= nil then return nil end
  return value
end

local function refused(workspace, principal, route, args)
  local kinds = route.more.kinds or tokens.kinds
  if not kinds[principal.kind] then
    return answers.error(403, ("This resource is not available to %s API tokens"):format(principal.kind))
  end
  if args.workspace and args.workspace ~= workspace.name then return answers.not_found "account" end
end

local function carry_out(workspace, req, route)
  local status, body = refused(workspace, req.principal, route, req.args)
  if status then return status, body end
  req.json = read_json(req)
  if not req.json then return answers.error(400, "The request body is not a JSON object") end
  return route.handle(workspace, req)
end

local ANYBODY = { id = "anonymous", kind = "workspace", user = "anonymous" }

--- Judges a request.
---@param world sandbox.world
---@param req table  method, path, query, header(name), body, origin
---@return integer status
---@return table|string|nil body
---@return table<string, string>|nil headers
---@return table|nil about   for the log: principal, limit
function analyst.handle(world, req)
  local workspace = world:analyst()
  local route, args = routes:find(req.method, canonical(req.path))
  local principal = tokens.find(world.analyst_ring, workspace.bearers, req.header "authorization")
  if not principal and route and route.more.anonymous then principal = ANYBODY end
  if not principal then
    local status, body = answers.error(401, "Unauthorized")
    return status, body, { ["www-authenticate"] = 'Basic realm="sandbox"' }
  end
  local info = count(world, principal, route and route.class)
  local headers = limits.headers(world.options.analyst_headers, info, world.epoch())
  headers["content-type"] = "application/hal+json"
  headers.date = os.date("!%a, %d %b %Y %H:%M:%S GMT", math.floor(workspace:now()))
  local about = { principal = principal.id, used = info.used, capacity = info.capacity }
  local status, body, more
  if not info.allowed then
    status, body = answers.error(429, "Rate limit exceeded")
  elseif not route then
    status, body = answers.error(404, "no such route")
  else
    req.principal, req.args = principal, args
    status, body, more = carry_out(workspace, req, route)
  end
  for name, value in pairs(more or {}) do headers[name] = value end
  return status, body, headers, about
end

return analyst
