-- Finds the handler for a method and a path like "/projects/{id}/frames". SPDX-License-Identifier: MIT

local router = {}
router.__index = router

--- An empty router.
function router.new()
  return setmetatable({ by_length = {} }, router)
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
  route.method, route.template, route.parts, route.names = method, template, split(template), {}
  for i, part in ipairs(route.parts) do route.names[i] = part:match "^{(.+)}$" end
  local alike = self.by_length[#route.parts] or {}
  self.by_length[#route.parts] = alike
  alike[#alike + 1] = route
end

-- Both have the same length. What differs is told before anything is made: most routes are asked in vain.
local function match(route, given)
  for i, part in ipairs(route.parts) do
    if not route.names[i] and part ~= given[i] then return nil end
  end
  local args = {}
  for i, name in pairs(route.names) do args[name] = given[i] end
  return args
end

--- Finds a route.
---@param method string
---@param path string
---@return table|nil route
---@return table<string, string>|string[]|nil  the path's arguments; without a route: the methods the path does have
function router:find(method, path)
  local given, allowed = split(path), {}
  for _, route in ipairs(self.by_length[#given] or {}) do
    local args = match(route, given)
    if args and route.method == method then return route, args end
    if args then allowed[#allowed + 1] = route.method end
  end
  return nil, allowed[1] and allowed or nil
end

return router
