-- The shapes of mStudio's answers. SPDX-License-Identifier: MIT
--
-- Documented: `data` around what was asked for, `{ success = false, message = … }` for errors, the scope sentence. The
-- pages and the field errors of a 422 are what frameworks of this make (Laravel) send; assumed.

local json = require "studio.sandbox.json"

local answers = {}

--- An error.
function answers.error(status, message, more)
  local body = { success = false, message = message }
  for name, value in pairs(more or {}) do body[name] = value end
  return status, body
end

function answers.not_found(what) return answers.error(404, what .. " not found.") end

--- A 422: { field = "what is wrong" }
function answers.invalid(fields)
  local errors, first = {}, nil
  for name, text in pairs(fields) do
    errors[name] = json.array { text }
    first = first or text
  end
  return answers.error(422, first, { errors = errors })
end

--- What was asked for.
function answers.data(status, data) return status, { success = true, data = data } end

local function whole(text, fallback, most)
  local n = math.tointeger(tonumber(text or fallback))
  return n and n >= 1 and math.min(n, most) or nil
end

-- What pages say of themselves among frameworks and services of this make.
local said = {}

function said.laravel(body, facts, req)
  local last = facts.last_page
  local function link(n) return n >= 1 and n <= last and ("%s?page=%d"):format(req.url, n) or json.null end
  body.links = { first = link(1), last = link(last), prev = link(facts.current_page - 1),
    next = link(facts.current_page + 1) }
  body.meta = facts
  return body
end

function said.meta(body, facts)
  body.meta = facts
  return body
end

function said.pagination(body, facts)
  body.pagination = facts
  return body
end

function said.top(body, facts)
  for name, value in pairs(facts) do body[name] = value end
  return body
end

-- A cursor is an opaque word; here it hides how many items have gone before.
local function by_cursor(req, all, show)
  local limit = whole(req.query.limit or req.query.per_page, 15, 100)
  local from = req.query.cursor and tonumber(req.query.cursor:match "^c(%d+)$") or not req.query.cursor and 0
  if not limit or not from then return answers.invalid { cursor = "The cursor is not one of this list's." } end
  local rows = json.array {}
  for i = from + 1, math.min(#all, from + limit) do rows[#rows + 1] = show(all[i]) end
  local more = from + #rows < #all
  return 200, { success = true, data = rows, has_more = more,
    next_cursor = more and ("c%d"):format(from + #rows) or json.null }
end

--- One page of a list.
---@param req table  with `paging`: what the page says of itself
---@param all table[]
---@param show fun(item: table): table
function answers.page(req, all, show)
  if req.paging == "cursor" then return by_cursor(req, all, show) end
  local page, per_page = whole(req.query.page, 1, math.maxinteger), whole(req.query.per_page, 15, 100)
  if not page then return answers.invalid { page = "The page must be a whole number from 1 on." } end
  if not per_page then return answers.invalid { per_page = "The per page must be a whole number from 1 on." } end
  local last = math.max(1, (#all + per_page - 1) // per_page)
  local rows, from = json.array {}, (page - 1) * per_page + 1
  for i = from, math.min(#all, from + per_page - 1) do rows[#rows + 1] = show(all[i]) end
  local facts = { current_page = page, last_page = last, per_page = per_page, total = #all,
    from = rows[1] and from or json.null, to = rows[1] and from + #rows - 1 or json.null }
  return 200, said[req.paging]({ success = true, data = rows }, facts, req)
end

--- Copies what the caller may set.
---@param to table
---@param from table
---@param own table<string, boolean>  fields that are the service's own
function answers.assign(to, from, own)
  for name, value in pairs(from) do
    if not own[name] then to[name] = value end
  end
end

--- The items of a table by id, sorted by `order` or id.
function answers.sorted(items, belongs)
  local list = {}
  for _, item in pairs(items) do
    if belongs(item) then list[#list + 1] = item end
  end
  table.sort(list, function(a, b)
    local x, y = tonumber(a.order) or math.huge, tonumber(b.order) or math.huge
    if x ~= y then return x < y end
    return a.id < b.id
  end)
  return list
end

return answers
