-- Finds the handler for a method and a path like "/projects/{id}/frames". SPDX-License-Identifier: MIT

local router = {}
router.__index = router

--- An empty router.
function router.new()
  return setmetatable({ routes = {} }, router)
end

local function split(path)
  local parts = {}
  for part in path:gmatch "[^/]+" do parts[#parts + 1] = part end
  return parts
end

--- Adds a route. `{name}` stands for one segment, which the handler gets as `req.args.name`.
---@param method string
---@param template string
---@param route table  what `find` is to return
function router:add(method, template, route)
  route.method, route.template, route.parts = method, template, split(template)
  self.routes[#self.routes + 1] = route
end

local function match(parts, given)
  if #parts ~= #given then return nil end
  local args = {}
  for i, part in ipairs(parts) do
    local name = part:match "^{(.+)}$"
    if name then
      args[name] = given[i]
    elseif part ~= given[i] then
      return nil
    end
  end
  return args
end

--- Finds a route.
---@param method string
---@param path string
---@return table|nil route
---@return table<string, string>|string[]|nil  the path's arguments; without a route: the methods the path does have
function router:find(method, path)
  local given, allowed = split(path), {}
  for _, route in ipairs(self.routes) do
    local args = match(route.parts, given)
    if args and route.method == method then return route, args end
    if args then allowed[#allowed + 1] = route.method end
  end
  return nil, allowed[1] and allowed or nil
end

return router
