-- The id that an argument stands for, where it goes into a body and no path checks it. SPDX-License-Identifier: MIT

local check = require "studio.check"
local route = require "studio.route"

--- Raises for what can be no id, in the words in which a route would. An id keeps its type: 7 is sent as 7.
---@param what string for messages: "rows:query"
---@param name string of the argument: "store"
---@param value any an id, or a row
---@param field string the row's field that is its id: "data_store_id"
---@return string|integer
return function(what, name, value, field)
  local text, why = route.id(value, field)
  if not text then check.fail("%s: %s %s", what, name, why) end
  local id = type(value) == "table" and value[field] or value
  return type(id) == "number" and math.tointeger(id) or id
end
