-- Routes: the endpoints of a service, as data that users can read and replace. SPDX-License-Identifier: MIT
--
-- A service lists its routes once; everything that needs an endpoint asks by name. Most vendors publish no
-- complete list, so each route says where it is `from`, and a user who knows better replaces it in one line:
--
--   studio.mstudio { routes = { ["images.generate"] = "POST /frames/{frame_id}/images" } }

local check = require "studio.check"
local core = require "studio.core"

local route = {}

---@class studio.route
---@field name string "frames.create"
---@field verb string "GET", "POST" …
---@field path string template below the base URL: "/projects/{project_id}/frames"
---@field from string "documented", "vendor", "third_party", "assumed"; "user" once replaced
---@field scope string? the scope that a key needs for it
---@field door string? which of the service's hosts and keys, where it has several: see doors.lua
---@field answer string? what comes back: "json" (default), "text" (quoted or not), "file" (bytes, as they came), "any"
---  (JSON where it looks like that, else text)
---@field proof string? a header field that every answer of the service has, and no stranger's
---@field accept string? what kind of answer is asked for, where it is not what the service is always asked for
---@field wrapper string? the body goes below this key: "report" sends {"report": {…}}
---@field unwrap string? the value is found below this key of the answer; where it is absent, the answer is the value
---@field query string[]? fields that go into the query although the verb has a body; where there is this list, empty or
---  not, and no field is left for the body, there is none
---@field key string? of a list: its name in the answer
---@field paging string? of a list: "pages", read on until a page is empty, repeats another or is the last one;
---  "from_zero", the same where the first page is 0; "once", it knows no pages; default: what the answers say of paging
---  is followed, and a page that repeats is an error
---@field cursor string? of a list read by cursor: the parameter that takes it; default "cursor"
---@field single boolean? of a list: an answer that is one object and no list is a list of one
---@field required string[]? fields a caller must give
---@field defaults table<string, any>? fields sent unless the caller gives them
---@field priority string? "user" (default), "submit", "poll": who goes first when slots are scarce
---@field class string? of resources, where the service limits each by itself; else the name's first part
---@field repeatable boolean? a POST that the service documents as harmless to repeat
---@field reads boolean? a POST that only reads, such as a query: a read-only client sends it, and it may be repeated
---@field id_field string? the field of a row that is its id here, where things of a service differ in that
---@field token_kinds table<string, boolean>? the kinds of credentials that the service takes for it
---@field refused_note string? why it takes only those
---@field find_out string? what to look at when nobody knows whether a call was done
---@field note string? for readers of client:routes()

-- What a user may say in a replacement, and what kind each is.
local replaceable = {
  verb = "string", path = "string", scope = "string", wrapper = { "string", "boolean" },
  unwrap = { "string", "boolean" }, required = "table", defaults = "table", priority = "string", class = "string",
  repeatable = "boolean", find_out = "string", note = "string", accept = { "string", "boolean" },
  query = { "table", "boolean" }, key = "string", paging = "string", cursor = "string", single = "boolean",
  token_kinds = { "table", "boolean" }, refused_note = "string", door = "string", reads = "boolean", answer = "string",
  proof = { "string", "boolean" }, id_field = "string",
}

local verbs = { GET = true, HEAD = true, POST = true, PUT = true, PATCH = true, DELETE = true }
local pagings = { pages = true, once = true, from_zero = true }
local answers = { json = true, text = true, file = true, any = true }
local priorities = { user = true, submit = true, poll = true }

-- A copy that shares nothing, so that nobody can change a service's table through a list of ours.
local function copy(value)
  if type(value) ~= "table" then return value end
  local result = {}
  for k, v in pairs(value) do result[k] = copy(v) end
  return result
end

-- "POST /frames/{id}" -> the two halves.
local function parse(text, what)
  local verb, path = text:match "^%s*(%a+)%s+(/%S*)%s*$"
  if not verb then check.fail("%s must read like \"POST /frames/{frame_id}/images\"", what) end
  return verb:upper(), path
end

local function validate(r, what)
  if not verbs[r.verb] then
    check.fail("%s: there is no verb '%s'%s", what, tostring(r.verb), check.suggestion(r.verb, verbs))
  end
  if type(r.path) ~= "string" or r.path:sub(1, 1) ~= "/" then check.fail("%s: path must begin with /", what) end
  if r.path:gsub("{[%a_][%w_]*}", ""):find "[{}?#%s%c]" then
    check.fail("%s: path '%s' holds more than text and {name}s", what, r.path)
  end
  if r.priority and not priorities[r.priority] then
    check.fail("%s: priority must be user, submit or poll", what)
  end
  if r.paging and not pagings[r.paging] then check.fail("%s: paging must be pages, from_zero or once", what) end
  if r.answer and not answers[r.answer] then check.fail("%s: answer must be json, text, file or any", what) end
  return r
end

local function replace(old, new, what)
  local result = copy(old)
  if type(new) == "string" then
    result.verb, result.path = parse(new, what)
  else
    check.argument("studio", what, new, { "string", "table" })
    for key, value in pairs(check.options(what, new, replaceable)) do
      result[key] = copy(value) or nil -- false takes a wrapper away
    end
    result.verb = result.verb:upper()
  end
  result.from = "user"
  return validate(result, what)
end

--- Builds the routes of one client: the service's own, some replaced.
---@param list studio.route[] the service's table; never changed
---@param replacements table<string, string|table>? name -> "VERB /path", or a table of what changes
---@return table<string, studio.route> by_name
function route.table(list, replacements)
  local by_name = {}
  for _, r in ipairs(list) do
    assert(not by_name[r.name], "a route is listed twice")
    by_name[r.name] = validate(copy(r), "route " .. r.name)
  end
  for name, new in pairs(replacements or {}) do
    if not by_name[name] then
      check.fail("option 'routes': there is no route '%s'%s", tostring(name), check.suggestion(name, by_name))
    end
    by_name[name] = replace(by_name[name], new, ("option 'routes': %s"):format(name))
  end
  return by_name
end

--- The routes as a list for people, sorted by name. Copies: changing them changes nothing.
---@param by_name table<string, studio.route>
---@return studio.route[]
function route.list(by_name)
  local result = {}
  for _, r in pairs(by_name) do result[#result + 1] = copy(r) end
  table.sort(result, function(a, b) return a.name < b.name end)
  return result
end

local function row_id(row, field)
  if type(field) == "string" then return row[field] end
  for _, name in ipairs(field) do
    if row[name] ~= nil then return row[name] end
  end
end

--- Whether a value can stand in a path. Ids are opaque: strings or integers; a row stands for its id.
---@param value any
---@param field string|string[]|nil the field of a row that is its id; of several, the first that the row has
---@return string? text nil when it cannot
---@return string? why
function route.id(value, field)
  if field and type(value) == "table" then
    local found = row_id(value, field)
    if found == nil then
      return nil, "is a table without '" .. (type(field) == "table" and table.concat(field, "' or '") or field) .. "'"
    end
    value = found
  end
  if type(value) == "number" then
    local integer = math.tointeger(value)
    if integer then return ("%d"):format(integer) end
    return nil, "must be a string or an integer, not number " .. value
  end
  if type(value) ~= "string" then
    return nil, "must be a string or an integer, not " .. (value == nil and "nothing" or type(value))
  end
  if value == "" then return nil, "must not be an empty string" end
  -- Escaping leaves dots alone, and a path segment of dots climbs.
  if value == "." or value == ".." then return nil, "must not be '" .. value .. "'" end
  return value
end

--- The path of a route with its parameters filled in, escaped so that no value can leave its segment.
--- A parameter that a replaced path needs and the method does not pass is taken out of `fields`; one that the
--- method passes and a replaced path does not have goes into them, so that nothing is lost.
---@param r studio.route
---@param params table<string, string|integer>
---@param fields table? the caller's fields
---@param known { id_field: string?, id_fields: table?, params: table }? what is known of all routes: see studio.service
---@return string path
---@return table? fields a copy without what went into the path, when something did
function route.path(r, params, fields, known)
  local id_field, always = r.id_field or known and known.id_field, known and known.params or {}
  local id_fields = known and known.id_fields or {}
  local rest = fields
  local function set(name, value)
    if rest == fields then
      rest = setmetatable({}, getmetatable(fields))
      for k, v in pairs(fields or {}) do rest[k] = v end
    end
    rest[name] = value
  end
  local path = r.path:gsub("{([%a_][%w_]*)}", function(name)
    local value = params[name]
    if value == nil then value = always[name] end
    if value == nil and fields and fields[name] ~= nil then
      value = fields[name]
      set(name, nil)
    end
    local text, why = route.id(value, id_fields[name] or id_field)
    if not text then check.fail("%s: %s %s", r.name, name, why) end
    return core.escape(text)
  end)
  for name, value in pairs(params) do
    if not r.path:find("{" .. name .. "}", 1, true) then
      local field = id_fields[name] or id_field
      set(name, field and type(value) == "table" and row_id(value, field) or value)
    end
  end
  return path, rest
end

--- The fields to send: defaults, then the caller's; raises when a required one is missing.
---@param r studio.route
---@param fields table?
---@return table? fields nil when there is nothing to send
function route.fields(r, fields)
  if fields ~= nil and type(fields) ~= "table" then
    check.fail("%s: fields must be a table, not %s", r.name, type(fields))
  end
  for _, name in ipairs(r.required or {}) do
    if fields == nil or fields[name] == nil then check.fail("%s: field '%s' is needed", r.name, name) end
  end
  if not r.defaults then return fields end
  local result = {}
  for k, v in pairs(r.defaults) do result[k] = copy(v) end
  for k, v in pairs(fields or {}) do result[k] = v end
  return result
end

return route
