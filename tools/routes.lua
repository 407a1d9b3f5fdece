-- Writes docs/analyst_routes.md, all routes of Analyst Studio, from the code. SPDX-License-Identifier: MIT
--
-- usage: lua5.4 tools/routes.lua [--check]     (from the checkout's root)
-- A spec holds the document to the routes.

local routes = {}

routes.FILE = "docs/analyst_routes.md"

local FOLDER <const> = "lua/studio/services/analyst/"

-- Headings, and the files below them.
local PARTS <const> = {
  { "The workspace, its members and groups", "routes/workspace", "routes/members" },
  { "Collections, and who may use them", "routes/collections", "routes/access" },
  { "Reports", "routes/reports" },
  { "Runs, results, exports", "routes/runs" },
  { "Queries, charts, filters", "routes/queries" },
  { "Schedules and subscriptions", "routes/schedules", "routes/subscriptions" },
  { "Datasets", "routes/datasets" },
  { "Definitions, data sources, audit logs", "routes/data_sources", "routes/audit_logs" },
  { "Signature tokens", "routes/signature_tokens" },
  { "Discovery (`studio.analyst_discovery`)", "discovery/routes" },
}

local HEAD <const> = [[
# The routes of Analyst Studio

Written by `make routes` from the code (a spec holds it to that); the guide is [analyst.md](analyst.md). A route's name
is its method: `groups.create` is `an.groups:create`, with what stands in braces as the first arguments and then the
fields; a row may stand for its id. A route `….list…` has three methods: `list`, `each` and `pages`. Results and exports
are read through `an.results`, `an.exports` and what the job of a run gives.

The third column has the key in the body that the fields go below, or where else they go; fields that are *needed* raise
when they are missing. `from` is `documented` (the vendor's swagger file, reference or cookbook), `third_party` (seen by
unofficial clients, such as mode-sdk) or `assumed` (nobody has confirmed it). Every route can be replaced:
`studio.analyst { …, routes = { ["schedules.create"] = { wrapper = false } } }`.
]]

local function cell(text) return (text:gsub("|", "\\|")) end

-- What a caller's fields become, in few words.
local function fields_of(r)
  local words = {}
  if r.wrapper then words[#words + 1] = "`" .. r.wrapper .. "`" end
  if r.query and #r.query > 0 then words[#words + 1] = "query: " .. table.concat(r.query, ", ") end
  if r.query and #r.query == 0 then words[#words + 1] = "no body" end
  if r.required then words[#words + 1] = "*needed:* " .. table.concat(r.required, ", ") end
  if r.key then words[#words + 1] = "list `" .. r.key .. "`" .. (r.paging == "once" and ", not paged" or "") end
  if r.token_kinds then
    local kinds = {}
    for kind in pairs(r.token_kinds) do kinds[#kinds + 1] = kind end
    table.sort(kinds)
    words[#words + 1] = table.concat(kinds, " or ") .. " tokens only"
  end
  return table.concat(words, "; ")
end

local function row(r)
  return ("| `%s` | `%s %s` | %s | %s | %s |"):format(r.name, r.verb, r.path, cell(fields_of(r)), r.from,
    cell(r.note or ""))
end

--- The document.
---@return string text
---@return integer count of the routes in it
function routes.text()
  local out, count = { HEAD }, 0
  for _, part in ipairs(PARTS) do
    out[#out + 1] = ("## %s\n\n| route | request | fields | from | note |\n|---|---|---|---|---|"):format(part[1])
    for i = 2, #part do
      for _, r in ipairs(dofile(FOLDER .. part[i] .. ".lua")) do
        out[#out + 1] = row(r)
        count = count + 1
      end
    end
    out[#out + 1] = ""
  end
  return table.concat(out, "\n"), count
end

local function main(args)
  local text = routes.text()
  local file = io.open(routes.FILE, "rb")
  local old = file and file:read "a"
  if file then file:close() end
  if old == text then return print(routes.FILE .. " tells exactly the routes") end
  if args[1] == "--check" then
    io.stderr:write(routes.FILE .. " does not tell the routes: run `make routes`\n")
    os.exit(1)
  end
  file = assert(io.open(routes.FILE, "wb"))
  file:write(text)
  file:close()
  print(routes.FILE .. " was written anew")
end

-- A spec loads this file with dofile and uses the functions; on the command line it does its work.
if arg and arg[0] and arg[0]:find "tools/routes%.lua$" then main(arg) end

return routes
