-- The shapes of Five9 Studio's answers. SPDX-License-Identifier: MIT
--
-- None of them is documented. `data` around what was asked for and the sentence of a 403 were seen in other people's
-- clients; { message, errors } of a 422 is what the framework sends that the routes look like (Laravel); assumed.

local json = require "studio.sandbox.json"

local answers = {}

--- The body of an error.
function answers.failure(_, message) return { message = message } end

--- An error.
function answers.error(status, message) return status, answers.failure(status, message) end

function answers.unauthenticated() return answers.error(401, "Unauthenticated.") end

function answers.forbidden() return answers.error(403, "User does not have permission to perform this action.") end

function answers.not_found(what) return answers.error(404, what .. " not found.") end

--- A 422: { field = "what is wrong" }
function answers.invalid(fields)
  local names, errors = {}, {}
  for name, text in pairs(fields) do
    names[#names + 1] = name
    errors[name] = json.array { text }
  end
  table.sort(names)
  return 422, { message = fields[names[1]], errors = errors }
end

--- What was asked for.
function answers.data(data, status) return status or 200, { data = data } end

--- A whole number, as text or as a number; nil for all else.
---@param value any
---@return integer?
function answers.whole(value)
  local kind = type(value)
  return (kind == "string" or kind == "number") and math.tointeger(tonumber(value)) or nil
end

--- The same, from 1 on.
---@param value any
---@param fallback integer?  for nil
---@return integer?
function answers.count(value, fallback)
  if value == nil then return fallback end
  local n = answers.whole(value)
  return n and n >= 1 and n or nil
end

return answers
