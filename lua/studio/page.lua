-- Lists: one page, an iterator over pages, an iterator over all items. SPDX-License-Identifier: MIT
--
-- Services page in many shapes, and most say nowhere which. `read` below knows the usual ones:
--
--   [ … ]                                                        the whole list
--   { data, links, meta: { current_page, last_page, … } }        Laravel resources
--   { data, current_page, last_page, next_page_url }             Laravel paginators (also below an outer `data`)
--   { data, pagination: { current_page, last_page, … } }
--   { items|data|results|…, next_cursor|nextCursor }             cursors (also in `meta`, `pagination`)
--   { things, has_more, next_page_token } / { data: { things, token } }  cursors that go into a parameter of their name
--   { things, has_more, limit, offset }                          offsets
--   { data, links: { next } }                                    a link and nothing else
--   { _embedded: { things }, pagination: { page, total_pages } } HAL; also _links.next, _links.next_page
--   { results, count, pages, currentPage }                       pages counted from 0 (`paging` "from_zero")
--
-- `things` is the route's `key`. A list that stands alone in an answer under a name that nobody expected is taken, and
-- that is told once.
--
-- A walk ends at the last page, or at an empty one, never at a short one. A page that repeats is an
-- error: a list that ends early without a word is worse than one that fails.
--
-- A route may know better what its list does (`paging`). With "pages" (or "from_zero") the walk counts by itself and
-- trusts no link, since there are services whose links go on past the end; and where no answer says how many pages
-- there are, one that repeats is the end, since there are lists that take no notice of `page`. But where the first page
-- has just as many rows as were asked for, and comes again, the list may have been cut: that is an error.

local check = require "studio.check"
local hal = require "studio.hal"
local log = require "studio.log"

local page = {}

local item_keys = { "data", "items", "results", "rows", "records" }

-- A walk by cursor may meet empty pages (the service filters after it cut), but not for ever.
local EMPTY_PAGES = 3

local is_list = hal.is_list

-- The items, and the table that they were found in, which is where the paging facts are.
local function find_items(body, key)
  if is_list(body) then return body, {} end
  local embedded = hal.embedded(body, key)
  if embedded then return embedded, body end
  if key and is_list(body[key]) then return body[key], body end
  for _, name in ipairs(item_keys) do
    if is_list(body[name]) then return body[name], body end
  end
  if type(body.data) == "table" then
    local items, inner = find_items(body.data, key)
    if items then return items, inner end
  end
end

-- Names of lists that stand beside what was asked for.
local no_items = { errors = true, warnings = true, messages = true, links = true, meta = true, pagination = true }

-- The one list of rows in an answer of another shape, and its name. A row that has a list in it is none.
local function odd_list(body)
  local found, called
  if body.id ~= nil or body._embedded ~= nil then return nil end
  for name, value in pairs(body) do
    if not no_items[name] and is_list(value) and (value[1] == nil or type(value[1]) == "table") then
      if found then return nil end
      found, called = value, name
    end
  end
  return found, called
end

-- Takes a list that came under a name of its own, and says so once.
local function take_odd(body, r)
  local where = body
  local items, name = odd_list(body)
  if not items and type(body.data) == "table" then
    where = body.data
    items, name = odd_list(where)
  end
  if not items then return nil end
  log.warn_once("odd list " .. tostring(r.name), ("the answer of %s has its list under an unexpected name, '%s', and "
    .. "that is taken for what was asked for"):format(r.name or "a list", (tostring(name):gsub("[^%w_-]", "?"))))
  return items, where
end

local function integer(value)
  local number = tonumber(value)
  return number and math.tointeger(number)
end

local function text(value)
  if type(value) == "string" and value ~= "" then return value end
  if math.type(value) == "integer" then return tostring(value) end
end

---@class studio.page.info
---@field page integer? number of this page, from 1
---@field last integer? number of the last page
---@field per_page integer?
---@field total integer? items on all pages
---@field cursor string? where the next page begins
---@field cursor_as string? the parameter that takes it, where the answer's own name for it says so
---@field offset integer? items before this page
---@field url string? address of the next page
---@field more boolean? there is a next page

-- What one table says of paging.
local function read_facts(info, facts)
  info.page = info.page or integer(facts.current_page) or integer(facts.page)
  info.last = info.last or integer(facts.total_pages) or integer(facts.last_page)
  info.per_page = info.per_page or integer(facts.per_page)
  info.total = info.total or integer(facts.total) or integer(facts.total_count)
  info.cursor = info.cursor or text(facts.next_cursor) or text(facts.nextCursor) or text(facts.next_token)
  info.offset = info.offset or integer(facts.offset)
  if not info.cursor and text(facts.next_page_token) then
    info.cursor, info.cursor_as = text(facts.next_page_token), "next_page_token"
  end
  info.url = info.url or text(facts.next_page_url)
  if info.more == nil and type(facts.has_more) == "boolean" then info.more = facts.has_more end
  if facts.last_page == true then info.more = false end
end

-- What an answer says whose pages are counted from 0. For callers pages are counted from 1 everywhere.
local function read_from_zero(info, body)
  local at = integer(body.currentPage)
  info.page = at and at + 1
  info.last, info.total = integer(body.pages), integer(body.count)
  return info
end

--- Reads a page in any of the usual shapes.
---@param body any decoded JSON
---@param r studio.route? whose answer it is: `key` names the list, `single` says that one object is a list of one
---@return any[]? items nil when no list is found
---@return studio.page.info info
function page.read(body, r)
  r = r or {}
  if type(body) ~= "table" then return nil, {} end
  local items, found_in = find_items(body, r.key)
  if not items and r.single and body.id ~= nil then return { body }, {} end
  if not items then
    items, found_in = take_odd(body, r)
    if not items then return nil, {} end
  end
  local info = {}
  if r.paging == "from_zero" then return items, read_from_zero(info, found_in) end
  local seen = {}
  -- The name `token` says little by itself: it counts below an outer `data` only, beside the list.
  if found_in ~= body and found_in == body.data and text(found_in.token) then
    info.cursor, info.cursor_as = found_in.token, "token"
  end
  for _, where in ipairs { found_in, body } do
    for _, facts in ipairs { where, where.meta or false, where.pagination or false } do
      if type(facts) == "table" and not seen[facts] then
        seen[facts] = true
        read_facts(info, facts)
      end
    end
    if type(where.links) == "table" and not is_list(where.links) then info.url = info.url or text(where.links.next) end
    info.url = info.url or hal.next_page(where)
  end
  return items, info
end

-- What to ask for next of a list that is read page by page, whatever its links say.
local function counted(info, query, first)
  if info.more == false then return nil end
  local at = integer(query.page) or info.page and info.page - 1 + first or first
  if info.last and at - first + 1 >= info.last then return nil end
  return { page = at + 1 }
end

-- What to ask for next; nil at the end.
local function following(walk, info, count)
  local paging, query = walk.r.paging, walk.query
  -- A list that knows no pages, and says all the same that this was not all of it, is read on.
  if paging == "once" and not (info.total and info.total > count) then return nil end
  if paging and not info.cursor then return counted(info, query, paging == "from_zero" and 0 or 1) end
  if info.more == false then return nil end
  if info.cursor then return { cursor = info.cursor, cursor_as = info.cursor_as } end
  if info.page and info.last then
    return info.page < info.last and { page = info.page + 1 } or nil
  end
  if info.url then return info.page and { page = info.page + 1 } or { url = info.url } end
  if info.offset and (info.more or (info.more == nil and (info.total or 0) > info.offset + count)) then
    return { offset = info.offset + count }
  end
  if info.more then return { page = (info.page or integer(query.page) or 1) + 1 } end
end

-- One page ----------------------------------------------------------------------------------------

local function fetch(walk)
  if walk.ask and not walk.url then return walk.ask(walk.query) end
  local options = walk.options
  local value, response
  if walk.url then
    value, response = walk.client:request {
      url = walk.url, timeout = options.timeout, deadline = options.deadline, priority = options.priority,
      headers = options.headers,
    }
  else
    value, response = walk.client:call(walk.route, walk.params, walk.query, options, true)
  end
  if value == nil then return nil, response end
  local items, info = page.read(value, walk.r)
  if not items then
    return nil, walk.client:problem(walk.route, {
      kind = "protocol", message = "the answer holds no list that this client can find", response = response,
    })
  end
  return items, response, info
end

local function new_walk(client, route, params, query, options)
  check.argument(route, "filters", query or {}, "table")
  local copy = {}
  for k, v in pairs(query or {}) do copy[k] = v end
  return {
    client = client, route = route, r = client.state.routes[route] or {}, params = params, query = copy,
    options = options or {}, seen = {},
  }
end

--- One page of a list.
---@param client studio.client
---@param route string name of a route
---@param params table? what stands in its path
---@param query table? filters; page (from 1) and per_page as the service has them
---@param options table? of the call
---@return any[]? items nil, err on failure
---@return table response_or_err
---@return studio.page.info info
function page.list(client, route, params, query, options)
  return fetch(new_walk(client, route, params, query, options))
end

-- All pages ---------------------------------------------------------------------------------------

-- A link to the next page as an absolute URL: it may be relative to the page that it stands on.
local function resolve(link, response)
  if link:find "^%a[%w+.-]*:" then return link end
  local here = response.url
  if link:find "^//" then return here:match "^%a+:" .. link end
  if link:find "^/" then return here:match "^%a+://[^/?#]*" .. link end
  if link:find "^[?#]" then return here:match "^[^?#]*" .. link end
  return here:match "^([^?#]*/)[^/]*" .. link
end

local function repeated(walk, what)
  walk.ended = true
  return nil, walk.client:problem(walk.route, {
    kind = "protocol", message = "the list goes in circles: " .. what .. "; it was not read to its end",
  })
end

-- Sets the walk up for the next page. False, err when that was there before.
local function advance(walk, info, response, count)
  local step = following(walk, info, count)
  if not step then
    walk.ended = true
    return true
  end
  step.url = step.url and resolve(step.url, response)
  local mark = step.cursor or step.url or (step.offset and "offset " .. step.offset) or ("page " .. step.page)
  if walk.seen[mark] then return repeated(walk, "it hands out the same next page twice") end
  walk.seen[mark] = true
  walk.url = step.url
  if step.cursor then walk.query[walk.r.cursor or step.cursor_as or "cursor"] = step.cursor end
  if step.offset then walk.query.offset = step.offset end
  if step.page then walk.query.page = step.page end
  return true
end

-- What tells a page from others: the ids of its rows, so that a counter or a link that is written another way does not
-- hide that it is the same page; else all of its bytes.
local function mark_of(walk, items, response)
  local field = walk.r.id_field or walk.client.state.id_field
  if not field or walk.r.paging == nil then return response.body end
  local ids = {}
  for i, item in ipairs(items) do
    local id = type(item) == "table" and (item[field] or item.id or item.name)
    if type(id) ~= "string" and type(id) ~= "number" then return response.body end
    ids[i] = id
  end
  return table.concat(ids, "\n")
end

-- Was this page there before? A service that knows no `page` sends the one before again, or begins anew.
local function is_repeat(walk, items, response)
  local mark = mark_of(walk, items, response)
  local again = mark ~= nil and (mark == walk.mark or (walk.r.paging and mark == walk.first_mark))
  walk.first_mark = walk.first_mark or mark
  walk.mark = mark
  return again
end

-- Does the first page come again although there may be more than it holds? Where it has more or fewer rows than were
-- asked for, it is the whole list.
local function is_cut(walk, count)
  local asked = integer(walk.query.per_page) or integer((walk.r.defaults or {}).per_page)
  return walk.given == 1 and count == asked
end

-- A page without items: the end, but for a walk by cursor or link.
local function pass_empty(walk, info)
  walk.empty = (walk.empty or 0) + 1
  if not (info.cursor or (info.url and not walk.r.paging)) then
    walk.ended = true
  elseif walk.empty >= EMPTY_PAGES then
    return repeated(walk, "one empty page after another")
  end
  return true
end

local function next_page(walk)
  if walk.ended then return nil end
  local items, response, info = fetch(walk)
  if not items then
    walk.ended = true
    return nil, response
  end
  if #items == 0 then
    local ok, err = pass_empty(walk, info)
    if not ok then return nil, err end
  else
    walk.empty = 0
    if is_repeat(walk, items, response) then
      if not walk.r.paging or info.cursor or info.last then return repeated(walk, "a page came twice") end
      if is_cut(walk, #items) then
        return repeated(walk, ("a full page came twice, and what lies behind its %d rows is not known (a larger "
          .. "per_page may show it)"):format(#items))
      end
      walk.ended = true
      return nil
    end
  end
  if not walk.ended then
    local ok, err = advance(walk, info, response, #items)
    if not ok then return nil, err end
  end
  if #items == 0 then return next_page(walk) end
  walk.given = (walk.given or 0) + 1
  return items, response, info
end

--- An iterator over pages. Each call gives items, response, info; nil at the end; nil, err when a page
--- failed. A `for` loop cannot see that err: call it in a `while` loop, or use `each`, which raises.
function page.pages(client, route, params, query, options)
  local walk = new_walk(client, route, params, query, options)
  return function() return next_page(walk) end
end

-- An iterator over the items of a walk, which is closed by `break` as well.
local function items_of(walk)
  local items, at = {}, 0
  local function step()
    at = at + 1
    while at > #items do
      if walk.closed then return nil end
      local err
      items, err = next_page(walk)
      if not items then
        items, at = {}, 1
        walk.ended = true
        if err then error(err, 0) end
        return nil
      end
      at = 1
    end
    return items[at]
  end
  local function close()
    walk.closed, walk.ended, items = true, true, {}
  end
  return step, nil, nil, setmetatable({}, { __close = close })
end

--- An iterator over all items, for `for`. Raises the error object when a page fails, since a nil would
--- end the loop without a word. Pages are fetched when they are needed; `break` ends it.
function page.each(client, route, params, query, options)
  return items_of(new_walk(client, route, params, query, options))
end

--- The same of a list that is asked for in another way than by its route.
---@param client studio.client
---@param r studio.route whose list it is: its name and `paging` count
---@param ask fun(query: table): any[]?, table, studio.page.info? one page, as page.list gives it
---@param query table?
---@param options table? of the calls that follow a link to the next page
function page.each_by(client, r, ask, query, options)
  local walk = new_walk(client, r.name, nil, query, options)
  walk.r, walk.ask = r, ask
  return items_of(walk)
end

return page
