-- Lists: one page, an iterator over pages, an iterator over all items. SPDX-License-Identifier: MIT
--
-- Services page in many shapes, and most say nowhere which. `read` below knows the usual ones:
--
--   [ … ]                                                        the whole list
--   { data, links, meta: { current_page, last_page, … } }        Laravel resources
--   { data, current_page, last_page, next_page_url }             Laravel paginators (also below an outer `data`)
--   { data, pagination: { current_page, last_page, … } }
--   { items|data|results|…, next_cursor|nextCursor }             cursors (also in `meta`, `pagination`)
--   { data, links: { next } }                                    a link and nothing else
--
-- A walk ends at the last page, or at an empty one, never at a short one. A page that repeats is an
-- error: a list that ends early without a word is worse than one that fails.

local check = require "studio.check"
local json = require "studio.json"

local page = {}

local item_keys = { "data", "items", "results", "rows", "records" }

-- A walk by cursor may meet empty pages (the service filters after it cut), but not for ever.
local EMPTY_PAGES = 3

local function is_list(value)
  return type(value) == "table" and (json.is_array(value) or #value > 0 or next(value) == nil)
end

-- The items, and the table that they were found in, which is where the paging facts are.
local function find_items(body, key)
  if is_list(body) then return body, {} end
  if key and is_list(body[key]) then return body[key], body end
  for _, name in ipairs(item_keys) do
    if is_list(body[name]) then return body[name], body end
  end
  if type(body.data) == "table" then
    local items, inner = find_items(body.data, key)
    if items then return items, inner end
  end
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
---@field url string? address of the next page
---@field more boolean? there is a next page

--- Reads a page in any of the usual shapes.
---@param body any decoded JSON
---@param key string? another name for the list of items
---@return any[]? items nil when no list is found
---@return studio.page.info info
function page.read(body, key)
  if type(body) ~= "table" then return nil, {} end
  local items, found_in = find_items(body, key)
  if not items then return nil, {} end
  local info = {}
  local seen = {}
  for _, where in ipairs { found_in, body } do
    for _, facts in ipairs { where, where.meta or false, where.pagination or false } do
      if type(facts) == "table" and not seen[facts] then
        seen[facts] = true
        info.page = info.page or integer(facts.current_page)
        info.last = info.last or integer(facts.last_page) or integer(facts.total_pages)
        info.per_page = info.per_page or integer(facts.per_page)
        info.total = info.total or integer(facts.total)
        info.cursor = info.cursor or text(facts.next_cursor) or text(facts.nextCursor)
        info.url = info.url or text(facts.next_page_url)
        if info.more == nil and type(facts.has_more) == "boolean" then info.more = facts.has_more end
      end
    end
    if type(where.links) == "table" and not is_list(where.links) then info.url = info.url or text(where.links.next) end
  end
  return items, info
end

-- What to ask for next; nil at the end.
local function following(info, query)
  if info.more == false then return nil end
  if info.cursor then return { cursor = info.cursor } end
  if info.page and info.last then
    return info.page < info.last and { page = info.page + 1 } or nil
  end
  if info.url then return info.page and { page = info.page + 1 } or { url = info.url } end
  if info.more then return { page = (info.page or integer(query.page) or 1) + 1 } end
end

-- One page ----------------------------------------------------------------------------------------

local function fetch(walk)
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
  local items, info = page.read(value, walk.key)
  if not items then
    return nil, walk.client:problem(walk.route, {
      kind = "protocol", message = "the answer holds no list that this client can find", response = response,
    })
  end
  return items, response, info
end

local function new_walk(client, route, params, query, options, key)
  check.argument(route, "filters", query or {}, "table")
  local copy = {}
  for k, v in pairs(query or {}) do copy[k] = v end
  return {
    client = client, route = route, params = params, query = copy, options = options or {}, key = key, seen = {},
  }
end

--- One page of a list.
---@param client studio.client
---@param route string name of a route
---@param params table? what stands in its path
---@param query table? filters; page (from 1) and per_page as the service has them
---@param options table? of the call
---@param key string? name of the list in the answer
---@return any[]? items nil, err on failure
---@return table response_or_err
---@return studio.page.info info
function page.list(client, route, params, query, options, key)
  return fetch(new_walk(client, route, params, query, options, key))
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
local function advance(walk, info, response)
  local step = following(info, walk.query)
  if not step then
    walk.ended = true
    return true
  end
  step.url = step.url and resolve(step.url, response)
  local mark = step.cursor or step.url or ("page " .. step.page)
  if walk.seen[mark] then return repeated(walk, "it hands out the same next page twice") end
  walk.seen[mark] = true
  walk.url = step.url
  walk.query.cursor = step.cursor or walk.query.cursor
  if step.page then walk.query.page = step.page end
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
    walk.empty = (walk.empty or 0) + 1
    if not (info.cursor or info.url) then
      walk.ended = true
    elseif walk.empty >= EMPTY_PAGES then
      return repeated(walk, "one empty page after another")
    end
  else
    walk.empty = 0
    -- The same bytes again: a service that knows no `page`, or forgot where it was.
    if response.body and response.body == walk.body then return repeated(walk, "a page came twice") end
    walk.body = response.body
  end
  if not walk.ended then
    local ok, err = advance(walk, info, response)
    if not ok then return nil, err end
  end
  if #items == 0 then return next_page(walk) end
  return items, response, info
end

--- An iterator over pages. Each call gives items, response, info; nil at the end; nil, err when a page
--- failed. A `for` loop cannot see that err: call it in a `while` loop, or use `each`, which raises.
function page.pages(client, route, params, query, options, key)
  local walk = new_walk(client, route, params, query, options, key)
  return function() return next_page(walk) end
end

--- An iterator over all items, for `for`. Raises the error object when a page fails, since a nil would
--- end the loop without a word. Pages are fetched when they are needed; `break` ends it.
function page.each(client, route, params, query, options, key)
  local walk = new_walk(client, route, params, query, options, key)
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

return page
