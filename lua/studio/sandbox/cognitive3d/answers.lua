-- The shapes of Cognitive3D's answers. SPDX-License-Identifier: MIT
--
-- No schema of errors is published; seen were short texts, and a proxy's HTML page.

local json = require "studio.sandbox.json"

local answers = {}

local TITLES = { [502] = "502 Bad Gateway", [500] = "500 Internal Server Error" }

--- An error.
function answers.error(status, message) return status, { message = message, status = status } end

--- The page of the proxy before the service.
function answers.html(status)
  local title = TITLES[status]
  return status, ("<html>\r\n<head><title>%s</title></head>\r\n<body>\r\n<center><h1>%s</h1></center>\r\n</body>\r\n"
    .. "</html>\r\n"):format(title, title), { ["content-type"] = "text/html" }
end

function answers.not_found(what) return answers.error(404, what .. " not found") end

--- The body of an error, for faults.
function answers.failure(status, message) return select(2, answers.error(status, message)) end

--- "2026-11-22T10:00:00.250Z"
---@param ms integer
function answers.iso(ms) return os.date("!%Y-%m-%dT%H:%M:%S", ms // 1000) .. (".%03dZ"):format(ms % 1000) end

--- An empty object is no empty array.
function answers.object(fields) return next(fields) ~= nil and fields or json.raw "{}" end

--- One page of something that is found by number.
---@param page integer   from 0
---@param limit integer
---@param count integer
---@param show fun(n: integer): table  of the n-th, from 1
function answers.page(page, limit, count, show)
  local rows = json.array {}
  for n = page * limit + 1, math.min(count, (page + 1) * limit) do rows[#rows + 1] = show(n) end
  return 200, { count = count, pages = (count + limit - 1) // limit, currentPage = page, results = rows }
end

return answers
