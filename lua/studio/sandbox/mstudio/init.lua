-- mStudio: from a request with its body read to a status and a body. SPDX-License-Identifier: MIT
--
-- The order in which a request is judged: fault in the way of everything (server.lua), key, limit, route, key's kind,
-- scope, body, and only then the resource.

local answers = require "studio.sandbox.mstudio.answers"
local json = require "studio.sandbox.json"
local limits = require "studio.sandbox.limits"
local router = require "studio.sandbox.router"

local mstudio = { prefix = "/api/v1" }

--- The body of an error.
function mstudio.failure(status, message) return select(2, answers.error(status, message)) end

local routes = router.new()
-- A part's file adds its operations; one whose body is a form (`more.form`) reads that itself.
local function add(method, path, scope, handle, more)
  routes:add(method, path, { scope = scope, handle = handle, form = more and more.form })
end
for _, part in ipairs {
  "assets", "audio", "exports", "frames", "images", "jobs", "projects", "remarks", "script", "sharing", "teams",
  "versions", "videos", "voices",
} do
  require("studio.sandbox.mstudio." .. part)(add)
end

local function refused(world, principal, path, route)
  if principal.kind == "key" then
    for _, pattern in ipairs(world.options.closed_to_keys) do
      if path:find(pattern) then return answers.error(403, "This endpoint is not available via API key.") end
    end
  end
  if not principal:has(route.scope) then
    return answers.error(403, "API key missing required scope: " .. route.scope)
  end
end

-- The same without its envelope, as services of this make send it too. What is a page stays one.
local function unwrapped(body)
  local alone = body and body.success and type(body.data) == "table"
  for name in pairs(body or {}) do alone = alone and (name == "success" or name == "data") end
  return alone and body.data or body
end

-- A body is a JSON object, or nothing at all.
local function read_json(req)
  if req.body == "" then return {} end
  local value = json.decode(req.body)
  if type(value) ~= "table" or value[1] ~= nil then return nil end
  return value
end

--- Judges a request.
---@param world sandbox.world
---@param req table  method, path (below the prefix), query, header(name), body, url
---@return integer status
---@return table|nil body
---@return table<string, string>|nil headers
---@return table|nil about   for the log: principal, limit
function mstudio.handle(world, req)
  local principal = world.keyring:find(req.header)
  if not principal then
    local status, body = answers.error(401, "Missing or invalid API key.")
    return status, body
  end
  local options = world.options
  local limit = principal.kind == "key" and options.limit or options.user_limit
  local info = world:count(principal.budget, limit, options.window)
  local headers = limits.headers(world.options.headers, info, world.epoch())
  local about = { principal = principal.id, used = info.used, capacity = info.capacity }
  if not info.allowed then
    local status, body = answers.error(429, "Too Many Attempts.")
    return status, body, headers, about
  end
  local route, args = routes:find(req.method, req.path)
  local status, body
  if not route then
    if args then
      status, body = answers.error(405, ("The %s method is not supported for this route."):format(req.method))
      headers.allow = table.concat(args, ", ")
    else
      status, body = answers.error(404, "The route could not be found.")
    end
    return status, body, headers, about
  end
  req.args, req.paging, req.principal = args, options.paging, principal
  status, body = refused(world, principal, req.path, route)
  if not status then
    req.json = route.form and {} or read_json(req)
    if req.json then
      status, body = route.handle(world, req)
    else
      status, body = answers.error(422, "The request body is not a JSON object.")
    end
  end
  if options.envelope == "bare" then body = unwrapped(body) end
  return status, body, headers, about
end

return mstudio
