-- Calls whose answers are no JSON. SPDX-License-Identifier: MIT

local exchange = require "studio.exchange"
local prepare = require "studio.prepare"

--- As client:call, and the answer's bytes as they came (or the path of the file that they went to).
---@param client studio.client
---@param name string of the route
---@param fields table
---@param options table?
---@return string? bytes_or_path nil, err on failure
---@return table response_or_err
return function(client, name, fields, options)
  local request, r = prepare.call(client, name, nil, fields, options)
  local refused = exchange.refusal(client, r.verb, r)
  if refused then return exchange.refuse(client, name, refused) end
  request.answer = "file"
  return exchange.perform(client, request, name, r)
end
