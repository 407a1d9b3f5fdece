-- Following the links of rows: client:follow and client:href. SPDX-License-Identifier: MIT

local check = require "studio.check"
local exchange = require "studio.exchange"
local hal = require "studio.hal"
local merge = require "studio.merge"
local page = require "studio.page"
local prepare = require "studio.prepare"

---@class studio.analyst.links methods of studio.analyst.client
local links = {}

-- "/api/{workspace}/reports/{report}" -> a pattern of the paths that it makes. Of several routes that fit, the one
-- with the most text of its own counts: "/api/verify" and not "/api/{account}".
local function patterns_of(routes)
  local list = {}
  for _, r in pairs(routes) do
    if r.verb == "GET" then
      local text = r.path:gsub("{[^}]*}", "")
      local pattern = r.path:gsub("[%-.+*?^$()%%]", "%%%0"):gsub("{[^}]*}", "[^/]+")
      list[#list + 1] = { r = r, pattern = "^" .. pattern .. "$", weight = #text }
    end
  end
  table.sort(list, function(a, b)
    if a.weight ~= b.weight then return a.weight > b.weight end
    return a.r.name < b.r.name
  end)
  return list
end

-- The route that a URL of ours would come from: it knows the class of resources and the name of the list.
local function route_of(state, url)
  state.patterns = state.patterns or patterns_of(state.routes)
  local path = url:sub(#state.origin + 1):match "^[^?#]*":gsub("/collections%f[/\0]", "/spaces")
  for _, known in ipairs(state.patterns) do
    if path:find(known.pattern) then return known.r end
  end
end

-- hal.target's answer, or an error that names the links there are.
local function target(client, label, row, rel, values)
  local url, why, more = hal.target(row, rel, client.state.origin, values)
  if url then return url, nil, more end
  local _, err = exchange.refuse(client, label, {
    kind = more.known and "not_found" or "refused", code = "link",
    message = why .. (more.known and check.suggestion(rel, more.known) or ""),
    advice = "Nothing was sent",
  })
  return nil, err
end

--- The address that a link of a row leads to.
---@param row table with `_links`
---@param rel string "report_schedules", or its end where no other link ends so: "schedules"
---@param values table<string, string|integer>? for a templated link
---@return string? url absolute; nil, err when there is no such link, or it leads to another origin
---@return studio.error? err
function links:href(row, rel, values)
  check.argument("analyst:href", "row", row, "table")
  check.argument("analyst:href", "rel", rel, "string")
  local url, err = target(self, "href " .. rel, row, rel, values)
  return url, err
end

--- Asks for what a link of a row leads to. Only links to the client's own origin are followed.
---@param row table with `_links`
---@param rel string "report_schedules", or its end where no other link ends so: "schedules"
---@param query table? sent with it; values of a templated link are taken out of it
---@param options studio.call_options?
---@return any value a plain list of rows where the answer is a list; nil, err on failure, and for a link elsewhere
---@return table response_or_err
---@return studio.page.info? info of a list: this is one page of it. follow_each reads all
function links:follow(row, rel, query, options)
  local what = "analyst:follow"
  check.argument(what, "row", row, "table")
  check.argument(what, "rel", rel, "string")
  if query ~= nil then check.argument(what, "query", query, "table") end
  local label = "follow " .. rel
  local url, err, used = target(self, label, row, rel, query)
  if not url then return nil, err end
  local r = route_of(self.state, url) or {}
  local rest = merge(query)
  for name in pairs(used) do rest[name] = nil end
  local request = prepare.request(self, merge(options, {
    url = url, query = next(rest) and rest or nil,
    class = self.state.classes and r.name and (r.class or r.name:match "^[^.]+"),
  }), what, r.accept)
  local refused = exchange.refusal(self, "GET", r.name and r)
  if refused then return exchange.refuse(self, label, refused) end
  local value, response = exchange.perform(self, request, label)
  if type(value) == "table" and value.token == nil and hal.embedded(value, r.key) then
    local rows, info = page.read(value, r)
    return rows, response, info
  end
  return value, response
end

-- One page for follow_each.
local function one_page(self, row, rel, query, options)
  local rows, response, info = self:follow(row, rel, query, options)
  if rows == nil or info then return rows, response, info end
  return nil, self:problem("follow " .. rel, { kind = "protocol", response = response,
    message = ("the link '%s' leads to no list"):format(rel), advice = "client:follow gives what it leads to" })
end

--- An iterator over all rows of the list that a link of a row leads to, for `for`. Raises the error object when a page
--- fails, or there is no such link; pages are fetched when they are needed.
---@param row table with `_links`
---@param rel string as for client:follow
---@param query table? as for client:follow
---@param options studio.call_options?
function links:follow_each(row, rel, query, options)
  local what = "analyst:follow_each"
  check.argument(what, "row", row, "table")
  check.argument(what, "rel", rel, "string")
  if query ~= nil then check.argument(what, "query", query, "table") end
  local url, err = target(self, "follow " .. rel, row, rel, query)
  if not url then error(err, 0) end
  -- A list that is not known here is read until a page is empty or comes again.
  local r = route_of(self.state, url) or { name = "follow " .. rel, paging = "pages" }
  return page.each_by(self, r, function(now) return one_page(self, row, rel, now, options) end, query, options)
end

return links
