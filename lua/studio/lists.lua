-- The three ways to read a list, for every resource that has one. SPDX-License-Identifier: MIT

local page = require "studio.page"

local ways = { list = page.list, each = page.each, pages = page.pages }

-- The parents that come first among a method's arguments, as parameters of the path.
local function params_of(parents, ...)
  local params = {}
  for i, name in ipairs(parents) do params[name] = (select(i, ...)) end
  return params
end

--- Gives a resource the methods list, each and pages (with `by`: list_by_…, each_by_…, pages_by_…), which take
--- the parents, then query and options:
---
---   list: one page, as rows, response, info; nil, err on failure
---   each: an iterator over all rows; raises the error object when a page fails
---   pages: an iterator over pages: rows, response, info; nil, err when a page fails
---@param resource table
---@param name string of the resource: the route is NAME.list
---@param parents string[] what stands in the path, in the order of the arguments
---@param by string? "data_source": the route is NAME.list_by_data_source
return function(resource, name, parents, by)
  local ending = by and "_by_" .. by or ""
  local route, count = name .. ".list" .. ending, #parents
  for way, read in pairs(ways) do
    resource[way .. ending] = function(self, ...)
      local query, options = select(count + 1, ...)
      return read(self.client, route, params_of(parents, ...), query, options)
    end
  end
end
