-- Five9 Studio: from a request with its body read to a status and a body. SPDX-License-Identifier: MIT
--
-- The order in which a request is judged: fault in the way of everything (server.lua), route, key with scope and scope
-- id, limit, permission, body, and only then the resource. Routes that nobody has confirmed are answered too: their
-- paths are what such services have as a rule.

local answers = require "studio.sandbox.five9.answers"
local callers = require "studio.sandbox.five9.callers"
local json = require "studio.sandbox.json"
local limits = require "studio.sandbox.limits"
local router = require "studio.sandbox.router"

local five9 = { prefix = "/api", failure = answers.failure }

local routes = router.new()

-- A part's file adds its operations: method, path, permission (nil: needs no key), handle(instance, req) -> status,
-- body (a table, text, or nil), headers.
local function add(method, path, permission, handle)
  routes:add(method, path, { permission = permission, handle = handle })
end

for _, part in ipairs { "chat", "data_stores", "prompts", "users" } do
  require("studio.sandbox.five9." .. part)(add)
end

-- A body is a JSON object, or nothing at all.
local function read_json(req)
  if req.body == "" then return {} end
  local value = json.decode(req.body)
  if type(value) ~= "table" or value == json.null or json.is_array(value) then return nil end
  return value
end

local function carry_out(instance, req, route)
  req.json = read_json(req)
  if not req.json then return answers.error(422, "The request body is not a JSON object.") end
  return route.handle(instance, req)
end

-- Counts against the key's budget, where there is one.
local function counted(instance, caller)
  local options, world = instance.options, instance.world
  if not options.limit then return nil, {} end
  local info = world:count("five9:" .. caller.id, options.limit, options.window)
  return info, limits.headers(options.headers, info, world.epoch())
end

--- Judges a request.
---@param world sandbox.world
---@param req table  method, path (below the prefix), query, header(name), body, peer
---@return integer status
---@return any body
---@return table<string, string>|nil headers
---@return table|nil about   for the log: principal, limit
function five9.handle(world, req)
  local instance = world:five9()
  local route, args = routes:find(req.method, req.path)
  if not route then
    if not args then return answers.error(404, "The route could not be found.") end
    local status, body = answers.error(405, ("The %s method is not supported for this route."):format(req.method))
    return status, body, { allow = table.concat(args, ", ") }
  end
  req.args = args
  if not route.permission then return carry_out(instance, req, route) end
  local caller, status, body = callers.find(req.header)
  if not caller then return status, body end
  local info, headers = counted(instance, caller)
  local about = { principal = caller.id, used = info and info.used, capacity = info and info.capacity }
  local more
  if info and not info.allowed then
    status, body = answers.error(429, "Too Many Attempts.")
  elseif caller.permissions and not caller.permissions[route.permission] then
    status, body = answers.forbidden()
  else
    req.place = instance.places[caller.place]
    status, body, more = carry_out(instance, req, route)
  end
  for name, value in pairs(more or {}) do headers[name] = value end
  return status, body, headers, about
end

return five9
