-- Things of a project that are listed, made, changed and removed in the same way. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.cognitive3d.answers"
local json = require "studio.sandbox.json"
local requests = require "studio.sandbox.cognitive3d.requests"

local collection = {}

---@class sandbox.c3_kind
---@field name string      of the list in the state
---@field title string     for people
---@field fields table<string, string>  of a body: name -> type
---@field required string[]  of a new one
---@field check nil|fun(c3: sandbox.c3, project: table, body: table, thing: table?): string?  what else may be wrong
---@field make nil|fun(thing: table, body: table)  fields that are the service's own
---@field first nil|fun(project: table): table[]  what a project has at first

--- The things of a project.
---@param c3 sandbox.c3
---@param kind sandbox.c3_kind
---@param project table
---@return table[]
function collection.of(c3, kind, project)
  return c3:keep(("%s of %d"):format(kind.name, project.id), function()
    return json.array(kind.first and kind.first(project) or {})
  end)
end

--- The thing with that id, and its place.
function collection.find(c3, kind, project, id)
  for i, thing in ipairs(collection.of(c3, kind, project)) do
    if thing.id == id then return thing, i end
  end
end

local function complaint(kind, body, new)
  for name, given in pairs(body) do
    local wanted = kind.fields[name]
    if not wanted then return ("%s has no field '%s'"):format(kind.title, name) end
    if given ~= json.null and type(given) ~= wanted then return ("%s must be a %s"):format(name, wanted) end
  end
  for _, name in ipairs(new and kind.required or {}) do
    if requests.value(body[name]) == nil or body[name] == "" then return name .. " is needed" end
  end
end

-- A handler of one thing: handle(c3, req, project, thing, place).
local function on_thing(kind, handle)
  return requests.on_project(function(c3, req, project)
    local thing, place = collection.find(c3, kind, project, math.tointeger(tonumber(req.args.id)))
    if not thing then return answers.not_found(kind.title) end
    return handle(c3, req, project, thing, place)
  end)
end

local function assign(kind, thing, body)
  for name, given in pairs(body) do thing[name] = given end
  if kind.make then kind.make(thing, body) end
end

local function creator(kind)
  return function(c3, req, project)
    local wrong = complaint(kind, req.json, true) or kind.check and kind.check(c3, project, req.json)
    if wrong then return answers.error(400, wrong) end
    local thing = { id = c3:id(), projectId = project.id }
    assign(kind, thing, req.json)
    table.insert(collection.of(c3, kind, project), thing)
    return 200, thing
  end
end

local function updater(kind)
  return function(c3, req, project, thing)
    local wrong = complaint(kind, req.json) or kind.check and kind.check(c3, project, req.json, thing)
    if wrong then return answers.error(400, wrong) end
    assign(kind, thing, req.json)
    return 200, thing
  end
end

--- Adds routes of a kind: those of `what`.
---@param add function
---@param path string  below a project
---@param kind sandbox.c3_kind
---@param what string  words: list get create update delete
function collection.routes(add, path, kind, what)
  local all, one = "/projects/{project}/" .. path, "/projects/{project}/" .. path .. "/{id}"
  local known = {
    list = { "GET", all, requests.on_project(function(c3, _, project)
      return 200, collection.of(c3, kind, project)
    end) },
    get = { "GET", one, on_thing(kind, function(_, _, _, thing) return 200, thing end) },
    create = { "POST", all, requests.on_project(creator(kind)), { writes = true } },
    update = { "PUT", one, on_thing(kind, updater(kind)), { writes = true } },
    delete = { "DELETE", one, on_thing(kind, function(c3, _, project, _, place)
      table.remove(collection.of(c3, kind, project), place)
      return 200
    end), { writes = true } },
  }
  for name in what:gmatch "%a+" do add(table.unpack(known[name])) end
end

return collection
