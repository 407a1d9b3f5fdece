-- The methods that things of a project have in common: get, create, update, delete. SPDX-License-Identifier: MIT

local methods = {}

function methods.get(name, id)
  return function(self, project, thing, options)
    return self.client:call(name, { project_id = project, [id] = thing }, nil, options)
  end
end

function methods.create(name)
  return function(self, project, fields, options)
    return self.client:call(name, { project_id = project }, fields, options)
  end
end

function methods.update(name, id)
  return function(self, project, thing, fields, options)
    return self.client:call(name, { project_id = project, [id] = thing }, fields, options)
  end
end

methods.delete = methods.get

--- Gives a resource these methods. The first argument is the project, nil for the client's own; all of them give what
--- the service answered (true, where that is nothing), or nil, err.
---@param resource table
---@param name string of the resource: the routes are NAME.get …
---@param id string what stands for one of them in paths
---@param list string[] which methods there are: "get", "create", "update", "delete"
return function(resource, name, id, list)
  for _, method in ipairs(list) do resource[method] = methods[method](name .. "." .. method, id) end
end
