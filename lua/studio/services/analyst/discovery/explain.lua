-- The Discovery API's own failures, in sentences that say what to do. SPDX-License-Identifier: MIT
--
-- Documented: it is part of Enterprise plans, and a signature token dies when the admin who made it leaves.

local words = require "studio.services.analyst.words"

local advice = {
  unauthorized = "Is the signature token expired or deleted, or has the admin who made it left the workspace?",
  forbidden = "The Discovery API is part of Enterprise plans, and takes a signature token with this scope",
  not_found = "Is the workspace right (its username, all lowercase), and on an Enterprise plan?",
}

--- Adds to an error what only somebody who knows the Discovery API can say.
---@param err studio.error
return function(err)
  err.code = words.code(err.response) or err.code
  if err.stage ~= "not_sent" then err.advice = advice[err.kind] or err.advice end
end
