-- How things of a workspace are said to people, the same in every form of a plan. SPDX-License-Identifier: MIT

local shared = require "studio.phrases"

local phrases = { count = shared.count, wait = shared.wait, cost = shared.cost }

--- A collection or report by its name, else by its token. Both may be anything: a server, or a file, says them.
---@param thing any
---@param fallback string? default "?"
---@return string
function phrases.name(thing, fallback)
  thing = type(thing) == "table" and thing or {}
  for _, text in ipairs { thing.name or false, thing.token or false } do
    if type(text) == "number" then return tostring(text) end
    if type(text) == "string" and text:find "%S" then return text end
  end
  return fallback or "?"
end

return phrases
