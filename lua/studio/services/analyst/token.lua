-- The token that an argument stands for, where it is needed before a route asks for it. SPDX-License-Identifier: MIT

local check = require "studio.check"
local route = require "studio.route"

--- Raises for what can be no token, in the words in which a route would.
---@param what string for messages: "results:of"
---@param name string of the argument: "report"
---@param value any a token, or a row
---@return string
return function(what, name, value)
  local token, why = route.id(value, "token")
  if not token then check.fail("%s: %s %s", what, name, why) end
  return token --[[@as string]]
end
