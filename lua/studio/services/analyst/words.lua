-- The service's own words for what went wrong. SPDX-License-Identifier: MIT
--
-- Documented: error bodies are {"id": code, "message": text}.

local json = require "studio.json"

local words = {}

--- "not_found", "param_missing": what the service sends as `id`.
---@param response studio.response?
---@return string? code
function words.code(response)
  local body = response and response.body
  if type(body) ~= "string" or #body > 65536 then return nil end
  local value = json.decode(body)
  local id = type(value) == "table" and value.id
  return type(id) == "string" and id:find "^[%l][%l%d_]*$" and #id <= 64 and id or nil
end

return words
