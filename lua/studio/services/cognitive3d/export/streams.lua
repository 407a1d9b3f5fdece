-- What a session consists of, and how the service names it. SPDX-License-Identifier: MIT
--
-- The vendor's reference says of the raw data of a session that it is {data:{gaze[], fixations[], events[], dynamics[],
-- "dynamics.manifest":{}, sensors[], boundary[]}} when all of it is asked for. What a single stream comes in it does
-- not say: here it is found under its own name, under "data", or as the whole answer.

local json_rows = require "studio.json_rows"
local json = require "studio.json"

local streams = {}

--- All streams, in the order of reports.
---@type string[]
streams.names = { "events", "gaze", "fixations", "sensors", "dynamics", "boundary" }

--- The table beside dynamics: what each id stands for.
streams.manifest = "dynamics_manifest"

--- All tables of an export.
---@type string[]
streams.tables = { "sessions", "events", "gaze", "fixations", "sensors", "dynamics", streams.manifest, "boundary" }

---@class studio.cognitive3d.stream
---@field type string `jsonType` of a request
---@field flag string field of a session that says whether it has any

---@type table<string, studio.cognitive3d.stream>
streams.known = {
  events = { type = "EVENTS", flag = "hasEvent" }, gaze = { type = "GAZE", flag = "hasGaze" },
  fixations = { type = "FIXATION", flag = "hasFixation" }, sensors = { type = "SENSORS", flag = "hasSensor" },
  dynamics = { type = "DYNAMICS", flag = "hasDynamic" }, boundary = { type = "BOUNDARY", flag = "hasBoundary" },
}

-- Names of lists in answers.
local TABLES <const> = {
  event = "events", events = "events", gaze = "gaze", fixation = "fixations", fixations = "fixations",
  sensor = "sensors", sensors = "sensors", dynamic = "dynamics", dynamics = "dynamics",
  boundary = "boundary", boundaries = "boundary",
}

local MANIFESTS <const> = { ["dynamics.manifest"] = true, manifest = true }

--- What to ask for of a session: each stream by itself, or all at once where all that it has is wanted. A stream is
--- left out only where the session says that it has none.
---@param session table
---@param wanted table<string, true>
---@return { type: string, tables: table<string, true>, only: string? }[]
function streams.requests(session, wanted)
  local list, all, tables = {}, true, {}
  for _, name in ipairs(streams.names) do
    local stream = streams.known[name]
    if session[stream.flag] ~= false then
      if wanted[name] then
        list[#list + 1] = { type = stream.type, tables = { [name] = true }, only = name }
        tables[name] = true
      else
        all = false
      end
    end
  end
  if all and #list > 1 then return { { type = "ALL", tables = tables } } end
  return list
end

-- A manifest is an object by id; here it is a row for each.
local function manifest(row, give)
  local ids = {}
  for id in pairs(row) do ids[#ids + 1] = id end
  table.sort(ids)
  for _, id in ipairs(ids) do
    local entry = { id = id }
    if type(row[id]) == "table" and not json.is_array(row[id]) then
      for name, value in pairs(row[id]) do entry[name == "id" and "own_id" or name] = value end
    else
      entry.value = row[id]
    end
    give(streams.manifest, entry, json.encode(entry, { sort = true }))
  end
end

--- Reads an answer.
---@param request table of streams.requests
---@param read fun(): string?, any the next piece of it
---@param give fun(name: string, row: any, text: string) the table a row belongs to, the row, and its text
---@return boolean? read nil, why: it cannot be read to its end
---@return string|table<string, integer> why_or_unknown rows of lists that nobody knows, by their names
function streams.read(request, read, give)
  local next_row = json_rows.lists(read, { whole = function(name) return MANIFESTS[name] or false end })
  local unknown = {}
  while true do
    local row, name, text = next_row()
    if row == nil then
      if name then return nil, name end
      return true, unknown
    end
    local into = TABLES[name] or ((name == nil or name == "data") and request.only) or nil
    if MANIFESTS[name] then
      if request.tables.dynamics then manifest(row, give) end
    elseif not into then
      name = tostring(name or "data")
      unknown[name] = (unknown[name] or 0) + 1
    elseif request.tables[into] then
      give(into, row, text)
    end
  end
end

return streams
