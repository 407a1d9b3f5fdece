-- The shapes of Analyst Studio's answers: HAL documents and errors. SPDX-License-Identifier: MIT
--
-- Documented: errors as { id, message }, `_links`, `_forms`, `_embedded`. Seen by other people's clients and kept here
-- because a client has to live with it: hrefs that are relative and absolute in one document, a message that is an
-- object, pages of 30 whatever is asked for, lists that do not page at all, counts sent as strings.

local json = require "studio.sandbox.json"

local answers = {}

answers.PAGE = 30 -- rows of a page at most

local ids = {
  [400] = "bad_request", [401] = "unauthorized", [403] = "forbidden", [404] = "not_found", [406] = "not_acceptable",
  [413] = "payload_too_large", [429] = "rate_limited", [500] = "internal_server_error", [503] = "service_unavailable",
}

--- The body of an error.
---@param status integer
---@param message string|table
---@param id string?  default: the one of the status
function answers.failure(status, message, id)
  return { id = id or ids[status] or "internal_server_error", message = message }
end

--- An error.
function answers.error(status, message, id) return status, answers.failure(status, message, id) end

function answers.not_found(what) return answers.error(404, what .. " not found") end

--- A 400 whose message is an object: { field = "what is wrong" }
function answers.invalid(fields)
  local message = {}
  for name, text in pairs(fields) do message[name] = json.array { text } end
  return answers.error(400, message)
end

--- A 400 for a body without the key that everything else belongs below.
function answers.param_missing(name)
  return answers.error(400, "param is missing or the value is empty: " .. name, "param_missing")
end

--- The object below a wrapper; or nil and the answer that says what is missing.
---@param req table
---@param name string
---@return table? fields
---@return integer? status
---@return table? body
function answers.wrapped(req, name)
  local fields = req.json[name]
  if type(fields) ~= "table" or fields == json.null then return nil, answers.param_missing(name) end
  return fields
end

--- "2026-11-22T10:00:00.000Z"; false is null.
---@param seconds number|false  since 1970
function answers.time(seconds)
  if not seconds then return json.null end
  local whole = math.floor(seconds)
  return os.date("!%Y-%m-%dT%H:%M:%S", whole) .. (".%03dZ"):format((seconds - whole) * 1000 // 1)
end

--- Seconds since 1970 of a time or day of UTC; nil for what is neither.
---@param text any
---@return integer|nil
function answers.moment(text)
  if type(text) ~= "string" then return nil end
  local y, m, d, rest = text:match "^(%d%d%d%d)%-(%d%d)%-(%d%d)(.*)$"
  local h, min, s = (rest or ""):match "^T(%d%d):(%d%d):(%d%d)"
  if not y or rest ~= "" and not h then return nil end
  y, m = math.tointeger(tonumber(y)), math.tointeger(tonumber(m))
  -- days since 1970-03-01 of a year that begins in March, so that leap days come last
  if m < 3 then y = y - 1 end
  local days = 365 * y + y // 4 - y // 100 + y // 400 + (153 * ((m + 9) % 12) + 2) // 5 + tonumber(d) - 719469
  return math.tointeger(days * 86400 + tonumber(h or 0) * 3600 + tonumber(min or 0) * 60 + tonumber(s or 0))
end

--- A link: relative for some documents, absolute for others, always the same for the same one.
---@param req table  origin
---@param path string
function answers.link(req, path)
  local sum = 0
  for i = 1, #path, 3 do sum = sum + path:byte(i) end
  return { href = sum % 2 == 0 and path or req.origin .. path }
end

--- Links to paths: { rel = path }
function answers.links(req, paths)
  local links = {}
  for rel, path in pairs(paths) do links[rel] = answers.link(req, path) end
  return links
end

local function whole(text, fallback)
  local n = math.tointeger(tonumber(text))
  return n and n >= 1 and n or fallback
end

--- The rows of the page that was asked for.
---@param req table
---@param all table[]
---@param show fun(item: table): table
---@param per_page integer?  rows of a page whatever is asked for; default: as asked for, at most 30
---@return table[] rows
---@return table paging  page, per_page, total_pages, total_count
function answers.cut(req, all, show, per_page)
  local page = whole(req.query.page, 1)
  per_page = per_page or math.min(whole(req.query.per_page, answers.PAGE), answers.PAGE)
  local rows = json.array {}
  for i = (page - 1) * per_page + 1, math.min(#all, page * per_page) do rows[#rows + 1] = show(all[i]) end
  return rows, { page = page, per_page = per_page, total_count = #all, total_pages = (#all + per_page - 1) // per_page }
end

--- A list's document.
---@param req table
---@param key string  of the rows in `_embedded`
---@param rows table[]
function answers.list(req, key, rows)
  return 200, { _links = answers.links(req, { self = req.path }), _embedded = { [key] = rows } }
end

--- One page of a list.
function answers.page(req, key, all, show, per_page)
  return answers.list(req, key, (answers.cut(req, all, show, per_page)))
end

--- A list that does not page: all rows, whatever `page` says.
function answers.whole(req, key, all, show)
  local rows = json.array {}
  for i, item in ipairs(all) do rows[i] = show(item) end
  return answers.list(req, key, rows)
end

return answers
