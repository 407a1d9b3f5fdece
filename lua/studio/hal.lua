-- HAL documents: rows in `_embedded`, links in `_links`. SPDX-License-Identifier: MIT
--
-- A link is a service's word. It is followed on the client's own origin only: credentials go nowhere else, and a
-- link that leads elsewhere is told as an error, with nothing sent.

local core = require "studio.core"
local json = require "studio.json"

local hal = {}

--- Can this table be a JSON array? An empty one can.
---@param value any
---@return boolean
function hal.is_list(value)
  return type(value) == "table" and (json.is_array(value) or #value > 0 or next(value) == nil)
end

--- The list in a document's `_embedded`: the one of that name, else the only one there is.
---@param body table
---@param key string?
---@return any[]?
function hal.embedded(body, key)
  local embedded = body._embedded
  if type(embedded) ~= "table" then return nil end
  if key and hal.is_list(embedded[key]) then return embedded[key] end
  local only
  for _, value in pairs(embedded) do
    if hal.is_list(value) then
      if only then return nil end
      only = value
    end
  end
  return only
end

-- Links may be objects, lists of objects, or (against HAL's letter) plain texts.
local function link_of(row, rel)
  local links = type(row) == "table" and row._links
  local link = type(links) == "table" and links[rel]
  if type(link) == "table" and link[1] ~= nil then link = link[1] end
  if type(link) == "string" then link = { href = link } end
  if type(link) == "table" and type(link.href) == "string" and link.href ~= "" then return link end
end

--- Where a list says that it goes on; nil: it does not say.
---@param body table
---@return string? href
function hal.next_page(body)
  local link = link_of(body, "next") or link_of(body, "next_page")
  return link and not link.href:find "[{}]" and link.href or nil
end

--- What a template (RFC 6570: {name}, {?a,b}, {&a,b}) becomes: names in the path must be given, those of the query may.
---@param href string
---@param values table
---@return string? href nil when a value is missing
---@return string? missing its name
---@return table<string, boolean> used names that stand in the path now
local function fill(href, values)
  local missing, used = nil, {}
  local filled = href:gsub("{([?&]?)([^{}]*)}", function(operator, names)
    if operator ~= "" then return "" end -- the query is sent as a table
    local value = values[names]
    if type(value) ~= "string" and math.type(value) ~= "integer" then
      missing = missing or names
      return ""
    end
    used[names] = true
    return core.escape(tostring(value))
  end)
  if missing then return nil, missing, used end
  return filled, nil, used
end

-- "HTTPS://App.mode.com:443" -> "https://app.mode.com"
local function normal(scheme, authority)
  scheme, authority = scheme:lower(), authority:lower()
  local default = scheme == "https" and ":443" or ":80"
  if authority:sub(-#default) == default then authority = authority:sub(1, -#default - 1) end
  return scheme .. "://" .. authority
end

-- An href as an absolute URL at the origin; nil, why when it leads elsewhere or nobody could say where.
local function resolve(href, origin)
  if href:find "[%c%s\\]" then return nil, "it is not a URL" end
  if href:find "^//" then href = origin:match "^%a+:" .. href end
  local scheme, authority, rest = href:match "^(%a[%w+.-]*)://([^/?#]*)(.*)$"
  if not scheme then
    if href:sub(1, 1) ~= "/" then return nil, "it begins with neither / nor https://" end
    return origin .. href
  end
  if normal(scheme, authority) ~= normal(origin:match "^(%a+)://(.*)$") then
    return nil, "it leads to " .. (authority:find "@" and "a URL with a user name" or normal(scheme, authority))
      .. ", and this client is one of " .. origin
  end
  return origin .. rest
end

-- The names of the links that a row has, to choose from.
local function rels_of(row)
  local known = {}
  for rel in pairs(type(row) == "table" and type(row._links) == "table" and row._links or {}) do
    if link_of(row, rel) then known[rel] = true end
  end
  return known
end

-- The link of that name; else the only one whose name ends so: "schedules" is a report's "report_schedules".
local function find_link(row, rel)
  local link = link_of(row, rel)
  if link then return link end
  local count = 0
  for name in pairs(rels_of(row)) do
    if type(name) == "string" and name:sub(-#rel - 1) == "_" .. rel then
      link, count = link_of(row, name), count + 1
    end
  end
  return count == 1 and link or nil
end

--- The target of a row's link, as an absolute URL at the origin.
---@param row table
---@param rel string its name, or the end of it ("schedules" for "report_schedules") where only one link ends so
---@param origin string "https://app.mode.com"
---@param values table? for a templated link
---@return string? url nil when there is none that can be followed
---@return string? why
---@return table used names of `values` that stand in the URL now; or, with `why`, { known = links that there are }
function hal.target(row, rel, origin, values)
  local link = find_link(row, rel)
  if not link then return nil, ("the row has no link '%s'"):format(rel), { known = rels_of(row) } end
  local href, missing, used = fill(link.href, values or {})
  if not href then
    return nil, ("the link '%s' needs a value for '%s'"):format(rel, missing), {}
  end
  local url, why = resolve(href, origin)
  if not url then return nil, ("the link '%s' is not followed: %s"):format(rel, why), {} end
  return url, nil, used
end

return hal
