-- Definitions: pieces of SQL under a name. The list does not page. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.analyst.answers"
local chance = require "studio.sandbox.chance"
local json = require "studio.sandbox.json"
local requests = require "studio.sandbox.analyst.requests"

-- The body is not in the documentation; this is an unofficial client's.
local SHAPE = { name = "string", source = "string", description = "string", data_source_id = "number" }

local COUNT = 35 -- more than a page, so that a client which expects pages is found out

local function all(ws)
  if ws.definitions then return ws.definitions end
  ws.definitions = {}
  for n = 1, COUNT do
    ws.definitions[n] = { n = n, token = chance.token(ws.seed, "definition", n), fields = { name = "active_" .. n,
      source = "SELECT 1", description = "Number " .. n }, created = ws.made - n * 86400, updated = ws.made - n * 3600 }
  end
  return ws.definitions
end

local function row(ws, req, definition)
  local fields = definition.fields
  local source = fields.data_source_id or (ws.data_sources[1] or {}).id
  return {
    id = tostring(definition.n), token = definition.token, name = fields.name, source = fields.source,
    description = fields.description or json.null, data_source_id = source or json.null,
    created_at = answers.time(definition.created), updated_at = answers.time(definition.updated),
    last_saved_at = definition.n % 4 ~= 0 and answers.time(definition.updated) or json.null,
    last_successful_sync_at = json.null,
    _links = answers.links(req, { self = ws:path("/definitions/%s", definition.token) }),
  }
end

local function list(ws, req)
  local wanted, chosen = nil, {}
  if req.query.filter == "by_tokens" then
    wanted = {}
    for token in (req.query.tokens or ""):gmatch "[^,]+" do wanted[token] = true end
  end
  for _, definition in ipairs(all(ws)) do
    if not wanted or wanted[definition.token] then chosen[#chosen + 1] = definition end
  end
  return answers.whole(req, "definitions", chosen, function(definition) return row(ws, req, definition) end)
end

local function on_definition(handle)
  return function(ws, req)
    local definition, at = requests.find(all(ws), req.args.definition)
    if not definition then return answers.not_found "definition" end
    return handle(ws, req, definition, at)
  end
end

local function create(ws, req)
  local fields, status, body = requests.fields(req, "definition", SHAPE, { "name", "source" })
  if not fields then return status, body end
  local definition = { n = 1000 + ws.last, token = ws:new_token "definition", fields = fields, created = ws:now(),
    updated = ws:now() }
  table.insert(all(ws), definition)
  ws:changed("definitions.create", definition.token)
  return 200, row(ws, req, definition)
end

local function get(ws, req, definition) return 200, row(ws, req, definition) end

local function update(ws, req, definition)
  local fields, status, body = requests.fields(req, "definition", SHAPE)
  if not fields then return status, body end
  for name, value in pairs(fields) do definition.fields[name] = value end
  definition.updated = ws:now()
  ws:changed("definitions.update", definition.token)
  return 200, row(ws, req, definition)
end

local function delete(ws, req, definition, at)
  table.remove(ws.definitions, at)
  ws:changed("definitions.delete", definition.token)
  return 200, row(ws, req, definition)
end

return function(add)
  add("GET", "/definitions", "definitions", list)
  add("POST", "/definitions", "definitions", create)
  add("GET", "/definitions/{definition}", "definitions", on_definition(get))
  add("PATCH", "/definitions/{definition}", "definitions", on_definition(update))
  add("DELETE", "/definitions/{definition}", "definitions", on_definition(delete))
end
