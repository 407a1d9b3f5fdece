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

--- One page of a list.
---@param req table
---@param all table[]
---@param show fun(item: table): table
function answers.page(req, all, show)
  local page, per_page = whole(req.query.page, 1, math.maxinteger), whole(req.query.per_page, 15, 100)
  if not page then return answers.invalid { page = "The page must be a whole number from 1 on." } end
  if not per_page then return answers.invalid { per_page = "The per page must be a whole number from 1 on." } end
  local last = math.max(1, (#all + per_page - 1) // per_page)
  local rows, from = json.array {}, (page - 1) * per_page + 1
  for i = from, math.min(#all, from + per_page - 1) do rows[#rows + 1] = show(all[i]) end
  local function link(n) return n >= 1 and n <= last and ("%s?page=%d"):format(req.url, n) or json.null end
  return 200, {
    success = true, data = rows,
    links = { first = link(1), last = link(last), prev = link(page - 1), next = link(page + 1) },
    meta = { current_page = page, last_page = last, per_page = per_page, total = #all,
      from = rows[1] and from or json.null, to = rows[1] and from + #rows - 1 or json.null },
  }
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
